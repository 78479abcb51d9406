// Without this a large household could be given too few rolls, a small one two of a month, or the last days of a month a roll nobody may have.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { periodOf } from '../../../gateway/core/calendar.ts';
import { decideQuota, type QuotaUse, rollsAllowed } from '../../../gateway/core/quota.ts';
import { villageRulesSchema } from '../../../protocol/village-rules.ts';

const rules = villageRulesSchema.parse({}).bags;
const nothing: QuotaUse = { held: 0, issued: 0, extra: 0 };
const decide = (day: string, uses: Readonly<Record<string, Partial<QuotaUse>>>, more: { members?: number; dateTrusted?: boolean } = {}) => {
  const { members = 3, dateTrusted = true } = more;
  const today = { day, period: day.slice(0, 7), dateTrusted };
  return decideQuota({ rules, members, today, useOf: (period) => ({ ...nothing, ...uses[period] }) });
};

describe('rolls allowed (R-05)', () => {
  test.each([
    [1, 1],
    [4, 1],
    [5, 2],
    [30, 2],
  ])('%i members have %i by the bands of the village', (members, rolls) => {
    expect(rollsAllowed(rules, members)).toBe(rolls);
  });
  it('are one a head where the resident is the unit', () => {
    expect(rollsAllowed({ ...rules, unit: 'resident' }, 7)).toBe(7);
  });
  it('never fall as a household grows, for bands that rise', () => {
    const bands = [0, 1, 3, 8].map((rolls, index) => ({ membersFrom: 1 + index * 3, rolls }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 29 }), (members) => {
        expect(rollsAllowed({ ...rules, bands }, members + 1)).toBeGreaterThanOrEqual(rollsAllowed({ ...rules, bands }, members));
      }),
    );
  });
});

describe('the quota (R-05, R-07)', () => {
  const used = { ok: false, code: 'quota_used' };
  test.each([
    ['an unused right', '2026-11-10', {}, { ok: true, period: '2026-11' }],
    ['a roll drawn', '2026-11-10', { '2026-11': { issued: 1 } }, used],
    ['a roll held for a job', '2026-11-10', { '2026-11': { held: 1 } }, used],
    ['an extra approved', '2026-11-10', { '2026-11': { issued: 1, extra: 1 } }, { ok: true, period: '2026-11' }],
    ['the day before grace', '2026-11-27', { '2026-11': { issued: 1 } }, used],
    ['the first day of grace', '2026-11-28', { '2026-11': { issued: 1 } }, { ok: true, period: '2026-12' }],
    ['grace in a leap February', '2028-02-27', { '2028-02': { issued: 1 } }, { ok: true, period: '2028-03' }],
    ['no grace a day earlier', '2028-02-26', { '2028-02': { issued: 1 } }, used],
    ['grace over the new year', '2026-12-31', { '2026-12': { issued: 1 } }, { ok: true, period: '2027-01' }],
    ['this month first, in grace too', '2026-11-30', {}, { ok: true, period: '2026-11' }],
    ['both months drawn', '2026-11-30', { '2026-11': { issued: 1 }, '2026-12': { issued: 1 } }, used],
    ['an unused month is lost', '2026-12-01', { '2026-11': {}, '2026-12': { issued: 1 } }, used],
  ] as const)('with %s', (_what, day, uses, wanted) => {
    expect(decide(day, uses)).toEqual(wanted);
  });

  it('tells who has drawn that the date can be confirmed when nobody knows the month, and serves who has not', () => {
    expect(decide('2026-11-30', { '2026-11': { issued: 1 } }, { dateTrusted: false })).toEqual({ ok: false, code: 'date_unconfirmed' });
    expect(decide('2026-11-30', {}, { dateTrusted: false })).toEqual({ ok: true, period: '2026-11' });
  });

  it('is never passed in any month, whoever comes how often on which days', () => {
    const dayMs = 86_400_000;
    const startMs = Date.UTC(2026, 10, 1);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(fc.nat({ max: 120 }), { maxLength: 60 }), (members, days) => {
        const issued = new Map<string, number>();
        for (const offset of days.toSorted((one, other) => one - other)) {
          const day = new Date(startMs + offset * dayMs).toISOString().slice(0, 10);
          const quota = decide(day, Object.fromEntries([...issued].map(([period, rolls]) => [period, { issued: rolls }])), { members });
          if (quota.ok) issued.set(quota.period, (issued.get(quota.period) ?? 0) + 1);
        }
        for (const rolls of issued.values()) expect(rolls).toBeLessThanOrEqual(rollsAllowed(rules, members));
        const last = periodOf(startMs + 121 * dayMs + 31 * dayMs);
        for (const period of issued.keys()) expect(period <= last).toBe(true);
      }),
    );
  });
});
