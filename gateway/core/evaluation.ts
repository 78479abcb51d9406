/**
 * Grades of a door: what one is worth, when a low one only warns, how a later one of the day takes its place, and appeals. Pure.
 * Rules; invariant 8 (one grade counts for a household, stream and day).
 */
import type { evaluationOutcomes } from '../../protocol/events/evaluation.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { Grade, GradeReason, Stream } from '../../protocol/grades.ts';
import { type AwardContext, type Budget, draftAward } from './budget.ts';
import { daysBetween, monthOf } from './calendar.ts';
import { giveBack, type PointEntry, takeBack } from './clawback.ts';
import { type Refused, refuse } from './refusals.ts';
import type { DatedRules } from './rule-book.ts';
import { judgeReason } from './sorting.ts';

type Outcome = (typeof evaluationOutcomes)[number];
type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;

/** Which door, which of its streams, on which day. */
export interface DoorDay {
  readonly household: string;
  readonly stream: Stream;
  readonly day: string;
}
/** A grade of a door and day, and how it stands. */
export interface Evaluation extends DoorDay {
  readonly revision: number;
  readonly grade: Grade;
  readonly reason: GradeReason | null;
  readonly outcome: Outcome;
  /** Who gave it. */
  readonly operator: string;
  readonly second: string | null;
  /** Day it was entered. */
  readonly enteredOn: string;
  /** When the door was last seen so. Unit: ms since 1970. */
  readonly observedMs: number;
  readonly state: 'effective' | 'superseded' | 'overturned';
  readonly appeal: 'none' | 'open' | 'decided';
}

/** What points of a grade are known by. */
export const evaluationReference = ({ stream, day, revision }: Pick<Evaluation, 'stream' | 'day' | 'revision'>): string => `${stream}-${day}-${revision}`;

/** What is known of the household before a grade. */
export interface GradeFacts {
  /** The grade that counts, or the one the supervisors took away. */
  readonly current: Evaluation | undefined;
  /** Grades of this door, stream and day so far, also those that never counted. */
  readonly revisions: number;
  /** Points of the current grade, where it moved any. */
  readonly entry: PointEntry | undefined;
  /** Where points of the current grade wait for the committee: under which number. */
  readonly queued: number | undefined;
  readonly mayEarn: boolean;
  /** Effective grades that warned, the current one among them. */
  readonly warned: number;
  /** Points taken for grades this month and not given back. */
  readonly minus: number;
  readonly balance: number;
  readonly budget: Budget;
}

export interface WantedGrade extends DoorDay {
  readonly grade: Grade;
  readonly reason: GradeReason | null;
  readonly evidence: string | null;
  /** When the door was seen so. Unit: ms since 1970. */
  readonly observedMs: number;
}

/** Rules of the graded day, and of today for what a superseded grade gives back. */
export type GradeContext = AwardContext & { readonly operator: string; readonly dated: DatedRules };

/**
 * invariant 8: records a grade; one that stood there is superseded, and its points are undone. Of two grades of a day the one
 * seen later counts, in whatever order handhelds tell them; of two seen at once, the one told later. The same again only moves its time on.
 */
export function decideGrade(wanted: WantedGrade, facts: GradeFacts, context: GradeContext): Drafted {
  const rules = context.dated.rules.points.evaluation;
  const late = judgeDay(wanted.day, context.day, rules.lateDays);
  if (late !== null) return late;
  const value = rules.points[wanted.grade];
  if (value < 0 && wanted.reason === null) return refuse('reason_needed');
  if (value < 0 && wanted.evidence === null) return refuse('evidence_needed');
  const noReason = judgeReason(wanted.reason, context.dated.rules.sorting.bagPolicy);
  if (noReason !== null) return noReason;
  const { current } = facts;
  if (current?.state === 'overturned') return refuse('grade_decided');
  const { operator, second, rulesVersion, dateTrusted } = context;
  const revision = facts.revisions + 1;
  const record = (outcome: Outcome): EventDraft<'evaluation.recorded'> => ({
    name: 'evaluation.recorded',
    subject: wanted.household,
    data: { ...wanted, revision, outcome, dateTrusted, rulesVersion, operator, second },
  });
  const isOlder = current !== undefined && wanted.observedMs < current.observedMs;
  if (current?.grade === wanted.grade && current.reason === wanted.reason) return { ok: true, drafts: isOlder ? [] : confirm(current, wanted, context) };
  if (isOlder) return { ok: true, drafts: [record('outdated')] };
  const undone = supersede(facts, context);
  const reference = evaluationReference({ ...wanted, revision });
  const { outcome, drafts } = weighGrade(wanted, { value, reference }, { ...facts, ...undone.left }, context);
  return { ok: true, drafts: [...undone.drafts, record(outcome), ...drafts] };
}

function confirm(current: Evaluation, { observedMs }: WantedGrade, { operator, second }: GradeContext): readonly EventDraft[] {
  if (observedMs === current.observedMs) return [];
  const { household, stream, day, revision } = current;
  return [{ name: 'evaluation.confirmed', subject: household, data: { household, stream, day, revision, observedMs, operator, second } }];
}

function judgeDay(day: string, today: string, lateDays: number): Refused | null {
  if (day > today) return refuse('session_ahead', { day });
  return daysBetween(day, today) > lateDays ? refuse('grade_too_late', { days: lateDays }) : null;
}

type Left = Pick<GradeFacts, 'warned' | 'minus' | 'balance' | 'budget'>;

/** What the current grade did is undone, and what the household stands at then. */
function supersede(facts: GradeFacts, context: GradeContext): { readonly drafts: readonly EventDraft[]; readonly left: Left } {
  const { current, entry, queued, warned, minus, balance, budget } = facts;
  const left = { warned, minus, balance, budget };
  if (current === undefined) return { drafts: [], left };
  const { household, stream, day, revision } = current;
  const { operator, second } = context;
  const drafts: EventDraft[] = [{ name: 'evaluation.superseded', subject: household, data: { household, stream, day, revision, operator, second } }];
  if (queued !== undefined) drafts.push({ name: 'points.rejected', subject: household, data: { household, queued, reason: 'superseded', operator, second } });
  if (current.outcome === 'warned') left.warned -= 1;
  if (entry === undefined || entry.undone) return { drafts, left };
  const isOfThisMonth = monthOf(entry.day) === monthOf(context.day);
  if (entry.kind === 'deduction') {
    drafts.push(giveBack(entry, 'superseded', context));
    return { drafts, left: { ...left, minus: isOfThisMonth ? minus - entry.points : minus, balance: balance + entry.points } };
  }
  const taken = takeBack(entry, 'superseded', { ...context, balance });
  drafts.push(taken);
  const issued = isOfThisMonth ? budget.issued - taken.data.points : budget.issued;
  return { drafts, left: { ...left, balance: balance - taken.data.points, budget: { ...budget, issued } } };
}

/** what a grade of this value does to the points of the household. */
function weighGrade(
  { household }: DoorDay,
  { value, reference }: { readonly value: number; readonly reference: string },
  { mayEarn, warned, minus, balance, budget }: GradeFacts,
  context: GradeContext,
): { readonly outcome: Outcome; readonly drafts: readonly EventDraft[] } {
  if (value === 0) return { outcome: 'nothing', drafts: [] };
  if (!mayEarn) return { outcome: 'noConsent', drafts: [] };
  if (value > 0) {
    const { day, dateTrusted, tariffVersion, rulesVersion, operator, second } = context;
    const by = { day, dateTrusted, tariffVersion, rulesVersion, operator, second };
    const { outcome, draft } = draftAward({ household, source: 'evaluation', points: value, reference }, by, budget);
    return { outcome, drafts: [draft] };
  }
  const rules = context.dated.rules.points.evaluation;
  if (warned < rules.warnings) return { outcome: 'warned', drafts: [] };
  // Never below zero: only taking an award back may do that (invariant 6).
  const points = Math.min(-value, Math.max(0, rules.minusPerMonth - minus), Math.max(0, balance));
  if (points === 0) return { outcome: 'limit', drafts: [] };
  return { outcome: 'deducted', drafts: [deduct({ household, reference, points, tariffPoints: -value }, context)] };
}

function deduct(
  taken: { readonly household: string; readonly reference: string; readonly points: number; readonly tariffPoints: number },
  { day, dateTrusted, rulesVersion, operator, second }: GradeContext,
): EventDraft<'points.deducted'> {
  const { household, points } = taken;
  const postings = [
    { account: `household/${household}`, unit: 'points' as const, amount: -points },
    { account: 'penalty/evaluation', unit: 'points' as const, amount: points },
  ];
  return { name: 'points.deducted', subject: household, data: { ...taken, source: 'evaluation', day, dateTrusted, rulesVersion, operator, second, postings } };
}

interface AppealContext {
  readonly operator: string;
  readonly second: string | null;
  readonly day: string;
  readonly dated: DatedRules;
}

/** a household appeals within `appealDays` against a grade that warned or cost points. */
export function decideAppeal(current: Evaluation | undefined, { operator, second, day: today, dated }: AppealContext): Drafted {
  const { appealDays } = dated.rules.points.evaluation;
  if (current?.state !== 'effective' || !['warned', 'deducted', 'limit'].includes(current.outcome)) return refuse('nothing_to_appeal');
  if (current.appeal !== 'none') return refuse('appeal_known');
  if (daysBetween(current.enteredOn, today) > appealDays) return refuse('appeal_too_late', { days: appealDays });
  const { household, stream, day, revision } = current;
  return { ok: true, drafts: [{ name: 'evaluation.appealed', subject: household, data: { household, stream, day, revision, operator, second } }] };
}

/** the supervision group decides, and nobody who gave the grade. Where the household was right, its points come back as a compensating entry. */
export function decideAppealOutcome(
  current: Evaluation | undefined,
  upheld: boolean,
  { entry, ...context }: AppealContext & { readonly entry: PointEntry | undefined },
): Drafted {
  if (current?.appeal !== 'open' || current.state !== 'effective') return refuse('appeal_not_open');
  const graders = [current.operator, current.second];
  if (graders.includes(context.operator) || (context.second !== null && graders.includes(context.second))) return refuse('own_grade');
  const { household, stream, day, revision } = current;
  const { operator, second } = context;
  const decided: EventDraft = {
    name: 'evaluation.appeal.decided',
    subject: household,
    data: { household, stream, day, revision, upheld, operator, second },
  };
  const isToGiveBack = upheld && entry?.kind === 'deduction' && !entry.undone;
  return { ok: true, drafts: isToGiveBack ? [decided, giveBack(entry, 'appeal', context)] : [decided] };
}
