/**
 * What every scale owes the village, whatever it speaks and over whatever wire: the weight that lies on it, paid once; nothing while it moves, is
 * overloaded, silent or cut off; and service again afterwards. Run by scale-points.test.ts in memory and over TCP, and by test/system over a pty.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { wireClock } from '../../gateway/clock.ts';
import { type WeighOutcome, WeighStation } from '../../gateway/workflows/weigh-for-points.ts';
import { hashCredential } from '../../protocol/credential.ts';
import { scaleCatalogue } from '../../protocol/devices/catalogue.ts';
import { parseScan } from '../../protocol/scan.ts';
import { tariffSchema } from '../../protocol/tariff.ts';
import { eventually } from '../support/eventually.ts';
import { makeStore } from '../support/make-store.ts';
import { openScaleLine, plate, type Way } from '../support/scale-line.ts';
import { householdOf, pricesOf, registered } from '../support/village-drafts.ts';

const cardKey = Buffer.alloc(32, 7);
const mine = householdOf(1);
const tariff = tariffSchema.parse({
  ...{ version: 'test-1', validFrom: '2018-07-01', learningPoints: 600, volunteeringPoints: 500 },
  materials: { cardboard: { name: { zh: '纸板', en: 'cardboard' }, pointsPerKg: 60 } },
});
const context = { bags: { village: 'WXJ01', key: Buffer.alloc(32, 9) }, materials: ['cardboard'] };

/** A counter with one scale of this model; `settle` waits until `holds`, and no longer than `ms`. */
export async function openPoint(model: string, way: Way) {
  const line = await openScaleLine(model, way);
  const reports = scaleCatalogue[model]?.reports;
  const { store } = makeStore();
  store.append([registered(mine, [hashCredential('CARD-1', cardKey)])]);
  const outcomes: WeighOutcome[] = [];
  const station = new WeighStation({
    scale: line.scale,
    intervalGrams: reports?.intervalGrams ? null : plate.intervalGrams,
    maxGrams: reports?.maxGrams ? null : plate.maxGrams,
    minimumGrams: 50,
    papers: { verification: null, checkEveryDays: null },
    store,
    ...pricesOf(tariff),
    clock: line.clock,
    wire: wireClock,
    credentialKey: cardKey,
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  const stop = new AbortController();
  const running = station.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  return {
    ...line,
    outcomes,
    show: (...texts: string[]) => {
      for (const text of texts) station.scan(parseScan(text, context));
    },
    isReady: () => station.isReady,
    /** Until the scale is ready for the next load. */
    ready: () =>
      eventually(
        () => station.isReady,
        () => `${model} is not ready; its line is ${JSON.stringify(line.scale.health())}`,
      ),
    told: (count: number) =>
      eventually(
        () => outcomes.length >= count,
        () => `${count} outcomes wanted, came ${JSON.stringify(outcomes)}`,
      ),
    settle: async (holds: () => boolean, ms: number) => {
      const untilMs = wireClock.monotonicMs() + ms;
      while (!holds() && wireClock.monotonicMs() < untilMs) await wireClock.sleep(10, 'what may not come');
    },
    weighings: () => [...store.events()].flatMap(({ draft }) => (draft.name === 'weigh.committed' ? [draft.data] : [])),
  };
}

/** Runs the contract for every catalogued scale. */
export function describeScales(name: string, way: () => Promise<Way> | Way): void {
  describe.each(Object.keys(scaleCatalogue))(`a %s over ${name}`, (model) => {
    it('is paid for what lies on it, once, with the frames of two equal readings', async () => {
      const { board, ready, show, told, outcomes, weighings, scale } = await openPoint(model, await way());
      await ready();
      show('CARD-1', 'M1:CARDBOARD');
      board.putOnTray(2500);
      await told(1);
      board.putOnTray(0);
      await ready();
      expect(outcomes).toEqual([{ kind: 'awarded', household: mine, material: 'cardboard', netGrams: 2500, points: 150, tariffPoints: 150 }]);
      const [weighing, ...more] = weighings();
      expect(more).toEqual([]);
      const said = scaleCatalogue[model];
      const hasFlag = said?.speaks === 'registers' || model.startsWith('TOLEDO') || model === 'MT-SICS';
      expect(weighing).toMatchObject({ grossGrams: 2500, netGrams: 2500, intervalGrams: 10, alibi: 1, stableSource: hasFlag ? 'device' : 'derived' });
      expect(weighing?.rawHex).toHaveLength(2);
      for (const frame of weighing?.rawHex ?? []) expect(frame).toMatch(/^[0-9a-f]+([: ][0-9a-f]+)*$/);
      expect(scale.health().state).toBe('online');
    });

    it('gives no number when it is overloaded or loses its power, and serves again from zero', async () => {
      const { board, ready, show, told, outcomes } = await openPoint(model, await way());
      await ready();
      show('CARD-1', 'M1:CARDBOARD');
      board.putOnTray(30_200);
      await told(1);
      expect(outcomes).toMatchObject([{ kind: 'refused', code: expect.stringMatching(/^(overload|stale)$/) }]);
      board.putOnTray(0);
      await ready();
      show('CARD-1', 'M1:CARDBOARD');
      board.putOnTray(900);
      board.setPower(false);
      await told(2);
      expect(outcomes[1]).toMatchObject({ kind: 'refused', code: 'stale' });
      board.putOnTray(0);
      board.setPower(true);
      await ready();
      board.putOnTray(700);
      show('CARD-1', 'M1:CARDBOARD');
      await told(3);
      expect(outcomes[2]).toMatchObject({ kind: 'awarded', netGrams: 700 });
    });
  });
}
