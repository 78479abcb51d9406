// Without this nobody would have seen a real scale, bus, ledger and card together: points without a weight, or a weight without its points.
import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../device-sim/random.ts';
import { ScaleBoard } from '../../../device-sim/scale-board.ts';
import { wireClock } from '../../../gateway/clock.ts';
import { GatewayError } from '../../../gateway/errors.ts';
import { RegisterScaleUnit } from '../../../gateway/southbound/scale.ts';
import { type WeighOutcome, WeighStation, type WeighStationOptions } from '../../../gateway/workflows/weigh-for-points.ts';
import { hashCredential } from '../../../protocol/credential.ts';
import { wcn } from '../../../protocol/devices/scale-wcn.ts';
import type { EventDraft, EventPayload } from '../../../protocol/events.ts';
import type { NoWeight, ScaleReading } from '../../../protocol/scale-reading.ts';
import { parseScan } from '../../../protocol/scan.ts';
import { tariffSchema } from '../../../protocol/tariff.ts';
import { openBoardLine } from '../../support/board-line.ts';
import { eventually } from '../../support/eventually.ts';
import { makeStore, testStartMs } from '../../support/make-store.ts';
import { plate } from '../../support/scale-line.ts';
import { awarded, householdOf, pricesOf, registered } from '../../support/village-drafts.ts';

const cardKey = Buffer.alloc(32, 7);
const hashCard = (code: string) => hashCredential(code, cardKey);
const [mine, hers] = [householdOf(1), householdOf(2)];
const tariff = tariffSchema.parse({
  ...{ version: 'test-1', validFrom: '2018-07-01', learningPoints: 600, volunteeringPoints: 500 },
  materials: {
    cardboard: { name: { zh: '纸板', en: 'cardboard' }, pointsPerKg: 60 },
    paper: { name: { zh: '废纸', en: 'paper' }, pointsPerKg: 60, maxGramsPerSession: 4000 },
    can: { name: { zh: '易拉罐', en: 'can' }, pointsEach: 10 },
  },
});
const context = { bags: { village: 'WXJ01', key: Buffer.alloc(32, 9) }, materials: Object.keys(tariff.materials) };

const named = { id: 'scale-1', model: 'W-CN', profile: '0123456789abcdef' } as const;

/** A ledger with two households, and a station over `scale`. */
function openStation(scale: WeighStationOptions['scale'], changes: Partial<WeighStationOptions>) {
  const { store } = makeStore();
  const revoked = { household: mine, credential: hashCard('LOST-CARD'), reason: 'lost' } as const;
  store.append([
    registered(mine, [hashCard('CARD-1'), hashCard('LOST-CARD')]),
    registered(hers, [hashCard('CARD-2')]),
    { name: 'credential.revoked', subject: mine, data: revoked },
  ]);
  const outcomes: WeighOutcome[] = [];
  const parts = {
    intervalGrams: null,
    maxGrams: null,
    minimumGrams: 50,
    papers: { verification: null, checkEveryDays: null },
    ...pricesOf(tariff),
    wire: wireClock,
    credentialKey: cardKey,
    onOutcome: (outcome: WeighOutcome) => void outcomes.push(outcome),
  };
  const station = new WeighStation({ scale, store, clock: wireClock, ...parts, ...changes });
  return {
    store,
    station,
    outcomes,
    show: (...texts: string[]) => {
      for (const text of texts) station.scan(parseScan(text, context));
    },
    weighings: () => [...store.events()].flatMap(({ draft }) => (draft.name === 'weigh.committed' ? [draft.data] : [])),
    awards: () => [...store.events()].flatMap(({ draft }) => (draft.name === 'points.awarded' ? [draft.data] : [])),
    told: (count: number) =>
      eventually(
        () => outcomes.length >= count,
        () => `${count} outcomes wanted, came ${JSON.stringify(outcomes)}`,
      ),
  };
}

/** The whole way: simulated transmitter, RTU frames over TCP, line, scale, core, ledger. e is 10 g, village time 20 times as fast. */
async function openPoint() {
  const board = new ScaleBoard({
    ...{ id: 'scale-1', model: 'W-CN', unit: 1, maxGrams: 30_000, intervalGrams: 10, noiseGrams: 1, random: randomFor(4, 'scale-1') },
    ...{ wireMs: () => wireClock.monotonicMs(), onEvent: () => undefined },
  });
  const bench = await openBoardLine(board, { pace: 20, startMs: testStartMs });
  const scale = new RegisterScaleUnit(wcn, bench.line, { id: 'scale-1', unit: 1, decimals: 0, clock: wireClock });
  const point = openStation(scale, { clock: bench.clock });
  bench.run((signal) => point.station.run(signal));
  /** Village time for the transmitter to come to rest, then time for the gateway to read it a few times, two requests each. */
  const rest = async () => {
    await bench.clock.sleep(3000, 'the scale comes to rest');
    const before = bench.line.stats().answered;
    await eventually(
      () => bench.line.stats().answered >= before + 8,
      () => 'the scale is not read',
    );
  };
  return { ...point, board, scale, rest };
}
const weightOf = (frames: string) => Number.parseInt(frames.split('0050:')[1]?.slice(0, 8) ?? '', 16);

describe('weighing at a simulated tray scale', () => {
  it('records the weight and its points together, once, and the next with the next number', async () => {
    const { board, store, show, rest, told, outcomes, weighings, awards } = await openPoint();
    await rest();
    board.putOnTray(2500);
    await rest();
    show('CARD-1', 'M1:CARDBOARD');
    await told(1);
    await rest();
    expect(outcomes).toEqual([{ kind: 'awarded', household: mine, material: 'cardboard', netGrams: 2500, points: 150, tariffPoints: 150 }]);
    board.putOnTray(0);
    await rest();
    show('M1:PAPER', 'CARD-2');
    board.putOnTray(900);
    await told(2);
    expect(weighings().map(({ alibi, household, netGrams }) => [alibi, household, netGrams])).toEqual([
      [1, mine, 2500],
      [2, hers, 900],
    ]);
    expect(awards().map(({ reference, points, tariffVersion }) => [reference, points, tariffVersion])).toEqual([
      ['scale-1-1', 150, 'test-1'],
      ['scale-1-2', 54, 'test-1'],
    ]);
    const [first] = weighings() as [EventPayload<'weigh.committed'>];
    expect(first).toMatchObject({ scale: 'scale-1', intervalGrams: 10, tareGrams: 0, stableSource: 'device', method: 'tray' });
    // The frames say by themselves what was weighed: 10^-2 kg, high word first.
    expect(first.rawHex.map(weightOf)).toEqual([250, 250]);
    expect(first.zeroAgeMs).toBeGreaterThan(0);
    expect([store.ledger.balance(`household/${mine}`, 'points'), store.ledger.balance(`household/${hers}`, 'points')]).toEqual([150, 54]);
    expect([store.ledger.balance('intake/cardboard', 'grams'), store.ledger.balance('intake/paper', 'grams')]).toEqual([2500, 900]);
    expect(store.ledger.problems()).toEqual([]);
    expect(store.verify().problem).toBeNull();
  });

  it('waits for the goods to come to rest, also when card and material came first', async () => {
    const { board, show, rest, told, weighings } = await openPoint();
    await rest();
    show('CARD-1', 'M1:CARDBOARD');
    board.putOnTray(7350);
    await told(1);
    expect(weighings().map(({ netGrams }) => netGrams)).toEqual([7350]);
  });

  it('invents no number when the scale loses its power under a load, and serves again from zero', async () => {
    const { board, scale, show, rest, told, outcomes, weighings } = await openPoint();
    await rest();
    board.putOnTray(2500);
    await rest();
    board.setPower(false);
    await told(1);
    show('CARD-1', 'M1:CARDBOARD');
    await told(2);
    expect(outcomes.map((outcome) => outcome.kind === 'refused' && outcome.code)).toEqual(['stale', 'stale']);
    board.putOnTray(0);
    await eventually(
      () => scale.health().state === 'offline',
      () => 'the scale is not missed',
    );
    board.setPower(true);
    await eventually(
      () => scale.health().state === 'online',
      () => 'the scale does not come back',
    );
    await rest();
    board.putOnTray(1200);
    show('CARD-1', 'M1:CARDBOARD');
    await told(3);
    expect(weighings().map(({ alibi, netGrams }) => [alibi, netGrams])).toEqual([[1, 1200]]);
  });

  it('pays no more than the cap of the day, and keeps what was weighed (R-19)', async () => {
    const { board, store, show, rest, told, outcomes, weighings, awards } = await openPoint();
    const earlier = awarded(mine, 2900);
    store.append([{ ...earlier, data: { ...earlier.data, source: 'recyclables', material: 'cardboard' } }]);
    await rest();
    board.putOnTray(2500);
    await rest();
    show('CARD-1', 'M1:CARDBOARD');
    await told(1);
    expect(outcomes).toMatchObject([{ kind: 'awarded', netGrams: 2500, points: 100, tariffPoints: 150 }]);
    expect(weighings().map(({ netGrams }) => netGrams)).toEqual([2500]);
    expect(awards()[1]).toMatchObject({ points: 100, tariffPoints: 150, dateTrusted: true, rulesVersion: 'site' });
  });

  it('refuses more than the material allows in one go, and the number is not used up', async () => {
    const { board, show, rest, told, outcomes, weighings } = await openPoint();
    await rest();
    board.putOnTray(4010);
    await rest();
    show('CARD-1', 'M1:PAPER');
    await told(1);
    expect(outcomes).toEqual([{ kind: 'refused', household: mine, code: 'over_session_limit' }]);
    board.putOnTray(0);
    await rest();
    board.putOnTray(4000);
    await rest();
    show('CARD-1', 'M1:PAPER');
    await told(2);
    expect(weighings().map(({ alibi, netGrams }) => [alibi, netGrams])).toEqual([[1, 4000]]);
  });
});

it('gives nothing to a household that said no or was closed between its card and the weight', async () => {
  const { board, store, show, rest, told, outcomes, weighings } = await openPoint();
  const ordered = { operator: 'clerk-1', second: 'committee-1' };
  const no: EventDraft = { name: 'consent.withdrawn', subject: mine, data: { ...ordered, household: mine, purpose: 'processing' } };
  const end = { ...ordered, household: hers, successor: null, reason: 'death' as const, forfeited: 0, postings: [] };
  const closed: EventDraft = { name: 'household.closed', subject: hers, data: end };
  for (const [card, draft, household, code] of [
    ['CARD-1', no, mine, 'consent_missing'],
    ['CARD-2', closed, hers, 'card_revoked'],
  ] as const) {
    const before = outcomes.length;
    board.putOnTray(0);
    await rest();
    board.putOnTray(2500);
    await rest();
    show(card);
    store.append([draft]);
    show('M1:CARDBOARD');
    await told(before + 1);
    expect(outcomes.at(-1)).toEqual({ kind: 'refused', household, code });
  }
  expect(weighings()).toEqual([]);
});

describe('what is shown to the reader of a scale', () => {
  const nobody: WeighStationOptions['scale'] = { ...named, look: () => Promise.reject(new GatewayError('bus_closed', 'no line')) };

  it('is refused at once when it is no card of the roster or no material paid by weight', () => {
    const { show, outcomes } = openStation(nobody, {});
    show('CARD-9', 'LOST-CARD', 'M1:GLASS', 'CARD-1', 'M1:CAN');
    expect(outcomes.map((outcome) => outcome.kind === 'refused' && [outcome.household, outcome.code])).toEqual([
      [null, 'card_unknown'],
      [null, 'card_revoked'],
      [null, 'card_unknown'],
      [mine, 'priced_by_piece'],
    ]);
  });

  it('is refused when the household does not consent to points (R-02), and taken again when it does', () => {
    const { store, show, outcomes } = openStation(nobody, {});
    const said = { operator: 'clerk-1', second: null, household: mine, purpose: 'processing' as const };
    store.append([{ name: 'consent.withdrawn', subject: mine, data: said }]);
    show('CARD-1', 'CARD-2');
    expect(outcomes).toEqual([{ kind: 'refused', household: mine, code: 'consent_missing' }]);
    store.append([{ name: 'consent.given', subject: mine, data: said }]);
    show('CARD-1');
    expect(outcomes).toHaveLength(1);
  });

  it('is refused before the tariff is in force', () => {
    const { show, outcomes } = openStation(nobody, pricesOf({ ...tariff, validFrom: '2999-01-01' }));
    show('M1:CARDBOARD');
    expect(outcomes).toEqual([{ kind: 'refused', household: null, code: 'tariff_not_yet_valid' }]);
  });
});

describe('the station of a scale', () => {
  const said = { ...plate, tareGrams: 0, unstable: false, atZero: null, overload: false, underload: null, fault: null };
  const readingOf = (grams: number, change: Partial<ScaleReading> = {}): Answer => ({ ...said, grossGrams: grams, netGrams: grams, ...change });
  type Answer = ScaleReading | NoWeight | Error;

  /** Runs a station over answers given one by one; the last one stays. Ends after `turns` reads. */
  async function runOver(
    answers: readonly (Answer | (() => Answer))[],
    turns: number,
    prepare: (bench: ReturnType<typeof openStation>) => void = () => undefined,
    changes: Partial<WeighStationOptions> = {},
  ) {
    const stop = new AbortController();
    const priorities: string[] = [];
    const look: WeighStationOptions['scale']['look'] = async (options) => {
      priorities.push(options.priority);
      if (priorities.length >= turns) stop.abort();
      const next = answers[Math.min(priorities.length, answers.length) - 1];
      const answer = typeof next === 'function' ? next() : next;
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('no answer');
      return { said: answer, rawHex: '00', atMs: wireClock.monotonicMs() };
    };
    const bench = openStation({ ...named, look }, changes);
    prepare(bench);
    await bench.station.run(stop.signal);
    return { ...bench, priorities };
  }

  it('asks with urgency while somebody is there, and at leisure otherwise', async () => {
    const { priorities } = await runOver([readingOf(0), readingOf(0), readingOf(2500)], 6);
    expect(priorities).toEqual(['poll', 'poll', 'poll', 'weighing', 'weighing', 'weighing']);
  });

  it('asks a second time at once when it has seen zero, for the next villager may already be there', async () => {
    const story: string[] = [];
    const wire = { ...wireClock, sleep: async () => void story.push('pause') };
    const read = (what: string, grams: number) => () => {
      story.push(what);
      return readingOf(grams);
    };
    await runOver([read('load', 2500), read('zero', 0), read('zero', 0), read('end', 0)], 4, () => undefined, { wire });
    expect(story).toEqual(['load', 'pause', 'zero', 'zero', 'pause', 'end']);
  });

  it('does not crowd the line with questions to a dead scale because a card was shown', async () => {
    const silence = new GatewayError('bus_timeout', 'no answer');
    const { priorities } = await runOver([silence], 3, ({ show }) => show('CARD-1'));
    expect(priorities).toEqual(['poll', 'poll', 'poll']);
  });

  it('tells who waits that the scale is gone, or speaks nonsense', async () => {
    for (const answer of [new GatewayError('bus_closed', 'gone'), new GatewayError('device_value', 'nonsense')]) {
      const { outcomes } = await runOver([answer], 2, ({ show }) => show('CARD-1', 'M1:CARDBOARD'));
      expect(outcomes).toEqual([{ kind: 'refused', household: mine, code: 'stale' }]);
    }
  });

  it('refuses in the scale’s own words when it sends none but those', async () => {
    for (const [noWeight, code] of [
      ['overload', 'overload'],
      ['underload', 'underload'],
      ['fault', 'scale_fault'],
    ] as const) {
      const { outcomes } = await runOver([readingOf(0), readingOf(0), readingOf(2500), { noWeight }], 5);
      expect(outcomes).toEqual([{ kind: 'refused', household: null, code }]);
    }
  });

  it('takes what the scale reports, and from the site file only what it leaves open', async () => {
    const site = { intervalGrams: 20, maxGrams: 3000 };
    const unsaid = { intervalGrams: null, maxGrams: null };
    const over = async (change: Partial<ScaleReading>) =>
      (await runOver([readingOf(0, change), readingOf(0, change), readingOf(3190, change)], 6, () => undefined, site)).outcomes;
    expect(await over(unsaid)).toMatchObject([{ code: 'overload' }]);
    expect(await over({})).toEqual([]);
  });

  it('stops the process rather than go on when the ledger does not take the weighing, and tells nobody of points', async () => {
    const full = new GatewayError('store_failed', 'disk full');
    const append = () => {
      throw full;
    };
    const visit = [readingOf(0), readingOf(0), readingOf(2500)];
    const { store } = makeStore();
    store.append([registered(mine, [hashCard('CARD-1')])]);
    const broken = { people: store.people, weighings: store.weighings, points: store.points, append };
    const outcomes: WeighOutcome[] = [];
    const changes = { store: broken, onOutcome: (outcome: WeighOutcome) => void outcomes.push(outcome) };
    await expect(runOver(visit, 200, ({ show }) => show('CARD-1', 'M1:CARDBOARD'), changes)).rejects.toBe(full);
    expect(outcomes).toEqual([]);
  });

  it('passes a bug on', async () => {
    await expect(runOver([new TypeError('bug')], 2)).rejects.toThrow('bug');
  });
});
