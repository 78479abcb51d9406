// Without this a question about the log could hold up a serving gateway, or a damaged event be shown as a sound one.
import Database from 'better-sqlite3';
import { describe, expect, it, test } from 'vitest';
import { verifyTurnEvents } from '../../../gateway/limits.ts';
import { type OperationName, runOperation } from '../../../gateway/web/operations.ts';
import { makeDesk } from '../../support/make-desk.ts';
import { makeStore } from '../../support/make-store.ts';
import { issued, registered, requested, sampleDrafts, sampleHousehold } from '../../support/village-drafts.ts';

const health = sampleDrafts['device.health'];

/** Runs `work` and counts how often the event loop turned meanwhile. */
async function countTurns(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const count = () => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  await work().finally(() => clearImmediate(next));
  return turns;
}

/** Changes a closed ledger behind the back of the product. */
function tamper(path: string, sql: string): void {
  const db = new Database(path);
  for (const guard of ['event_no_update', 'posting_no_delete']) db.exec(`DROP TRIGGER ${guard}`);
  db.exec(sql);
  db.close();
}

describe('a serving gateway', () => {
  test.each<[OperationName, object]>([
    ['events.list', { limit: 10_000 }],
    ['events.list', { limit: 10_000, name: 'device.health' }],
    ['events.verify', {}],
    ['ledger.rebuild', {}],
  ])('goes on serving during %s %o', async (name, input) => {
    const desk = makeDesk();
    desk.store.append(Array.from({ length: 6 * verifyTurnEvents }, () => health));
    expect(await countTurns(() => runOperation(desk, name, input))).toBeGreaterThanOrEqual(6);
  });
});

describe('events.list', () => {
  it('gives the events asked for, in order, over the turns', async () => {
    const desk = makeDesk();
    desk.store.append(Array.from({ length: 130 }, (_unused, index) => (index % 2 === 0 ? health : sampleDrafts['gateway.started'])));
    const numbers = async (input: object) => ((await runOperation(desk, 'events.list', input)) as { sequence: number }[]).map(({ sequence }) => sequence);
    expect(await numbers({ limit: 10_000 })).toEqual(Array.from({ length: 131 }, (_unused, index) => index + 1));
    expect(await numbers({ after: 4, limit: 60 })).toEqual(Array.from({ length: 60 }, (_unused, index) => index + 5));
    expect(await numbers({ after: 4, limit: 60, name: 'device.health' })).toEqual(Array.from({ length: 60 }, (_unused, index) => 2 * index + 6));
    expect(await numbers({ limit: 1, name: 'alarm.fire' })).toEqual([]);
  });

  it('verifies what it shows and reads nothing else', async () => {
    const made = makeStore();
    // More than a start verifies, so that the village opens.
    made.store.append([sampleDrafts['gateway.started'], ...Array.from({ length: 1100 }, () => health)]);
    made.close();
    tamper(made.path, 'UPDATE event SET at_ms = at_ms + 1 WHERE seq = 2');
    const desk = makeDesk(made);
    expect(await runOperation(desk, 'events.list', { name: 'device.health', limit: 3 })).toHaveLength(3);
    await expect(runOperation(desk, 'events.list', { name: 'gateway.started' })).rejects.toMatchObject({ code: 'store_damaged' });
    await expect(runOperation(desk, 'events.list', {})).rejects.toThrow(/Event 2 /);
  });
});

describe('ledger.rebuild', () => {
  it('says that every table is as the log says, although events come in meanwhile', async () => {
    const desk = makeDesk();
    desk.store.append([registered(sampleHousehold), ...Array.from({ length: 4 * verifyTurnEvents }, () => health)]);
    const rebuilt = runOperation(desk, 'ledger.rebuild', {});
    desk.store.append([sampleDrafts['points.awarded'], { ...health, data: { ...health.data, state: 'online', cause: null } }]);
    expect(await rebuilt).toEqual({ events: desk.store.head.sequence, identical: true, differing: [] });
  });

  it('replaces the table that differs', async () => {
    const made = makeStore();
    made.store.append([registered(sampleHousehold)]);
    made.close();
    tamper(made.path, 'UPDATE household SET members = 9');
    const desk = makeDesk(made);
    expect(await runOperation(desk, 'ledger.rebuild', {})).toMatchObject({ identical: false, differing: ['household'] });
    expect(desk.store.people.household(sampleHousehold)).toMatchObject({ members: 3 });
    expect(await runOperation(desk, 'ledger.rebuild', {})).toMatchObject({ identical: true });
  });
});

it('ledger.show shows an account with nothing left on it, and nothing for one that never was', async () => {
  const desk = makeDesk();
  desk.store.append([registered(sampleHousehold), requested(1), issued(1, null)]);
  const balances = async (account: string) => ((await runOperation(desk, 'ledger.show', { account })) as { balances: object[] }).balances;
  expect(await balances('hold/1')).toEqual([{ account: 'hold/1', unit: 'rolls', amount: 0 }]);
  expect(await balances(`household/${sampleHousehold}`)).toEqual([{ account: `household/${sampleHousehold}`, unit: 'rolls', amount: 1 }]);
  expect(await balances('hold/2')).toEqual([]);
});
