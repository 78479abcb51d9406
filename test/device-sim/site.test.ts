// Without this, a run of the site could differ from its seed, lose or double a roll label over a restart, or obey half an order.
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseOrder } from '../../device-sim/control.ts';
import { Site, type SiteOptions } from '../../device-sim/site.ts';
import type { SiteEvent } from '../../device-sim/site-event.ts';
import { loadSiteFile } from '../../device-sim/site-file.ts';
import { bin4, bin4Controller } from '../../protocol/devices/bin-4.ts';
import { checkStatusBlock, dispenserBd1, sealCommand, statusWordCount } from '../../protocol/devices/dispenser-bd1.ts';
import { levelDyp } from '../../protocol/devices/level-dyp.ts';
import { relayWaveshare } from '../../protocol/devices/relay-waveshare.ts';
import { decodeScaleReading, scaleReadingFields, scaleWcn } from '../../protocol/devices/scale-wcn.ts';
import { planReads, readRequest } from '../../protocol/read-plan.ts';
import { decodeSpan, encodeWrites, joinReadings } from '../../protocol/register-codec.ts';
import { type DeviceMap, fieldsPolled, type ReadableName, type ReadingOf } from '../../protocol/register-map.ts';

const demoSite = loadSiteFile(resolve(import.meta.dirname, '../../config/demo-site.yaml'));
/** Tuesday 1 December 2026, 07:00 in the village. */
const firstMorning = 1_796_079_600_000;
const labels = Array.from({ length: 400 }, (_unused, index) => `label-${index}`);
const cards = Array.from({ length: 50 }, (_unused, index) => `card-${index}`);

/** A site in memory with a gateway that only looks and, if asked to, serves every card. */
class Bench {
  readonly events: SiteEvent[] = [];
  readonly said: [reader: string, text: string][] = [];
  readonly site: Site;
  kept: unknown;
  readonly #memories: Map<string, unknown>;
  #nextJob = 1;

  constructor(options: Partial<SiteOptions> = {}, before?: { kept: unknown; memories: Map<string, unknown> }) {
    this.kept = before?.kept;
    this.#memories = before?.memories ?? new Map();
    const memories = this.#memories;
    this.site = new Site({
      site: demoSite,
      seed: 5,
      startAtMs: firstMorning,
      pace: 1,
      cards,
      labels,
      withVillagers: true,
      kept: this.kept,
      keep: (kept) => {
        this.kept = structuredClone(kept);
      },
      memoryOf: (id) => ({
        get value() {
          return memories.get(id);
        },
        commit: (value) => void memories.set(id, structuredClone(value)),
      }),
      wireMs: () => this.site?.nowMs ?? firstMorning,
      reader: { say: (reader, text) => this.said.push([reader, text]), isHeard: () => true },
      sayOn: () => false,
      tell: (event) => this.events.push(event),
      ...options,
    });
  }

  /** What a kill leaves: the last things kept. */
  restart(options: Partial<SiteOptions> = {}): Bench {
    return new Bench({ startAtMs: this.site.nowMs, ...options }, { kept: structuredClone(this.kept), memories: structuredClone(this.#memories) });
  }

  /** Reads what the demo gateway polls, a second of village time at a time, and sends a job for every card. */
  live(ms: number): this {
    for (let passed = 0; passed < ms; passed += 1_000) {
      this.site.advance(1_000);
      this.read('scale-line', 1, scaleWcn, scaleReadingFields);
      const status = this.status();
      const wanted = this.said.splice(0).some(([reader]) => reader === 'dispenser-reader');
      if (wanted) this.dispense(Math.max(this.#nextJob, status.lastJob + 1), status);
    }
    return this;
  }

  status() {
    const answer = this.site.line('dispenser-line').service(1, { kind: 'read', space: 'holding', address: 0, count: statusWordCount });
    const decoded = checkStatusBlock(answer?.kind === 'words' ? answer.words : []);
    if (!decoded.ok) throw new Error(decoded.issues.join());
    return decoded.values;
  }

  dispense(jobId: number, { nonce, lastJob, ctrOut }: { nonce: number; lastJob: number; ctrOut: number }) {
    this.#nextJob = jobId + 1;
    const command = { jobId, opcode: 'dispense' as const, quantity: 1, expectLastJob: lastJob, expectCtrOut: ctrOut };
    const [request] = encodeWrites(dispenserBd1, sealCommand(command, { key: null, nonce }));
    return request && this.site.line('dispenser-line').service(1, request);
  }

  read<M extends DeviceMap, N extends ReadableName<M>>(line: string, unit: number, map: M, names: readonly N[]): Pick<ReadingOf<M>, N> {
    const parts = planReads(map, names).map((span) => {
      const answer = this.site.line(line).service(unit, readRequest(span));
      if (answer?.kind !== 'words' && answer?.kind !== 'bits') throw new Error(`no answer from ${line}`);
      const decoded = decodeSpan(map, span, answer.kind === 'words' ? answer.words : answer.bits);
      if (!decoded.ok) throw new Error(decoded.issues.join());
      return decoded.values;
    });
    return joinReadings(map, names, parts);
  }

  obey(line: string) {
    const order = parseOrder(line);
    if (!order.ok || order.value.do === 'stop' || order.value.do === 'fault' || order.value.do === 'clear') throw new Error(line);
    return this.site.obey(order.value);
  }

  weigh = () => {
    const decoded = decodeScaleReading(this.read('scale-line', 1, scaleWcn, scaleReadingFields));
    if (!decoded.ok) throw new Error(decoded.issues.join());
    return decoded.values;
  };
}

describe('one seed', () => {
  test('gives one village, to the last event', () => {
    const [one, same, other] = [5, 5, 6].map((seed) => new Bench({ seed }).live(1_800_000).events);
    expect(one?.length).toBeGreaterThan(500);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('every roll that was loaded is in the magazine or has passed the exit, once', () => {
    const bench = new Bench().live(3 * 3_600_000);
    const out = bench.events.flatMap((event) => (event.event === 'roll-out' ? [event.label] : []));
    const { ctrOut } = bench.status();
    expect(out.length).toBeGreaterThanOrEqual(50);
    expect(out).toEqual(labels.slice(0, out.length));
    expect(ctrOut).toBe(out.length);
    const served = bench.events.filter((event) => event.event === 'visit' && event.outcome === 'served');
    expect(served).toHaveLength(50);
  });

  test('over kills at any moment no label comes twice and nobody is forgotten', () => {
    let bench = new Bench();
    const out: string[] = [];
    for (let life = 0; life < 25; life += 1) {
      bench.live(60_000 + life * 1_300);
      out.push(...bench.events.flatMap((event) => (event.event === 'roll-out' ? [event.label] : [])));
      if (life % 3 === 0) bench.kept = structuredClone(bench.site.kept);
      bench = bench.restart();
    }
    expect(out.length).toBeGreaterThan(30);
    expect(new Set(out).size).toBe(out.length);
    expect(bench.status().ctrOut).toBe(out.length);
  });
});

describe('orders', () => {
  const quiet = () => new Bench({ withVillagers: false });

  test('a weight on the tray is what the scale says once it is still', () => {
    const bench = quiet();
    bench.site.advance(5_000);
    expect(bench.weigh()).toMatchObject({ grossGrams: 0, atZero: true, unstable: false, intervalGrams: 10 });
    expect(bench.obey('{"do":"tray","scale":"scale-1","grams":2500}')).toEqual({ ok: true });
    bench.site.advance(300);
    expect(bench.weigh().unstable).toBe(true);
    bench.site.advance(4_000);
    expect(bench.weigh()).toMatchObject({ grossGrams: 2_500, netGrams: 2_500, unstable: false });
    bench.obey('{"do":"tray","scale":"scale-1","grams":31000}');
    bench.site.advance(5_000);
    expect(bench.weigh().overload).toBe(true);
  });

  test('tare and zero by the registers of the manual', () => {
    const bench = quiet();
    bench.site.advance(5_000);
    bench.obey('{"do":"tray","scale":"scale-1","grams":800}');
    bench.site.advance(5_000);
    const write = (address: number, words: readonly number[]) => bench.site.line('scale-line').service(1, { kind: 'writeRegisters', address, words });
    expect(write(0x54, [0x7fff, 0xffff])).toEqual({ kind: 'written' });
    expect(bench.weigh()).toMatchObject({ grossGrams: 800, tareGrams: 800, netGrams: 0 });
    expect(write(0x5e, [1])).toEqual({ kind: 'written' });
    expect(bench.weigh()).toMatchObject({ grossGrams: 0, tareGrams: 0 });
    expect(write(0x26, [0, 0]), 'calibration is sealed').toEqual({ kind: 'exception', code: 2 });
  });

  test('smoke, doors and power are seen over the line', () => {
    const bench = quiet();
    const compartments = () => bin4Controller.decode(bench.read('bin-line', 2, bin4, fieldsPolled(bin4, 'status')), 'food');
    expect(compartments()).toHaveLength(4);
    bench.obey('{"do":"smoke","bin":"bin-2","compartment":3,"on":true}');
    bench.obey('{"do":"door","device":"bin-2","open":true}');
    expect(compartments().map(({ smoke }) => smoke)).toEqual([false, false, true, false]);
    expect(compartments().every(({ doorOpen }) => doorOpen)).toBe(true);
    const pulse = (address: number) => bench.site.line('bin-line').service(2, { kind: 'writeRegisters', address, words: [5] });
    expect([pulse(0), pulse(2)]).toEqual([{ kind: 'written' }, { kind: 'exception', code: 3 }]);
    bench.obey('{"do":"power","device":"bin-2","on":false}');
    expect([bench.site.line('bin-line').hasUnit(2), bench.site.line('bin-line').hasUnit(1)]).toEqual([false, true]);
    expect(pulse(0)).toBeUndefined();
  });

  test('a bin of parts answers as each of them, and its power can be cut one by one', () => {
    const bins = [
      {
        ...({ id: 'bin-1', model: 'PARTS', compartments: 2 } as const),
        parts: [
          { id: 'level-2', line: 'bin-line', unit: 11, model: 'LVL-DYP', compartment: 2 },
          { id: 'relays', line: 'bin-line', unit: 20, model: 'RELAY-WS', compartment: 1 },
        ],
      },
    ];
    const bench = new Bench({ withVillagers: false, site: { ...demoSite, bins } });
    const fill = bench.site.kept as { bins: Record<string, { fillPermille: number }[]> };
    const permille = fill.bins['bin-1']?.[1]?.fillPermille ?? 0;
    expect(bench.read('bin-line', 11, levelDyp, ['distanceMm'])).toEqual({ distanceMm: Math.round(900 - 0.75 * permille) });
    expect([11, 20].map((unit) => bench.site.line('bin-line').turnaroundMs?.(unit))).toEqual([520, 0]);
    bench.obey('{"do":"smoke","bin":"bin-1","compartment":2,"on":true}');
    expect(bench.read('bin-line', 20, relayWaveshare, ['input1', 'input2'])).toEqual({ input1: false, input2: true });
    bench.obey('{"do":"power","device":"relays","on":false}');
    expect([11, 20].map((unit) => bench.site.line('bin-line').hasUnit(unit))).toEqual([true, false]);
    bench.obey('{"do":"power","device":"bin-1","on":false}');
    expect(bench.site.line('bin-line').hasUnit(11)).toBe(false);
  });

  test('rolls go in through the open door, all of them or none, and each label is read', () => {
    const bench = quiet();
    const load = (count: number) => bench.obey(JSON.stringify({ do: 'load', dispenser: 'dispenser-1', labels: labels.slice(0, count) }));
    expect(load(1)).toEqual({ ok: false, reason: 'the door is closed' });
    bench.obey('{"do":"door","device":"dispenser-1","open":true}');
    expect(load(61)).toEqual({ ok: false, reason: '61 rolls do not fit, there is room for 60' });
    expect(bench.said).toEqual([]);
    expect(load(2)).toEqual({ ok: true });
    expect(bench.said).toEqual([
      ['exit-reader', 'label-0'],
      ['exit-reader', 'label-1'],
    ]);
    expect(bench.obey('{"do":"service-dispense","dispenser":"dispenser-1"}')).toMatchObject({ ok: false });
    bench.obey('{"do":"door","device":"dispenser-1","open":false}');
    expect(bench.obey('{"do":"service-dispense","dispenser":"dispenser-1"}')).toEqual({ ok: true });
    bench.site.advance(5_000);
    expect(bench.status()).toMatchObject({ ctrTest: 1, ctrOut: 0 });
    expect(bench.said.at(-1)).toEqual(['exit-reader', 'label-0']);
  });

  test.each([
    ['{"do":"tray","scale":"scale-9","grams":1}', 'there is no such device: scale-9'],
    ['{"do":"scan","reader":"nobody","text":"x"}', 'there is no reader nobody'],
    ['{"do":"door","device":"scale-1","open":true}', 'there is no such device: scale-1'],
    ['{"do":"power","device":"bin-3","on":true}', 'there is no such device: bin-3'],
  ])('%s is refused by name', (line, reason) => {
    const bench = quiet();
    expect(bench.obey(line)).toEqual({ ok: false, reason });
    expect(bench.events).toEqual([]);
  });

  test.each([
    ['{"do":"tray","scale":"scale-1","grams":"2"}', /^grams: /],
    ['{"do":"tray","scale":"scale-1"}', /^grams: /],
    ['{"do":"tray","scale":"scale-1","grams":-1}', /^grams: /],
    ['{"do":"smoke","bin":"bin-1","compartment":5,"on":true}', /^compartment: /],
    ['{"do":"fly"}', /^do: /],
    ['{"do":"stop","now":true}', /the line: .*now/],
    ['[1,2]', /^the line: /],
    ['{"do":', /^the line: /],
    [`{"do":"scan","reader":"r","text":"${'x'.repeat(20_000)}"}`, /^the line: longer/],
  ])('%s is refused with its place', (line, reason) => {
    const order = parseOrder(line);
    expect(order.ok ? '' : order.reason).toMatch(reason);
  });
});
