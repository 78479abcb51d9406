/** Weighings: each once, under a number of its scale without gaps. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
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
`;

function prepare(db: Sqlite) {
  return {
    weighing: db.prepare(`INSERT INTO weighing (weighing, scale, alibi, household, material, net_grams, seq)
      VALUES (@weighing, @scale, @alibi, @household, @material, @netGrams, @seq)`),
  };
}

export const pointsProjection = defineProjection({
  tables: ['weighing'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'weigh.committed': (rows, { weighing, scale, alibi, household, material, netGrams }, { sequence: seq }) =>
      void rows.weighing.run({ weighing, scale, alibi, household, material, netGrams, seq }),
  },
});
