/** What households said (commitment, consent), who was known without a card, who took over, and whose record is destroyed. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE commitment (
  household TEXT PRIMARY KEY REFERENCES household,
  state TEXT NOT NULL CHECK (state IN ('signed', 'ended')),
  day TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE consent (
  household TEXT NOT NULL REFERENCES household,
  purpose TEXT NOT NULL CHECK (purpose IN ('processing', 'honourList')),
  state TEXT NOT NULL CHECK (state IN ('given', 'withdrawn')),
  since_ms INTEGER NOT NULL,
  PRIMARY KEY (household, purpose)
) STRICT, WITHOUT ROWID;
CREATE TABLE household_look (
  seq INTEGER PRIMARY KEY,
  household TEXT NOT NULL REFERENCES household,
  kind TEXT NOT NULL CHECK (kind IN ('identified', 'exported')),
  operator TEXT NOT NULL,
  second TEXT,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX household_look_of ON household_look (household, seq);
CREATE TABLE erasure (
  subject TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('household', 'operator')),
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

function prepare(db: Sqlite) {
  return {
    commit: db.prepare('INSERT INTO commitment (household, state, day) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state, day = excluded.day'),
    consent: db.prepare(`INSERT INTO consent (household, purpose, state, since_ms) VALUES (@household, @purpose, @state, @atMs)
      ON CONFLICT DO UPDATE SET state = excluded.state, since_ms = excluded.since_ms`),
    look: db.prepare('INSERT INTO household_look (seq, household, kind, operator, second, at_ms) VALUES (@seq, @household, @kind, @operator, @second, @atMs)'),
    close: db.prepare('UPDATE household SET closed_ms = @atMs, successor = @successor WHERE household = @household AND closed_ms IS NULL'),
    erase: db.prepare('INSERT INTO erasure (subject, kind, at_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING'),
  };
}

const nothing = (): undefined => undefined;

export const householdProjection = defineProjection({
  tables: ['commitment', 'consent', 'household_look', 'erasure'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'commitment.signed': (rows, { household, day }) => void rows.commit.run(household, 'signed', day),
    'commitment.ended': (rows, { household, day }) => void rows.commit.run(household, 'ended', day),
    'consent.given': (rows, { household, purpose }, { atMs }) => void rows.consent.run({ household, purpose, state: 'given', atMs }),
    'consent.withdrawn': (rows, { household, purpose }, { atMs }) => void rows.consent.run({ household, purpose, state: 'withdrawn', atMs }),
    'household.identified': (rows, { household, operator, second }, { sequence: seq, atMs }) =>
      void rows.look.run({ seq, household, kind: 'identified', operator, second, atMs }),
    'person.exported': (rows, { household, operator, second }, { sequence: seq, atMs }) =>
      void rows.look.run({ seq, household, kind: 'exported', operator, second, atMs }),
    'household.moved': nothing,
    'household.split': nothing,
    'account.transferred': nothing,
    'household.closed': (rows, { household, successor }, { atMs }) => void rows.close.run({ household, successor, atMs }),
    'person.erased': (rows, { household }, { atMs }) => void rows.erase.run(household, 'household', atMs),
    'operator.erased': (rows, { erased }, { atMs }) => void rows.erase.run(erased, 'operator', atMs),
  },
});
