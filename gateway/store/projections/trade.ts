/** Sales of recyclables. Stock, sold and lost are balances. It must read nothing but the events. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE sale (
  sale INTEGER PRIMARY KEY,
  company TEXT NOT NULL,
  material TEXT NOT NULL,
  net_grams INTEGER,
  pieces INTEGER,
  fen INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
`;

const prepare = (db: Sqlite) => ({
  sell: db.prepare(`INSERT INTO sale (sale, company, material, net_grams, pieces, fen, at_ms)
    VALUES (@sale, @company, @material, @netGrams, @pieces, @fen, @atMs)`),
});

export const tradeProjection = defineProjection({
  tables: ['sale'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'recyclables.sold': (rows, { sale, company, material, netGrams, pieces, fen }, { atMs }) =>
      void rows.sell.run({ sale, company, material, netGrams, pieces, fen, atMs }),
    'recyclables.counted': () => undefined,
  },
});
