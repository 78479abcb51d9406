/**
 * Learning sessions and attendance lists: which entry earns what, and why another earns nothing. Every entry of a list is answered. Pure.
 * Rules.
 */
import type { attendanceOutcomes, attendanceRefusals } from '../../protocol/events/learning.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { PointRules } from '../../protocol/rules/points.ts';
import { type AwardContext, type Budget, draftAward } from './budget.ts';
import { type Refused, refuse } from './refusals.ts';

type Outcome = (typeof attendanceOutcomes)[number];
type ListRefusal = (typeof attendanceRefusals)[number];

/** One entry of a list, and what is known of the household. */
export interface Attendance {
  readonly household: string;
  /** 0 to 100; null where nobody was examined. */
  readonly score: number | null;
  /** A small gift was handed out instead of points. */
  readonly gift: boolean;
}
export interface AttendanceFacts {
  readonly isKnown: boolean;
  readonly mayEarn: boolean;
  /** Already on a list of this session. */
  readonly isListed: boolean;
  /** Sessions of the session's month this household was rewarded for, by points or gift, or waits for. */
  readonly rewarded: number;
}

export interface AttendanceList {
  readonly session: { readonly session: string; readonly day: string };
  readonly entries: readonly Attendance[];
  readonly factsOf: (household: string) => AttendanceFacts;
  /** Points of a whole award, from the tariff of the session's day. */
  readonly learningPoints: number;
  readonly rules: Pick<PointRules, 'learningPerMonth' | 'learningBands'>;
  readonly budget: Budget;
}
/** Who entered it, beside when and by which rules. */
export type ListContext = AwardContext & { readonly operator: string };

/** what a score is worth in percent: the best band it reaches, nothing below all; everything where nobody was examined. */
export const percentOf = (score: number | null, { learningBands }: Pick<PointRules, 'learningBands'>): number =>
  score === null ? 100 : (learningBands.find(({ scoreFrom }) => score >= scoreFrom)?.percent ?? 0);

/** a session is opened once. */
export function decideSession(known: boolean, { session, day, operator, second }: { session: string; day: string; operator: string; second: string | null }) {
  if (known) return refuse('session_known', { session });
  const draft: EventDraft<'learning.session.opened'> = { name: 'learning.session.opened', subject: session, data: { session, day, operator, second } };
  return { ok: true as const, drafts: [draft] };
}

/** a whole list at once. Refused only where the session has not been yet. */
export function decideAttendance(list: AttendanceList, context: ListContext): { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused {
  const { session, day } = list.session;
  if (day > context.day) return refuse('session_ahead', { day });
  const { operator, second } = context;
  const drafts: EventDraft[] = [];
  const refused: { household: string; code: ListRefusal }[] = [];
  const seen = new Set<string>();
  let { issued } = list.budget;
  for (const { household, score, gift } of list.entries) {
    const facts = list.factsOf(household);
    if (!facts.isKnown || facts.isListed || seen.has(household)) {
      refused.push({ household, code: facts.isKnown ? 'already_listed' : 'household_unknown' });
      continue;
    }
    seen.add(household);
    const judged = judge({ score, gift }, facts, list);
    const attended = (outcome: Outcome): EventDraft => ({
      name: 'learning.attended',
      subject: household,
      data: { session, household, score, outcome, operator, second },
    });
    if (typeof judged === 'string') {
      drafts.push(attended(judged));
      continue;
    }
    const { outcome, draft } = draftAward({ household, source: 'learning', points: judged.points, reference: session }, context, { ...list.budget, issued });
    if (outcome === 'awarded') issued += judged.points;
    drafts.push(attended(outcome), draft);
  }
  const data = { session, attended: seen.size, refused, operator, second };
  drafts.push({ name: 'learning.list.entered', subject: session, data });
  return { ok: true, drafts };
}

/** What one entry earns, or why it earns nothing. */
function judge(
  { score, gift }: Pick<Attendance, 'score' | 'gift'>,
  { mayEarn, rewarded }: AttendanceFacts,
  { learningPoints, rules }: AttendanceList,
): Exclude<Outcome, 'awarded' | 'queued'> | { readonly points: number } {
  if (!mayEarn) return 'noConsent';
  const points = Math.floor((learningPoints * percentOf(score, rules)) / 100);
  if (!gift && points === 0) return 'belowBand';
  if (rewarded >= rules.learningPerMonth) return 'capped';
  return gift ? 'gift' : { points };
}
