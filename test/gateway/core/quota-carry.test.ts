// Lost if deleted: that merging and splitting households bring nobody a roll more than the people would have had anyway, nor take one back (R-04, invariant 4).
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decideCarry } from '../../../gateway/core/quota-carry.ts';

const two = { household: 'h-00000000000000000001', from: 'h-00000000000000000002', operator: 'committee-1', second: 'committee-2' };
const rolls = fc.nat(4);
const side = fc.record({ drawn: rolls, allowed: rolls });
const carriedOf = (kind: 'merge' | 'split', from: { drawn: number; allowed: number }, to: { drawn: number; allowed: number }): number => {
  const [draft] = decideCarry(two, { ...two, kind, months: [{ period: '2026-11', from, to }] });
  return draft?.name === 'bag.quota.carried' ? draft.data.rolls : 0;
};

it('merging leaves the two no more to draw than the larger household, and never drives it beyond its quota', () => {
  fc.assert(
    fc.property(side, side, (from, to) => {
      const carried = carriedOf('merge', from, to);
      const left = Math.max(0, to.allowed - to.drawn - carried);
      expect(left).toBe(Math.max(0, to.allowed - to.drawn - from.drawn));
      expect(to.drawn + carried).toBeLessThanOrEqual(Math.max(to.allowed, to.drawn));
    }),
  );
});

it('splitting charges the new household only with what the old one drew beyond its own new quota', () => {
  fc.assert(
    fc.property(side, rolls, (from, allowed) => {
      const carried = carriedOf('split', from, { drawn: 0, allowed });
      const beyond = Math.max(0, from.drawn - from.allowed);
      expect(carried).toBe(Math.min(beyond, allowed));
      // What both may still draw is what was left of both quotas, less what was drawn ahead.
      const left = Math.max(0, from.allowed - from.drawn) + allowed - carried;
      expect(left).toBe(Math.max(Math.max(0, from.allowed - from.drawn), from.allowed + allowed - from.drawn));
    }),
  );
  expect(carriedOf('split', { drawn: 2, allowed: 1 }, { drawn: 0, allowed: 1 })).toBe(1);
});

it('says nothing of a month in which nothing was drawn', () => {
  const month = { period: '2026-11', from: { drawn: 0, allowed: 1 }, to: { drawn: 0, allowed: 1 } };
  expect(decideCarry(two, { ...two, kind: 'merge', months: [month] })).toEqual([]);
});
