// Without this nobody would have seen station, line, board, iron and ledger together: a roll given twice, or given and never booked.
import { describe, expect, it } from 'vitest';
import { type BoardMemory, DispenserBoard as SimulatedBoard } from '../../../device-sim/dispenser-board.ts';
import { Random } from '../../../device-sim/random.ts';
import type { MachineEvent } from '../../../device-sim/site-event.ts';
import { wireClock } from '../../../gateway/clock.ts';
import { openDevice } from '../../../gateway/southbound/device.ts';
import { DispenserBoard } from '../../../gateway/workflows/dispenser-board.ts';
import { DispenserStation, type DispenserStationOptions } from '../../../gateway/workflows/dispenser-station.ts';
import { type DispenserOutcome, quotaIn } from '../../../gateway/workflows/draw.ts';
import { openRestoredEpoch } from '../../../gateway/workflows/open-epoch.ts';
import { encodeBagCode } from '../../../protocol/bag-code.ts';
import { dispenserBd1, sealCommand } from '../../../protocol/devices/dispenser-bd1.ts';
import type { EventName, EventPayload } from '../../../protocol/events.ts';
import { encodeWrites } from '../../../protocol/register-codec.ts';
import { villageRulesSchema } from '../../../protocol/village-rules.ts';
import { openBoardLine } from '../../support/board-line.ts';
import { eventually } from '../../support/eventually.ts';
import { makeStore, testStartMs } from '../../support/make-store.ts';
import { householdOf, registered, rollOf, stocked } from '../../support/village-drafts.ts';

const id = 'dispenser-1';
const period = '2026-11';
const bags = { village: 'WXJ01', key: Buffer.alloc(32, 9) };
const key = Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex');
const otherKey = Buffer.alloc(16, 1);
const [mine, hers] = [householdOf(1), householdOf(2)];
const labelOf = (roll: number) => encodeBagCode(bags, roll, 0);

/** A board's memory that lives as long as the test. */
function makeMemory(): BoardMemory {
  let kept: unknown = null;
  return {
    get value() {
      return kept;
    },
    commit: (value) => {
      kept = structuredClone(value);
    },
  };
}

interface BoardChanges {
  readonly macKey?: Uint8Array;
  readonly memory?: BoardMemory;
  readonly seed?: number;
  readonly jamProbability?: number;
}

/** A ledger with two households and rolls 1 to 3, the same rolls in a simulated board at the end of a real line. Village time is 30 times as fast. */
async function openPoint(options: BoardChanges = {}) {
  const { store } = makeStore();
  store.append([registered(mine), registered(hers), ...[1, 2, 3].map((roll) => stocked(rollOf(roll)))]);
  const seen: MachineEvent[] = [];
  const outcomes: DispenserOutcome[] = [];
  let onMachine: (event: MachineEvent) => void = () => undefined;
  const makeBoard = ({ macKey = key, memory = makeMemory(), seed = 4, jamProbability = 0 }: BoardChanges) =>
    new SimulatedBoard({
      ...{ id, mechanism: { capacity: 60, jamProbability }, macKey, memory, random: new Random(seed), wireMs: () => wireClock.monotonicMs() },
      onEvent: (event) => {
        seen.push(event);
        onMachine(event);
      },
    });
  const fill = (board: SimulatedBoard) => {
    board.setDoor(true);
    for (const roll of [1, 2, 3]) expect(board.load(labelOf(roll))).toEqual({ ok: true });
    board.setDoor(false);
    return board;
  };
  let frozen = false;
  let board = fill(makeBoard(options));
  const bench = await openBoardLine(
    { answer: (request) => board.answer(request), advance: (elapsedMs) => void (frozen || board.advance(elapsedMs)) },
    { pace: 30, startMs: testStartMs },
  );
  const device = openDevice({ id, line: bench.line, unit: 1, map: dispenserBd1, clock: wireClock });

  /** Starts a station as a new process would: nothing kept but ledger and board. */
  const start = (changes: Partial<DispenserStationOptions> & { readonly macKey?: Uint8Array } = {}) => {
    const stopping = new AbortController();
    const ended = Promise.withResolvers<void>();
    const { macKey = key, ...rest } = changes;
    const station = new DispenserStation({
      ...{ id, board: new DispenserBoard(device, macKey), store, clock: bench.clock, wire: wireClock, bags },
      ...{
        quota: quotaIn(
          store,
          () => villageRulesSchema.parse({}).bags,
          () => ({ day: '2026-11-23', period: '2026-11', dateTrusted: true }),
        ),
        onOutcome: (outcome: DispenserOutcome) => void outcomes.push(outcome),
      },
      ...rest,
    });
    bench.run((signal) => station.run(AbortSignal.any([signal, stopping.signal])).finally(() => ended.resolve()));
    return { station, stop: () => stopping.abort(new Error('the gateway stops')), ended: ended.promise };
  };
  const data = <Name extends EventName>(name: Name) =>
    [...store.events()].flatMap(({ draft }) => (draft.name === name ? [draft.data as EventPayload<Name>] : []));
  const wait = (holds: () => boolean, what: string) =>
    eventually(holds, () => `${what}; told ${JSON.stringify(outcomes)}, recorded ${[...store.events()].map(({ draft }) => draft.name).join(' ')}`);
  return {
    ...{ store, seen, outcomes, start, data, wait, makeBoard, fill },
    get board() {
      return board;
    },
    /** Time stands still for the board, which goes on answering. */
    freeze: (still: boolean) => {
      frozen = still;
    },
    /** Another board, or the same one started again, hangs on the line from now on. */
    swap: (next: SimulatedBoard) => {
      board = next;
    },
    /** Called in the very moment something happens in the machine. */
    onMachine: (listener: (event: MachineEvent) => void) => {
      onMachine = listener;
    },
    ready: async (station: DispenserStation) => {
      await wait(() => station.ready, 'the station does not come up');
      return station;
    },
    starts: () => seen.flatMap((event) => (event.event === 'motor-start' ? [event.job] : [])),
    rollsOut: () => seen.filter((event) => event.event === 'roll-out').length,
    lock: () => store.jobs.board(id)?.locked ?? null,
    balance: (account: string) => store.ledger.balance(account, 'rolls'),
    expectSound: () => {
      expect(store.ledger.problems()).toEqual([]);
      expect(store.ledger.balances().reduce((sum, { unit, amount }) => sum + (unit === 'rolls' ? amount : 0), 0)).toBe(0);
      expect(store.verify().problem).toBeNull();
    },
  };
}

describe('a draw at a simulated dispenser', () => {
  it('is committed before the motor starts, and ends as the one roll whose label was read at the exit', async () => {
    const point = await openPoint();
    const station = await point.ready(point.start().station);
    let openAtStart: number | undefined;
    point.onMachine((event) => {
      if (event.event === 'motor-start') openAtStart = point.store.jobs.open(id)?.job;
      if (event.event === 'roll-out') station.scanAtExit(event.label);
    });
    const outcome = await station.draw(mine);
    const [intent] = point.data('bag.issue.requested');
    expect(outcome).toEqual({ kind: 'issued', household: mine, job: intent?.job, rolls: 1, rollUnconfirmed: false });
    expect(openAtStart).toBe(intent?.job);
    expect(point.starts()).toEqual([intent?.job]);
    expect(point.data('bag.roll.issued')).toMatchObject([{ household: mine, result: 'ok', voided: 0, rolls: [{ roll: rollOf(1), confirmed: true }] }]);
    expect([point.balance(`household/${mine}`), point.balance(`magazine/${id}`), point.balance(`hold/${intent?.job}`)]).toEqual([1, 2, 0]);
    expect(await station.draw(mine)).toEqual({ kind: 'refused', household: mine, code: 'quota_used' });
    expect(point.starts()).toHaveLength(1);
    expect(point.board.mechanism.tray).toEqual([labelOf(1)]);
    point.expectSound();
  });

  it('names the next roll without swearing to it when the exit reader is blind, and serves one villager at a time', async () => {
    const point = await openPoint();
    const station = await point.ready(point.start().station);
    const first = station.draw(mine);
    expect(await station.draw(hers)).toEqual({ kind: 'refused', household: hers, code: 'dispenser_busy' });
    expect(await first).toMatchObject({ kind: 'issued', household: mine, rollUnconfirmed: true });
    expect(point.data('bag.roll.issued')).toMatchObject([{ rolls: [{ roll: rollOf(1), confirmed: false }] }]);
    expect(await station.draw(hers)).toMatchObject({ kind: 'issued', household: hers });
    expect(point.starts()).toEqual(point.data('bag.issue.requested').map(({ job }) => job));
    point.expectSound();
  });

  it('is void when the roll sticks; nobody is served until a keeper has freed the throat', async () => {
    const point = await openPoint({ jamProbability: 1 });
    const station = await point.ready(point.start().station);
    expect(await station.draw(mine)).toMatchObject({ kind: 'voided', household: mine, reason: 'jam' });
    await point.wait(() => point.lock() === 'throat_blocked', 'the blocked throat is not recorded');
    expect(await station.draw(mine)).toEqual({ kind: 'refused', household: mine, code: 'dispenser_locked' });
    expect(point.starts()).toHaveLength(1);
    point.board.freeThroat();
    await point.wait(() => point.lock() === null && station.status?.state === 'idle', 'the board stays in fault');
    expect(point.store.jobs.quota(mine, period)).toEqual({ held: 0, issued: 0, extra: 0 });
    point.expectSound();
  });
});

describe('a board that takes no commands', () => {
  it('is locked after a bounded number of refusals, answers every draw, and is served again with the right key', async () => {
    const point = await openPoint();
    const wrong = point.start({ macKey: otherKey });
    const lockings = () => point.data('device.locked').length;
    await point.wait(() => lockings() === 1, 'the refusing board is not locked');
    expect(point.data('device.locked')).toEqual([{ device: id, reason: 'commands_refused' }]);
    expect(await wrong.station.draw(mine)).toEqual({ kind: 'refused', household: mine, code: 'dispenser_locked' });
    expect(await wrong.station.rebaseline('keeper')).toBe('done');
    expect(point.data('device.rebaselined').at(-1)).toMatchObject({ operator: 'keeper', reason: 'counters_reset' });
    await point.wait(() => lockings() === 2, 'the key is still wrong and nobody says so');
    expect(await wrong.station.draw(mine)).toEqual({ kind: 'refused', household: mine, code: 'dispenser_locked' });
    expect(point.board.nv).toMatchObject({ lastJob: 0, ctrStart: 0 });
    wrong.stop();
    await wrong.ended;

    const station = await point.ready(point.start().station);
    await point.wait(() => point.lock() === null, 'the accepted fence does not lift the lock');
    expect(await station.draw(mine)).toMatchObject({ kind: 'issued', household: mine });
    point.expectSound();
  });

  it('leaves a committed draw undecided rather than refused or hanging, until a person has looked', async () => {
    const memory = makeMemory();
    const point = await openPoint({ memory });
    const station = await point.ready(point.start().station);
    point.swap(point.makeBoard({ memory, macKey: otherKey }));
    expect(await station.draw(mine)).toMatchObject({ kind: 'undecided', household: mine });
    expect(point.lock()).toBe('commands_refused');
    expect(point.store.jobs.quota(mine, period)).toEqual({ held: 1, issued: 0, extra: 0 });
    expect(await station.draw(hers)).toEqual({ kind: 'refused', household: hers, code: 'dispenser_locked' });
    point.swap(point.makeBoard({ memory }));
    expect(await station.rebaseline('keeper')).toBe('done');
    await point.ready(station);
    expect(point.data('bag.issue.voided')).toMatchObject([{ household: mine, reason: 'indeterminate' }]);
    expect(point.starts()).toEqual([]);
    expect(await station.draw(mine)).toMatchObject({ kind: 'issued', household: mine });
    point.expectSound();
  });
});

describe('a board that comes to no end', () => {
  it('keeps nobody waiting, is locked, and is settled by what it says after power off and on', async () => {
    const point = await openPoint();
    // The wire clock of this station runs fast, so that a minute of patience is over in a moment; the board stands still meanwhile.
    const wire = { ...wireClock, monotonicMs: () => wireClock.monotonicMs() * 200 };
    const station = await point.ready(point.start({ wire }).station);
    point.freeze(true);
    expect(await station.draw(mine)).toMatchObject({ kind: 'undecided', household: mine });
    await point.wait(() => point.lock() === 'fault_persists', 'the stuck board is not locked');
    expect(point.data('bag.roll.issued')).toEqual([]);
    expect(await station.rebaseline('keeper')).toBe('job_under_way');

    point.freeze(false);
    await point.wait(() => point.data('bag.roll.issued').length === 1, 'the job is not settled once the board has come to its end');
    expect(point.starts()).toHaveLength(1);
    await point.wait(() => point.lock() === null, 'the lock does not lift although the job has ended');
    expect(await station.draw(hers)).toMatchObject({ kind: 'issued', household: hers });
    point.expectSound();
  });
});

describe('an order to count anew', () => {
  it('is carried out once, and does not wait for a board that comes back later', async () => {
    const point = await openPoint();
    const station = await point.ready(point.start().station);
    expect(await Promise.all([station.rebaseline('keeper'), station.rebaseline('clerk')])).toEqual(['done', 'asked_already']);
    await point.ready(station);
    // The order comes while the last look is still good and the board has just gone.
    const before = point.data('device.rebaselined').length;
    point.board.setPower(false);
    expect(await station.rebaseline('keeper')).toBe('unreachable');
    point.board.setPower(true);
    await point.ready(station);
    expect(await station.draw(mine)).toMatchObject({ kind: 'issued', household: mine });
    expect(point.data('device.rebaselined')).toHaveLength(before);
    point.expectSound();
  });
});

describe('a board swapped while a job is open', () => {
  it('is locked; a person closes the job and takes its counters as they are, and drawing works again', async () => {
    const point = await openPoint();
    const station = await point.ready(point.start().station);
    // A board from the shelf: it has been powered up before.
    const memory = makeMemory();
    point.makeBoard({ memory, seed: 5 });
    const shelf = point.fill(point.makeBoard({ memory, seed: 5 }));
    point.onMachine((event) => {
      if (event.event === 'motor-start' && point.board !== shelf) point.swap(shelf);
    });
    expect(await station.draw(mine)).toMatchObject({ kind: 'undecided', household: mine });
    expect(point.data('device.locked')).toEqual([{ device: id, reason: 'board_replaced' }]);
    expect(await station.draw(hers)).toEqual({ kind: 'refused', household: hers, code: 'dispenser_locked' });
    expect(point.store.jobs.open(id)?.household).toBe(mine);
    expect(shelf.nv.lastJob).toBe(0);

    expect(await station.rebaseline('keeper')).toBe('done');
    expect(point.store.jobs.open(id)).toBeUndefined();
    expect(point.data('bag.issue.voided')).toMatchObject([{ household: mine, reason: 'indeterminate' }]);
    expect(point.data('device.rebaselined').at(-1)).toMatchObject({ reason: 'board_replaced', nonce: shelf.nv.nonce, operator: 'keeper' });
    expect(point.data('device.unlocked')).toEqual([{ device: id, operator: 'keeper' }]);
    await point.ready(station);
    expect(await station.draw(mine)).toMatchObject({ kind: 'issued', household: mine });
    expect(shelf.nv).toMatchObject({ ctrStart: 1, ctrOut: 1 });
    point.expectSound();
  });
});

describe('a station that stops in the middle', () => {
  it('says undecided, and the next one settles the moving job by reading: one roll, no second start, then a fence', async () => {
    const point = await openPoint();
    const { station, stop, ended } = point.start();
    await point.ready(station);
    point.onMachine((event) => {
      if (event.event === 'motor-start') stop();
    });
    expect(await station.draw(mine)).toMatchObject({ kind: 'undecided', household: mine });
    await ended;
    const job = point.store.jobs.open(id)?.job;
    expect(point.data('bag.roll.issued')).toEqual([]);

    await point.ready(point.start().station);
    expect(point.data('bag.roll.issued')).toMatchObject([{ job, household: mine, result: 'ok', rolls: [{ roll: rollOf(1) }] }]);
    expect(point.starts()).toEqual([job]);
    expect(point.board.nv).toMatchObject({ ctrStart: 1, ctrOut: 1, result: 'fenced' });
    expect(point.rollsOut()).toBe(1);
    const fence = point.data('device.fenced').at(-1);
    expect(fence).toMatchObject({ reason: 'start_up', job: null, fence: point.board.nv.lastJob });
    expect(fence?.fence).toBeGreaterThan(job ?? Number.POSITIVE_INFINITY);
    point.expectSound();
  });

  it('before the board has heard of the job: the next one fences it off and never sends it', async () => {
    const point = await openPoint();
    const { store } = point;
    const dying = point.start({
      store: {
        ...{ jobs: store.jobs, people: store.people, head: store.head },
        append: (drafts) => {
          const events = store.append(drafts);
          if (drafts[0]?.name === 'bag.issue.requested') dying.stop();
          return events;
        },
      },
    });
    await point.ready(dying.station);
    const outcome = await dying.station.draw(mine);
    await dying.ended;
    const job = store.jobs.open(id)?.job ?? Number.NaN;
    expect(outcome).toEqual({ kind: 'undecided', household: mine, job });
    expect(point.board.nv.lastJob).toBeLessThan(job);

    const { station } = point.start();
    await point.ready(station);
    expect(point.data('device.fenced').filter((fence) => fence.job === job)).toMatchObject([{ reason: 'open_job' }]);
    expect(point.data('bag.issue.voided')).toMatchObject([{ job, household: mine, reason: 'fenced' }]);
    expect(point.board.nv).toMatchObject({ ctrStart: 0, ctrOut: 0 });
    expect(await station.draw(mine)).toMatchObject({ kind: 'issued', household: mine });
    point.expectSound();
  });
});

describe('labels read just before a stop', () => {
  it('are booked: those rolls are in the magazine', async () => {
    const point = await openPoint();
    const { station, stop, ended } = point.start();
    await point.ready(station);
    point.board.setDoor(true);
    await point.wait(() => station.status?.flags.doorOpen === true, 'the door is not seen open');
    stop();
    station.scanAtExit(labelOf(7));
    await ended;
    expect(point.balance(`magazine/${id}`)).toBe(4);
  });
});

describe('rolls that nobody drew', () => {
  it('are taken in by their label while the door is open, once, and only when they are ours', async () => {
    const point = await openPoint();
    const station = await point.ready(point.start().station);
    const doorIs = (open: boolean) => {
      point.board.setDoor(open);
      return point.wait(() => station.status?.flags.doorOpen === open, `the door is not seen ${open ? 'open' : 'closed'}`);
    };
    const told = (count: number) => point.wait(() => point.outcomes.length >= count, `${count} outcomes wanted`);
    await doorIs(true);
    station.scanAtExit(labelOf(4));
    await point.wait(() => point.store.jobs.magazineSize(id) === 4, 'the roll is not taken in');
    expect(point.store.jobs.roll(rollOf(4))).toMatchObject({ state: 'inMagazine', dispenser: id });
    station.scanAtExit(labelOf(4));
    await told(1);
    station.scanAtExit(encodeBagCode({ ...bags, key: Buffer.alloc(32, 1) }, 5, 0));
    station.scanAtExit(encodeBagCode(bags, 5, 1));
    await doorIs(false);
    station.scanAtExit(labelOf(6));
    await told(4);
    expect(point.outcomes).toEqual(['roll_known', 'label_unreadable', 'label_unreadable', 'door_closed'].map((code) => ({ kind: 'label_refused', code })));
    expect(point.balance(`magazine/${id}`)).toBe(4);
    point.expectSound();
  });

  it('are waste after a service dispense, and in suspense when a hand pulled them past the exit', async () => {
    const memory = makeMemory();
    const point = await openPoint({ memory });
    const station = await point.ready(point.start().station);
    expect(point.board.dispenseForService(1)).toBe('written');
    await point.wait(() => point.balance(`waste/${id}`) === 1, 'the service roll is not booked');
    expect(point.data('bag.roll.wasted')).toMatchObject([{ dispenser: id, rolls: 1, reason: 'service', ctrTest: 1 }]);
    const { nv, mechanism } = point.board;
    memory.commit({ nv: { ...nv, ctrOut: nv.ctrOut + 1 }, mechanism: { ...mechanism, magazine: mechanism.magazine.slice(1) } });
    point.swap(point.makeBoard({ memory }));
    await point.wait(() => point.balance(`suspense/${id}`) === 1, 'the stray roll is not booked');
    expect(point.data('bag.roll.unattributed')).toMatchObject([{ dispenser: id, rolls: 1, ctrOut: 1, expectedCtrOut: 0 }]);
    expect(await station.draw(mine)).toMatchObject({ kind: 'issued', household: mine });
    expect([point.balance(`waste/${id}`), point.balance(`suspense/${id}`), point.balance(`magazine/${id}`)]).toEqual([1, 1, 0]);
    point.expectSound();
  });

  it('but another master did: the board is locked, and what it gave goes to suspense when a person has looked', async () => {
    const point = await openPoint();
    const station = await point.ready(point.start().station);
    const { nonce, lastJob, ctrOut } = point.board.nv;
    const command = { opcode: 'dispense', jobId: lastJob + 1, quantity: 1, expectLastJob: lastJob, expectCtrOut: ctrOut } as const;
    for (const request of encodeWrites(dispenserBd1, sealCommand(command, { key, nonce }))) expect(point.board.answer(request)).toEqual({ kind: 'written' });
    await point.wait(() => point.lock() === 'foreign_job' && point.rollsOut() === 1, 'the foreign job is not seen');
    expect(await station.draw(mine)).toEqual({ kind: 'refused', household: mine, code: 'dispenser_locked' });
    expect(await station.rebaseline('keeper')).toBe('done');
    expect(point.data('bag.roll.unattributed')).toMatchObject([{ dispenser: id, rolls: 1, ctrOut: 1, expectedCtrOut: 0 }]);
    await point.ready(station);
    expect(await station.draw(mine)).toMatchObject({ kind: 'issued', household: mine });
    expect(point.starts()).toHaveLength(2);
    point.expectSound();
  });

  it('is fenced and used again once the ledger is known to have been put back; what it gave out since the backup is in suspense', async () => {
    const point = await openPoint();
    const { station } = point.start();
    await point.ready(station);
    const { nonce, lastJob, ctrOut } = point.board.nv;
    const lost = { opcode: 'dispense', jobId: lastJob + 1, quantity: 1, expectLastJob: lastJob, expectCtrOut: ctrOut } as const;
    for (const request of encodeWrites(dispenserBd1, sealCommand(lost, { key, nonce }))) expect(point.board.answer(request)).toEqual({ kind: 'written' });
    await point.wait(() => point.lock() === 'foreign_job' && point.rollsOut() === 1, 'the job the ledger forgot is not seen');

    openRestoredEpoch(point.store, 'keeper');
    await point.wait(() => point.lock() === null && station.ready, 'the board stays locked in the new epoch');
    expect(point.data('bag.roll.unattributed')).toMatchObject([{ dispenser: id, rolls: 1, ctrOut: 1, expectedCtrOut: 0 }]);
    expect(await station.draw(mine)).toMatchObject({ kind: 'issued', household: mine });
    expect(point.data('bag.issue.requested').map(({ job }) => Math.floor(job / 2 ** 32))).toEqual([2]);
    expect(point.starts()).toHaveLength(2);
    point.expectSound();
  });
});
