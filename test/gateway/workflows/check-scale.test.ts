// Without this a keeper's check weight could prove nothing: another core than the one that pays, a number nobody recorded, or a lock that does not hold.
import { describe, expect, it, onTestFinished } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { weighingCoreVersion } from '../../../gateway/core/weighing.ts';
import { type WeighOutcome, WeighStation, type WeighStationOptions } from '../../../gateway/workflows/weigh-for-points.ts';
import { hashCredential } from '../../../protocol/credential.ts';
import { parseScan } from '../../../protocol/scan.ts';
import { tariffSchema } from '../../../protocol/tariff.ts';
import { eventually } from '../../support/eventually.ts';
import { makeStore } from '../../support/make-store.ts';
import { openScaleLine } from '../../support/scale-line.ts';
import { householdOf, pricesOf, registered, sampleDrafts } from '../../support/village-drafts.ts';

const key = Buffer.alloc(32, 7);
const materials = { cardboard: { name: { zh: '纸板', en: 'cardboard' }, pointsPerKg: 60 } };
const tariff = tariffSchema.parse({ version: 'test-1', validFrom: '2018-07-01', learningPoints: 600, volunteeringPoints: 500, materials });
const order = (nominalGrams: number) => ({ nominalGrams, operator: 'keeper-1' });

async function openPoint(papers: WeighStationOptions['papers']) {
  const { board, scale, clock } = await openScaleLine('W-CN', 'memory');
  const { store } = makeStore();
  store.append([registered(householdOf(1), [hashCredential('CARD-1', key)])]);
  const outcomes: WeighOutcome[] = [];
  const station = new WeighStation({
    ...{ scale, intervalGrams: null, maxGrams: null, papers, minimumGrams: 50, store, ...pricesOf(tariff), clock, wire: wireClock },
    ...{ credentialKey: key, onOutcome: (outcome) => void outcomes.push(outcome) },
  });
  const stop = new AbortController();
  const running = station.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  const ready = () =>
    eventually(
      () => station.isReady,
      () => 'the scale is not ready',
    );
  const show = (...texts: string[]) => {
    for (const text of texts) station.scan(parseScan(text, { bags: { village: 'WXJ01', key }, materials: ['cardboard'] }));
  };
  /** A whole check: empty, then `grams` on the tray. */
  const check = async (nominalGrams: number, grams: number) => {
    board.putOnTray(0);
    await ready();
    const checking = station.check(order(nominalGrams), new AbortController().signal);
    await clock.sleep(4000, 'the tray is seen empty');
    board.putOnTray(grams);
    const outcome = await checking;
    board.putOnTray(0);
    await ready();
    return outcome;
  };
  const told = (count: number) =>
    eventually(
      () => outcomes.length >= count,
      () => JSON.stringify(outcomes),
    );
  const checks = () => [...store.events()].flatMap(({ draft }) => (draft.name.startsWith('scale.check') ? [draft] : []));
  return { board, clock, station, store, outcomes, show, check, ready, told, checks };
}

describe('a check weight', () => {
  it('that passes opens a scale whose check was due, and is recorded with its frames', async () => {
    const { board, station, show, check, told, outcomes, checks, store } = await openPoint({ verification: null, checkEveryDays: 35 });
    show('CARD-1');
    expect(outcomes).toEqual([{ kind: 'refused', household: null, code: 'scale_check_due' }]);
    expect(await check(2000, 2004)).toEqual({ kind: 'passed', readGrams: 2000, limitGrams: 10 });
    expect(checks()).toMatchObject([
      {
        name: 'scale.check.passed',
        data: {
          scale: 'scale-1',
          operator: 'keeper-1',
          nominalGrams: 2000,
          readGrams: 2000,
          intervalGrams: 10,
          core: weighingCoreVersion,
          stableSource: 'device',
        },
      },
    ]);
    expect(store.weighings.lastCheck('scale-1')).toMatchObject({ passed: true });
    expect(station.fitness()).toEqual({ ok: true, warnings: ['scale_unverified'] });
    show('CARD-1', 'M1:CARDBOARD');
    board.putOnTray(2500);
    await told(2);
    expect(outcomes[1]).toMatchObject({ kind: 'awarded', netGrams: 2500 });
  });

  it('that fails locks the scale until one passes, also where no calendar is kept', async () => {
    const { show, check, outcomes, checks } = await openPoint({ verification: null, checkEveryDays: null });
    expect(await check(2000, 2030)).toEqual({ kind: 'failed', readGrams: 2030, limitGrams: 10 });
    show('CARD-1');
    expect(outcomes).toEqual([{ kind: 'refused', household: null, code: 'scale_check_failed' }]);
    expect((await check(2000, 2000)).kind).toBe('passed');
    show('CARD-1');
    expect(outcomes).toHaveLength(1);
    expect(checks().map(({ name }) => name)).toEqual(['scale.check.failed', 'scale.check.passed']);
  });

  it('serves nobody meanwhile, runs alone, and wants to see the tray empty first', async () => {
    const { board, clock, station, show, outcomes, ready, checks } = await openPoint({ verification: null, checkEveryDays: null });
    await ready();
    board.putOnTray(2000);
    await clock.sleep(4000, 'the scale comes to rest');
    const patience = new AbortController();
    const checking = station.check(order(2000), patience.signal);
    expect(await station.check(order(1), patience.signal)).toEqual({ kind: 'refused', code: 'scale_in_check' });
    show('CARD-1');
    expect(outcomes).toEqual([{ kind: 'refused', household: null, code: 'scale_in_check' }]);
    await wireClock.sleep(500, 'a weight that was on before is never taken');
    patience.abort();
    expect(await checking).toEqual({ kind: 'refused', code: 'check_unanswered' });
    expect(checks()).toEqual([]);
  });
});

it('awards nothing for goods that were on their way when the scale was found wrong', async () => {
  const { board, show, ready, told, store, outcomes } = await openPoint({ verification: null, checkEveryDays: null });
  await ready();
  show('CARD-1', 'M1:CARDBOARD');
  store.append([sampleDrafts['scale.check.failed']]);
  board.putOnTray(2500);
  await told(1);
  expect(outcomes).toEqual([{ kind: 'refused', household: householdOf(1), code: 'scale_check_failed' }]);
  expect([...store.events()].filter(({ draft }) => draft.name === 'weigh.committed')).toEqual([]);
});

it('stamps the certificate in every weighing while it is in force, and the scale’s own facts', async () => {
  const { board, show, ready, told, store } = await openPoint({ verification: { certificate: 'ZJ-2026-0001', expires: '2099-12-31' }, checkEveryDays: null });
  await ready();
  show('CARD-1', 'M1:CARDBOARD');
  board.putOnTray(2500);
  await told(1);
  const weighing = [...store.events()].flatMap(({ draft }) => (draft.name === 'weigh.committed' ? [draft.data] : []));
  expect(weighing).toMatchObject([
    {
      ...{ certificate: 'ZJ-2026-0001', model: 'W-CN', maxGrams: 30_000, minimumGrams: 50, intervalGrams: 10, core: weighingCoreVersion },
      profile: expect.stringMatching(/^[0-9a-f]{16}$/),
    },
  ]);
});

describe('goods weighed for cash', () => {
  it('are recorded under the next number of a verified scale, for nobody yet, and whoever comes next weighs as before', async () => {
    const { board, clock, station, store, show, told, outcomes, ready } = await openPoint({
      verification: { certificate: 'JJG-7', expires: '2999-12-31' },
      checkEveryDays: null,
    });
    await ready();
    const weighing = station.weigh('cardboard', new AbortController().signal);
    expect(await station.weigh('cardboard', new AbortController().signal)).toEqual({ kind: 'refused', code: 'scale_in_check' });
    await clock.sleep(4000, 'the tray is seen empty');
    board.putOnTray(2500);
    expect(await weighing).toEqual({ kind: 'weighed', weighing: 'scale-1-1', material: 'cardboard', netGrams: 2500 });
    expect(store.shop.weighing('scale-1-1')).toEqual({
      weighing: 'scale-1-1',
      material: 'cardboard',
      netGrams: 2500,
      certificate: 'JJG-7',
      settlement: 'open',
    });
    board.putOnTray(0);
    await ready();
    show('CARD-1', 'M1:CARDBOARD');
    board.putOnTray(1000);
    await told(1);
    expect(outcomes).toMatchObject([{ kind: 'awarded', netGrams: 1000 }]);
    expect(store.shop.weighing('scale-1-2')?.settlement).toBe('points');
  });

  it('are refused by a scale whose verification is over, and given up when nobody puts anything on', async () => {
    const { station, ready } = await openPoint({ verification: { certificate: 'JJG-7', expires: '2020-01-01' }, checkEveryDays: null });
    expect(await station.weigh('cardboard', new AbortController().signal)).toEqual({ kind: 'refused', code: 'scale_unverified' });
    const verified = await openPoint({ verification: { certificate: 'JJG-7', expires: '2999-12-31' }, checkEveryDays: null });
    await ready();
    const patience = new AbortController();
    const waiting = verified.station.weigh('cardboard', patience.signal);
    patience.abort();
    expect(await waiting).toEqual({ kind: 'refused', code: 'check_unanswered' });
  });
});
