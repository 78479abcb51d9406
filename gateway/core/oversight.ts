/**
 * Looking over the collector's shoulder: a sample of doors drawn by chance and graded again, inspections of the village with bands and deadlines,
 * the red list, and totals that name nobody. No grade here moves a point, and no score is an average of others. Pure.
 * Rules.
 */
import assert from 'node:assert/strict';
import type { EventDraft } from '../../protocol/events.ts';
import { type Grade, type GradeReason, grades, type Stream } from '../../protocol/grades.ts';
import type { Band, InspectionItem } from '../../protocol/oversight.ts';
import type { OversightRules } from '../../protocol/rules/oversight.ts';
import { dayAfter, daysBetween, daysLeftInMonth, monthOf } from './calendar.ts';
import { type Refused, refuse } from './refusals.ts';

type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;
interface Ordered {
  readonly operator: string;
  readonly second: string | null;
}

/**
 * `count` households by chance, all alike likely. `random`: 4 unpredictable bytes for each; of 5,000 households one is preferred to another by
 * a millionth at most.
 */
export function drawSample(households: readonly string[], count: number, random: Uint8Array): readonly string[] {
  const left = [...households];
  const drawn = Math.min(count, left.length);
  assert(random.length >= drawn * 4);
  const dice = new DataView(random.buffer, random.byteOffset, random.byteLength);
  for (let at = 0; at < drawn; at += 1) {
    const other = at + (dice.getUint32(at * 4) % (left.length - at));
    [left[at], left[other]] = [left[other] as string, left[at] as string];
  }
  return left.slice(0, drawn).sort();
}

/** the sample of a day, drawn once: nobody draws again until it suits. */
export function decideSample(
  { day, today, rulesVersion, operator, second }: Ordered & { readonly day: string; readonly today: string; readonly rulesVersion: string },
  facts: { readonly isDrawn: boolean; readonly households: readonly string[]; readonly count: number; readonly random: Uint8Array },
): Drafted {
  if (day !== today) return refuse('sample_today_only', { day: today });
  if (facts.isDrawn) return refuse('sample_known', { day });
  if (facts.households.length === 0) return refuse('household_unknown');
  const households = [...drawSample(facts.households, facts.count, facts.random)];
  return {
    ok: true,
    drafts: [{ name: 'review.sampled', subject: 'review', data: { operator, second, day, households, of: facts.households.length, rulesVersion } }],
  };
}

export interface WantedReview {
  readonly household: string;
  readonly stream: Stream;
  readonly day: string;
  readonly grade: Grade;
  readonly reason: GradeReason | null;
  readonly evidence: string | null;
}

/** a door of the sample, once a stream, by the scale of the collector and by somebody else than who graded it. */
export function decideReview(
  wanted: WantedReview,
  { operator, second, today, lateDays }: Ordered & { readonly today: string; readonly lateDays: number },
  facts: { readonly isDrawn: boolean; readonly isReviewed: boolean; readonly graders: readonly (string | null)[] },
): Drafted {
  const { household, day } = wanted;
  if (day > today) return refuse('session_ahead', { day });
  if (daysBetween(day, today) > lateDays) return refuse('grade_too_late', { days: lateDays });
  if (!facts.isDrawn) return refuse('not_in_sample', { day });
  if (facts.isReviewed) return refuse('review_known', { day });
  if (facts.graders.includes(operator) || (second !== null && facts.graders.includes(second))) return refuse('own_review');
  if (wanted.grade === 'poor' && wanted.reason === null) return refuse('reason_needed');
  return { ok: true, drafts: [{ name: 'review.daily', subject: household, data: { operator, second, ...wanted } }] };
}

/** A reviewed door beside what the collector gave it; null where there is no grade that counts. */
export interface ReviewedDoor {
  readonly day: string;
  readonly household: string;
  readonly stream: Stream;
  readonly grade: Grade;
  readonly reviewer: string;
  readonly collectorGrade: Grade | null;
  readonly collector: string | null;
}
export interface Agreement {
  readonly reviewed: number;
  readonly notGraded: number;
  readonly same: number;
  /** The collector was kinder than the review. */
  readonly collectorHigher: number;
  readonly collectorLower: number;
}

const scale = Object.keys(grades) as Grade[];
const rankOf = (grade: Grade): number => scale.indexOf(grade);

/** how far collectors and reviews agree, in all and collector by collector. */
export function compareReviews(doors: readonly ReviewedDoor[]): { readonly all: Agreement; readonly byCollector: Readonly<Record<string, Agreement>> } {
  const count = (rows: readonly ReviewedDoor[]): Agreement => {
    const distances = rows.flatMap(({ grade, collectorGrade }) => (collectorGrade === null ? [] : [rankOf(grade) - rankOf(collectorGrade)]));
    return {
      reviewed: rows.length,
      notGraded: rows.length - distances.length,
      same: distances.filter((distance) => distance === 0).length,
      collectorHigher: distances.filter((distance) => distance > 0).length,
      collectorLower: distances.filter((distance) => distance < 0).length,
    };
  };
  const collectors = [...new Set(doors.flatMap(({ collector }) => (collector === null ? [] : [collector])))].sort();
  return { all: count(doors), byCollector: Object.fromEntries(collectors.map((name) => [name, count(doors.filter(({ collector }) => collector === name))])) };
}

/** the colour of a score. */
function bandOf(score: number, { bands }: OversightRules): Band {
  if (score >= bands.green) return 'green';
  if (score >= bands.blue) return 'blue';
  return score >= bands.yellow ? 'yellow' : 'red';
}

export interface WantedInspection {
  readonly inspection: string;
  readonly day: string;
  readonly score: number;
  readonly findings: readonly { readonly item: InspectionItem; readonly evidence: string | null }[];
  readonly rectifyBy: string | null;
}
interface InspectionContext extends Ordered {
  readonly today: string;
  readonly rules: OversightRules;
  readonly rulesVersion: string;
}

const daysOn = (day: string, days: number): string => dayAfter(monthOf(day), days - daysLeftInMonth(day) + 1);

/** What both kinds of inspection record; findings get a deadline, nothing found has none. */
function judgeInspection(
  wanted: WantedInspection,
  { today, rules }: InspectionContext,
  isKnown: boolean,
): { readonly ok: true; readonly rectifyBy: string | null } | Refused {
  const { inspection, day, findings } = wanted;
  if (isKnown) return refuse('inspection_known', { inspection });
  if (day > today) return refuse('date_in_future', { day });
  if (findings.length === 0) return { ok: true, rectifyBy: null };
  const rectifyBy = wanted.rectifyBy ?? daysOn(day, rules.rectifyDays);
  return rectifyBy < day ? refuse('deadline_too_early', { day }) : { ok: true, rectifyBy };
}

/** R-37: the supervisors' own look at the village; it stands beside the third party's and is never averaged with it. */
export function decideVisit(wanted: WantedInspection, context: InspectionContext, isKnown: boolean): Drafted {
  const judged = judgeInspection(wanted, context, isKnown);
  if (!judged.ok) return judged;
  const { operator, second, rulesVersion } = context;
  const data = { operator, second, ...wanted, findings: [...wanted.findings], rectifyBy: judged.rectifyBy, rulesVersion };
  return { ok: true, drafts: [{ name: 'supervision.visited', subject: 'village', data }] };
}

/** the third party's score of a month, once; its band and the deadline for what it found. */
export function decideInspection(
  wanted: WantedInspection,
  context: InspectionContext,
  known: { readonly isKnown: boolean; readonly isOfMonth: boolean },
): Drafted {
  const judged = judgeInspection(wanted, context, known.isKnown);
  if (!judged.ok) return judged;
  const month = monthOf(wanted.day);
  if (known.isOfMonth) return refuse('inspection_of_month', { month });
  const { operator, second, rulesVersion, rules } = context;
  const looked = { ...wanted, findings: [...wanted.findings], rectifyBy: judged.rectifyBy, rulesVersion };
  const data = { operator, second, ...looked, month, band: bandOf(wanted.score, rules) };
  return { ok: true, drafts: [{ name: 'inspection.monthly', subject: 'village', data }] };
}

/** a finding was put right. Said again it changes nothing. */
export function decideRectified(
  { inspection, item, evidence, operator, second }: Ordered & { readonly inspection: string; readonly item: InspectionItem; readonly evidence: string | null },
  finding: { readonly rectifiedMs: number | null } | undefined,
): Drafted {
  if (finding === undefined) return refuse('finding_not_of_inspection', { inspection });
  if (finding.rectifiedMs !== null) return { ok: true, drafts: [] };
  return { ok: true, drafts: [{ name: 'inspection.rectified', subject: 'village', data: { operator, second, inspection, item, evidence } }] };
}

/** how a finding stands on a day. `rectifiedOn` is null while it is open. */
export function findingState(rectifyBy: string, rectifiedOn: string | null, today: string): 'done' | 'doneLate' | 'open' | 'overdue' {
  if (rectifiedOn !== null) return rectifiedOn > rectifyBy ? 'doneLate' : 'done';
  return today > rectifyBy ? 'overdue' : 'open';
}

/** Grades of a household that count in a month. `partyMember`: whose cell of the grid it is in. */
export interface MonthGrades {
  readonly household: string;
  readonly partyMember: string | null;
  readonly days: number;
  readonly excellent: number;
  readonly good: number;
  readonly fair: number;
  readonly poor: number;
}

/** the red list of a month: who consented to be named, was graded often enough and never badly; the share of excellent grades decides. */
export function honourList(
  rows: readonly MonthGrades[],
  isConsented: (household: string) => boolean,
  { honourDays, honourHouseholds }: OversightRules,
): readonly MonthGrades[] {
  const graded = ({ excellent, good, fair, poor }: MonthGrades): number => excellent + good + fair + poor;
  // Products instead of quotients, so that equal shares are equal.
  const better = (one: MonthGrades, other: MonthGrades): number =>
    other.excellent * graded(one) - one.excellent * graded(other) ||
    other.good * graded(one) - one.good * graded(other) ||
    (one.household < other.household ? -1 : 1);
  return rows
    .filter((row) => row.poor === 0 && row.excellent > 0 && row.days >= honourDays && isConsented(row.household))
    .sort(better)
    .slice(0, honourHouseholds);
}

export interface GridTotal {
  readonly partyMember: string | null;
  readonly households: number;
  /** Null where there are too few households for a total to hide any of them. */
  readonly grades: Readonly<Record<Grade, number>> | null;
}

/** grades by cell of the grid and of the whole village, instead of a black list. A cell with few households shows none, or it would name them. */
export function gridTotals(
  rows: readonly MonthGrades[],
  { gridHouseholdsMin }: OversightRules,
): { readonly village: GridTotal; readonly cells: readonly GridTotal[] } {
  const total = (partyMember: string | null, of: readonly MonthGrades[]): GridTotal => {
    const sum = (grade: Grade): number => of.reduce((before, row) => before + row[grade], 0);
    const counts = { excellent: sum('excellent'), good: sum('good'), fair: sum('fair'), poor: sum('poor') };
    return { partyMember, households: of.length, grades: of.length < gridHouseholdsMin ? null : counts };
  };
  const cells = [...new Set(rows.map(({ partyMember }) => partyMember))].sort((one, other) => ((one ?? '~') < (other ?? '~') ? -1 : 1));
  const shown = cells.map((cell) =>
    total(
      cell,
      rows.filter(({ partyMember }) => partyMember === cell),
    ),
  );
  return { village: total(null, rows), cells: hideEnough(shown, gridHouseholdsMin) };
}

/** What is hidden is the village less what is shown: as long as that is few households, the smallest cell shown is hidden too. */
function hideEnough(cells: readonly GridTotal[], min: number): readonly GridTotal[] {
  const hidden = cells.filter(({ grades: counts }) => counts === null);
  const smallest = cells.filter(({ grades: counts }) => counts !== null).sort((one, other) => one.households - other.households)[0];
  const left = hidden.reduce((sum, { households }) => sum + households, 0);
  if (hidden.length === 0 || left >= min || smallest === undefined) return cells;
  return hideEnough(
    cells.map((cell) => (cell === smallest ? { ...cell, grades: null } : cell)),
    min,
  );
}
