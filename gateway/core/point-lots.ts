/**
 * Points by the year they were earned in: what a spend takes from which year, what a transfer carries along, what comes to its end and when
 * a household is told. Oldest first, always. A household below zero has no lots; what it earns fills the hole first. Pure.
 * Rules: R-31, R-32 (redemption while negative).
 */
import assert from 'node:assert/strict';
import type { EventDraft } from '../../protocol/events.ts';
import { daysBetween, periodOf } from './calendar.ts';
import { type Refused, refuse } from './refusals.ts';
import type { DatedRules } from './rule-book.ts';

/** Points earned in one year and not yet spent, more than none. */
export interface Lot {
  readonly year: number;
  readonly points: number;
}

/** What an account holds: its balance, and the lots that make it up; they add up to the balance, or to nothing where that is negative. */
export interface Holding {
  readonly balance: number;
  readonly lots: readonly Lot[];
}

/** A leg in points. */
export interface PointLeg {
  readonly account: string;
  readonly amount: number;
}

/** Accounts whose points keep their year: of households, and what is held for a receipt until it is captured or released. */
export const keepsLots = (account: string): boolean => account.startsWith('household/') || account.startsWith('hold/');

export const sumLots = (lots: readonly Lot[]): number => lots.reduce((sum, { points }) => sum + points, 0);

/** Lots in the order of their years, one a year, none empty. */
function merge(lots: readonly Lot[]): Lot[] {
  const byYear = new Map<number, number>();
  for (const { year, points } of lots) byYear.set(year, (byYear.get(year) ?? 0) + points);
  return [...byYear].map(([year, points]) => ({ year, points })).sort((a, b) => a.year - b.year);
}

/** what spending `points` takes, oldest year first. Takes all there is where that is less. `points`: whole, 0 or more. */
export function takeLots(lots: readonly Lot[], points: number): { readonly taken: readonly Lot[]; readonly left: readonly Lot[] } {
  assert(Number.isSafeInteger(points) && points >= 0, 'what is spent is whole points');
  const taken: Lot[] = [];
  const left: Lot[] = [];
  let wanted = points;
  for (const lot of merge(lots)) {
    const part = Math.min(wanted, lot.points);
    wanted -= part;
    if (part > 0) taken.push({ year: lot.year, points: part });
    if (part < lot.points) left.push({ year: lot.year, points: lot.points - part });
  }
  return { taken, left };
}

/**
 * lots of every account after an event, from its legs in points. What leaves one account and arrives at another keeps its years; what
 * comes from elsewhere is of `year`. `holdingOf` gives what an account held before the event. Only accounts that keep lots are answered.
 */
export function moveLots(legs: readonly PointLeg[], year: number, holdingOf: (account: string) => Holding): ReadonlyMap<string, readonly Lot[]> {
  const net = new Map<string, number>();
  for (const { account, amount } of legs) net.set(account, (net.get(account) ?? 0) + amount);
  const after = new Map<string, readonly Lot[]>();
  let pool: readonly Lot[] = [];
  for (const [account, amount] of net) {
    if (amount >= 0 || !keepsLots(account)) continue;
    const { taken, left } = takeLots(holdingOf(account).lots, -amount);
    pool = merge([...pool, ...taken]);
    after.set(account, left);
  }
  for (const [account, amount] of net) {
    if (amount <= 0) continue;
    const { taken, left } = takeLots(pool, amount);
    pool = left;
    if (!keepsLots(account)) continue;
    const { balance, lots } = holdingOf(account);
    const fresh = amount - sumLots(taken);
    const given = fresh === 0 ? taken : [...taken, { year, points: fresh }];
    after.set(account, merge([...lots, ...takeLots(given, Math.min(amount, Math.max(0, -balance))).left]));
  }
  return after;
}

/** last day points of a year can be spent on. */
export const lastDayOf = (year: number, { rules }: Pick<DatedRules, 'rules'>): string => `${year + rules.points.expiryYears}-12-31`;

/** Year of points earned while the clock stood at 1970: they are spent last and never end by themselves (invariant 10). */
export const undatedYear = 9999;

/** Year a lot belongs to. `atMs`: recorded time of its event. */
export function lotYearOf(atMs: number): number {
  const year = Number(periodOf(atMs).slice(0, 4));
  return year < 2000 ? undatedYear : year;
}

const isOver = (year: number, day: string, dated: DatedRules): boolean => year !== undatedYear && lastDayOf(year, dated) < day;

/** Lots of one household. */
export interface HouseholdLots {
  readonly household: string;
  readonly lots: readonly Lot[];
}

/** Which day it is, by which rules, and who asked; nobody where the gateway does it by itself. */
export interface ExpiryQuestion {
  readonly day: string;
  readonly dateTrusted: boolean;
  readonly operator: string | null;
  readonly dated: DatedRules;
}

/** one event a household whose points of past years came to their end; nothing on a date nobody vouches for (invariant 10). */
export function decideExpiry(
  households: readonly HouseholdLots[],
  { day, dateTrusted, operator, dated }: ExpiryQuestion,
): { readonly ok: true; readonly drafts: readonly EventDraft<'points.expired'>[] } | Refused {
  if (!dateTrusted) return refuse('date_untrusted');
  const drafts = households.flatMap(({ household, lots }): EventDraft<'points.expired'>[] => {
    // What is over is oldest, and the oldest is what a negative leg takes.
    const over = lots.filter(({ year }) => isOver(year, day, dated)).slice(0, 20);
    const points = sumLots(over);
    if (points === 0) return [];
    const postings = [
      { account: `household/${household}`, unit: 'points' as const, amount: -points },
      { account: 'expiry/points', unit: 'points' as const, amount: points },
    ];
    return [{ name: 'points.expired', subject: household, data: { household, lots: [...over], points, day, rulesVersion: dated.version, operator, postings } }];
  });
  return { ok: true, drafts };
}

/** Points that are about to end, and the last day to spend them. */
export interface ExpiryNotice {
  readonly points: number;
  readonly lastDay: string;
}

/** what to tell a household at each visit in the last `expiryNoticeDays` of its oldest points; null when there is nothing to tell. */
export function expiryNotice(lots: readonly Lot[], day: string, dated: DatedRules): ExpiryNotice | null {
  const oldest = lots.find(({ year }) => year !== undatedYear && !isOver(year, day, dated));
  if (oldest === undefined) return null;
  const lastDay = lastDayOf(oldest.year, dated);
  return daysBetween(day, lastDay) <= dated.rules.points.expiryNoticeDays ? { points: oldest.points, lastDay } : null;
}

/** while a household is below zero nothing is redeemed; null when it may be. */
export const redemptionBlocked = (balance: number): Refused | null => (balance < 0 ? refuse('points_negative', { points: -balance }) : null);
