/**
 * How many rolls a household may have, and of which month the next one would be: its band or its heads, the days of grace at the end of a
 * month, and what was approved beside. Pure; a station and a clerk at the counter ask the same function.
 * Rules: R-05 (unit, bands), R-07 (calendar month, no carry-over, grace).
 */
import type { VillageRules } from '../../protocol/village-rules.ts';
import { daysLeftInMonth, monthAfter, type QuotaPeriod } from './calendar.ts';

export type BagRules = VillageRules['bags'];

/** Of one household in one month, in rolls. `extra` was approved beside the quota. */
export interface QuotaUse {
  readonly held: number;
  readonly issued: number;
  readonly extra: number;
}

/** What a household may have now: the month its next roll counts for, or why it gets none. */
export type Quota =
  | { readonly ok: true; readonly period: string }
  | { readonly ok: false; readonly code: 'household_unknown' | 'quota_used' | 'date_unconfirmed' };

export interface QuotaFacts {
  readonly rules: Pick<BagRules, 'bands' | 'unit' | 'graceDays'>;
  /** People of the household, 1 or more. */
  readonly members: number;
  readonly today: QuotaPeriod;
  /** What it has of a month, `YYYY-MM`. */
  readonly useOf: (period: string) => QuotaUse;
}

/** rolls a month for a household of `members`, by its band or one a head. */
export function rollsAllowed({ bands, unit }: QuotaFacts['rules'], members: number): number {
  if (unit === 'resident') return members;
  return bands.findLast(({ membersFrom }) => membersFrom <= members)?.rolls ?? 0;
}

/**
 * the rolls of this month first; when they are drawn, and these are its last days by a date that can be trusted, those of the
 * next. Never more than the quota of either, and what is left of a month is lost with it.
 */
export function decideQuota({ rules, members, today, useOf }: QuotaFacts): Quota {
  const { day, period, dateTrusted } = today;
  const isFree = (month: string): boolean => {
    const { held, issued, extra } = useOf(month);
    return held + issued < rollsAllowed(rules, members) + extra;
  };
  if (isFree(period)) return { ok: true, period };
  if (!dateTrusted) return { ok: false, code: 'date_unconfirmed' };
  const next = monthAfter(period);
  return daysLeftInMonth(day) <= rules.graceDays && isFree(next) ? { ok: true, period: next } : { ok: false, code: 'quota_used' };
}
