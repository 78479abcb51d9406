/**
 * May this household draw a roll now, and what is written when it may and when it has: the intent and the settlement as
 * events with their postings. Pure. The first refusal that applies wins, in the order of `drawRefusals`: who you are comes before what
 * you may have, and that before what the machine can do.
 * Rules: R-05 (quota), R-07 (calendar month, no carry-over), R-08 (issue sequence), R-12 (outcome unknown).
 */
import assert from 'node:assert/strict';
import type { Posting } from '../../protocol/events/fields.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { type BoardStatus, type DispenseIntent, type DispenseOutcome, isResting } from './dispensing.ts';
import type { Quota } from './quota.ts';
import { type DispenserFacts, expectedCtrOut, magazinePostings } from './reconciling.ts';

/** Every way a draw can be refused, in order of precedence. */
export const drawRefusals = [
  'card_unknown',
  'card_revoked',
  'household_unknown',
  'quota_used',
  'date_unconfirmed',
  'dispenser_starting',
  'dispenser_busy',
  'dispenser_unreachable',
  'dispenser_locked',
  'door_open',
  'dispenser_fault',
  'magazine_empty',
] as const;
export type DrawRefusal = (typeof drawRefusals)[number];

/** Who asks for a roll, and what they may have. Counts in rolls. */
export interface DrawRequest {
  readonly household: string;
  /** What it may have now (quota.ts). */
  readonly quota: Quota;
  readonly inMagazine: number;
  readonly dispenser: string;
  /** Who draws for the household, by function or badge; null when a card was shown at the reader. */
  readonly operator: string | null;
}

/** A request at a board with a job register, as the board and the ledger are at that moment. */
export interface DrawFacts extends DrawRequest {
  readonly board: DispenserFacts;
  readonly status: BoardStatus;
}

export type DrawDecision =
  | { readonly ok: true; readonly intent: DispenseIntent; readonly draft: EventDraft<'bag.issue.requested'> }
  | { readonly ok: false; readonly refusal: { readonly code: DrawRefusal } };

const refuse = (code: DrawRefusal): DrawDecision => ({ ok: false, refusal: { code } });

/** Legs that put `rolls` on hold for a job before anything moves. */
const holdPostings = (dispenser: string, job: number, rolls: number): Posting[] => magazinePostings(dispenser, `hold/${job}`, rolls);

/** Decides a draw of one roll and words its intent. `job` is the next free job number. */
export function decideDraw(facts: DrawFacts, job: number): DrawDecision {
  const { status, board, dispenser, household, quota } = facts;
  if (!quota.ok) return refuse(quota.code);
  if (!isResting(status)) return refuse('dispenser_busy');
  if (board.locked !== null) return refuse('dispenser_locked');
  if (status.flags.doorOpen) return refuse('door_open');
  if (status.state === 'fault') return refuse('dispenser_fault');
  if (facts.inMagazine < 1) return refuse('magazine_empty');
  // The board and the ledger must agree to the roll before anything moves; the caller reconciles first (G1).
  assert(status.nonce === board.nonce && status.ctrOut === expectedCtrOut(board), 'a draw is decided on a reconciled board');
  assert(status.lastJob < job, 'a new job is above everything the board has seen');
  const rolls = 1;
  const intent: DispenseIntent = { job, rolls, expectLastJob: status.lastJob, expectCtrOut: status.ctrOut, nonce: status.nonce };
  const data = {
    job,
    dispenser,
    household,
    rolls,
    period: quota.period,
    expectLastJob: intent.expectLastJob,
    expectCtrOut: intent.expectCtrOut,
    nonce: intent.nonce,
    operator: facts.operator,
    postings: holdPostings(dispenser, job, rolls),
  };
  return { ok: true, intent, draft: { name: 'bag.issue.requested', subject: household, data } };
}

/** An open job as the ledger holds it. */
export interface OpenJob extends DispenseIntent {
  readonly dispenser: string;
  readonly household: string;
  readonly period: string;
}

/** What a settlement needs of a job, whatever board it was for. */
export type HeldJob = Pick<OpenJob, 'job' | 'rolls' | 'dispenser' | 'household' | 'period'>;
/** `none`: the order never left. */
export interface SettledOutcome {
  readonly done: number;
  readonly result: DispenseOutcome['result'] | 'none';
}

/** Rolls at the head of the magazine, and what the exit reader named, in order. */
export interface RollEvidence {
  readonly magazine: readonly string[];
  readonly scanned: readonly string[];
}

/** Words the end of a job: issued for what was counted, voided for the rest. One hold, one settlement. */
export function decideSettlement(job: HeldJob, outcome: SettledOutcome, evidence: RollEvidence): EventDraft {
  const { job: number, dispenser, household, period } = job;
  assert(outcome.done >= 0 && outcome.done <= job.rolls, 'a board never delivers more than it was asked for');
  const backToMagazine = job.rolls - outcome.done;
  const postings: Posting[] = [{ account: `hold/${number}`, unit: 'rolls', amount: -job.rolls }];
  if (outcome.done > 0) postings.push({ account: `household/${household}`, unit: 'rolls', amount: outcome.done });
  if (backToMagazine > 0) postings.push({ account: `magazine/${dispenser}`, unit: 'rolls', amount: backToMagazine });
  if (outcome.done === 0) {
    const reason = outcome.result === 'ok' ? 'none' : outcome.result;
    return { name: 'bag.issue.voided', subject: household, data: { job: number, dispenser, household, period, rolls: job.rolls, reason, postings } };
  }
  const rolls = nameRolls(outcome.done, evidence);
  const rollUnconfirmed = rolls.some((roll) => !roll.confirmed);
  return {
    name: 'bag.roll.issued',
    subject: household,
    data: { job: number, dispenser, household, period, rolls, voided: backToMagazine, result: outcome.result, rollUnconfirmed, postings },
  };
}

/**
 * Which rolls came out. Confirmed when the exit reader named just the roll that was next; read out of order or unread, the roll is named
 * by the best evidence and left unconfirmed; null when the magazine list has run out.
 */
function nameRolls(count: number, evidence: RollEvidence): { roll: string | null; confirmed: boolean }[] {
  const waiting = [...evidence.magazine];
  return Array.from({ length: count }, (_unused, index) => {
    const next = waiting[0];
    const scanned = evidence.scanned[index];
    const known = scanned !== undefined && waiting.includes(scanned) ? scanned : undefined;
    const roll = known ?? next ?? null;
    if (roll !== null) waiting.splice(waiting.indexOf(roll), 1);
    return { roll, confirmed: known !== undefined && known === next };
  });
}
