// Lost if deleted: that a review is asked for exactly beyond the larger of 5 % and what the scales explain.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { balanceAlert, combinedErrorGrams, judgeBalance } from '../../../gateway/core/mass-balance.ts';
import { collectionRulesSchema } from '../../../protocol/rules/collection.ts';

const rules = collectionRulesSchema.parse({ cartErrorGrams: 30, stationErrorGrams: 40 });
const facts = (expectedGrams: number, measuredGrams: number) => ({ expectedGrams, measuredGrams, stops: 1, loads: 1 });

it('the errors of single weighings add up in squares', () => {
  expect(combinedErrorGrams({ stops: 1, loads: 1 }, rules)).toBe(50);
  expect(combinedErrorGrams({ stops: 100, loads: 0 }, rules)).toBe(300);
  expect(combinedErrorGrams({ stops: 0, loads: 0 }, rules)).toBe(0);
});

it.each([
  // 5 % of 10 kg is 500 g.
  [10_000, 9500, true, 500],
  [10_000, 10_500, true, 500],
  [10_000, 9499, false, 500],
  [10_000, 10_501, false, 500],
  // Of 100 g the scales explain more than 5 %.
  [100, 50, true, 50],
  [100, 49, false, 50],
  [0, 51, false, 50],
])('%i g expected, %i g found: within %s', (expected, measured, withinTolerance, toleranceGrams) => {
  expect(judgeBalance(facts(expected, measured), rules)).toEqual({ withinTolerance, toleranceGrams });
  expect(balanceAlert({ scope: 'day', day: '2026-11-23', number: null }, facts(expected, measured), rules)).toHaveLength(withinTolerance ? 0 : 1);
});

it('more single weighings, or a wider percentage, never make an alert of what was none', () => {
  const grams = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(grams, grams, fc.nat(500), fc.nat(20), (expectedGrams, measuredGrams, stops, loads) => {
      const narrow = judgeBalance({ expectedGrams, measuredGrams, stops, loads }, rules);
      const wide = judgeBalance({ expectedGrams, measuredGrams, stops: stops + 1, loads: loads + 1 }, { ...rules, balancePercent: 6 });
      expect(wide.toleranceGrams).toBeGreaterThanOrEqual(narrow.toleranceGrams);
      if (narrow.withinTolerance) expect(wide.withinTolerance).toBe(true);
    }),
  );
});
