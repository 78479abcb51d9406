/**
 * The calendar of the village: which day and which quota period an instant belongs to. Asia/Shanghai is UTC+8 the whole year since
 * daylight saving ended on 1991-09-15, so arithmetic is enough and no time zone table has to be right on a box nobody updates.
 * This file must never ask what time it is; the instant is always handed in.
 */
import assert from 'node:assert/strict';
import type { TimeQuality } from '../../protocol/signed-event.ts';
import { type CivilDate, civilDateOf, parseTimestamp } from '../../protocol/timestamp.ts';
import { isTrusted } from './clock-trust.ts';

/** Offset of Asia/Shanghai from UTC since 1991-09-15. Unit: ms. Source: IANA tz database, zone Asia/Shanghai, rule PRC. */
const offsetMs = 8 * 3_600_000;
const dayMs = 86_400_000;
/** First instant whose local year has five digits. Unit: ms since the epoch. */
const yearTenThousandMs = 253_402_300_800_000 - offsetMs;

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');

function localOf(atMs: number): CivilDate & { readonly msOfDay: number } {
  assert(Number.isSafeInteger(atMs) && atMs >= 0 && atMs < yearTenThousandMs, `an instant is whole milliseconds from 1970 to 9999, got ${atMs}`);
  const local = atMs + offsetMs;
  const days = Math.floor(local / dayMs);
  return { ...civilDateOf(days), msOfDay: local - days * dayMs };
}

/** Calendar month `YYYY-MM` in the village. `atMs`: ms since 1970-01-01T00:00Z, whole, up to the year 9999. */
export function periodOf(atMs: number): string {
  const { year, month } = localOf(atMs);
  return `${padded(year, 4)}-${padded(month, 2)}`;
}

/** Calendar day `YYYY-MM-DD` in the village. `atMs` as in periodOf. */
export function dayOf(atMs: number): string {
  return `${periodOf(atMs)}-${padded(localOf(atMs).day, 2)}`;
}

/** `YYYY-MM-DD HH:MM:SS` on the village's clock, for people. `atMs` as in periodOf. */
export function formatLocal(atMs: number): string {
  const seconds = Math.floor(localOf(atMs).msOfDay / 1000);
  const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => padded(part, 2));
  return `${dayOf(atMs)} ${time.join(':')}`;
}

/** An instant written as `YYYY-MM-DD HH:MM` on the village's clock; undefined for anything else. Unit: ms since 1970. */
export function parseLocal(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)$/.exec(text.trim());
  const asUtc = match === null ? undefined : parseTimestamp(`${match[1]}T${match[2]}:00.000Z`);
  return asUtc === undefined || asUtc < offsetMs ? undefined : asUtc - offsetMs;
}

/** The month after `YYYY-MM`. */
export function monthAfter(period: string): string {
  const [year, month] = [Number(period.slice(0, 4)), Number(period.slice(5))];
  return month === 12 ? `${padded(year + 1, 4)}-01` : `${padded(year, 4)}-${padded(month + 1, 2)}`;
}

/** Days from `YYYY-MM-DD` to the end of its month, that day included: 1 on the last one. */
export function daysLeftInMonth(day: string): number {
  const nextMonthMs = parseTimestamp(`${monthAfter(day.slice(0, 7))}-01T00:00:00.000Z`);
  const dayStartMs = parseTimestamp(`${day}T00:00:00.000Z`);
  assert(nextMonthMs !== undefined && dayStartMs !== undefined, `no day of this calendar: ${day}`);
  return (nextMonthMs - dayStartMs) / dayMs;
}

/** Whole days from one day of the village to another, `YYYY-MM-DD` each; negative when `to` comes first. */
export function daysBetween(from: string, to: string): number {
  const [fromMs, toMs] = [from, to].map((day) => parseTimestamp(`${day}T00:00:00.000Z`));
  assert(fromMs !== undefined && toMs !== undefined, `${from} and ${to} are days`);
  return (toMs - fromMs) / dayMs;
}

/** Calendar month `YYYY-MM` of a day `YYYY-MM-DD`. */
export const monthOf = (day: string): string => day.slice(0, 7);

/** The day `days` after the last one of the month `YYYY-MM`. */
export function dayAfter(period: string, days: number): string {
  const nextMonthMs = parseTimestamp(`${monthAfter(period)}-01T00:00:00.000Z`);
  assert(nextMonthMs !== undefined, `no month of this calendar: ${period}`);
  const { year, month, day } = civilDateOf(nextMonthMs / dayMs + days - 1);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

/** First and last month of the half-year a month is in. */
export const halfYearOf = (period: string): readonly [first: string, last: string] => {
  const year = period.slice(0, 4);
  return Number(period.slice(5)) <= 6 ? [`${year}-01`, `${year}-06`] : [`${year}-07`, `${year}-12`];
};

/** A day and its month, and whether the date they were taken from can be trusted. */
export interface QuotaPeriod {
  readonly day: string;
  readonly period: string;
  readonly dateTrusted: boolean;
}

/**
 * The month a roll counts for. Time nobody vouches for opens no new month: the period stays that of the last trusted time, so a
 * reboot with a dead clock never gives a second roll, while an unused right is still served. A box that never had trusted time stays in
 * the month of 1970-01-01, one and the same after every reboot.
 */
export function quotaPeriod(time: { readonly nowMs: number; readonly timeq: TimeQuality; readonly lastTrustedMs: number | null }): QuotaPeriod {
  const dateTrusted = isTrusted(time.timeq);
  const atMs = dateTrusted ? time.nowMs : (time.lastTrustedMs ?? 0);
  return { day: dayOf(atMs), period: periodOf(atMs), dateTrusted };
}
