/** What a settled weighing costs in a ledger of a thousand postings and in one of ten million, measured in turns. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openLedger, settledWeighing } from './bench-ledger.ts';
import { atMost, quantile, type Row, shown } from './report.ts';

/** Postings of so many weighings of years past: four legs each, spread over households and materials as those of a village are. */
function grow(path: string, rows: number): void {
  openLedger(path).close();
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = OFF');
  // Their events are numbered far above those that are appended here, so that neither meets the other.
  db.exec(`WITH RECURSIVE weighing(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM weighing WHERE n + 1 < ${Math.ceil(rows / 4)}),
    leg(l) AS (VALUES (0), (1), (2), (3))
    INSERT INTO posting (seq, leg, account, unit, amount)
    SELECT 1000000000 + n * 2 + l / 2, l % 2,
      CASE l WHEN 0 THEN 'source/recyclables' WHEN 1 THEN 'intake/cardboard' WHEN 2 THEN 'issuance/recyclables'
        ELSE 'household/' || printf('h-%020x', n % 400) END,
      CASE WHEN l < 2 THEN 'grams' ELSE 'points' END, CASE l % 2 WHEN 0 THEN -150 ELSE 150 END
    FROM weighing, leg`);
  db.close();
}

export function benchGrownLedger(folder: string, { ledgerRows, rounds }: { readonly ledgerRows: number; readonly rounds: number }): Row[] {
  const [small, large] = ['small', 'large'].map((name) => join(folder, `${name}.db`)) as [string, string];
  grow(small, 1000);
  grow(large, ledgerRows);
  const stores = [openLedger(small), openLedger(large)] as const;
  const took: [number[], number[]] = [[], []];
  for (let turn = 0; turn < rounds + 20; turn += 1) {
    // Whichever comes first in a turn pays for what the disk still has to do.
    for (const index of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const drafts = settledWeighing(stores[index], turn);
      const began = performance.now();
      stores[index].append(drafts);
      if (turn >= 20) took[index].push(performance.now() - began);
    }
  }
  for (const store of stores) store.close();
  const [smallMs, largeMs] = took.map((values) => quantile(values, 0.5)) as [number, number];
  return [
    atMost(`a settled weighing with ${ledgerRows.toLocaleString('en')} ledger rows, per one with 1,000, p50`, largeMs / smallMs, 1.3, ''),
    shown('with few rows and with many, p50', `${smallMs.toFixed(3)} and ${largeMs.toFixed(3)} ms`),
  ];
}
