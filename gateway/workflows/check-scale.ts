/**
 * One check weight on one scale: an attended weighing of a known weight, and the event that says what came out. It moves no points and no
 * grams.
 */
import type { EventDraft } from '../../protocol/events.ts';
import type { Clock } from '../clock.ts';
import { judgeCheckWeight } from '../core/scale-fitness.ts';
import type { SettledWeighing } from '../core/weighing.ts';
import type { Scale } from '../southbound/scale.ts';
import { type AttendedRefused, weighInTime } from './attended-weighing.ts';

/** What is put on, and by whom. Unit: gram, 1 or more. */
export interface CheckOrder {
  readonly nominalGrams: number;
  readonly operator: string;
}
export type CheckOutcome = { readonly kind: 'passed' | 'failed'; readonly readGrams: number; readonly limitGrams: number } | AttendedRefused;

/** What a check is asked of. */
export interface CheckableScale {
  readonly id: string;
  check(order: CheckOrder, signal: AbortSignal): Promise<CheckOutcome>;
}

/** Checks a scale within `scaleCheckWaitMs`. */
export const checkInTime = (scale: CheckableScale, order: CheckOrder, wire: Clock, signal: AbortSignal): Promise<CheckOutcome> =>
  weighInTime((patience) => scale.check(order, patience), { wire, name: `check of ${scale.id}`, signal });

/** Judges a finished check and words it. */
export function wordCheck(
  { id, model, profile }: Pick<Scale, 'id' | 'model' | 'profile'>,
  { nominalGrams, operator }: CheckOrder,
  weighing: SettledWeighing,
): { readonly draft: EventDraft; readonly outcome: CheckOutcome } {
  const { netGrams: readGrams, intervalGrams, stableSource, rawHex, core } = weighing;
  const { passed, limitGrams } = judgeCheckWeight({ nominalGrams, readGrams, intervalGrams });
  const data = { scale: id, operator, nominalGrams, readGrams, limitGrams, intervalGrams, model, profile, stableSource, rawHex: [...rawHex], core };
  return {
    draft: { name: passed ? 'scale.check.passed' : 'scale.check.failed', subject: id, data },
    outcome: { kind: passed ? 'passed' : 'failed', readGrams, limitGrams },
  };
}
