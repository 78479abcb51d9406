/** What a month moved, for its report: grams by event and account, and the households that took part. */
import { parseLocal } from '../core/calendar.ts';
import type { MonthFacts, MonthFlow } from '../core/month-report.ts';
import type { Sqlite } from './database.ts';

export class MonthFlows {
  readonly #atMs;
  readonly #head;
  readonly #flows;
  readonly #pieces;
  readonly #households;
  readonly #taking;
  constructor(db: Sqlite) {
    this.#atMs = db.prepare<[number], number>('SELECT at_ms FROM event WHERE seq = ?').pluck();
    this.#head = db.prepare<[], number | null>('SELECT MAX(seq) FROM event').pluck();
    this.#flows = db.prepare<[number, number], MonthFlow>(`SELECT e.name, p.account, SUM(p.amount) AS grams FROM posting p JOIN event e USING (seq)
      WHERE p.seq >= ? AND p.seq < ? AND p.unit = 'grams' AND (p.account IN ('source/recyclables', 'loss/composting', 'station/residual')
      OR p.account LIKE 'output/%' OR (e.name = 'recyclables.sorted' AND p.account LIKE 'intake/%')) GROUP BY e.name, p.account ORDER BY e.name, p.account`);
    this.#pieces = db
      .prepare<[number, number], number>(
        "SELECT COALESCE(-SUM(amount), 0) FROM posting WHERE seq >= ? AND seq < ? AND unit = 'goods' AND account = 'source/recyclables'",
      )
      .pluck();
    const there = 'registered_ms < @toMs AND (closed_ms IS NULL OR closed_ms >= @toMs)';
    this.#households = db.prepare<[{ toMs: number }], number>(`SELECT COUNT(*) FROM household WHERE ${there}`).pluck();
    this.#taking = db
      .prepare<[{ toMs: number; month: string; from: number; to: number }], number>(`SELECT COUNT(*) FROM household WHERE ${there} AND household IN (
      SELECT household FROM evaluation WHERE substr(day, 1, 7) = @month AND state <> 'overturned'
      UNION SELECT household FROM quota WHERE period = @month AND issued > 0
      UNION SELECT household FROM weighing WHERE seq >= @from AND seq < @to
      UNION SELECT household FROM cash_payment WHERE substr(day, 1, 7) = @month
      UNION SELECT e.subject FROM event e WHERE e.name = 'points.awarded' AND e.seq >= @from AND e.seq < @to
      UNION SELECT h.household FROM round_house h JOIN round r USING (round) WHERE h.visit = 'stop' AND substr(r.day, 1, 7) = @month)`)
      .pluck();
  }
  /** Of the calendar month `YYYY-MM`, up to `nextMonth`. */
  of(month: string, nextMonth: string): MonthFacts {
    const toMs = startOf(nextMonth);
    const [from, to] = [this.#firstAt(startOf(month)), this.#firstAt(toMs)];
    return {
      month,
      households: this.#households.get({ toMs }) ?? 0,
      taking: this.#taking.get({ toMs, month, from, to }) ?? 0,
      flows: this.#flows.all(from, to),
      pieces: this.#pieces.get(from, to) ?? 0,
    };
  }
  /** Number of the first event at or after a time, found by halving: times of events never go back. */
  #firstAt(atMs: number): number {
    let [low, high] = [1, (this.#head.get() ?? 0) + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#atMs.get(middle) ?? 0) < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const startOf = (month: string): number => parseLocal(`${month}-01 00:00`) ?? 0;
