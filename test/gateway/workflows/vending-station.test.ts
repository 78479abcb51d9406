// Without this a board without a job register could give a roll twice, or one that nobody knows of: station, port, firmware, iron and ledger together.
import { describe, expect, it, onTestFinished } from 'vitest';
import { villageClock, wireClock } from '../../../gateway/clock.ts';
import { EasivendBoard } from '../../../gateway/southbound/easivend-board.ts';
import { VmcBoard } from '../../../gateway/southbound/vmc-board.ts';
import { type DispenserOutcome, quotaIn } from '../../../gateway/workflows/draw.ts';
import { VendingStation } from '../../../gateway/workflows/vending-station.ts';
import { encodeBagCode } from '../../../protocol/bag-code.ts';
import type { EventName, EventPayload } from '../../../protocol/events.ts';
import { epochMs } from '../../../protocol/units.ts';
import { villageRulesSchema } from '../../../protocol/village-rules.ts';
import { eventually } from '../../support/eventually.ts';
import { makeStore, testStartMs } from '../../support/make-store.ts';
import { openVendingPort } from '../../support/vending-port.ts';
import { householdOf, registered, rollOf, stocked } from '../../support/village-drafts.ts';

const id = 'dispenser-1';
const bags = { village: 'WXJ01', key: Buffer.alloc(32, 9) };
const [mine, hers] = [householdOf(1), householdOf(2)];
const labelOf = (roll: number) => encodeBagCode(bags, roll, 0);
const models = ['EASIVEND', 'VMC'] as const;
type Model = (typeof models)[number];

/** A ledger with two households and rolls 1 to 3, the same rolls in a simulated board. Patience runs 20 times as fast as the machine. */
async function openPoint(model: Model, options: { readonly jamProbability?: number } = {}) {
  const { store } = makeStore();
  store.append([registered(mine), registered(hers), ...[1, 2, 3].map((roll) => stocked(rollOf(roll)))]);
  const vending = await openVendingPort(model, [1, 2, 3].map(labelOf), options);
  const outcomes: DispenserOutcome[] = [];
  const start = () => {
    const stopping = new AbortController();
    const port = { transport: { kind: 'tcp', host: '127.0.0.1', port: vending.port }, clock: wireClock } as const;
    const board = model === 'VMC' ? new VmcBoard({ ...port, selection: 10 }) : new EasivendBoard({ ...port, column: 3 });
    const station = new VendingStation({
      ...{ id, board, store, wire: villageClock(epochMs(testStartMs), 20), idlePollMs: undefined, bags },
      ...{
        quota: quotaIn(
          store,
          () => villageRulesSchema.parse({}).bags,
          () => ({ day: '2026-11-23', period: '2026-11', dateTrusted: true }),
        ),
        onOutcome: (outcome: DispenserOutcome) => void outcomes.push(outcome),
      },
    });
    const task = station.run(stopping.signal);
    const stop = async () => {
      stopping.abort(new Error('the gateway stops'));
      await task;
      await board.close();
    };
    onTestFinished(stop);
    return { station, stop };
  };
  const data = <Name extends EventName>(name: Name) =>
    [...store.events()].flatMap(({ draft }) => (draft.name === name ? [draft.data as EventPayload<Name>] : []));
  const wait = (holds: () => boolean, what: string) =>
    eventually(holds, () => `${what}; told ${JSON.stringify(outcomes)}, recorded ${[...store.events()].map(({ draft }) => draft.name).join(' ')}`);
  return {
    ...{ store, vending, start, data, wait, outcomes },
    ready: async () => {
      const running = start();
      await wait(() => running.station.ready && running.station.status === 'ready', 'the station does not come up');
      return running;
    },
    motorStarts: () => vending.motions.filter((what) => what === 'motor-start').length,
    balance: (account: string) => store.ledger.balance(account, 'rolls'),
    expectSound: () => {
      expect(store.ledger.problems()).toEqual([]);
      expect(store.verify().problem).toBeNull();
      expect(store.rebuild()).toMatchObject({ identical: true });
    },
  };
}

describe.each(models)('a draw at a %s board', (model) => {
  it('is committed before the motor starts, and ends as the one roll that came out', async () => {
    const point = await openPoint(model);
    const { station } = await point.ready();
    let heldAtStart = 0;
    point.vending.onMotion = (what, label) => {
      if (what === 'motor-start') heldAtStart = point.store.jobs.vends(id).length;
      else if (label !== null) station.scanAtExit(label);
    };
    expect(await station.draw(mine)).toMatchObject({ kind: 'issued', household: mine, rolls: 1, rollUnconfirmed: false });
    expect([heldAtStart, point.motorStarts(), point.balance(`household/${mine}`), point.balance(`magazine/${id}`)]).toEqual([1, 1, 1, 2]);
    expect(point.data('bag.issue.ordered')).toMatchObject([{ household: mine, reliability: model === 'VMC' ? 'C' : 'B', sequence: 1 }]);
    expect(await station.draw(mine)).toMatchObject({ kind: 'refused', code: 'quota_used' });
    expect(await station.draw(hers)).toMatchObject({ kind: 'issued', household: hers });
    expect(point.motorStarts()).toBe(2);
    point.expectSound();
  });

  it('gives the quota back after a jam, and nothing more until a person has looked', async () => {
    const point = await openPoint(model, { jamProbability: 1 });
    const { station } = await point.ready();
    expect(await station.draw(mine)).toMatchObject({ kind: 'voided', reason: 'jam' });
    expect(await station.draw(hers)).toMatchObject({ kind: 'refused', code: 'dispenser_locked' });
    expect(await station.rebaseline('keeper')).toBe('done');
    expect(await station.draw(hers)).toMatchObject({ kind: 'voided', reason: 'jam' });
    expect([point.motorStarts(), point.balance(`magazine/${id}`)]).toEqual([2, 3]);
    point.expectSound();
  });

  it('stays held when the board loses its power on the way, until a person says what happened', async () => {
    const point = await openPoint(model);
    const { station } = await point.ready();
    point.vending.onMotion = (what) => {
      if (what === 'motor-start')
        setTimeout(() => {
          point.vending.board.setPower(false);
          point.vending.board.setPower(true);
        }, 20);
    };
    const outcome = await station.draw(mine);
    const [doubt] = point.data('bag.issue.indeterminate');
    expect(outcome).toEqual({ kind: 'undecided', household: mine, job: doubt?.job });
    expect([point.motorStarts(), point.balance(`hold/${doubt?.job}`)]).toEqual([1, 1]);
    expect(await station.draw(mine)).toMatchObject({ kind: 'refused', code: 'quota_used' });
    expect(station.settle(1, 'void', 'keeper')).toEqual({ ok: false, code: 'no_such_job' });
    expect(station.settle(doubt?.job ?? 0, 'void', 'keeper')).toEqual({ ok: true });
    expect(station.settle(doubt?.job ?? 0, 'issued', 'keeper')).toEqual({ ok: false, code: 'no_such_job' });
    expect(point.data('bag.issue.settled')).toMatchObject([{ outcome: 'void', by: 'person', operator: 'keeper' }]);
    expect([point.balance(`household/${mine}`), point.balance(`magazine/${id}`)]).toEqual([0, 3]);
    point.expectSound();
  });

  it('is settled by a stock count when that leaves no choice', async () => {
    const point = await openPoint(model);
    const { station } = await point.ready();
    point.vending.onMotion = (what) => {
      if (what === 'motor-start') point.vending.connected = false;
    };
    const drawn = station.draw(mine);
    await point.wait(() => point.vending.motions.includes('roll-out'), 'no roll comes out');
    expect(await drawn).toMatchObject({ kind: 'undecided' });
    point.vending.connected = true;
    expect(station.count(4, 'keeper')).toMatchObject({ ok: false, refusal: { code: 'count_above_book' } });
    expect(station.count(2, 'keeper')).toMatchObject({ ok: true });
    expect(point.data('bag.issue.settled')).toMatchObject([{ outcome: 'issued', by: 'stock_count' }]);
    expect(point.data('bag.roll.issued')).toMatchObject([{ household: mine, result: 'indeterminate', rolls: [{ roll: rollOf(1), confirmed: false }] }]);
    expect([point.balance(`household/${mine}`), point.balance(`magazine/${id}`)]).toEqual([1, 2]);
    expect(station.count(1, 'keeper')).toMatchObject({ ok: true });
    expect([point.balance(`suspense/${id}`), point.balance(`magazine/${id}`)]).toEqual([1, 1]);
    point.expectSound();
  });

  it('is never ordered again by a gateway that comes back, and is a roll where the board can still tell', async () => {
    const point = await openPoint(model);
    const first = await point.ready();
    const moving = Promise.withResolvers<void>();
    point.vending.onMotion = (what) => void (what === 'motor-start' && moving.resolve());
    void first.station.draw(mine);
    await moving.promise;
    await first.stop();
    point.start();
    await point.wait(() => point.store.jobs.vends(id).every(({ state }) => state !== 'open'), 'the open job is not closed');
    expect(point.motorStarts()).toBe(1);
    // A blind board may have said its word while nobody listened; then the job waits for a person.
    if (model === 'EASIVEND') expect(point.data('bag.roll.issued')).toMatchObject([{ household: mine, result: 'ok' }]);
    else expect(point.data('bag.roll.issued').length + point.data('bag.issue.indeterminate').length).toBe(1);
    point.expectSound();
  });

  it('is refused without a word to the motor when the port is away', async () => {
    const point = await openPoint(model);
    const { station } = await point.ready();
    point.vending.connected = false;
    await point.wait(() => station.status === 'unreachable', 'the station does not notice');
    expect(await station.draw(mine)).toMatchObject({ kind: 'refused', code: 'dispenser_unreachable' });
    expect([point.motorStarts(), point.store.jobs.vends(id)]).toEqual([0, []]);
  });
});

it('answers every poll of a VMC board in time while orders run', async () => {
  const point = await openPoint('VMC');
  const { station } = await point.ready();
  await station.draw(mine);
  await station.draw(hers);
  const talk = point.vending.board.talk;
  console.log('VMC board:', talk);
  expect(talk?.answered).toBeGreaterThan(15);
  // The first copy of each last word is left unanswered on purpose, so that the board says it again.
  expect(talk?.missed).toBeLessThanOrEqual((talk?.answered ?? 0) / 2);
});
