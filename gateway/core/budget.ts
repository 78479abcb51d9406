/**
 * How much a source of points may give a month, what waits for the committee, and what the village owes in yuan. Recyclables are never
 * refused once they were weighed. Pure. Rules.
 */
import type { EventDraft } from '../../protocol/events.ts';
import type { PointRules, PointSource } from '../../protocol/rules/points.ts';
import { type Refused, refuse } from './refusals.ts';
import type { DatedRules } from './rule-book.ts';

/** What a source may give this month and has given. `limit` null: no bound was set. */
export interface Budget {
  readonly limit: number | null;
  readonly issued: number;
}

/** How full a budget is. */
export type BudgetState = 'unset' | 'ok' | 'warn' | 'full';

/** full at its limit, a warning from `budgetWarnPercent` on. */
export function budgetState({ limit, issued }: Budget, { budgetWarnPercent }: Pick<PointRules, 'budgetWarnPercent'>): BudgetState {
  if (limit === null) return 'unset';
  if (issued >= limit) return 'full';
  return issued * 100 >= limit * budgetWarnPercent ? 'warn' : 'ok';
}

/** whether points are given at once or wait for the committee: whatever does not fit into the month waits whole, but for recyclables. */
export function decideIssue(source: PointSource, points: number, { limit, issued }: Budget): 'awarded' | 'queued' {
  return source === 'recyclables' || limit === null || issued + points <= limit ? 'awarded' : 'queued';
}

/** What a source gives a month, and what is said of it. */
export interface MonthBudget extends Budget {
  readonly source: PointSource;
  /** `YYYY-MM`. */
  readonly month: string;
  readonly rules: Pick<PointRules, 'budgetWarnPercent'>;
}

/** drafts with a warning behind them where they bring a source to 80 percent of its budget, or use it up. */
export function warnOf(drafts: readonly EventDraft[], { source, month, rules, ...before }: MonthBudget): readonly EventDraft[] {
  const change = drafts.reduce((sum, { name, data }) => {
    if (name === 'points.awarded' && data.source === source) return sum + data.points;
    return name === 'points.clawedback' && data.source === source ? sum - data.points : sum;
  }, 0);
  const after = { ...before, issued: before.issued + change };
  const [was, is] = [budgetState(before, rules), budgetState(after, rules)];
  if (change <= 0 || was === is || after.limit === null || (is !== 'warn' && is !== 'full')) return drafts;
  return [...drafts, { name: 'points.budget.warned', subject: source, data: { source, month, state: is, limit: after.limit, issued: after.issued } }];
}

/** Who and what points are for. `points`: 1 or more. */
export interface WantedAward {
  readonly household: string;
  readonly source: Exclude<PointSource, 'recyclables'>;
  readonly points: number;
  readonly reference: string;
}

/** When, by which rules and by whom. */
export interface AwardContext {
  readonly day: string;
  readonly dateTrusted: boolean;
  readonly tariffVersion: string;
  readonly rulesVersion: string;
  readonly operator: string | null;
  readonly second: string | null;
}

/** `points.awarded` or, beyond the budget, `points.queued`. */
export function draftAward(
  wanted: WantedAward,
  context: AwardContext,
  budget: Budget,
): { readonly outcome: 'awarded' | 'queued'; readonly draft: EventDraft<'points.awarded' | 'points.queued'> } {
  const outcome = decideIssue(wanted.source, wanted.points, budget);
  if (outcome === 'awarded') return { outcome, draft: awardOf({ ...wanted, ...context, queued: null }) };
  return { outcome, draft: { name: 'points.queued', subject: wanted.household, data: { ...wanted, ...context } } };
}

function awardOf(award: WantedAward & AwardContext & { readonly queued: number | null }): EventDraft<'points.awarded'> {
  const { household, source, points } = award;
  const nothingWeighed = { material: null, netGrams: null, pieces: null, pointsPerKg: null, pointsEach: null };
  const postings = [
    { account: `issuance/${source}`, unit: 'points' as const, amount: -points },
    { account: `household/${household}`, unit: 'points' as const, amount: points },
  ];
  return { name: 'points.awarded', subject: household, data: { ...award, ...nothingWeighed, tariffPoints: points, postings } };
}

/** Points that wait for the committee. */
export interface QueuedPoints extends WantedAward {
  readonly seq: number;
  readonly tariffVersion: string;
  readonly rulesVersion: string;
  readonly state: 'queued' | 'approved' | 'rejected';
}

interface QueueOrder {
  readonly operator: string;
  readonly second: string | null;
  readonly day: string;
  readonly dateTrusted: boolean;
}

/** two of the committee give points that waited. `asked` as numbers, `found` what stands under them. All or none. */
export function decideApproval(asked: readonly number[], found: readonly QueuedPoints[], { operator, second, day, dateTrusted }: QueueOrder): Queued {
  const missing = firstNotWaiting(asked, found);
  if (missing !== null) return missing;
  const drafts = found.map(({ seq, household, source, points, reference, tariffVersion, rulesVersion }) =>
    awardOf({ household, source, points, reference, day, dateTrusted, tariffVersion, rulesVersion, operator, second, queued: seq }),
  );
  return { ok: true, drafts };
}

/** two of the committee decide against points that waited. All or none. */
export function decideRejection(asked: readonly number[], found: readonly QueuedPoints[], reason: 'budget' | 'error', order: QueueOrder): Queued {
  const missing = firstNotWaiting(asked, found);
  if (missing !== null) return missing;
  const { operator, second } = order;
  return {
    ok: true,
    drafts: found.map(({ seq, household }) => ({ name: 'points.rejected', subject: household, data: { household, queued: seq, reason, operator, second } })),
  };
}

type Queued = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;

function firstNotWaiting(asked: readonly number[], found: readonly QueuedPoints[]): Refused | null {
  const waiting = new Set(found.filter(({ state }) => state === 'queued').map(({ seq }) => seq));
  const missing = asked.find((seq) => !waiting.has(seq));
  return missing === undefined ? null : refuse('not_waiting', { number: missing });
}

/** What a source gave this month. */
export interface SourceReport extends Budget {
  readonly source: PointSource;
  readonly state: BudgetState;
  readonly waiting: number;
}

/** What the village owes. `yuan` as text with two digits: 100 points are 1 yuan. */
export interface LiabilityReport {
  readonly outstanding: { readonly points: number; readonly yuan: string };
  /** Points of households and held for receipts, by the year they were earned in. */
  readonly byYear: readonly { readonly year: number; readonly points: number; readonly yuan: string; readonly lastDay: string }[];
  /** Points households are below zero; not subtracted above, for nobody collects them in cash. */
  readonly negative: number;
  readonly sources: readonly SourceReport[];
}

const yuan = (points: number): string => (points / 100).toFixed(2);

/** outstanding points in yuan by year, and this month's giving of each source against its budget. */
export function reportLiability(facts: {
  readonly lots: readonly { readonly year: number; readonly points: number }[];
  readonly negative: number;
  readonly sources: readonly { readonly source: PointSource; readonly issued: number; readonly waiting: number }[];
  readonly dated: DatedRules;
  readonly lastDayOf: (year: number) => string;
}): LiabilityReport {
  const { points: rules } = facts.dated.rules;
  const points = facts.lots.reduce((sum, lot) => sum + lot.points, 0);
  return {
    outstanding: { points, yuan: yuan(points) },
    byYear: facts.lots.map((lot) => ({ ...lot, yuan: yuan(lot.points), lastDay: facts.lastDayOf(lot.year) })),
    negative: facts.negative,
    sources: facts.sources.map(({ source, issued, waiting }) => {
      const budget = { limit: rules.budget[source], issued };
      return { source, ...budget, state: budgetState(budget, rules), waiting };
    }),
  };
}
