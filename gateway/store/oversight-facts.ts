/** What decisions may know about reviews, inspections, outages and repairs, and the counts of grades for lists and totals. */

import type { Grade, GradeReason, Stream } from '../../protocol/grades.ts';
import type { InspectionItem, Outage } from '../../protocol/oversight.ts';
import type { MonthGrades, ReviewedDoor } from '../core/oversight.ts';
import type { Sqlite } from './database.ts';

export interface InspectionRow {
  readonly inspection: string;
  readonly kind: 'thirdParty' | 'supervision';
  readonly day: string;
  readonly month: string;
  readonly score: number;
  readonly band: string | null;
  readonly rectifyBy: string | null;
  readonly operator: string;
}
export interface FindingRow {
  readonly item: InspectionItem;
  /** Null while it is open. */
  readonly rectifiedMs: number | null;
}
export interface OutageRow {
  readonly device: string;
  readonly reason: Outage;
  readonly alternative: string | null;
  readonly sinceMs: number;
}
export interface RepairRow {
  readonly seq: number;
  readonly device: string;
  readonly kind: 'withdrawn' | 'repaired' | 'returned';
  readonly note: string | null;
  readonly parts: readonly { readonly part: string; readonly pieces: number }[];
  readonly operator: string;
  readonly atMs: number;
}
export interface Review {
  readonly grade: Grade;
  readonly reason: GradeReason | null;
  readonly operator: string;
}

export class OversightFacts {
  readonly #sample;
  readonly #doors;
  readonly #review;
  readonly #reviews;
  readonly #inspection;
  readonly #ofMonth;
  readonly #inspections;
  readonly #findings;
  readonly #outage;
  readonly #outages;
  readonly #repairs;
  readonly #grades;
  constructor(db: Sqlite) {
    this.#sample = db.prepare<[string], { drawn: number; population: number }>('SELECT drawn, population FROM review_sample WHERE day = ?');
    this.#doors = db.prepare<[string], string>('SELECT household FROM review_door WHERE day = ? ORDER BY household').pluck();
    this.#review = db.prepare<[string, string, Stream], Review>(
      'SELECT grade, reason, operator FROM daily_review WHERE day = ? AND household = ? AND stream = ?',
    );
    this.#reviews = db.prepare<[string, string, number], ReviewedDoor>(`SELECT r.day, r.household, r.stream, r.grade, r.operator AS reviewer,
      e.grade AS collectorGrade, e.operator AS collector FROM daily_review r
      LEFT JOIN evaluation e ON e.household = r.household AND e.stream = r.stream AND e.day = r.day AND e.state = 'effective'
      WHERE r.day BETWEEN ? AND ? ORDER BY r.day DESC, r.household, r.stream LIMIT ?`);
    const inspection = 'SELECT inspection, kind, day, month, score, band, rectify_by AS rectifyBy, operator FROM inspection';
    this.#inspection = db.prepare<[string], InspectionRow>(`${inspection} WHERE inspection = ?`);
    this.#ofMonth = db.prepare<[string], InspectionRow>(`${inspection} WHERE month = ? AND kind = 'thirdParty'`);
    this.#inspections = db.prepare<[string, string, number], InspectionRow>(`${inspection} WHERE day BETWEEN ? AND ? ORDER BY day DESC, inspection LIMIT ?`);
    this.#findings = db.prepare<[string], FindingRow>('SELECT item, rectified_ms AS rectifiedMs FROM inspection_finding WHERE inspection = ? ORDER BY item');
    const outage = 'SELECT device, reason, alternative, since_ms AS sinceMs FROM out_of_service';
    this.#outage = db.prepare<[string], OutageRow>(`${outage} WHERE device = ?`);
    this.#outages = db.prepare<[number], OutageRow>(`${outage} ORDER BY device LIMIT ?`);
    this.#repairs = db.prepare<[string, number], Omit<RepairRow, 'parts'> & { readonly parts: string }>(
      'SELECT seq, device, kind, note, parts, operator, at_ms AS atMs FROM repair WHERE device = ? ORDER BY seq DESC LIMIT ?',
    );
    this.#grades = db.prepare<[string, number], MonthGrades>(`SELECT e.household, g.party_member AS partyMember, COUNT(DISTINCT e.day) AS days,
      SUM(e.grade = 'excellent') AS excellent, SUM(e.grade = 'good') AS good, SUM(e.grade = 'fair') AS fair, SUM(e.grade = 'poor') AS poor
      FROM evaluation e JOIN household h ON h.household = e.household AND h.closed_ms IS NULL
      LEFT JOIN grid_household g ON g.household = e.household
      WHERE e.state = 'effective' AND substr(e.day, 1, 7) = ? GROUP BY e.household ORDER BY e.household LIMIT ?`);
  }
  /** The sample of a day, and of how many it was drawn. */
  sample(day: string): { readonly population: number; readonly households: readonly string[] } | undefined {
    const row = this.#sample.get(day);
    return row && { population: row.population, households: this.#doors.all(day) };
  }
  review(day: string, household: string, stream: Stream): Review | undefined {
    return this.#review.get(day, household, stream);
  }
  /** Reviews from day to day, the newest first, each with the collector's grade that counts now. */
  reviews(from: string, to: string, limit: number): ReviewedDoor[] {
    return this.#reviews.all(from, to, limit);
  }
  inspection(inspection: string): InspectionRow | undefined {
    return this.#inspection.get(inspection);
  }
  /** What the third party found of a month. */
  inspectionOf(month: string): InspectionRow | undefined {
    return this.#ofMonth.get(month);
  }
  inspections(from: string, to: string, limit: number): InspectionRow[] {
    return this.#inspections.all(from, to, limit);
  }
  findings(inspection: string): FindingRow[] {
    return this.#findings.all(inspection);
  }
  outage(device: string): OutageRow | undefined {
    return this.#outage.get(device);
  }
  outages(limit: number): OutageRow[] {
    return this.#outages.all(limit);
  }
  /** What happened to a device, the newest first. */
  repairs(device: string, limit: number): RepairRow[] {
    return this.#repairs.all(device, limit).map((row) => ({ ...row, parts: JSON.parse(row.parts) as RepairRow['parts'] }));
  }
  /** Grades that count of a month, by household. */
  monthGrades(month: string, limit: number): MonthGrades[] {
    return this.#grades.all(month, limit);
  }
}
