/** Who took the names of the village along. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE village_export (seq INTEGER PRIMARY KEY, operator TEXT NOT NULL, second TEXT, at_ms INTEGER NOT NULL) STRICT;
`;

const prepare = (db: Sqlite) => ({
  take: db.prepare('INSERT INTO village_export (seq, operator, second, at_ms) VALUES (@seq, @operator, @second, @atMs)'),
});

export const exportProjection = defineProjection({
  tables: ['village_export'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'village.exported': (rows, { operator, second }, { sequence: seq, atMs }) => void rows.take.run({ seq, operator, second, atMs }),
  },
});
