// Lost if deleted: the proof, for every scale in the catalogue, that its simulated twin is read as what lies on it, obeys what it is told,
// shows no number beyond its limits, and that a damaged frame nobody could detect never becomes somebody's weight.
import { describe, expect, it } from 'vitest';
import { randomFor } from '../../device-sim/random.ts';
import { firstWeighing, type SettledWeighing, stepWeighing } from '../../gateway/core/weighing.ts';
import { scaleCatalogue } from '../../protocol/devices/catalogue.ts';
import type { ScaleModel, ScaleReading } from '../../protocol/scale-reading.ts';
import { frameOracles } from '../support/frame-oracles.ts';
import { ScaleBench } from '../support/scale-bench.ts';

type Streamed = Extract<ScaleModel, { speaks: 'frames' }>;
const streamed = Object.values(scaleCatalogue).filter((scale): scale is Streamed => scale.speaks === 'frames' && scale.device.talk === 'streams');
const site = { maxGrams: 30_000, intervalGrams: 10 };
const periodMs = 100;

/** What a scale decodes to when it shows any of its messages; undefined for one that is no weight. */
function readingOf(scale: Streamed, message: unknown): ScaleReading | undefined {
  const decoded = scale.decode([message]);
  return decoded.ok && !('noWeight' in decoded.values) ? decoded.values : undefined;
}

it.each(streamed)('$device.model: one wrong reading among right ones never settles', (scale) => {
  const random = randomFor(6, scale.device.model);
  const oracle = frameOracles[scale.device.model]?.fromDevice;
  const any = () => readingOf(scale, oracle?.sample(random));
  const load: ScaleReading = {
    ...site,
    grossGrams: 2500,
    netGrams: 2500,
    tareGrams: 0,
    unstable: null,
    atZero: null,
    overload: null,
    underload: null,
    fault: null,
  };
  const zero = { ...load, grossGrams: 0, netGrams: 0 };
  let settledAtAll = 0;
  for (let run = 0; run < 300; run += 1) {
    let state = firstWeighing(50);
    let nowMs = 1_000_000;
    const settled: SettledWeighing[] = [];
    const put = (reading: ScaleReading) => {
      nowMs += periodMs;
      const sight = { ...reading, maxGrams: site.maxGrams, intervalGrams: site.intervalGrams, rawHex: ['00'], atMs: nowMs };
      const step = stepWeighing(state, { kind: 'reading', reading: sight, villageMs: nowMs, wireMs: nowMs });
      state = step.state;
      settled.push(...step.effects.flatMap((effect) => (effect.kind === 'settle' ? [effect.weighing] : [])));
    };
    /** A stretch of one weight, with now and then a frame that says anything. */
    const hold = (reading: ScaleReading, count: number, wrongs: number) => {
      for (let n = 0; n < count; n += 1) {
        const wrong = random.chance(wrongs) ? any() : undefined;
        put(wrong ?? reading);
      }
    };
    hold(zero, 70, 0);
    state = stepWeighing(state, { kind: 'card', household: 'h', villageMs: nowMs }).state;
    state = stepWeighing(state, { kind: 'material', material: 'm', villageMs: nowMs }).state;
    hold(load, 80, random.pick([0, 0.01, 0.1, 0.5]));
    for (const weighing of settled) expect(weighing.netGrams).toBe(2500);
    expect(settled.length).toBeLessThanOrEqual(1);
    settledAtAll += settled.length;
  }
  expect(settledAtAll).toBeGreaterThan(50);
});

describe.each(Object.keys(scaleCatalogue))('a simulated %s', (model) => {
  const scale = scaleCatalogue[model];
  it('is read as what lies on it, in whole grams, with what its protocol reports and nothing else', () => {
    const bench = new ScaleBench(model);
    const empty = bench.reading();
    expect(empty).toMatchObject({ grossGrams: 0, netGrams: 0, tareGrams: 0 });
    expect([empty.intervalGrams, empty.maxGrams]).toEqual([scale?.reports.intervalGrams ? 10 : null, scale?.reports.maxGrams ? 30_000 : null]);
    expect(bench.rest(2500).reading()).toMatchObject({ grossGrams: 2500, netGrams: 2500, tareGrams: 0 });
    expect(bench.rest(29_990).reading()).toMatchObject({ grossGrams: 29_990, netGrams: 29_990 });
    expect(bench.rest(0).reading().grossGrams).toBe(0);
  });

  it('says that it moves, if its protocol has a word for it', () => {
    const bench = new ScaleBench(model).rest(0);
    const quiet = bench.reading().unstable;
    bench.board.putOnTray(5000);
    const moving = bench.pass(300).reading().unstable;
    expect([quiet, moving]).toEqual(quiet === null ? [null, null] : [false, true]);
  });

  it('gives no number it would be paid for beyond Max and nine divisions', () => {
    const look = new ScaleBench(model).rest(30_200).look();
    const refused = look === 'silent' || (look.ok && ('noWeight' in look.values ? look.values.noWeight === 'overload' : look.values.overload === true));
    expect(refused, JSON.stringify(look)).toBe(true);
  });

  it('is zeroed and tared as the model says', () => {
    const bench = new ScaleBench(model).rest(500);
    if (scale?.orders.tare) {
      bench.order('tare');
      expect(bench.reading()).toMatchObject({ grossGrams: 500, netGrams: 0, tareGrams: 500 });
      bench.order('clearTare');
      expect(bench.reading()).toMatchObject({ grossGrams: 500, netGrams: 500, tareGrams: 0 });
    }
    if (scale?.orders.zero) {
      bench.order('zero');
      expect(bench.reading()).toMatchObject({ grossGrams: 0, netGrams: 0 });
    }
  });

  it('says nothing without power', () => {
    const bench = new ScaleBench(model);
    bench.board.setPower(false);
    expect(bench.look()).toBe('silent');
  });
});
