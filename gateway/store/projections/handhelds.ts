/** Handhelds that may send a day's work, and those that no longer may. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE handheld (
  device TEXT PRIMARY KEY,
  public_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('enrolled', 'revoked')),
  since_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

function prepare(db: Sqlite) {
  return {
    enrol: db.prepare("INSERT INTO handheld (device, public_key, state, since_ms) VALUES (@device, @publicKey, 'enrolled', @atMs)"),
    revoke: db.prepare("UPDATE handheld SET state = 'revoked', since_ms = @atMs WHERE device = @device"),
  };
}

export const handheldProjection = defineProjection({
  tables: ['handheld'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'handheld.enrolled': (rows, { device, publicKey }, { atMs }) => void rows.enrol.run({ device, publicKey, atMs }),
    'handheld.revoked': (rows, { device }, { atMs }) => void rows.revoke.run({ device, atMs }),
  },
});
