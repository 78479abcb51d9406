// Without this a scale could sell by an expired certificate, or go on awarding after it was found wrong.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideFitness, type FitnessQuestion, inServiceErrorGrams, judgeCheckWeight } from '../../../gateway/core/scale-fitness.ts';

const dayMs = 86_400_000;
const nowMs = 1_795_392_000_000;
const verified = { certificate: 'ZJ-2026-0001', expires: '2026-11-23' };
const checkedAgo = (days: number, passed = true) => ({ passed, atMs: nowMs - days * dayMs });
const ask = (change: Partial<FitnessQuestion> = {}) => {
  const decision = decideFitness({
    ...{ papers: { verification: verified, checkEveryDays: 35 }, lastCheck: checkedAgo(1), purpose: 'points', nowMs, day: '2026-11-23' },
    ...change,
  });
  return decision.ok ? decision.warnings : decision.refusal.code;
};
const papers = (verification: typeof verified | null, checkEveryDays: number | null = null) => ({ verification, checkEveryDays });

describe('a certificate of verification', () => {
  it('is good through its last day, for cash and for points', () => {
    for (const purpose of ['points', 'cash'] as const) expect(ask({ purpose })).toEqual([]);
    expect(ask({ purpose: 'cash', day: '2026-11-24' })).toBe('scale_unverified');
  });
  it('expired or missing blocks cash; points go on with a warning', () => {
    expect(ask({ day: '2026-11-24' })).toEqual(['scale_unverified']);
    expect(ask({ papers: papers(null) })).toEqual(['scale_unverified']);
    expect(ask({ papers: papers(null), purpose: 'cash' })).toBe('scale_unverified');
  });
});

describe('a check weight', () => {
  it('is due after its days, and when none was ever put on', () => {
    expect(ask({ lastCheck: checkedAgo(35) })).toEqual([]);
    expect(ask({ lastCheck: { passed: true, atMs: nowMs - 35 * dayMs - 1 } })).toBe('scale_check_due');
    expect(ask({ lastCheck: null })).toBe('scale_check_due');
  });
  it('is not asked for without a calendar, but one that failed still locks', () => {
    expect(ask({ papers: papers(verified), lastCheck: null })).toEqual([]);
    expect(ask({ papers: papers(verified), lastCheck: checkedAgo(1, false) })).toBe('scale_check_failed');
  });
  it('that failed says so before anything else', () => {
    expect(ask({ papers: papers(null, 35), lastCheck: checkedAgo(90, false), purpose: 'cash' })).toBe('scale_check_failed');
  });

  /** The scales of a village: Max and e, and their errors in service (OIML R 76-1, class III, twice those of verification). */
  it.each([
    [
      30_000,
      10,
      [
        [5000, 10],
        [5001, 20],
        [20_000, 20],
        [20_001, 30],
        [30_000, 30],
      ],
    ],
    [
      150_000,
      50,
      [
        [25_000, 50],
        [25_001, 100],
        [100_000, 100],
        [150_000, 150],
      ],
    ],
  ])('may be wrong on a %i g scale with e = %i g by', (_max, intervalGrams, limits) => {
    for (const [load, limit] of limits as [number, number][]) {
      expect(inServiceErrorGrams(load, intervalGrams)).toBe(limit);
      const judged = (readGrams: number) => judgeCheckWeight({ nominalGrams: load, readGrams, intervalGrams }).passed;
      expect([judged(load - limit), judged(load + limit), judged(load - limit - 1), judged(load + limit + 1)]).toEqual([true, true, false, false]);
    }
  });

  it('passes the nearer reading whenever it passes the farther one', () => {
    const weights = fc.record({
      nominalGrams: fc.integer({ min: 1, max: 150_000 }),
      intervalGrams: fc.constantFrom(1, 2, 5, 10, 20, 50),
      error: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(weights, fc.boolean(), ({ nominalGrams, intervalGrams, error }, above) => {
        const read = (grams: number) => judgeCheckWeight({ nominalGrams, intervalGrams, readGrams: nominalGrams + (above ? grams : -grams) });
        const { passed, limitGrams } = read(error);
        expect(passed).toBe(error <= limitGrams);
        if (passed && error > 0) expect(read(error - 1).passed).toBe(true);
        expect(limitGrams % intervalGrams).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });
});
