/** What decisions may know about points: awards and deductions, lots by year, what a source gave this month, what waits for the committee. */
import type { PointSource } from '../../protocol/rules/points.ts';
import type { QueuedPoints } from '../core/budget.ts';
import type { PointEntry } from '../core/clawback.ts';
import type { HouseholdLots, Lot } from '../core/point-lots.ts';
import type { Sqlite } from './database.ts';

type EntryRow = Omit<PointEntry, 'undone'> & { readonly undone: number | null };
const entryColumns = 'seq, kind, household, source, day, reference, points, undone';
const read = (row: EntryRow | undefined): PointEntry | undefined => row && { ...row, undone: row.undone !== null };
const queueColumns = 'seq, household, source, day, points, reference, tariff_version AS tariffVersion, rules_version AS rulesVersion, state';

/** A row of the queue, and the day it was asked for. */
export type QueueRow = QueuedPoints & { readonly day: string };

/** Points of a month, `YYYY-MM`, from one source; negative where grades took more than they gave. */
export interface EarnedRow {
  readonly month: string;
  readonly source: PointSource;
  readonly points: number;
}

export class PointFacts {
  readonly #earned;
  readonly #entry;
  readonly #byReference;
  readonly #minus;
  readonly #bySource;
  readonly #issued;
  readonly #queued;
  readonly #waiting;
  readonly #waitingOf;
  readonly #waitingCount;
  readonly #lots;
  readonly #ended;
  readonly #byYear;
  readonly #negative;
  constructor(db: Sqlite) {
    this.#earned = db
      .prepare<[string, string, string], number>(
        "SELECT COALESCE(SUM(points), 0) FROM point_entry WHERE household = ? AND day = ? AND material = ? AND kind = 'award' AND undone IS NULL",
      )
      .pluck();
    this.#entry = db.prepare<[number], EntryRow>(`SELECT ${entryColumns} FROM point_entry WHERE seq = ?`);
    this.#byReference = db.prepare<[string, string, string], EntryRow>(
      `SELECT ${entryColumns} FROM point_entry WHERE household = ? AND reference = ? AND source = ? AND source <> 'recyclables' ORDER BY seq DESC LIMIT 1`,
    );
    this.#bySource = db.prepare<[string, string, string], EarnedRow>(
      `SELECT substr(day, 1, 7) AS month, source, SUM(CASE kind WHEN 'award' THEN points ELSE -points END) AS points FROM point_entry
        WHERE household = ? AND day BETWEEN ? AND ? AND undone IS NULL GROUP BY 1, 2 ORDER BY 1 DESC, 2`,
    );
    this.#minus = db
      .prepare<[string, string, string], number>(
        "SELECT COALESCE(SUM(points), 0) FROM point_entry WHERE household = ? AND day BETWEEN ? || '-01' AND ? || '-31' AND kind = 'deduction' AND undone IS NULL",
      )
      .pluck();
    this.#issued = db.prepare<[string, string], number>('SELECT points FROM point_issue WHERE month = ? AND source = ?').pluck();
    this.#queued = db.prepare<[number], QueueRow>(`SELECT ${queueColumns} FROM point_queue WHERE seq = ?`);
    this.#waiting = db.prepare<[number], QueueRow>(`SELECT ${queueColumns} FROM point_queue WHERE state = 'queued' ORDER BY seq LIMIT ?`);
    this.#waitingOf = db
      .prepare<[string, string, string], number>("SELECT seq FROM point_queue WHERE household = ? AND reference = ? AND source = ? AND state = 'queued'")
      .pluck();
    this.#waitingCount = db.prepare<[string], number>("SELECT COUNT(*) FROM point_queue WHERE state = 'queued' AND source = ?").pluck();
    this.#lots = db.prepare<[string], Lot>('SELECT year, points FROM point_lot WHERE account = ? ORDER BY year');
    this.#ended = db
      .prepare<[number, number], string>("SELECT DISTINCT account FROM point_lot WHERE year <= ? AND account LIKE 'household/%' ORDER BY account LIMIT ?")
      .pluck();
    this.#byYear = db.prepare<[], Lot>('SELECT year, SUM(points) AS points FROM point_lot GROUP BY year ORDER BY year');
    this.#negative = db
      .prepare<[], number>("SELECT COALESCE(-SUM(amount), 0) FROM balance WHERE unit = 'points' AND amount < 0 AND account LIKE 'household/%'")
      .pluck();
  }
  /** Points a household got for a material on a day, but for those taken back. */
  earned(household: string, day: string, material: string): number {
    return this.#earned.get(household, day, material) ?? 0;
  }
  /** An award or deduction by the sequence number of its event. */
  entry(seq: number): PointEntry | undefined {
    return read(this.#entry.get(seq));
  }
  /** The newest one of a session, activity or evaluation. */
  entryOf(household: string, reference: string, source: Exclude<PointSource, 'recyclables'>): PointEntry | undefined {
    return read(this.#byReference.get(household, reference, source));
  }
  /** What a household earned from day to day by month and source, less what grades took; newest month first. What was undone is left out. */
  earnings(household: string, from: string, to: string): EarnedRow[] {
    return this.#bySource.all(household, from, to);
  }
  /** Points taken from a household in a month, `YYYY-MM`, and not given back. */
  minus(household: string, month: string): number {
    return this.#minus.get(household, month, month) ?? 0;
  }
  /** Points a source gave in a month, less what was taken back of them. */
  issued(month: string, source: PointSource): number {
    return this.#issued.get(month, source) ?? 0;
  }
  queued(seq: number): QueueRow | undefined {
    return this.#queued.get(seq);
  }
  /** What waits for the committee, oldest first. */
  waiting(limit: number): QueueRow[] {
    return this.#waiting.all(limit);
  }
  waitingOf(household: string, reference: string, source: PointSource): number | undefined {
    return this.#waitingOf.get(household, reference, source);
  }
  waitingCount(source: PointSource): number {
    return this.#waitingCount.get(source) ?? 0;
  }
  lots(account: string): Lot[] {
    return this.#lots.all(account);
  }
  /** Households with points of `year` or before, and all their lots. */
  lotsUpTo(year: number, limit: number): HouseholdLots[] {
    return this.#ended.all(year, limit).map((account) => ({ household: account.slice('household/'.length), lots: this.lots(account) }));
  }
  /** Points of all households and holds by year. */
  byYear(): Lot[] {
    return this.#byYear.all();
  }
  /** How far households are below zero, all together, as a positive number. */
  negative(): number {
    return this.#negative.get() ?? 0;
  }
}
