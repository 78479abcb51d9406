/**
 * From events to rows: one function an event name, applied in the transaction that appends the event and again, in order, when the tables
 * are rebuilt. Nothing but the event and the rows already projected may be read here: no clock, no configuration, no other file.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type EventDraft, type EventName, type EventPayload, postingsOf } from '../../protocol/events.ts';
import type { Sqlite } from './database.ts';
import { projectionSql, projectionTables } from './projection-schema.ts';

type Rows = { readonly [Table in keyof ReturnType<typeof prepare>]: ReturnType<typeof prepare>[Table] };
type Apply = { readonly [Name in EventName]: (rows: Rows, data: EventPayload<Name>, seq: number) => void };

/** Names of the projection's text, so that a changed program rebuilds instead of misreading old rows. */
export const projectionDigest = createHash('sha256').update(projectionSql).update('rules 1').digest('hex');

/** A function that applies one event; statements are prepared once. The tables must exist. */
export function openProjector(db: Sqlite): (draft: EventDraft, seq: number) => void {
  const rows = prepare(db);
  return (draft, seq) => {
    applyPostings(rows, draft, seq);
    (apply[draft.name] as (rows: Rows, data: EventDraft['data'], seq: number) => void)(rows, draft.data, seq);
  };
}

/** Drops every projection and makes the empty tables again. Call inside a transaction. */
export function resetProjections(db: Sqlite): void {
  for (const table of [...projectionTables].reverse()) db.exec(`DROP TABLE IF EXISTS ${table}`);
  db.exec(projectionSql);
}

/** SHA-256 per table over all rows in key order: equal digests mean equal tables, row for row. */
export function digestProjections(db: Sqlite): Record<string, string> {
  const digests: Record<string, string> = {};
  for (const table of projectionTables) {
    const keys = (db.pragma(`table_info(${table})`) as { name: string; pk: number }[]).filter((column) => column.pk > 0).map((column) => column.name);
    const hash = createHash('sha256');
    for (const row of db
      .prepare(`SELECT * FROM ${table} ORDER BY ${keys.join(', ')}`)
      .raw()
      .iterate())
      hash.update(`${JSON.stringify(row)}\n`);
    digests[table] = hash.digest('hex');
  }
  return digests;
}

function applyPostings(rows: Rows, draft: EventDraft, seq: number): void {
  postingsOf(draft).forEach(({ account, unit, amount }, leg) => {
    rows.post.run({ seq, leg, account, unit, amount });
    rows.balance.run({ account, unit, amount });
  });
}

function prepare(db: Sqlite) {
  return {
    post: db.prepare('INSERT INTO posting (seq, leg, account, unit, amount) VALUES (@seq, @leg, @account, @unit, @amount)'),
    balance: db.prepare(
      'INSERT INTO balance (account, unit, amount) VALUES (@account, @unit, @amount) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount',
    ),
    household: db.prepare('INSERT INTO household (household, members) VALUES (@household, @members) ON CONFLICT DO UPDATE SET members = excluded.members'),
    credential: db.prepare("INSERT INTO credential (credential, household, state) VALUES (@credential, @household, 'active')"),
    revoke: db.prepare('UPDATE credential SET state = @reason WHERE credential = @credential'),
    hold: db.prepare(
      'INSERT INTO quota (household, period, held, issued) VALUES (@household, @period, @rolls, 0) ON CONFLICT DO UPDATE SET held = held + excluded.held',
    ),
    unhold: db.prepare('UPDATE quota SET held = held - @held, issued = issued + @issued WHERE household = @household AND period = @period'),
    openJob: db.prepare(`INSERT INTO job (job, dispenser, household, rolls, period, reliability, expect_last_job, expect_ctr_out, nonce, state, done)
      VALUES (@job, @dispenser, @household, @rolls, @period, 'A', @expectLastJob, @expectCtrOut, @nonce, 'open', 0)`),
    openVend: db.prepare(`INSERT INTO job (job, dispenser, household, rolls, period, reliability, sequence, state, done)
      VALUES (@job, @dispenser, @household, @rolls, @period, @reliability, @sequence, 'open', 0)`),
    doubtJob: db.prepare("UPDATE job SET state = 'indeterminate' WHERE job = @job AND state = 'open' AND reliability <> 'A'"),
    closeJob: db.prepare("UPDATE job SET state = @state, done = @done WHERE job = @job AND state IN ('open', 'indeterminate')"),
    stock: db.prepare(
      "INSERT INTO roll (roll, state, dispenser, position, household, job, confirmed) VALUES (@roll, 'inMagazine', @dispenser, @seq, NULL, NULL, 0)",
    ),
    issueRoll: db.prepare(
      "UPDATE roll SET state = 'issued', household = @household, job = @job, confirmed = @confirmed WHERE roll = @roll AND state = 'inMagazine'",
    ),
    loseRolls: db.prepare(`UPDATE roll SET state = @state WHERE roll IN
      (SELECT roll FROM roll WHERE dispenser = @dispenser AND state = 'inMagazine' ORDER BY position LIMIT @rolls)`),
    fence: db.prepare('INSERT INTO fence (fence, device, job) VALUES (@fence, @device, @job)'),
    baseline: db.prepare(`INSERT INTO dispenser (device, nonce, base_ctr_out, base_ctr_test, posted, purged, suspense, service, locked)
      VALUES (@device, @nonce, @ctrOut, @ctrTest, 0, 0, 0, 0, NULL)
      ON CONFLICT DO UPDATE SET nonce = excluded.nonce, base_ctr_out = excluded.base_ctr_out, base_ctr_test = excluded.base_ctr_test,
        posted = 0, purged = 0, suspense = 0, service = 0`),
    count: db.prepare(`UPDATE dispenser SET posted = posted + @posted, purged = purged + @purged, suspense = suspense + @suspense, service = service + @service
      WHERE device = @device`),
    lock: db.prepare('UPDATE dispenser SET locked = @reason WHERE device = @device'),
    weighing: db.prepare(`INSERT INTO weighing (weighing, scale, alibi, household, material, net_grams, seq)
      VALUES (@weighing, @scale, @alibi, @household, @material, @netGrams, @seq)`),
    scaleCheck: db.prepare(
      'INSERT INTO scale_check (scale, passed, seq) VALUES (@scale, @passed, @seq) ON CONFLICT DO UPDATE SET passed = excluded.passed, seq = excluded.seq',
    ),
    binLevel: db.prepare(`INSERT INTO bin (bin, compartment, fill_state, level_percent, alarm) VALUES (@bin, @compartment, @fillState, @levelPercent, 0)
      ON CONFLICT DO UPDATE SET fill_state = excluded.fill_state, level_percent = excluded.level_percent`),
    binAlarm: db.prepare(`INSERT INTO bin (bin, compartment, fill_state, level_percent, alarm) VALUES (@bin, @compartment, 'normal', NULL, @alarm)
      ON CONFLICT DO UPDATE SET alarm = excluded.alarm, notified = 0`),
    binNotified: db.prepare('UPDATE bin SET notified = 1 WHERE bin = @bin AND compartment = @compartment'),
    health: db.prepare(
      'INSERT INTO device (device, health, seq) VALUES (@device, @state, @seq) ON CONFLICT DO UPDATE SET health = excluded.health, seq = excluded.seq',
    ),
  };
}

const nothing = () => undefined;
const count = (rows: Rows, device: string, moved: { posted?: number; purged?: number; suspense?: number; service?: number }) =>
  rows.count.run({ device, posted: 0, purged: 0, suspense: 0, service: 0, ...moved });

function closeJob(rows: Rows, job: number, state: 'issued' | 'voided', done: number): void {
  assert.equal(rows.closeJob.run({ job, state, done }).changes, 1, `job ${job} is settled exactly once`);
}

const apply: Apply = {
  'epoch.opened': nothing,
  'gateway.started': nothing,
  'config.activated': nothing,
  'clock.adjusted': nothing,
  'roster.imported': nothing,
  'household.registered': (rows, { household, members, credentials }) => {
    rows.household.run({ household, members });
    for (const credential of credentials) rows.credential.run({ credential, household });
  },
  'household.changed': (rows, data) => void rows.household.run(data),
  'credential.added': (rows, data) => void rows.credential.run(data),
  'credential.revoked': (rows, { credential, reason }) => void rows.revoke.run({ credential, reason }),
  'bag.roll.stocked': (rows, { roll, dispenser }, seq) => void rows.stock.run({ roll, dispenser, seq }),
  'bag.issue.requested': (rows, { postings: _legs, operator: _operator, ...data }) => {
    rows.openJob.run(data);
    rows.hold.run({ household: data.household, period: data.period, rolls: data.rolls });
  },
  'bag.issue.ordered': (rows, { postings: _legs, operator: _operator, ...data }) => {
    rows.openVend.run(data);
    rows.hold.run({ household: data.household, period: data.period, rolls: data.rolls });
  },
  'bag.issue.indeterminate': (rows, { job }) => assert.equal(rows.doubtJob.run({ job }).changes, 1, `job ${job} is given up once`),
  'bag.issue.settled': nothing,
  'bag.stock.counted': (rows, { dispenser, counted, expected }) =>
    void rows.loseRolls.run({ state: 'suspense', dispenser, rolls: Math.max(0, expected - counted) }),
  'bag.roll.issued': (rows, { job, dispenser, household, period, rolls, voided }) => {
    closeJob(rows, job, 'issued', rolls.length);
    rows.unhold.run({ household, period, held: rolls.length + voided, issued: rolls.length });
    for (const { roll, confirmed } of rolls) if (roll !== null) rows.issueRoll.run({ roll, household, job, confirmed: confirmed ? 1 : 0 });
    count(rows, dispenser, { posted: rolls.length });
  },
  'bag.issue.voided': (rows, { job, household, period, rolls }) => {
    closeJob(rows, job, 'voided', 0);
    rows.unhold.run({ household, period, held: rolls, issued: 0 });
  },
  'bag.roll.wasted': (rows, { dispenser, rolls, reason }) => {
    rows.loseRolls.run({ state: 'wasted', dispenser, rolls });
    count(rows, dispenser, reason === 'service' ? { service: rolls } : { purged: rolls });
  },
  'bag.roll.unattributed': (rows, { dispenser, rolls }) => {
    rows.loseRolls.run({ state: 'suspense', dispenser, rolls: Math.max(0, rolls) });
    count(rows, dispenser, { suspense: rolls });
  },
  'device.fenced': (rows, { fence, device, job }) => void rows.fence.run({ fence, device, job }),
  'device.rebaselined': (rows, { device, nonce, ctrOut, ctrTest }) => void rows.baseline.run({ device, nonce, ctrOut, ctrTest }),
  'device.locked': (rows, { device, reason }) => void rows.lock.run({ device, reason }),
  'device.unlocked': (rows, { device }) => void rows.lock.run({ device, reason: null }),
  'device.health': (rows, { device, state }, seq) => void rows.health.run({ device, state, seq }),
  'weigh.committed': (rows, { weighing, scale, alibi, household, material, netGrams }, seq) =>
    void rows.weighing.run({ weighing, scale, alibi, household, material, netGrams, seq }),
  'scale.check.passed': (rows, { scale }, seq) => void rows.scaleCheck.run({ scale, passed: 1, seq }),
  'scale.check.failed': (rows, { scale }, seq) => void rows.scaleCheck.run({ scale, passed: 0, seq }),
  'points.awarded': nothing,
  'bin.level.changed': (rows, { bin, compartment, fillState, levelPercent }) => void rows.binLevel.run({ bin, compartment, fillState, levelPercent }),
  'alarm.fire': (rows, { bin, compartment }) => void rows.binAlarm.run({ bin, compartment, alarm: 1 }),
  'alarm.notified': (rows, { bin, compartment }) => void rows.binNotified.run({ bin, compartment }),
  'alarm.cleared': (rows, { bin, compartment }) => void rows.binAlarm.run({ bin, compartment, alarm: 0 }),
  'bin.hatch.opened': nothing,
  'acceptance.reported': nothing,
};
