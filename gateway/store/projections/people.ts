/** Households and the cards they are known by, as pseudonyms and keyed hashes. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE household (
  household TEXT PRIMARY KEY,
  members INTEGER NOT NULL CHECK (members BETWEEN 1 AND 30)
) STRICT, WITHOUT ROWID;
CREATE TABLE credential (
  credential TEXT PRIMARY KEY,
  household TEXT NOT NULL REFERENCES household,
  state TEXT NOT NULL CHECK (state IN ('active', 'lost', 'replaced'))
) STRICT, WITHOUT ROWID;
`;

function prepare(db: Sqlite) {
  return {
    household: db.prepare('INSERT INTO household (household, members) VALUES (@household, @members) ON CONFLICT DO UPDATE SET members = excluded.members'),
    credential: db.prepare("INSERT INTO credential (credential, household, state) VALUES (@credential, @household, 'active')"),
    revoke: db.prepare('UPDATE credential SET state = @reason WHERE credential = @credential'),
  };
}

export const peopleProjection = defineProjection({
  tables: ['household', 'credential'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'household.registered': (rows, { household, members, credentials }) => {
      rows.household.run({ household, members });
      for (const credential of credentials) rows.credential.run({ credential, household });
    },
    'household.changed': (rows, data) => void rows.household.run(data),
    'credential.added': (rows, data) => void rows.credential.run(data),
    'credential.revoked': (rows, { credential, reason }) => void rows.revoke.run({ credential, reason }),
  },
});
