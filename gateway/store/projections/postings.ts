/** Legs of every event and the balances they add up to. Every event passes here, whatever else it changes. */
import { type EventDraft, postingsOf } from '../../../protocol/events.ts';
import type { Sqlite } from '../database.ts';
import type { EventMark } from '../projection.ts';
import { openPointLots, pointLotSql, pointLotTables } from './point-lots.ts';

export const postingTables = ['posting', 'balance', ...pointLotTables] as const;

export const postingSql = `
CREATE TABLE posting (
  seq INTEGER NOT NULL,
  leg INTEGER NOT NULL,
  account TEXT NOT NULL,
  unit TEXT NOT NULL CHECK (unit IN ('points', 'fen', 'rolls', 'grams', 'goods')),
  amount INTEGER NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (seq, leg)
) STRICT, WITHOUT ROWID;
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
${pointLotSql}`;

/** A function that writes the legs of one event and adds them to the balances. The tables must exist. */
export function openPostings(db: Sqlite): (draft: EventDraft, mark: EventMark) => void {
  const moveLots = openPointLots(db);
  const rows = {
    post: db.prepare<[number, number, string, string, number]>('INSERT INTO posting (seq, leg, account, unit, amount) VALUES (?, ?, ?, ?, ?)'),
    balance: db.prepare<[string, string, number]>(
      'INSERT INTO balance (account, unit, amount) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount',
    ),
  };
  return (draft, mark) => {
    const legs = postingsOf(draft);
    moveLots(legs, mark);
    legs.forEach(({ account, unit, amount }, leg) => {
      rows.post.run(mark.sequence, leg, account, unit, amount);
      rows.balance.run(account, unit, amount);
    });
  };
}
