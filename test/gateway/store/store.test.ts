// Without this a ledger could lose, change or double an event and nobody would know: chain, transaction, guards, rebuild and locks.
import { spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isGatewayError } from '../../../gateway/errors.ts';
import { startVerifyEventsMax } from '../../../gateway/limits.ts';
import { openDatabase } from '../../../gateway/store/database.ts';
import { type EventDraft, postingsOf } from '../../../protocol/events.ts';
import { openEvent } from '../../../protocol/signed-event.ts';
import { makeFolder, makeStore, testStartMs } from '../../support/make-store.ts';
import { testKeys } from '../../support/test-keys.ts';
import {
  awarded,
  issued,
  registered,
  requested,
  rollOf,
  sampleDrafts,
  sampleHousehold,
  stocked,
  villageHistory,
  voided,
} from '../../support/village-drafts.ts';

const job = 2 ** 32 + 1;
const health = sampleDrafts['device.health'];

/** Looks into, or reaches into, a closed file past the product. */
function past<Result>(path: string, work: (db: Database.Database) => Result): Result {
  const db = new Database(path);
  try {
    return work(db);
  } finally {
    db.close();
  }
}
/** Does what a tamperer with the file would: takes the guards away first. */
const tamper = (path: string, sql: string) =>
  past(path, (db) => {
    for (const name of ['event_no_update', 'event_no_delete', 'event_no_replace', 'posting_no_update', 'posting_no_delete', 'posting_no_replace'])
      db.exec(`DROP TRIGGER ${name}`);
    db.exec(sql);
  });
function failure(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return expect.fail('nothing was refused');
}

describe('append', () => {
  it('gives each event its number, link, time and signature, as a stranger reads them', () => {
    const { store, clock } = makeStore();
    clock.nowMs += 5;
    const stored = store.append([registered(sampleHousehold), awarded(sampleHousehold, 600)]);
    let prev = store.readAfter(0, 1).map(({ envelope }) => openEvent(envelope, testKeys))[0];
    for (const [index, { envelope, sequence, leaf }] of stored.entries()) {
      const opened = openEvent(envelope, testKeys);
      expect(opened).toMatchObject({ ok: true, leaf, event: { sequence, gateway: 'gw-test', epoch: 1, boot: 1, timeMs: testStartMs + 5, timeq: 'ntp' } });
      expect(sequence).toBe(index + 2);
      expect(opened.ok && prev?.ok && opened.event.prev === prev.leaf).toBe(true);
      prev = opened;
    }
    expect(store.head).toMatchObject({ sequence: 3, leaf: stored[1]?.leaf });
    expect(store.verify()).toEqual({ checked: 3, problem: null });
  });

  it('continues the chain after a restart, in a new boot', () => {
    const made = makeStore();
    const before = made.store.head;
    const [next] = made.reopen().append([health], { boot: 2 });
    expect(made.store.head).toMatchObject({ sequence: 2, boot: 2, epoch: 1 });
    expect(next && openEvent(next.envelope, testKeys)).toMatchObject({ event: { prev: before.leaf, boot: 2 } });
    expect(made.store.verify()).toEqual({ checked: 2, problem: null });
  });

  it('tells listeners after the commit, once an event, in order, until they leave', () => {
    const { store } = makeStore();
    const heard: number[] = [];
    const leave = store.onAppended(({ sequence }) => heard.push(sequence, store.head.sequence));
    store.append([health, health]);
    leave();
    store.append([health]);
    expect(heard).toEqual([2, 3, 3, 3]);
  });

  const legs = awarded(sampleHousehold, 600).data.postings;
  test.each([
    ['postings that do not sum to zero', { ...awarded(sampleHousehold, 600), data: { ...awarded(sampleHousehold, 600).data, postings: legs.slice(1) } }],
    ['a projection that fails: a job settled that was never opened', issued(job, rollOf(1))],
    ['a row the tables refuse: a card twice', registered('h-00000000000000000009', ['a'.repeat(32), 'a'.repeat(32)])],
    ['a field no schema knows', { ...health, data: { ...health.data, nickname: 'old scale' } } as EventDraft],
  ])('records nothing at all of %s', (_name, bad) => {
    const made = makeStore();
    made.store.append([registered(sampleHousehold), stocked(rollOf(1))]);
    const state = () => ({ head: made.store.head, balances: made.store.ledger.balances(), counts: made.store.ledger.countEvents() });
    const before = state();
    const heard: number[] = [];
    made.store.onAppended(({ sequence }) => heard.push(sequence));
    expect(() => made.store.append([awarded(sampleHousehold, 100), stocked(rollOf(2)), bad])).toThrow();
    expect(state()).toEqual(before);
    expect(heard).toEqual([]);
    made.reopen();
    expect(state()).toEqual(before);
    made.store.append([stocked(rollOf(2))]);
    expect(made.store.verify()).toEqual({ checked: 4, problem: null });
  });

  it('settles a job exactly once', () => {
    const { store } = makeStore();
    store.append([stocked(rollOf(1)), requested(job)]);
    expect(store.jobs.open('dispenser-1')).toMatchObject({ job, household: sampleHousehold, rolls: 1 });
    store.append([voided(job)]);
    expect(() => store.append([issued(job, rollOf(1))])).toThrow(/settled exactly once/);
    expect(store.jobs.open('dispenser-1')).toBeUndefined();
    expect(store.jobs.quota(sampleHousehold, '2026-11')).toEqual({ held: 0, issued: 0, extra: 0 });
    expect(store.ledger.problems()).toEqual([]);
  });

  it('never lets recorded time go back, and says so', () => {
    const { store, clock } = makeStore();
    clock.nowMs = testStartMs - 3_600_000;
    const held = store.append([health, health]);
    expect(held.map(({ atMs, timeq }) => [atMs, timeq])).toEqual([
      [testStartMs, 'hold'],
      [testStartMs, 'hold'],
    ]);
    clock.nowMs = testStartMs + 1;
    const [caughtUp] = store.append([health]);
    expect(caughtUp).toMatchObject({ atMs: testStartMs + 1, timeq: 'ntp' });
    const stamps = [...store.events()].map(({ envelope }) => openEvent(envelope, testKeys)).map((opened) => (opened.ok ? opened.event.hlc : ''));
    expect(new Set(stamps).size).toBe(4);
    expect(stamps).toEqual([...stamps].sort());
    clock.nowMs = 0;
    store.append([health]);
    expect(store.lastTrustedMs()).toBe(testStartMs + 1);
  });
});

describe('rebuild', () => {
  it('comes out row for row the same after any history, and the books are the sums of the events', () => {
    fc.assert(
      fc.property(villageHistory, fc.integer({ min: 1, max: 9 }), (history, batch) => {
        const made = makeStore();
        for (let at = 0; at < history.length; at += batch) made.store.append(history.slice(at, at + batch));
        const sums = new Map<string, number>();
        for (const { account, unit, amount } of history.flatMap(postingsOf)) sums.set(`${unit} ${account}`, (sums.get(`${unit} ${account}`) ?? 0) + amount);
        const expected = new Map([...sums].filter(([, amount]) => amount !== 0));
        const balances = () => new Map(made.store.ledger.balances().map(({ account, unit, amount }) => [`${unit} ${account}`, amount]));
        expect(balances()).toEqual(expected);
        expect(made.store.rebuild()).toEqual({ events: history.length + 1, identical: true, differing: [] });
        expect(balances()).toEqual(expected);
        expect(made.store.ledger.problems()).toEqual([]);
        made.close();
      }),
      { numRuns: 60 },
    );
  });

  it('says which table had been changed behind its back, and puts it right', () => {
    const made = makeStore();
    made.store.append([registered(sampleHousehold), awarded(sampleHousehold, 600)]);
    made.close();
    past(made.path, (db) => db.exec(`UPDATE balance SET amount = 60000 WHERE account LIKE 'household/%'; UPDATE household SET members = 9`));
    expect(made.store.ledger.problems()).toContainEqual({ check: 'balance_sum', detail: expect.stringContaining('shows 60000 points') });
    expect(made.store.rebuild()).toEqual({ events: 3, identical: false, differing: ['balance', 'household'] });
    expect(made.store.ledger.problems()).toEqual([]);
    expect(made.store.ledger.balance(`household/${sampleHousehold}`, 'points')).toBe(600);
  });

  it('happens by itself when the program that wrote the tables was another', () => {
    const made = makeStore();
    made.store.append([registered(sampleHousehold), awarded(sampleHousehold, 600)]);
    made.close();
    past(made.path, (db) => db.exec(`UPDATE projection SET digest = 'older'; DELETE FROM balance; DROP TABLE quota`));
    expect(made.store.ledger.balance(`household/${sampleHousehold}`, 'points')).toBe(600);
    expect(made.store.jobs.quota(sampleHousehold, '2026-11')).toEqual({ held: 0, issued: 0, extra: 0 });
  });
});

describe('the books', () => {
  const plant = {
    unit_sum: "UPDATE balance SET amount = amount + 1 WHERE account = 'issuance/learning'",
    event_sum: 'UPDATE posting SET amount = amount + 1 WHERE seq = 3 AND leg = 0',
    balance_sum: "DELETE FROM balance WHERE unit = 'points'",
    household_negative: "UPDATE balance SET amount = -1 WHERE account LIKE 'household/%' AND unit = 'points'",
    hold_open_without_job: "UPDATE job SET state = 'voided'",
    hold_missing: "UPDATE balance SET amount = 0 WHERE account LIKE 'hold/%'",
  } as const;
  test.each(Object.entries(plant))('%s is found', (check, sql) => {
    const made = makeStore();
    made.store.append([registered(sampleHousehold), awarded(sampleHousehold, 600), stocked(rollOf(1)), requested(job)]);
    expect(made.store.ledger.problems()).toEqual([]);
    made.close();
    tamper(made.path, sql);
    expect(made.store.ledger.problems().map((problem) => problem.check)).toContain(check);
  });
});

describe('guards of the file', () => {
  test.each([
    ['event', 'UPDATE event SET subject = subject WHERE seq = 1'],
    ['event', 'DELETE FROM event WHERE seq = 2'],
    ['event', 'INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2'],
    ['posting', 'UPDATE posting SET amount = 1 WHERE leg = 0'],
    ['posting', 'DELETE FROM posting'],
    ['posting', 'INSERT OR REPLACE INTO posting SELECT * FROM posting'],
  ])('%s is append-only: %s', (_table, sql) => {
    const made = makeStore();
    made.store.append([awarded(sampleHousehold, 600)]);
    made.close();
    past(made.path, (db) => expect(() => db.exec(sql)).toThrow(/append-only/));
  });
});

describe('verification', () => {
  const first = 5;
  const total = startVerifyEventsMax + 10;
  /** A log long enough that its beginning is not read at start; damage there is found by `verify`, damage at the end by opening. */
  const longLog = () => {
    const made = makeStore();
    made.store.append(Array.from({ length: total - 1 }, (_unused, index) => (index % 2 === 0 ? health : awarded(sampleHousehold, index))));
    made.close();
    return made.path;
  };
  const tampering = {
    'a byte of the envelope': 'envelope = CAST(replace(CAST(envelope AS TEXT), \'"sig":"\', \'"sig":"A\') AS BLOB)',
    'the envelope of another event': 'envelope = (SELECT envelope FROM event WHERE seq = 1)',
    'the leaf': 'leaf = zeroblob(32)',
    'the name': "name = 'device.locked'",
    'the epoch': 'epoch = 2',
    'the time': 'at_ms = at_ms + 1',
    'the clock quality': "timeq = 'none'",
    'the boot': 'boot = 9',
    'the hybrid clock': "hlc = '0000000000000000'",
    'the subject': "subject = 'scale-9'",
  };

  it('names the event of every kind of tampering, at the beginning and at the end', { timeout: 120_000 }, () => {
    const original = longLog();
    const folder = makeFolder();
    for (const [what, assignment] of Object.entries(tampering)) {
      const early = join(folder, 'early.db');
      copyFileSync(original, early);
      tamper(early, `UPDATE event SET ${assignment} WHERE seq = ${first}`);
      const opened = makeStore({ path: early });
      expect(opened.store.verify().problem, what).toMatchObject({ sequence: first });
      opened.close();
      const late = join(folder, 'late.db');
      copyFileSync(original, late);
      tamper(late, `UPDATE event SET ${assignment} WHERE seq = ${total}`);
      const error = failure(() => makeStore({ path: late }));
      expect(isGatewayError(error, 'store_damaged'), what).toBe(true);
      expect(String(error), what).toContain(`Event ${total} `);
    }
  });

  test.each([1, first])('finds event %i missing', { timeout: 60_000 }, (sequence) => {
    const path = longLog();
    tamper(path, `DELETE FROM event WHERE seq = ${sequence}`);
    expect(makeStore({ path }).store.verify().problem).toEqual({ sequence, detail: 'is missing from the log' });
  });

  it('finds two events that changed places, each with a good signature', () => {
    const made = makeStore();
    made.store.append([health, awarded(sampleHousehold, 1), health]);
    made.close();
    tamper(made.path, 'UPDATE event SET seq = 99 WHERE seq = 2; UPDATE event SET seq = 2 WHERE seq = 3; UPDATE event SET seq = 3 WHERE seq = 99');
    expect(String(failure(() => made.open()))).toContain('Event 2 ');
  });

  it('does not open for another key, and stays whole for the right one', () => {
    const made = makeStore();
    made.close();
    expect(
      isGatewayError(
        failure(() => made.open({ keys: () => undefined })),
        'store_damaged',
      ),
    ).toBe(true);
    expect(made.store.verify()).toEqual({ checked: 1, problem: null });
  });

  it('says whose ledger it is when it is another gateway’s, rather than that it is damaged', () => {
    const made = makeStore();
    made.close();
    const refusal = { code: 'config_invalid', message: `${made.path} is the ledger of gateway gw-test, not of gw-other.` };
    expect(failure(() => made.open({ gateway: 'gw-other' }))).toMatchObject(refusal);
    // Also where the rows would have to be derived anew.
    past(made.path, (db) => db.exec('DELETE FROM projection'));
    expect(failure(() => made.open({ gateway: 'gw-other' }))).toMatchObject(refusal);
    expect(made.store.verify()).toEqual({ checked: 1, problem: null });
  });
});

describe('opening the file', () => {
  it('refuses a second opener, in this process and in another', () => {
    const made = makeStore();
    expect(
      isGatewayError(
        failure(() => made.open()),
        'store_locked',
      ),
    ).toBe(true);
    const module = resolve(import.meta.dirname, '../../../gateway/store/database.ts');
    const script = `import(${JSON.stringify(module)}).then(({ openDatabase }) => openDatabase(${JSON.stringify(made.path)}, []))
      .then(() => console.log('opened'), (error) => console.log(error.code))`;
    const child = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    expect(child.stdout.trim(), child.stderr).toBe('store_locked');
    made.store.append([health]);
    expect(made.store.verify()).toEqual({ checked: 2, problem: null });
  });

  it('refuses a file of a newer program and leaves it alone', () => {
    const made = makeStore();
    made.close();
    past(made.path, (db) => db.pragma('user_version = 99'));
    const error = failure(() => made.open());
    expect(isGatewayError(error, 'store_damaged') && error.message).toMatch(/newer version/);
    expect(past(made.path, (db) => db.pragma('user_version', { simple: true }))).toBe(99);
  });

  it('refuses what is no database, and a place it cannot write', () => {
    const folder = makeFolder();
    const path = join(folder, 'noise.db');
    writeFileSync(path, 'this is not a database, however long it is '.repeat(100));
    expect(
      isGatewayError(
        failure(() => makeStore({ path })),
        'store_damaged',
      ),
    ).toBe(true);
    expect(
      isGatewayError(
        failure(() => makeStore({ path: folder })),
        'store_failed',
      ),
    ).toBe(true);
  });

  it('sets what the ledger depends on, and does not use a file that will not take it', () => {
    const db = openDatabase(join(makeFolder(), 'a.db'), []);
    const read = (name: string) => db.pragma(name, { simple: true });
    expect([read('journal_mode'), read('locking_mode'), read('synchronous'), read('foreign_keys')]).toEqual(['wal', 'exclusive', 2, 1]);
    expect([read('recursive_triggers'), read('trusted_schema'), read('secure_delete')]).toEqual([1, 0, 1]);
    db.close();
    // A database in memory cannot have a write-ahead log.
    expect(() => openDatabase(':memory:', [])).toThrow('SQLite did not take PRAGMA journal_mode');
  });

  it('applies schema steps once each, in order, whole or not at all', () => {
    const path = join(makeFolder(), 'a.db');
    const one = { number: 1, sql: 'CREATE TABLE one (x)' };
    const two = { number: 2, sql: 'CREATE TABLE two (x)' };
    openDatabase(path, [one]).close();
    expect(() => openDatabase(path, [one, { number: 2, sql: 'CREATE TABLE half (x); CREATE TABLE one (x)' }])).toThrow();
    openDatabase(path, [one, two]).close();
    openDatabase(path, [one, two]).close();
    expect(past(path, (db) => db.prepare('SELECT name FROM sqlite_schema ORDER BY name').pluck().all())).toEqual(['one', 'two']);
    expect(() => openDatabase(path, [one, two, { number: 4, sql: '' }])).toThrow(/without gaps/);
  });
});

describe('what is not derived from events', () => {
  it('keeps forwarding positions and village time over a restart and a rebuild', () => {
    const made = makeStore();
    const later = made.store.head.atMs + 60_000;
    made.store.saveCursor('town', 1);
    made.store.saveVillageTime(later as typeof made.store.head.atMs);
    made.store.saveVillageTime(made.store.head.atMs);
    made.reopen().rebuild();
    expect([made.store.loadCursor('town'), made.store.loadCursor('county'), made.store.loadVillageTime()]).toEqual([1, 0, later]);
    expect(() => made.store.saveCursor('town', 2)).toThrow('a cursor never passes the head');
    expect(makeStore({ empty: true }).store.loadVillageTime()).toBeNull();
  });

  it('finds the newest event of a name', () => {
    const { store } = makeStore();
    store.append([awarded(sampleHousehold, 1), awarded(sampleHousehold, 2), health]);
    expect(store.lastOf('points.awarded')?.points).toBe(2);
    expect(store.lastOf('alarm.fire')).toBeUndefined();
  });
});
