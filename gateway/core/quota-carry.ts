/**
 * What rolls drawn this month mean when households merge or split (R-04 with R-05): nobody gets a roll more by it than the people would have
 * had anyway, and none is asked back. The written rule:
 *
 * - Rolls that were drawn stay in the books of the household that drew them, and their bags lead to it.
 * - Merging: what the closed household drew of a month counts as drawn by the other, as far as the quota of the other reaches.
 * - Splitting: what the old household drew of a month beyond the quota of those who stayed counts as drawn by the new one, up to its quota.
 */
import type { EventDraft } from '../../protocol/events.ts';

/** One month of two households, in rolls. `allowed` is by the members each has afterwards, with what was approved beside. */
export interface MonthOfTwo {
  readonly period: string;
  readonly from: { readonly drawn: number; readonly allowed: number };
  readonly to: { readonly drawn: number; readonly allowed: number };
}

const carried = {
  merge: ({ from }: MonthOfTwo): number => from.drawn,
  split: ({ from }: MonthOfTwo): number => Math.max(0, from.drawn - from.allowed),
} as const;

/** rolls that count for `household` from here on, one event a month that has any. Never more than its quota. */
export function decideCarry(
  { operator, second }: { readonly operator: string; readonly second: string | null },
  {
    household,
    from,
    months,
    kind,
  }: { readonly household: string; readonly from: string; readonly months: readonly MonthOfTwo[]; readonly kind: keyof typeof carried },
): EventDraft[] {
  return months.flatMap((month): EventDraft[] => {
    const rolls = Math.min(carried[kind](month), Math.max(0, month.to.allowed - month.to.drawn));
    if (rolls === 0) return [];
    return [{ name: 'bag.quota.carried', subject: household, data: { operator, second, household, from, period: month.period, rolls } }];
  });
}
