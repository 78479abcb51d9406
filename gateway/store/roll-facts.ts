/** What decisions may know about single rolls: where each is, which are unconfirmed, replaced, found or traced. */
import type { KnownRoll, RollState } from '../core/bag-stock.ts';
import type { Finding, UnconfirmedRoll } from '../core/roll-sighting.ts';
import type { Sqlite } from './database.ts';

type StoredRoll = Omit<KnownRoll, 'confirmed'> & { readonly confirmed: 0 | 1 };
const columns = 'roll, state, dispenser, household, period, confirmed, bags AS bagsPerRoll';

/** An order to see whose bag it is, and whose it was. */
export interface TraceRow {
  readonly trace: number;
  readonly atMs: number;
  readonly operator: string;
  readonly household: string;
  readonly roll: string;
  readonly bag: number;
  readonly purpose: string;
}
export interface FindingRow extends Finding {
  readonly bag: number;
  readonly at: string | null;
}
/** A job that holds a roll nobody can tell the end of. */
export interface UndecidedJob {
  readonly job: number;
  readonly dispenser: string;
  readonly household: string;
  readonly period: string;
  readonly manualRoll: string | null;
}

export class RollFacts {
  readonly #one;
  readonly #latest;
  readonly #batch;
  readonly #undecided;
  readonly #undecidedOf;
  readonly #unconfirmed;
  readonly #unconfirmedOf;
  readonly #assumed;
  readonly #replaced;
  readonly #free;
  readonly #voidBag;
  readonly #counts;
  readonly #magazines;
  readonly #finding;
  readonly #openFindings;
  readonly #trace;
  readonly #traces;
  constructor(db: Sqlite) {
    this.#one = db.prepare<[string], StoredRoll>(`SELECT ${columns} FROM roll WHERE roll = ?`);
    this.#latest = db.prepare<[string, number], StoredRoll>(`SELECT ${columns} FROM roll WHERE household = ? ORDER BY issued DESC LIMIT ?`);
    this.#batch = db.prepare<[string], number>('SELECT 1 FROM roll WHERE batch = ? LIMIT 1').pluck();
    const undecided = `SELECT job, dispenser, household, period, manual_roll AS manualRoll FROM job WHERE state IN ('open', 'indeterminate')
      AND (state = 'indeterminate' OR EXISTS (SELECT 1 FROM dispenser d WHERE d.device = job.dispenser AND d.locked IS NOT NULL))`;
    this.#undecided = db.prepare<[number], UndecidedJob>(`${undecided} ORDER BY job LIMIT ?`);
    this.#undecidedOf = db.prepare<[string], UndecidedJob>(`${undecided} AND household = ? AND manual_roll IS NULL ORDER BY job LIMIT 1`);
    this.#unconfirmed = db.prepare<[number], UnconfirmedRoll>('SELECT job, household, dispenser, roll FROM unconfirmed ORDER BY job, place LIMIT ?');
    this.#unconfirmedOf = db.prepare<[string], UnconfirmedRoll>(
      'SELECT job, household, dispenser, roll FROM unconfirmed WHERE household = ? ORDER BY job, place LIMIT 100',
    );
    this.#assumed = db.prepare<[string], UnconfirmedRoll>('SELECT job, household, dispenser, roll FROM unconfirmed WHERE roll = ?');
    this.#replaced = db.prepare<[string], number>('SELECT 1 FROM replacement WHERE roll = ?').pluck();
    this.#free = db
      .prepare<[string, string, string], number>("SELECT COUNT(*) FROM replacement WHERE household = ? AND period BETWEEN ? AND ? AND terms = 'free'")
      .pluck();
    this.#voidBag = db.prepare<[string, number], number>('SELECT 1 FROM void_bag WHERE roll = ? AND bag = ?').pluck();
    this.#counts = db.prepare<[], { state: RollState; rolls: number }>('SELECT state, COUNT(*) AS rolls FROM roll GROUP BY state ORDER BY state');
    this.#magazines = db.prepare<[], { dispenser: string; rolls: number; held: number }>(`SELECT d.device AS dispenser,
      (SELECT COUNT(*) FROM roll WHERE roll.dispenser = d.device AND roll.state = 'inMagazine') AS rolls,
      (SELECT COALESCE(SUM(rolls), 0) FROM job WHERE job.dispenser = d.device AND state IN ('open', 'indeterminate')) AS held
      FROM dispenser d ORDER BY d.device`);
    const finding = 'SELECT finding, roll, bag, owner, at, state FROM finding';
    this.#finding = db.prepare<[number], FindingRow>(`${finding} WHERE finding = ?`);
    this.#openFindings = db.prepare<[number], FindingRow>(`${finding} WHERE state = 'open' ORDER BY finding LIMIT ?`);
    const trace = 'SELECT trace, at_ms AS atMs, operator, household, roll, bag, purpose FROM trace';
    this.#trace = db.prepare<[number], TraceRow>(`${trace} WHERE trace = ?`);
    this.#traces = db.prepare<[string, number], TraceRow>(`${trace} WHERE household = ? ORDER BY trace DESC LIMIT ?`);
  }
  one(roll: string): KnownRoll | undefined {
    return read(this.#one.get(roll));
  }
  /** Rolls a household was ever given, the newest first. */
  ofHousehold(household: string, limit: number): KnownRoll[] {
    return this.#latest.all(household, limit).map((row) => ({ ...row, confirmed: row.confirmed === 1 }));
  }
  isBatchKnown(batch: string): boolean {
    return this.#batch.get(batch) !== undefined;
  }
  /** Jobs that wait for a person: nobody can tell their end, or their dispenser is locked. Oldest first. */
  undecided(limit: number): UndecidedJob[] {
    return this.#undecided.all(limit);
  }
  /** The oldest such job of a household for which no roll was given by hand. */
  undecidedOf(household: string): UndecidedJob | undefined {
    return this.#undecidedOf.get(household);
  }
  unconfirmed(limit: number): UnconfirmedRoll[] {
    return this.#unconfirmed.all(limit);
  }
  unconfirmedOf(household: string): UnconfirmedRoll[] {
    return this.#unconfirmedOf.all(household);
  }
  /** The unconfirmed job this roll is assumed of. */
  assumedOf(roll: string): UnconfirmedRoll | undefined {
    return this.#assumed.get(roll);
  }
  isReplaced(roll: string): boolean {
    return this.#replaced.get(roll) !== undefined;
  }
  /** Free replacements of a household in months `first` to `last`. */
  freeReplacements(household: string, [first, last]: readonly [string, string]): number {
    return this.#free.get(household, first, last) ?? 0;
  }
  isVoidBag(roll: string, bag: number): boolean {
    return this.#voidBag.get(roll, bag) !== undefined;
  }
  counts(): { readonly state: RollState; readonly rolls: number }[] {
    return this.#counts.all();
  }
  /** Every dispenser of the ledger: rolls in its magazine, and how many of them its jobs hold. */
  magazines(): { readonly dispenser: string; readonly rolls: number; readonly held: number }[] {
    return this.#magazines.all();
  }
  finding(finding: number): FindingRow | undefined {
    return this.#finding.get(finding);
  }
  openFindings(limit: number): FindingRow[] {
    return this.#openFindings.all(limit);
  }
  trace(trace: number): TraceRow | undefined {
    return this.#trace.get(trace);
  }
  /** Who had this household's bags traced, the newest first. */
  tracesOf(household: string, limit: number): TraceRow[] {
    return this.#traces.all(household, limit);
  }
}

const read = (row: StoredRoll | undefined): KnownRoll | undefined => row && { ...row, confirmed: row.confirmed === 1 };
