// Without this a roll could be counted for the wrong month, an award priced by the wrong day's tariff, or a dead clock could give a second roll.
import { describe, expect, it } from 'vitest';
import { dayOf, formatLocal, parseLocal, periodOf, quotaPeriod } from '../../../gateway/core/calendar.ts';

const dayMs = 86_400_000;
const utc = (text: string) => Date.parse(text);

describe('the village calendar', () => {
  it('agrees with the time zone database on Asia/Shanghai, hour by hour through every day edge from 1992 to 2100', () => {
    const zone = new Intl.DateTimeFormat('en-CA', {
      timeZone: 'Asia/Shanghai',
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
    } as const);
    for (let atMs = utc('1992-01-01T00:00:00+08:00'); atMs < utc('2100-01-02T00:00:00+08:00'); atMs += dayMs) {
      for (const edgeMs of [atMs - 1, atMs])
        if (formatLocal(edgeMs) !== zone.format(edgeMs).replace(', ', ' ')) expect(formatLocal(edgeMs)).toBe(zone.format(edgeMs));
    }
  });

  it('agrees with eight hours ahead of UTC on every day of a whole Gregorian cycle, and at the end of 9999', () => {
    const lastMs = utc('9999-12-31T15:59:59.999Z');
    for (const atMs of [...Array.from({ length: 146_097 }, (_unused, day) => day * dayMs), lastMs - dayMs, lastMs]) {
      const local = new Date(atMs + 8 * 3_600_000).toISOString();
      if (dayOf(atMs) !== local.slice(0, 10) || periodOf(atMs) !== local.slice(0, 7))
        expect([dayOf(atMs), periodOf(atMs)]).toEqual([local.slice(0, 10), local.slice(0, 7)]);
    }
  });

  it('begins the month at midnight in the village, eight hours before UTC does', () => {
    expect(periodOf(utc('2018-06-30T15:59:59.999Z'))).toBe('2018-06');
    expect(periodOf(utc('2018-06-30T16:00:00Z'))).toBe('2018-07');
    expect(dayOf(utc('2020-02-28T16:00:00Z'))).toBe('2020-02-29');
    expect(formatLocal(utc('2018-07-01T01:02:03.999Z'))).toBe('2018-07-01 09:02:03');
    expect(formatLocal(0)).toBe('1970-01-01 08:00:00');
  });

  it('takes nothing for an instant that is none', () => {
    for (const wrong of [-1, 0.5, Number.NaN, utc('9999-12-31T16:00:00Z')]) expect(() => periodOf(wrong)).toThrow('whole milliseconds');
  });
});

it('reads what a person writes, and nothing else', () => {
  expect(parseLocal('2026-12-01 08:30')).toBe(utc('2026-12-01T08:30:00+08:00'));
  expect(parseLocal(' 2028-02-29T23:59 ')).toBe(utc('2028-02-29T23:59:00+08:00'));
  for (const wrong of ['2026-13-01 08:30', '2026-02-30 08:30', '2026-12-01', '08:30', '2026-12-01 24:00', '1970-01-01 07:59'])
    expect(parseLocal(wrong), wrong).toBeUndefined();
});

describe('the quota period', () => {
  const nowMs = utc('2026-03-01T00:00:00+08:00');
  const lastTrustedMs = utc('2026-02-10T00:00:00+08:00');

  it('is the month of a time somebody vouches for', () => {
    for (const timeq of ['ntp', 'rtc', 'operator'] as const)
      expect(quotaPeriod({ nowMs, timeq, lastTrustedMs })).toEqual({ day: dayOf(nowMs), period: '2026-03', dateTrusted: true });
  });

  it('stays that of the last trusted time when nobody does, wherever a dead clock stands', () => {
    for (const wrongMs of [0, nowMs, utc('2038-01-19T00:00:00Z')])
      for (const timeq of ['none', 'hold'] as const)
        expect(quotaPeriod({ nowMs: wrongMs, timeq, lastTrustedMs })).toEqual({ day: dayOf(lastTrustedMs), period: '2026-02', dateTrusted: false });
  });

  it('is one and the same after every reboot of a box that never had trusted time', () => {
    expect(quotaPeriod({ nowMs, timeq: 'none', lastTrustedMs: null })).toEqual(quotaPeriod({ nowMs: nowMs + 40 * dayMs, timeq: 'none', lastTrustedMs: null }));
  });
});
