/** What is known of recyclables as goods: what came in, was sold, was lost and is left. */
import type { MaterialFlow } from '../core/trade.ts';
import type { Sqlite } from './database.ts';

export interface MoneyOfMaterial {
  readonly material: string;
  readonly paidFen: number;
  readonly incomeFen: number;
}
export interface SaleRow {
  readonly sale: number;
  readonly company: string;
  readonly material: string;
  readonly netGrams: number | null;
  readonly pieces: number | null;
  readonly fen: number;
  readonly atMs: number;
}

/** What came from where is read off the postings, what left off the balances: two ways that must meet. */
const flows = `WITH came AS (
    SELECT i.account, i.unit,
      SUM(CASE WHEN o.account = 'source/recyclables' THEN i.amount ELSE 0 END) AS bought,
      SUM(CASE WHEN o.account = 'station/recyclable' THEN i.amount ELSE 0 END) AS collected
    FROM posting i JOIN posting o ON o.seq = i.seq AND o.unit = i.unit AND o.account IN ('source/recyclables', 'station/recyclable')
    WHERE i.account LIKE 'intake/%' GROUP BY i.account, i.unit)
  SELECT substr(b.account, 8) AS material, b.unit, COALESCE(c.bought, 0) AS bought, COALESCE(c.collected, 0) AS collected,
    COALESCE(s.amount, 0) AS sold, b.amount AS stock, COALESCE(l.amount, 0) AS loss
  FROM balance b LEFT JOIN came c USING (account, unit)
    LEFT JOIN balance s ON s.account = 'sold/' || substr(b.account, 8) AND s.unit = b.unit
    LEFT JOIN balance l ON l.account = 'loss/' || substr(b.account, 8) AND l.unit = b.unit
  WHERE b.account LIKE 'intake/%' ORDER BY material, b.unit`;

export class TradeFacts {
  readonly #flows;
  readonly #money;
  readonly #last;
  readonly #sales;
  constructor(db: Sqlite) {
    this.#flows = db.prepare<[], MaterialFlow>(flows);
    this.#money = db.prepare<[], MoneyOfMaterial>(`SELECT substr(account, instr(account, '/') + 1) AS material,
      SUM(CASE WHEN account LIKE 'cash/%' THEN amount ELSE 0 END) AS paidFen, SUM(CASE WHEN account LIKE 'sales/%' THEN -amount ELSE 0 END) AS incomeFen
      FROM balance WHERE unit = 'fen' AND (account LIKE 'cash/%' OR account LIKE 'sales/%') GROUP BY material ORDER BY material`);
    this.#last = db.prepare<[], number>('SELECT COALESCE(MAX(sale), 0) FROM sale').pluck();
    this.#sales = db.prepare<[number], SaleRow>(
      'SELECT sale, company, material, net_grams AS netGrams, pieces, fen, at_ms AS atMs FROM sale ORDER BY sale DESC LIMIT ?',
    );
  }
  /** Reads every posting of recyclables: for reports. */
  flows(): MaterialFlow[] {
    return this.#flows.all();
  }
  /** Paid to households in cash, and got from companies. Unit: fen. */
  money(): MoneyOfMaterial[] {
    return this.#money.all();
  }
  nextSale(): number {
    return (this.#last.get() ?? 0) + 1;
  }
  /** Newest first. */
  sales(limit: number): SaleRow[] {
    return this.#sales.all(limit);
  }
}
