/** Balances, and the proof that they are the sums of the postings and that every unit adds up to nothing. */
import type { LedgerUnit } from '../../protocol/events/fields.ts';
import type { Sqlite } from './database.ts';

export interface BalanceRow {
  readonly account: string;
  readonly unit: LedgerUnit;
  readonly amount: number;
}

/** One thing that is wrong with the books; an empty list is a balanced ledger. */
export interface LedgerProblem {
  readonly check: 'unit_sum' | 'balance_sum' | 'event_sum' | 'household_negative' | 'hold_open_without_job' | 'hold_missing' | 'material_flow';
  readonly detail: string;
}

export interface DispenserCount {
  readonly device: string;
  readonly posted: number;
  readonly purged: number;
  readonly suspense: number;
  readonly service: number;
  readonly ctrOut: number;
  readonly ctrTest: number;
}

/** Checks that read balances and open jobs only: quick however long the log is. */
const quickChecks: { check: LedgerProblem['check']; sql: string }[] = [
  { check: 'unit_sum', sql: "SELECT unit || ' adds up to ' || SUM(amount) FROM balance GROUP BY unit HAVING SUM(amount) <> 0" },
  {
    // Only taking an award back may bring a household below zero (invariant 6).
    check: 'household_negative',
    sql: `SELECT b.account || ' holds ' || b.amount || ' ' || b.unit FROM balance b WHERE b.account LIKE 'household/%' AND b.amount < 0
      AND NOT (b.unit = 'points' AND EXISTS (SELECT 1 FROM point_entry e WHERE e.household = substr(b.account, 11) AND e.kind = 'award' AND e.undone IS NOT NULL))`,
  },
  {
    check: 'hold_open_without_job',
    sql: `SELECT b.account || ' still holds ' || b.amount || ' rolls' FROM balance b WHERE b.account LIKE 'hold/%' AND b.unit = 'rolls' AND b.amount <> 0
      AND NOT EXISTS (SELECT 1 FROM job WHERE job.state IN ('open', 'indeterminate') AND b.account = 'hold/' || job.job)`,
  },
  {
    check: 'hold_missing',
    sql: `SELECT 'open job ' || job.job || ' holds ' || COALESCE(b.amount, 0) || ' of ' || job.rolls || ' rolls' FROM job
      LEFT JOIN balance b ON b.account = 'hold/' || job.job AND b.unit = 'rolls' WHERE job.state IN ('open', 'indeterminate') AND COALESCE(b.amount, 0) <> job.rolls`,
  },
];

/** Checks that read every posting. */
const fullChecks: typeof quickChecks = [
  {
    // bought + collected = sold + stock + loss: nothing else moves the stock of a material.
    check: 'material_flow',
    sql: `SELECT 'event ' || i.seq || ' moves ' || i.account || ' by another way' FROM posting i WHERE i.account LIKE 'intake/%' AND NOT EXISTS (SELECT 1 FROM posting o
      WHERE o.seq = i.seq AND o.unit = i.unit AND o.amount = -i.amount
      AND o.account IN ('source/recyclables', 'station/recyclable', 'sold/' || substr(i.account, 8), 'loss/' || substr(i.account, 8)))`,
  },
  { check: 'event_sum', sql: "SELECT 'event ' || seq || ' adds up to ' || SUM(amount) || ' ' || unit FROM posting GROUP BY seq, unit HAVING SUM(amount) <> 0" },
  {
    check: 'balance_sum',
    sql: `SELECT account || ' shows ' || COALESCE(b.amount, 0) || ' ' || unit || ', its postings add up to ' || COALESCE(p.amount, 0) FROM balance b
      FULL JOIN (SELECT account, unit, SUM(amount) AS amount FROM posting GROUP BY account, unit) p USING (account, unit)
      WHERE COALESCE(b.amount, 0) <> COALESCE(p.amount, 0)`,
  },
];

const prepareChecks = (db: Sqlite, checks: typeof quickChecks) =>
  checks.map(({ check, sql }) => ({ check, statement: db.prepare<[], string>(`${sql} LIMIT 20`).pluck() }));

const runChecks = (checks: ReturnType<typeof prepareChecks>): LedgerProblem[] =>
  checks.flatMap(({ check, statement }) => statement.all().map((detail) => ({ check, detail })));

export class LedgerFacts {
  readonly #db: Sqlite;
  readonly #quickChecks;
  readonly #balances;
  readonly #balance;
  readonly #account;
  constructor(db: Sqlite) {
    this.#db = db;
    this.#quickChecks = prepareChecks(db, quickChecks);
    this.#balances = db.prepare<[], BalanceRow>('SELECT account, unit, amount FROM balance WHERE amount <> 0 ORDER BY unit, account');
    this.#account = db.prepare<[string], BalanceRow>('SELECT account, unit, amount FROM balance WHERE account = ? ORDER BY unit');
    this.#balance = db.prepare<[string, string], number>('SELECT amount FROM balance WHERE account = ? AND unit = ?').pluck();
  }
  balances(): BalanceRow[] {
    return this.#balances.all();
  }
  /** Every unit one account ever had a posting in, with nothing left or not; empty when there is no such account. */
  account(account: string): BalanceRow[] {
    return this.#account.all(account);
  }
  balance(account: string, unit: LedgerUnit): number {
    return this.#balance.get(account, unit) ?? 0;
  }
  /** Sum of all balances per unit; every one is 0 in a sound ledger. */
  unitSums(): Record<string, number> {
    return Object.fromEntries(
      this.#db
        .prepare<[], { unit: string; total: number }>('SELECT unit, SUM(amount) AS total FROM balance GROUP BY unit')
        .all()
        .map(({ unit, total }) => [unit, total]),
    );
  }
  /** Balances per kind of account (`household`, `magazine` ...), for a summary without 365 lines. */
  totals(): { kind: string; unit: LedgerUnit; amount: number; accounts: number }[] {
    return this.#db
      .prepare<[], { kind: string; unit: LedgerUnit; amount: number; accounts: number }>(
        "SELECT CASE WHEN instr(account, '/') > 0 THEN substr(account, 1, instr(account, '/') - 1) ELSE account END AS kind, unit, SUM(amount) AS amount, COUNT(*) AS accounts FROM balance WHERE amount <> 0 GROUP BY kind, unit ORDER BY unit, kind",
      )
      .all();
  }
  /** How many events of each name the log holds. Reads the whole index: Store.counts keeps the running numbers. */
  countEvents(): Record<string, number> {
    return Object.fromEntries(
      this.#db
        .prepare<[], { name: string; n: number }>('SELECT name, COUNT(*) AS n FROM event GROUP BY name ORDER BY name')
        .all()
        .map(({ name, n }) => [name, n]),
    );
  }
  /** What the ledger says each dispenser's counters must show (I3). */
  dispensers(): DispenserCount[] {
    return this.#db
      .prepare<[], DispenserCount>(
        'SELECT device, posted, purged, suspense, service, base_ctr_out + posted + purged + suspense AS ctrOut, base_ctr_test + service AS ctrTest FROM dispenser ORDER BY device',
      )
      .all();
  }
  /** Everything that is wrong with the books, at most 20 lines a check. Reads every posting: for commands and nights, not for pages. */
  problems(): LedgerProblem[] {
    return [...this.quickProblems(), ...runChecks(prepareChecks(this.#db, fullChecks))];
  }
  /** What balances and open jobs alone can tell; quick enough for a health check. */
  quickProblems(): LedgerProblem[] {
    return runChecks(this.#quickChecks);
  }
}
