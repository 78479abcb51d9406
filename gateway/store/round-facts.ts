/** What is known of rounds, intakes and the station. */
import type { Posting } from '../../protocol/events/fields.ts';
import type { Round } from '../core/rounds.ts';
import type { DayTotals, Intake } from '../core/station.ts';
import type { Sqlite } from './database.ts';

/** A house of a round; `visit` null: nobody was there. */
export interface HouseVisit {
  readonly household: string;
  readonly visit: 'stop' | 'skipped' | null;
  readonly reason: string | null;
}
export interface IntakeRow {
  readonly intake: number;
  readonly day: string;
  readonly rounds: readonly number[];
  readonly loads: readonly unknown[];
  readonly expectedGrams: number;
  readonly measuredGrams: number;
  readonly reversed: boolean;
}
type StoredIntake = Omit<IntakeRow, 'rounds' | 'loads' | 'reversed'> & {
  readonly rounds: string;
  readonly loads: string;
  readonly reversed: number;
  readonly seq: number;
};
export interface AlertRow {
  readonly seq: number;
  readonly scope: 'cart' | 'round' | 'day';
  readonly day: string;
  readonly number: number | null;
  readonly expectedGrams: number;
  readonly measuredGrams: number;
  readonly toleranceGrams: number;
}

const rounds = 'SELECT round, cart, tare_grams AS tareGrams, day, state, stops, skipped, grams, weighings FROM round';
const intakes = 'SELECT intake, seq, day, rounds, loads, expected_grams AS expectedGrams, measured_grams AS measuredGrams, reversed FROM intake';

export class RoundFacts {
  readonly #one;
  readonly #open;
  readonly #last;
  readonly #visit;
  readonly #houses;
  readonly #recent;
  readonly #today;
  readonly #intake;
  readonly #intakes;
  readonly #legs;
  readonly #alerts;
  constructor(db: Sqlite) {
    this.#one = db.prepare<[number], Round>(`${rounds} WHERE round = ?`);
    this.#open = db.prepare<[string], Round>(`${rounds} WHERE cart = ? AND state = 'open'`);
    this.#recent = db.prepare<[number], Round>(`${rounds} ORDER BY round DESC LIMIT ?`);
    const last = (table: string, column: string) => db.prepare<[], number>(`SELECT COALESCE(MAX(${column}), 0) FROM ${table}`).pluck();
    this.#last = { round: last('round', 'round'), intake: last('intake', 'intake'), batch: last('compost_batch', 'batch') };
    this.#visit = db.prepare<[number, string], 'stop' | 'skipped'>('SELECT visit FROM round_house WHERE round = ? AND household = ?').pluck();
    this.#houses = db.prepare<[number], HouseVisit>('SELECT household, visit, reason FROM round_house WHERE round = ?');
    this.#today = db.prepare<[string], DayTotals>(`SELECT COUNT(*) AS intakes, COALESCE(SUM(expected_grams), 0) AS expectedGrams,
      COALESCE(SUM(measured_grams), 0) AS measuredGrams, COALESCE(SUM(stop_weighings), 0) AS stops, COALESCE(SUM(weighings), 0) AS loads
      FROM intake WHERE day = ? AND reversed = 0`);
    this.#intake = db.prepare<[number], StoredIntake>(`${intakes} WHERE intake = ?`);
    this.#intakes = db.prepare<[number], StoredIntake>(`${intakes} ORDER BY intake DESC LIMIT ?`);
    this.#legs = db.prepare<[number], Posting>('SELECT account, unit, amount FROM posting WHERE seq = ? ORDER BY leg');
    this.#alerts = db.prepare<[number], AlertRow>(`SELECT seq, scope, day, number, expected_grams AS expectedGrams, measured_grams AS measuredGrams,
      tolerance_grams AS toleranceGrams FROM balance_alert ORDER BY seq DESC LIMIT ?`);
  }
  one(round: number): Round | undefined {
    return this.#one.get(round);
  }
  /** The round a cart is on. */
  open(cart: string): Round | undefined {
    return this.#open.get(cart);
  }
  /** Number of the next round, intake or batch. */
  next(kind: 'round' | 'intake' | 'batch'): number {
    return (this.#last[kind].get() ?? 0) + 1;
  }
  visit(round: number, household: string): 'stop' | 'skipped' | undefined {
    return this.#visit.get(round, household);
  }
  /** Houses of a round somebody was at, by household. */
  houses(round: number): ReadonlyMap<string, HouseVisit> {
    return new Map(this.#houses.all(round).map((row) => [row.household, row]));
  }
  /** Newest first. */
  recent(limit: number): Round[] {
    return this.#recent.all(limit);
  }
  today(day: string): DayTotals {
    return this.#today.get(day) ?? { intakes: 0, expectedGrams: 0, measuredGrams: 0, stops: 0, loads: 0 };
  }
  intake(intake: number): Intake | undefined {
    const row = this.#intake.get(intake);
    return row && { intake, rounds: JSON.parse(row.rounds) as number[], reversed: row.reversed === 1, legs: this.#legs.all(row.seq) };
  }
  /** Newest first. */
  intakes(limit: number): IntakeRow[] {
    return this.#intakes.all(limit).map(({ seq: _seq, ...row }) => ({
      ...row,
      rounds: JSON.parse(row.rounds) as number[],
      loads: JSON.parse(row.loads) as unknown[],
      reversed: row.reversed === 1,
    }));
  }
  /** What did not add up, newest first. */
  alerts(limit: number): AlertRow[] {
    return this.#alerts.all(limit);
  }
}
