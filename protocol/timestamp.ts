/**
 * Instants as text, without asking the machine or its calendar: RFC 3339 in UTC with milliseconds, as event bodies carry them.
 * Arithmetic on the proleptic Gregorian calendar only. This file must never know what time it is now.
 */
import assert from 'node:assert/strict';
import { type EpochMs, epochMs } from './units.ts';

const dayMs = 86_400_000;
/** 9999-12-31T23:59:59.999Z, the last instant RFC 3339 can write. */
const lastInstantMs = 253_402_300_799_999;

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/**
 * Proleptic Gregorian date of a day number counted from 1970-01-01. The year is taken to begin on 1 March, which puts the leap day last.
 * Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
 */
export function civilDateOf(daysSinceEpoch: number): CivilDate {
  const shifted = daysSinceEpoch + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day };
}

/** The reverse of `civilDateOf`. Source: the same, days_from_civil. */
function daysOf(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

/** `2026-11-23T00:00:00.000Z`. Bounds: up to the end of the year 9999. Source: RFC 3339 section 5.6. */
export function formatTimestamp(instant: EpochMs): string {
  assert(instant <= lastInstantMs, `instant ${instant} is beyond the year 9999`);
  const { year, month, day } = civilDateOf(Math.floor(instant / dayMs));
  const ofDay = instant % dayMs;
  const clock = [Math.floor(ofDay / 3_600_000), Math.floor(ofDay / 60_000) % 60, Math.floor(ofDay / 1000) % 60].map((part) => pad(part, 2)).join(':');
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock}.${pad(ofDay % 1000, 3)}Z`;
}

/** The instant behind exactly the form `formatTimestamp` writes, from 1970 on; undefined for anything else, such as 31 February. */
export function parseTimestamp(text: string): EpochMs | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, milli = 0] = parts;
  const instant = daysOf(year, month, day) * dayMs + hour * 3_600_000 + minute * 60_000 + second * 1000 + milli;
  // Writing it again refuses every field out of range, because it would come out differently.
  return instant >= 0 && instant <= lastInstantMs && formatTimestamp(epochMs(instant)) === text ? epochMs(instant) : undefined;
}
