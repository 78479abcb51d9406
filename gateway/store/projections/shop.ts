/** Goods of the shop and their prices, receipts, and what was paid in cash. Stock and till are balances. */
import assert from 'node:assert/strict';
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE good (
  good TEXT PRIMARY KEY,
  zh TEXT NOT NULL,
  en TEXT NOT NULL,
  price_points INTEGER CHECK (price_points >= 1),
  counted_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE redemption (
  receipt INTEGER PRIMARY KEY,
  household TEXT NOT NULL,
  lines TEXT NOT NULL,
  points INTEGER NOT NULL CHECK (points >= 1),
  expires_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('held', 'captured', 'released')),
  seq INTEGER NOT NULL
) STRICT;
CREATE INDEX redemption_open ON redemption (expires_ms) WHERE state = 'held';
CREATE INDEX redemption_by_household ON redemption (household, receipt);
CREATE TABLE cash_payment (
  receipt INTEGER PRIMARY KEY,
  weighing TEXT NOT NULL UNIQUE,
  household TEXT NOT NULL,
  day TEXT NOT NULL,
  material TEXT NOT NULL,
  net_grams INTEGER NOT NULL CHECK (net_grams >= 1),
  fen INTEGER NOT NULL CHECK (fen >= 1)
) STRICT;
CREATE INDEX cash_payment_by_day ON cash_payment (household, day);
`;

function prepare(db: Sqlite) {
  return {
    price: db.prepare(`INSERT INTO good (good, zh, en, price_points) VALUES (@good, @zh, @en, @pricePoints)
      ON CONFLICT DO UPDATE SET zh = excluded.zh, en = excluded.en, price_points = excluded.price_points`),
    counted: db.prepare('UPDATE good SET counted_ms = @atMs WHERE good = @good'),
    hold: db.prepare(`INSERT INTO redemption (receipt, household, lines, points, expires_ms, state, seq)
      VALUES (@receipt, @household, @lines, @points, @expiresMs, 'held', @seq)`),
    end: db.prepare("UPDATE redemption SET state = @state WHERE receipt = @receipt AND state = 'held'"),
    pay: db.prepare(`INSERT INTO cash_payment (receipt, weighing, household, day, material, net_grams, fen)
      VALUES (@receipt, @weighing, @household, @day, @material, @netGrams, @fen)`),
  };
}

type Rows = ReturnType<typeof prepare>;
const end = (rows: Rows, receipt: number, state: 'captured' | 'released'): void =>
  assert.equal(rows.end.run({ receipt, state }).changes, 1, `receipt ${receipt} ends exactly once`);

export const shopProjection = defineProjection({
  tables: ['good', 'redemption', 'cash_payment'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'goods.priced': (rows, { good, zh, en, pricePoints }) => void rows.price.run({ good, zh, en, pricePoints }),
    'goods.received': () => undefined,
    'goods.counted': (rows, { good }, { atMs }) => void rows.counted.run({ good, atMs }),
    'redemption.held': (rows, { receipt, household, lines, points, expiresMs }, { sequence: seq }) =>
      void rows.hold.run({ receipt, household, lines: JSON.stringify(lines), points, expiresMs, seq }),
    'redemption.captured': (rows, { receipt }) => end(rows, receipt, 'captured'),
    'redemption.released': (rows, { receipt }) => end(rows, receipt, 'released'),
    'till.filled': () => undefined,
    'till.counted': () => undefined,
    'cash.paid': (rows, { receipt, weighing, household, day, material, netGrams, fen }) =>
      void rows.pay.run({ receipt, weighing, household, day, material, netGrams, fen }),
  },
});
