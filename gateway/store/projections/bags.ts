/** Rolls, quotas and the jobs of dispensers. What people do with a roll afterwards is in rolls.ts, on the same tables. */
import assert from 'node:assert/strict';
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE quota (
  household TEXT NOT NULL,
  period TEXT NOT NULL,
  held INTEGER NOT NULL CHECK (held >= 0),
  issued INTEGER NOT NULL CHECK (issued >= 0),
  extra INTEGER NOT NULL CHECK (extra >= 0),
  PRIMARY KEY (household, period)
) STRICT, WITHOUT ROWID;
CREATE TABLE roll (
  roll TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('inStock', 'inMagazine', 'issued', 'lost', 'damaged', 'returned', 'void', 'wasted', 'suspense')),
  dispenser TEXT,
  position INTEGER NOT NULL,
  household TEXT,
  job INTEGER,
  confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
  period TEXT,
  issued INTEGER,
  batch TEXT,
  bags INTEGER,
  CHECK (state NOT IN ('issued', 'lost', 'damaged', 'returned') OR household IS NOT NULL),
  CHECK (state <> 'inMagazine' OR (dispenser IS NOT NULL AND household IS NULL)),
  CHECK (state NOT IN ('inStock', 'void') OR household IS NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX roll_of_household ON roll (household, issued) WHERE household IS NOT NULL;
CREATE INDEX roll_of_batch ON roll (batch) WHERE batch IS NOT NULL;
CREATE TABLE unconfirmed (
  job INTEGER NOT NULL,
  place INTEGER NOT NULL,
  household TEXT NOT NULL,
  dispenser TEXT NOT NULL,
  roll TEXT,
  PRIMARY KEY (job, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX unconfirmed_of_household ON unconfirmed (household);
CREATE INDEX unconfirmed_roll ON unconfirmed (roll);
CREATE INDEX roll_magazine ON roll (dispenser, state, position);
CREATE TABLE job (
  job INTEGER PRIMARY KEY,
  dispenser TEXT NOT NULL,
  household TEXT NOT NULL,
  rolls INTEGER NOT NULL CHECK (rolls >= 1),
  period TEXT NOT NULL,
  reliability TEXT NOT NULL CHECK (reliability IN ('A', 'B', 'C')),
  expect_last_job INTEGER CHECK ((expect_last_job IS NULL) = (reliability <> 'A')),
  expect_ctr_out INTEGER,
  nonce INTEGER,
  sequence INTEGER CHECK ((sequence IS NULL) = (reliability = 'A')),
  state TEXT NOT NULL CHECK (state IN ('open', 'indeterminate', 'issued', 'voided')),
  done INTEGER NOT NULL CHECK (done BETWEEN 0 AND rolls),
  manual_roll TEXT
) STRICT;
CREATE INDEX job_open ON job (dispenser) WHERE state IN ('open', 'indeterminate');
CREATE INDEX job_undecided ON job (household) WHERE state IN ('open', 'indeterminate');
CREATE INDEX job_order ON job (dispenser, job) WHERE sequence IS NOT NULL;
CREATE TABLE fence (fence INTEGER PRIMARY KEY, device TEXT NOT NULL, job INTEGER) STRICT;
CREATE TABLE dispenser (
  device TEXT PRIMARY KEY,
  nonce INTEGER NOT NULL,
  base_ctr_out INTEGER NOT NULL,
  base_ctr_test INTEGER NOT NULL,
  posted INTEGER NOT NULL,
  purged INTEGER NOT NULL,
  suspense INTEGER NOT NULL,
  service INTEGER NOT NULL,
  locked TEXT
) STRICT, WITHOUT ROWID;
`;

function prepare(db: Sqlite) {
  return {
    hold: db.prepare(
      'INSERT INTO quota (household, period, held, issued, extra) VALUES (@household, @period, @rolls, 0, 0) ON CONFLICT DO UPDATE SET held = held + excluded.held',
    ),
    unhold: db.prepare('UPDATE quota SET held = held - @held, issued = issued + @issued WHERE household = @household AND period = @period'),
    carry: db.prepare(`INSERT INTO quota (household, period, held, issued, extra) VALUES (@household, @period, 0, @rolls, 0)
      ON CONFLICT DO UPDATE SET issued = issued + excluded.issued`),
    openJob: db.prepare(`INSERT INTO job (job, dispenser, household, rolls, period, reliability, expect_last_job, expect_ctr_out, nonce, state, done)
      VALUES (@job, @dispenser, @household, @rolls, @period, 'A', @expectLastJob, @expectCtrOut, @nonce, 'open', 0)`),
    openVend: db.prepare(`INSERT INTO job (job, dispenser, household, rolls, period, reliability, sequence, state, done)
      VALUES (@job, @dispenser, @household, @rolls, @period, @reliability, @sequence, 'open', 0)`),
    doubtJob: db.prepare("UPDATE job SET state = 'indeterminate' WHERE job = @job AND state = 'open' AND reliability <> 'A'"),
    closeJob: db.prepare("UPDATE job SET state = @state, done = @done WHERE job = @job AND state IN ('open', 'indeterminate')"),
    stock: db.prepare(`INSERT INTO roll (roll, state, dispenser, position, confirmed) VALUES (@roll, 'inMagazine', @dispenser, @seq, 0)
      ON CONFLICT DO UPDATE SET state = 'inMagazine', dispenser = excluded.dispenser, position = excluded.position WHERE roll.state = 'inStock'`),
    issueRoll: db.prepare(`UPDATE roll SET state = 'issued', household = @household, job = @job, confirmed = @confirmed, period = @period, issued = @seq
      WHERE roll = @roll AND state = 'inMagazine'`),
    doubt: db.prepare('INSERT INTO unconfirmed (job, place, household, dispenser, roll) VALUES (@job, @place, @household, @dispenser, @roll)'),
    dropExtra: db.prepare(`UPDATE quota SET extra = extra - 1 WHERE household = @household AND period = @period
      AND EXISTS (SELECT 1 FROM job WHERE job = @job AND manual_roll IS NOT NULL)`),
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
  };
}

type Rows = ReturnType<typeof prepare>;

const count = (rows: Rows, device: string, moved: { posted?: number; purged?: number; suspense?: number; service?: number }) =>
  rows.count.run({ device, posted: 0, purged: 0, suspense: 0, service: 0, ...moved });

function closeJob(rows: Rows, job: number, state: 'issued' | 'voided', done: number): void {
  assert.equal(rows.closeJob.run({ job, state, done }).changes, 1, `job ${job} is settled exactly once`);
}

export const bagProjection = defineProjection({
  tables: ['quota', 'roll', 'unconfirmed', 'job', 'fence', 'dispenser'],
  rules: 2,
  sql,
  prepare,
  apply: {
    'bag.roll.stocked': (rows, { roll, dispenser }, { sequence: seq }) => void rows.stock.run({ roll, dispenser, seq }),
    'bag.issue.requested': (rows, { postings: _legs, operator: _operator, ...data }) => {
      rows.openJob.run(data);
      rows.hold.run({ household: data.household, period: data.period, rolls: data.rolls });
    },
    'bag.issue.ordered': (rows, { postings: _legs, operator: _operator, ...data }) => {
      rows.openVend.run(data);
      rows.hold.run({ household: data.household, period: data.period, rolls: data.rolls });
    },
    'bag.issue.indeterminate': (rows, { job }) => assert.equal(rows.doubtJob.run({ job }).changes, 1, `job ${job} is given up once`),
    'bag.issue.settled': () => undefined,
    'bag.stock.counted': (rows, { dispenser, counted, expected }) =>
      void rows.loseRolls.run({ state: 'suspense', dispenser, rolls: Math.max(0, expected - counted) }),
    'bag.roll.issued': (rows, { job, dispenser, household, period, rolls, voided }, { sequence: seq }) => {
      closeJob(rows, job, 'issued', rolls.length);
      rows.unhold.run({ household, period, held: rolls.length + voided, issued: rolls.length });
      for (const [place, { roll, confirmed }] of rolls.entries()) {
        if (roll !== null) rows.issueRoll.run({ roll, household, job, confirmed: confirmed ? 1 : 0, period, seq });
        if (!confirmed) rows.doubt.run({ job, place, household, dispenser, roll });
      }
      count(rows, dispenser, { posted: rolls.length });
    },
    'bag.issue.voided': (rows, { job, household, period, rolls }) => {
      closeJob(rows, job, 'voided', 0);
      rows.unhold.run({ household, period, held: rolls, issued: 0 });
      // The roll given by hand meanwhile was the only one then, and counts as the one of the quota.
      rows.dropExtra.run({ household, period, job });
    },
    'bag.quota.carried': (rows, { household, period, rolls: drawn }) => void rows.carry.run({ household, period, rolls: drawn }),
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
  },
});
