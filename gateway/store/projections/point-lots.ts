/** Points of every household by the year they were earned in. Every event with legs in points passes here, whatever else it changes. */
import type { Posting } from '../../../protocol/events/fields.ts';
import { keepsLots, type Lot, lotYearOf, moveLots } from '../../core/point-lots.ts';
import type { Sqlite } from '../database.ts';
import type { EventMark } from '../projection.ts';

export const pointLotTables = ['point_lot'] as const;

export const pointLotSql = `
CREATE TABLE point_lot (
  account TEXT NOT NULL,
  year INTEGER NOT NULL,
  points INTEGER NOT NULL CHECK (points >= 1),
  PRIMARY KEY (account, year)
) STRICT, WITHOUT ROWID;
`;

/** A function that moves the lots of one event. Call it before its legs are added to the balances. The tables must exist. */
export function openPointLots(db: Sqlite): (legs: readonly Posting[], mark: EventMark) => void {
  const balance = db.prepare<[string], number>("SELECT amount FROM balance WHERE account = ? AND unit = 'points'").pluck();
  const lots = db.prepare<[string], Lot>('SELECT year, points FROM point_lot WHERE account = ? ORDER BY year');
  const put = db.prepare('INSERT INTO point_lot (account, year, points) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET points = excluded.points');
  const drop = db.prepare('DELETE FROM point_lot WHERE account = ? AND year = ?');
  return (legs, { atMs }) => {
    const points = legs.filter(({ unit }) => unit === 'points');
    if (!points.some(({ account }) => keepsLots(account))) return;
    const before = new Map<string, readonly Lot[]>();
    const holdingOf = (account: string) => {
      const held = before.get(account) ?? lots.all(account);
      before.set(account, held);
      return { balance: balance.get(account) ?? 0, lots: held };
    };
    for (const [account, after] of moveLots(points, lotYearOf(atMs), holdingOf)) {
      const old = new Map((before.get(account) ?? []).map((lot) => [lot.year, lot.points]));
      for (const lot of after) {
        if (old.get(lot.year) !== lot.points) put.run(account, lot.year, lot.points);
        old.delete(lot.year);
      }
      for (const year of old.keys()) drop.run(account, year);
    }
  };
}
