/**
 * Every table that is derived from the event log. They are never migrated: when this text changes, they are dropped and rebuilt from the
 * log at the next start. All of it is a function of the events alone, row for row.
 */
export const projectionTables = [
  'household',
  'credential',
  'posting',
  'balance',
  'quota',
  'roll',
  'job',
  'fence',
  'dispenser',
  'weighing',
  'scale_check',
  'bin',
  'device',
] as const;

export const projectionSql = `
CREATE TABLE household (
  household TEXT PRIMARY KEY,
  members INTEGER NOT NULL CHECK (members BETWEEN 1 AND 30)
) STRICT, WITHOUT ROWID;
CREATE TABLE credential (
  credential TEXT PRIMARY KEY,
  household TEXT NOT NULL REFERENCES household,
  state TEXT NOT NULL CHECK (state IN ('active', 'lost', 'replaced'))
) STRICT, WITHOUT ROWID;

CREATE TABLE posting (
  seq INTEGER NOT NULL,
  leg INTEGER NOT NULL,
  account TEXT NOT NULL,
  unit TEXT NOT NULL CHECK (unit IN ('points', 'fen', 'rolls', 'grams', 'goods')),
  amount INTEGER NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (seq, leg)
) STRICT, WITHOUT ROWID;
CREATE INDEX posting_by_account ON posting (account, unit, seq);
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER posting_no_replace BEFORE INSERT ON posting WHEN EXISTS (SELECT 1 FROM posting WHERE seq = NEW.seq AND leg = NEW.leg)
  BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TABLE balance (
  account TEXT NOT NULL,
  unit TEXT NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (account, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE quota (
  household TEXT NOT NULL,
  period TEXT NOT NULL,
  held INTEGER NOT NULL CHECK (held >= 0),
  issued INTEGER NOT NULL CHECK (issued >= 0),
  PRIMARY KEY (household, period)
) STRICT, WITHOUT ROWID;
CREATE TABLE roll (
  roll TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('inMagazine', 'issued', 'wasted', 'suspense')),
  dispenser TEXT NOT NULL,
  position INTEGER NOT NULL,
  household TEXT,
  job INTEGER,
  confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1))
) STRICT, WITHOUT ROWID;
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
  done INTEGER NOT NULL CHECK (done BETWEEN 0 AND rolls)
) STRICT;
CREATE INDEX job_open ON job (dispenser) WHERE state IN ('open', 'indeterminate');
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

CREATE TABLE weighing (
  weighing TEXT PRIMARY KEY,
  scale TEXT NOT NULL,
  alibi INTEGER NOT NULL CHECK (alibi >= 1),
  household TEXT,
  material TEXT NOT NULL,
  net_grams INTEGER NOT NULL CHECK (net_grams >= 1),
  seq INTEGER NOT NULL,
  UNIQUE (scale, alibi)
) STRICT, WITHOUT ROWID;
CREATE TABLE scale_check (scale TEXT PRIMARY KEY, passed INTEGER NOT NULL CHECK (passed IN (0, 1)), seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE bin (
  bin TEXT NOT NULL,
  compartment INTEGER NOT NULL,
  fill_state TEXT NOT NULL CHECK (fill_state IN ('normal', 'plan', 'full')),
  level_percent INTEGER,
  alarm INTEGER NOT NULL CHECK (alarm IN (0, 1)),
  notified INTEGER NOT NULL DEFAULT 0 CHECK (notified IN (0, 1)),
  PRIMARY KEY (bin, compartment)
) STRICT, WITHOUT ROWID;
CREATE TABLE device (device TEXT PRIMARY KEY, health TEXT NOT NULL CHECK (health IN ('online', 'offline')), seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;
