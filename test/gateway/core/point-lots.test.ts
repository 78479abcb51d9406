// Lost if deleted: that points end with the right year, that the oldest are spent first whoever spends, and that lots always add up to what a household has.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideExpiry,
  expiryNotice,
  type Holding,
  lastDayOf,
  lotYearOf,
  moveLots,
  redemptionBlocked,
  sumLots,
  takeLots,
  undatedYear,
} from '../../../gateway/core/point-lots.ts';
import { eventSchemas } from '../../../protocol/events.ts';
import { villageRulesSchema } from '../../../protocol/village-rules.ts';
import { makeStore } from '../../support/make-store.ts';
import { householdOf } from '../../support/village-drafts.ts';

const dated = { version: 'site', from: '', rules: villageRulesSchema.parse({}) };
const lotsOf = (...pairs: [year: number, points: number][]) => pairs.map(([year, points]) => ({ year, points }));
const ask = (day: string, dateTrusted = true) => ({ day, dateTrusted, operator: null, dated });
const household = householdOf(1);

const accounts = ['household/a', 'household/b', 'hold/r', 'issuance/learning', 'redemption/shop', 'clawback/learning'] as const;
const moveArbitrary = fc.record({
  from: fc.constantFrom(...accounts),
  to: fc.constantFrom(...accounts),
  points: fc.integer({ min: 1, max: 900 }),
  year: fc.integer({ min: 2026, max: 2030 }),
});

describe('lots', () => {
  it('are spent oldest first, and no further than they go', () => {
    const lots = lotsOf([2027, 50], [2026, 30]);
    expect(takeLots(lots, 40)).toEqual({ taken: lotsOf([2026, 30], [2027, 10]), left: lotsOf([2027, 40]) });
    expect(takeLots(lots, 100)).toEqual({ taken: lotsOf([2026, 30], [2027, 50]), left: [] });
    expect(takeLots(lots, 0)).toEqual({ taken: [], left: lotsOf([2026, 30], [2027, 50]) });
  });

  it('add up to the balance, or to nothing below zero, after any moves in the order of their years', () => {
    fc.assert(
      fc.property(fc.array(moveArbitrary, { maxLength: 40 }), (moves) => {
        const held = new Map<string, Holding>();
        const holdingOf = (account: string): Holding => held.get(account) ?? { balance: 0, lots: [] };
        for (const { from, to, points, year } of [...moves].sort((a, b) => a.year - b.year)) {
          const legs = [
            { account: from, amount: -points },
            { account: to, amount: points },
          ];
          const after = moveLots(legs, year, holdingOf);
          for (const { account, amount } of legs) {
            const { balance, lots } = holdingOf(account);
            held.set(account, { balance: balance + amount, lots: [...(from === to ? lots : (after.get(account) ?? lots))] });
          }
        }
        for (const account of ['household/a', 'household/b', 'hold/r']) {
          const { balance, lots } = holdingOf(account);
          expect(sumLots(lots)).toBe(Math.max(0, balance));
          expect(lots.every(({ points }) => points > 0)).toBe(true);
          expect(lots.map(({ year }) => year)).toEqual([...new Set(lots.map(({ year }) => year))].sort((a, b) => a - b));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keep their years when they pass through a hold and come back, or go to another household', () => {
    const before: Record<string, Holding> = { 'household/a': { balance: 100, lots: lotsOf([2025, 60], [2026, 40]) } };
    const holdingOf = (account: string) => before[account] ?? { balance: 0, lots: [] };
    const legs = [
      { account: 'household/a', amount: -80 },
      { account: 'hold/r', amount: 50 },
      { account: 'household/b', amount: 30 },
    ];
    const after = moveLots(legs, 2030, holdingOf);
    expect(Object.fromEntries(after)).toEqual({
      'household/a': lotsOf([2026, 20]),
      'hold/r': lotsOf([2025, 50]),
      'household/b': lotsOf([2025, 10], [2026, 20]),
    });
  });

  it('fill a hole before they count', () => {
    const legs = [
      { account: 'issuance/learning', amount: -600 },
      { account: 'household/a', amount: 600 },
    ];
    expect(moveLots(legs, 2026, () => ({ balance: -450, lots: [] })).get('household/a')).toEqual(lotsOf([2026, 150]));
    expect(moveLots(legs, 2026, () => ({ balance: -700, lots: [] })).get('household/a')).toEqual([]);
    expect(redemptionBlocked(-1)).toMatchObject({ refusal: { code: 'points_negative', facts: { points: 1 } } });
    expect(redemptionBlocked(0)).toBeNull();
  });

  it('are rows of the ledger that come out the same when they are derived again', () => {
    const { store } = makeStore();
    const move = (from: string, to: string, amount: number) =>
      store.append([
        {
          name: 'points.expired',
          subject: household,
          data: {
            ...{ household, lots: lotsOf([2025, 1]), points: 1, day: '2026-01-01', rulesVersion: 'site', operator: null },
            postings: [
              { account: from, unit: 'points', amount: -amount },
              { account: to, unit: 'points', amount },
            ],
          },
        },
      ]);
    move('issuance/learning', `household/${household}`, 600);
    move(`household/${household}`, 'hold/r-1', 250);
    move('hold/r-1', 'redemption/shop', 200);
    move('hold/r-1', `household/${household}`, 50);
    move(`household/${household}`, 'clawback/learning', 500);
    expect(store.points.lots(`household/${household}`)).toEqual([]);
    expect(store.ledger.balance(`household/${household}`, 'points')).toBe(-100);
    move('issuance/learning', `household/${household}`, 130);
    expect(store.points.lots(`household/${household}`)).toEqual(lotsOf([2026, 30]));
    expect([store.points.byYear(), store.points.negative()]).toEqual([lotsOf([2026, 30]), 0]);
    expect(store.rebuild()).toMatchObject({ identical: true });
  });
});

describe('the end of points (R-31)', () => {
  it('is the last day of the following calendar year, and not a day before', () => {
    const lots = lotsOf([2025, 70], [2026, 30]);
    expect(lastDayOf(2025, dated)).toBe('2026-12-31');
    expect(decideExpiry([{ household, lots }], ask('2026-12-31'))).toEqual({ ok: true, drafts: [] });
    const ended = decideExpiry([{ household, lots }], ask('2027-01-01'));
    expect(ended).toMatchObject({ drafts: [{ name: 'points.expired', data: { household, points: 70, lots: lotsOf([2025, 70]) } }] });
    if (!ended.ok) return expect.unreachable();
    expect(eventSchemas['points.expired'].parse(ended.drafts[0]?.data).postings.map(({ amount }) => amount)).toEqual([-70, 70]);
  });

  it('never comes on a date nobody vouches for, nor to points earned without one', () => {
    expect(decideExpiry([{ household, lots: lotsOf([2020, 5]) }], ask('2030-01-01', false))).toMatchObject({ refusal: { code: 'date_untrusted' } });
    expect(lotYearOf(1000)).toBe(undatedYear);
    expect(decideExpiry([{ household, lots: lotsOf([2020, 5], [undatedYear, 9]) }], ask('2030-01-01'))).toMatchObject({ drafts: [{ data: { points: 5 } }] });
  });

  it('is told from 60 days before', () => {
    const lots = lotsOf([2025, 70], [2026, 30]);
    expect(expiryNotice(lots, '2026-10-31', dated)).toBeNull();
    expect(expiryNotice(lots, '2026-11-01', dated)).toEqual({ points: 70, lastDay: '2026-12-31' });
    expect(expiryNotice(lots, '2027-01-01', dated)).toBeNull();
    expect(expiryNotice(lotsOf([undatedYear, 3]), '2026-12-01', dated)).toBeNull();
  });

  it('takes from every household exactly what is over, whatever it holds', () => {
    const lotArbitrary = fc.uniqueArray(fc.integer({ min: 2020, max: 2030 }), { maxLength: 8 }).map((years) => [...years].sort((a, b) => a - b));
    fc.assert(
      fc.property(lotArbitrary, fc.integer({ min: 2021, max: 2032 }), (years, now) => {
        const lots = years.map((year) => ({ year, points: year }));
        const ended = decideExpiry([{ household, lots }], ask(`${now}-01-01`));
        const wanted = sumLots(lots.filter(({ year }) => year + 1 < now));
        expect(ended.ok && (ended.drafts[0]?.data.points ?? 0)).toBe(wanted);
        // What FIFO takes is just these lots.
        expect(takeLots(lots, wanted).left).toEqual(lots.filter(({ year }) => year + 1 >= now));
      }),
    );
  });
});
