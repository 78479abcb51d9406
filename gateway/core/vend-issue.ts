/**
 * Rolls from boards without a job register, as events: may one be ordered, what is written before it moves, what when nobody can tell its
 * end, and how a person or a stock count settles that. Pure.
 * Rules: R-05, R-07 (quota), R-08 (issue sequence), R-12 (outcome unknown, quota held, resolved by a person or at the next refill).
 */
import assert from 'node:assert/strict';
import type { EventDraft } from '../../protocol/events.ts';
import { type DrawRefusal, type DrawRequest, decideSettlement, type HeldJob, type RollEvidence } from './bag-issue.ts';
import { magazinePostings } from './reconciling.ts';
import type { DoubtCause } from './vending.ts';

/** A job of such a board that holds its roll. */
export interface VendJob extends HeldJob {
  readonly reliability: 'B' | 'C';
  readonly sequence: number;
  readonly state: 'open' | 'indeterminate';
}

/** A request at a board without one. `inMagazine` leaves out the rolls held for jobs nobody could tell the end of. */
export interface VendFacts extends DrawRequest {
  readonly reliability: 'B' | 'C';
  readonly locked: boolean;
  readonly readiness: 'ready' | 'empty' | 'fault' | 'busy' | 'unreachable';
}

export type VendDecision =
  | { readonly ok: true; readonly draft: EventDraft<'bag.issue.ordered'> }
  | { readonly ok: false; readonly refusal: { readonly code: DrawRefusal } };

function refusalOf(facts: VendFacts): DrawRefusal | null {
  const { readiness } = facts;
  if (readiness === 'busy') return 'dispenser_busy';
  if (readiness === 'unreachable') return 'dispenser_unreachable';
  if (facts.locked) return 'dispenser_locked';
  if (readiness === 'fault') return 'dispenser_fault';
  return facts.inMagazine < 1 || readiness === 'empty' ? 'magazine_empty' : null;
}

/** Decides a draw of one roll and words its intent. `job` is the next free job number, `sequence` the number the board will hear. */
export function decideVend(facts: VendFacts, job: number, sequence: number): VendDecision {
  const { quota, dispenser, household, reliability, operator } = facts;
  if (!quota.ok) return { ok: false, refusal: { code: quota.code } };
  const code = refusalOf(facts);
  if (code !== null) return { ok: false, refusal: { code } };
  const { period } = quota;
  const postings = magazinePostings(dispenser, `hold/${job}`, 1);
  return {
    ok: true,
    draft: { name: 'bag.issue.ordered', subject: household, data: { job, dispenser, household, rolls: 1, period, reliability, sequence, operator, postings } },
  };
}

/** Nobody can tell: the hold stays. */
export function decideGiveUp({ job, dispenser, household, period, reliability }: VendJob, cause: DoubtCause): EventDraft<'bag.issue.indeterminate'> {
  return { name: 'bag.issue.indeterminate', subject: household, data: { job, dispenser, household, period, reliability, cause } };
}

/** What somebody found out about a job: two events that belong in one transaction. */
export function decideVendSettlement(
  job: VendJob,
  found: { readonly outcome: 'issued' | 'void'; readonly by: 'person' | 'stock_count'; readonly operator: string },
  evidence: RollEvidence,
): EventDraft[] {
  assert(job.state === 'indeterminate', 'a job under way is settled by its board');
  const { dispenser } = job;
  const settled: EventDraft = { name: 'bag.issue.settled', subject: dispenser, data: { job: job.job, dispenser, ...found } };
  return [settled, decideSettlement(job, { done: found.outcome === 'issued' ? job.rolls : 0, result: 'indeterminate' }, evidence)];
}

export type CountRefusal = 'count_ambiguous' | 'count_above_book' | 'job_under_way';
export type CountDecision =
  | { readonly ok: true; readonly drafts: readonly EventDraft[] }
  | { readonly ok: false; readonly refusal: { readonly code: CountRefusal; readonly expected: number; readonly held: number } };

/**
 * A person counted the magazine. The count settles all indeterminate jobs when it fits all of them having come out or none; between the two
 * it cannot tell which, and above the book there are rolls whose labels were never scanned. Rolls missing beyond that go to suspense.
 * `magazine` names the rolls of the book in order, with those held.
 */
export function decideStockCount(
  dispenser: string,
  counted: number,
  operator: string,
  { magazine, jobs }: { readonly magazine: readonly string[]; readonly jobs: readonly VendJob[] },
): CountDecision {
  const held = jobs.reduce((sum, job) => sum + job.rolls, 0);
  const expected = magazine.length - held;
  const refuse = (code: CountRefusal): CountDecision => ({ ok: false, refusal: { code, expected, held } });
  if (jobs.some(({ state }) => state === 'open')) return refuse('job_under_way');
  if (counted > magazine.length) return refuse('count_above_book');
  if (counted > expected && counted < magazine.length) return refuse('count_ambiguous');
  const outcome = counted > expected ? 'void' : 'issued';
  let waiting = magazine;
  const settlements = jobs.flatMap((job) => {
    const drafts = decideVendSettlement(job, { outcome, by: 'stock_count', operator }, { magazine: waiting, scanned: [] });
    if (outcome === 'issued') waiting = waiting.slice(job.rolls);
    return drafts;
  });
  const missing = Math.max(0, expected - counted);
  const postings = missing === 0 ? [] : magazinePostings(dispenser, `suspense/${dispenser}`, missing);
  const count: EventDraft = { name: 'bag.stock.counted', subject: dispenser, data: { dispenser, counted, expected, held, operator, postings } };
  return { ok: true, drafts: [...settlements, count] };
}
