/**
 * Whether a press of the service key of a BD-1 board did what it should: one roll out, counted in CTR_TEST, booked in the ledger. Pure: looks
 * at a resting board in, a word out. It moves nothing, and a roll a villager draws meanwhile is never taken for one of the key.
 */
import type { AcceptanceReason } from '../../protocol/acceptance.ts';
import { type BoardStatus, isResting } from './dispensing.ts';

/** What is needed of a board before somebody is asked to press its key, and compared with afterwards. */
export type ServiceBaseline = Pick<BoardStatus, 'nonce' | 'lastJob' | 'ctrStart' | 'ctrTest'>;
/** A board as last read; null: it does not answer. */
export interface ServiceSight {
  readonly status: BoardStatus | null;
  readonly locked: boolean;
  readonly rollsInMagazine: number;
}

/** Why nobody should be asked to press the key now; null: go on. */
export function refuseServiceRoll({ status, locked, rollsInMagazine }: ServiceSight): AcceptanceReason | null {
  if (status === null) return 'dispenser_unreachable';
  if (locked) return 'dispenser_locked';
  if (status.state === 'fault') return 'dispenser_fault';
  return rollsInMagazine < 1 ? 'magazine_empty' : null;
}

/** `wait`: nothing is decided yet. `before` moves on when a job ran meanwhile, whose motor start is not the key's. */
export type ServiceVerdict = { readonly kind: 'wait'; readonly before: ServiceBaseline } | { readonly kind: 'over'; readonly refusal: AcceptanceReason | null };

/** Judges one look. `isBooked`: the ledger has the roll. */
export function judgeServiceRoll(before: ServiceBaseline, status: BoardStatus | null, isBooked: boolean): ServiceVerdict {
  const wait = { kind: 'wait', before } as const;
  if (status === null) return wait;
  if (status.nonce !== before.nonce) return { kind: 'over', refusal: 'board_replaced' };
  if (status.state === 'fault') return { kind: 'over', refusal: 'dispenser_fault' };
  if (!isResting(status)) return wait;
  const rolls = status.ctrTest - before.ctrTest;
  if (rolls > 1) return { kind: 'over', refusal: 'too_many_rolls' };
  if (rolls === 1) return isBooked ? { kind: 'over', refusal: null } : wait;
  const { lastJob, ctrStart } = status;
  if (lastJob !== before.lastJob) return { kind: 'wait', before: { ...before, lastJob, ctrStart } };
  return ctrStart > before.ctrStart ? { kind: 'over', refusal: 'no_roll' } : wait;
}

/** The last word when the wait is over and nothing was decided. */
export function judgeUnfinishedServiceRoll(before: ServiceBaseline, status: BoardStatus | null): AcceptanceReason {
  if (status === null) return 'dispenser_unreachable';
  return status.ctrTest > before.ctrTest ? 'not_booked' : 'service_key_unpressed';
}
