/**
 * What a dispenser's counters say against what the ledger says, when nothing is open: rolls nobody asked for, service rolls, a board
 * that was swapped or lost its memory, a throat that is blocked. Pure: returns the events that make the ledger match the metal, or the
 * lock that keeps everybody's hands off until a person has looked.
 */

import type { Posting } from '../../protocol/events/fields.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { BoardStatus } from './dispensing.ts';

export type LockReason = EventDraft<'device.locked'>['data']['reason'];

/** The ledger's view of one board. All counts in rolls. */
export interface DispenserFacts {
  readonly nonce: number;
  readonly baseCtrOut: number;
  readonly baseCtrTest: number;
  /** Rolls posted to households, purged to waste, and put into suspense since the baseline: together what left past the exit. */
  readonly posted: number;
  readonly purged: number;
  readonly suspense: number;
  /** Rolls booked as service waste since the baseline. */
  readonly service: number;
  readonly locked: LockReason | null;
}

/** CTR_OUT the board must show. */
export const expectedCtrOut = (facts: DispenserFacts): number => facts.baseCtrOut + facts.posted + facts.purged + facts.suspense;
/** CTR_TEST the board must show. */
export const expectedCtrTest = (facts: DispenserFacts): number => facts.baseCtrTest + facts.service;

/** Version of the register contract this gateway speaks. */
const protocolVersion = 1;
/** A board whose last job is above this leaves no room for further job numbers (2^53 - 1 is the most either side can hold). */
const lastJobMax = 2 ** 52;

/** Legs that move `rolls` out of a magazine. */
export function magazinePostings(dispenser: string, to: string, rolls: number): Posting[] {
  return [
    { account: `magazine/${dispenser}`, unit: 'rolls', amount: -rolls },
    { account: to, unit: 'rolls', amount: rolls },
  ];
}

function lockReason(facts: DispenserFacts, status: BoardStatus): LockReason | null {
  if (status.protocolVersion !== protocolVersion) return 'protocol_version';
  if (status.nonce !== facts.nonce) return 'board_replaced';
  if (status.lastJob > lastJobMax) return 'job_number_exhausted';
  if (status.ctrOut < expectedCtrOut(facts) || status.ctrTest < expectedCtrTest(facts)) return 'counter_behind';
  if (status.flags.throatBlocked) return 'throat_blocked';
  return null;
}

/**
 * Decides what to record about a resting board. `facts` is null for a board seen for the first time, whose counters become the baseline.
 * An empty list means ledger and metal agree.
 */
export function decideReconciliation(device: string, facts: DispenserFacts | null, status: BoardStatus): EventDraft[] {
  if (facts === null) {
    const { nonce, ctrOut, ctrTest } = status;
    return [{ name: 'device.rebaselined', subject: device, data: { device, reason: 'first_seen', nonce, ctrOut, ctrTest, operator: null } }];
  }
  const reason = lockReason(facts, status);
  // These two mean the counters cannot be compared at all, so nothing is booked from them.
  if (reason !== null && reason !== 'throat_blocked') {
    return facts.locked === reason ? [] : [{ name: 'device.locked', subject: device, data: { device, reason } }];
  }
  const drafts = [...bookSurplus(device, facts, status), ...bookService(device, facts, status)];
  if (reason === 'throat_blocked' && facts.locked === null) drafts.push({ name: 'device.locked', subject: device, data: { device, reason } });
  if (reason === null && facts.locked === 'throat_blocked') drafts.push({ name: 'device.unlocked', subject: device, data: { device, operator: null } });
  return drafts;
}

function bookSurplus(device: string, facts: DispenserFacts, status: BoardStatus): EventDraft[] {
  const expected = expectedCtrOut(facts);
  const rolls = status.ctrOut - expected;
  if (rolls === 0) return [];
  // A roll that passes the exit while the throat was known to be blocked is the keeper pulling it out: waste, with a cause.
  if (facts.locked === 'throat_blocked') {
    return [
      {
        name: 'bag.roll.wasted',
        subject: device,
        data: { dispenser: device, rolls, reason: 'purged', ctrTest: status.ctrTest, postings: magazinePostings(device, `waste/${device}`, rolls) },
      },
    ];
  }
  return [
    {
      name: 'bag.roll.unattributed',
      subject: device,
      data: { dispenser: device, rolls, ctrOut: status.ctrOut, expectedCtrOut: expected, postings: magazinePostings(device, `suspense/${device}`, rolls) },
    },
  ];
}

function bookService(device: string, facts: DispenserFacts, status: BoardStatus): EventDraft[] {
  const rolls = status.ctrTest - expectedCtrTest(facts);
  if (rolls === 0) return [];
  return [
    {
      name: 'bag.roll.wasted',
      subject: device,
      data: { dispenser: device, rolls, reason: 'service', ctrTest: status.ctrTest, postings: magazinePostings(device, `waste/${device}`, rolls) },
    },
  ];
}
