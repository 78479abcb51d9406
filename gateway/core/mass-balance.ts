/**
 * Whether what was collected and what was weighed in are the same, within what scales can tell. Outside it somebody looks; nobody is punished.
 * Pure. Rule: R-44.
 */
import assert from 'node:assert/strict';
import type { EventDraft, EventPayload } from '../../protocol/events.ts';
import type { CollectionRules } from '../../protocol/rules/collection.ts';

/** Two weighings of the same stuff. Unit: gram. `stops` and `loads` count the single weighings on either side. */
export interface BalanceFacts {
  readonly expectedGrams: number;
  readonly measuredGrams: number;
  /** Weighings on a cart. */
  readonly stops: number;
  /** Weighings at the station. */
  readonly loads: number;
}

type BalanceRules = Pick<CollectionRules, 'balancePercent' | 'cartErrorGrams' | 'stationErrorGrams'>;

/** Errors of single weighings are independent: their squares add up. Unit: gram, rounded up. */
export const combinedErrorGrams = ({ stops, loads }: Pick<BalanceFacts, 'stops' | 'loads'>, { cartErrorGrams, stationErrorGrams }: BalanceRules): number =>
  Math.ceil(Math.sqrt(stops * cartErrorGrams ** 2 + loads * stationErrorGrams ** 2));

/** the tolerance is the larger of a percentage of what was collected and the combined error of the scales. */
export function judgeBalance(facts: BalanceFacts, rules: BalanceRules): { readonly withinTolerance: boolean; readonly toleranceGrams: number } {
  assert(Number.isSafeInteger(facts.expectedGrams * rules.balancePercent), 'bounds of grams keep the product exact');
  const share = Math.floor((facts.expectedGrams * rules.balancePercent) / 100);
  const toleranceGrams = Math.max(share, combinedErrorGrams(facts, rules));
  return { withinTolerance: Math.abs(facts.expectedGrams - facts.measuredGrams) <= toleranceGrams, toleranceGrams };
}

/** `balance.alert` where it does not balance, else nothing. */
export function balanceAlert(
  about: Pick<EventPayload<'balance.alert'>, 'scope' | 'day' | 'number'>,
  facts: BalanceFacts,
  rules: BalanceRules,
): readonly EventDraft<'balance.alert'>[] {
  const { withinTolerance, toleranceGrams } = judgeBalance(facts, rules);
  const { expectedGrams, measuredGrams } = facts;
  return withinTolerance ? [] : [{ name: 'balance.alert', subject: 'station', data: { ...about, expectedGrams, measuredGrams, toleranceGrams } }];
}
