/** Households and the cards they are known by, as pseudonyms and keyed hashes. A closed household stays, with the one that took over. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE household (
  household TEXT PRIMARY KEY,
  members INTEGER NOT NULL CHECK (members BETWEEN 1 AND 30),
  registered_ms INTEGER NOT NULL,
  closed_ms INTEGER,
  successor TEXT REFERENCES household,
  CHECK (successor IS NULL OR closed_ms IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX household_closed ON household (closed_ms) WHERE closed_ms IS NOT NULL;
CREATE TABLE credential (
  credential TEXT PRIMARY KEY,
  household TEXT NOT NULL REFERENCES household,
  state TEXT NOT NULL CHECK (state IN ('active', 'lost', 'replaced', 'closed')),
  since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX credential_of_household ON credential (household);
`;

function prepare(db: Sqlite) {
  return {
    register: db.prepare(`INSERT INTO household (household, members, registered_ms) VALUES (@household, @members, @atMs)
      ON CONFLICT DO UPDATE SET members = excluded.members`),
    change: db.prepare('UPDATE household SET members = @members WHERE household = @household'),
    // The card of somebody whose household is no more may begin again in another; nothing else brings a code back.
    add: db.prepare(`INSERT INTO credential (credential, household, state, since_ms) VALUES (@credential, @household, 'active', @atMs)
      ON CONFLICT DO UPDATE SET household = CASE WHEN state = 'closed' THEN excluded.household END, state = 'active', since_ms = excluded.since_ms`),
    revoke: db.prepare('UPDATE credential SET state = @reason, since_ms = @atMs WHERE credential = @credential'),
  };
}

export const peopleProjection = defineProjection({
  tables: ['household', 'credential'],
  rules: 2,
  sql,
  prepare,
  apply: {
    'household.registered': (rows, { household, members, credentials }, { atMs }) => {
      rows.register.run({ household, members, atMs });
      for (const credential of credentials) rows.add.run({ credential, household, atMs });
    },
    'household.changed': (rows, { household, members }) => void rows.change.run({ household, members }),
    'credential.added': (rows, { household, credential }, { atMs }) => void rows.add.run({ household, credential, atMs }),
    'credential.revoked': (rows, { credential, reason }, { atMs }) => void rows.revoke.run({ credential, reason, atMs }),
  },
});
