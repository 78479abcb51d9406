// Without this two events of one millisecond, or of a clock that was set back, could no longer be put in order.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { stepHybridClock } from '../../../gateway/core/hybrid-clock.ts';

describe('the hybrid clock', () => {
  test.each([
    ['the first stamp is the wall time', null, 1_795_392_000_000, '01a205b3d0000000'],
    ['a later wall time starts a new count', '01a205b3d0000007', 1_795_392_000_001, '01a205b3d0010000'],
    ['the same millisecond counts up', '01a205b3d0000007', 1_795_392_000_000, '01a205b3d0000008'],
    ['a wall time set back changes nothing but the count', '01a205b3d0000000', 5, '01a205b3d0000001'],
    ['a full count moves on to the next millisecond', '01a205b3d000ffff', 1_795_392_000_000, '01a205b3d0010000'],
    ['time zero', null, 0, '0000000000000000'],
  ])('%s', (_name, last, nowMs, expected) => {
    expect(stepHybridClock(last, nowMs)).toBe(expected);
  });

  it('always rises as text, whatever the wall clock does', () => {
    const times = fc.array(fc.oneof(fc.nat(3), fc.nat(2 ** 31 - 1), fc.constant(1_795_392_000_000)), { minLength: 2, maxLength: 50 });
    fc.assert(
      fc.property(times, fc.constantFrom(null, '000000000001fffe', '01a205b3d000fffe'), (walls, first) => {
        let last: string | null = first;
        for (const nowMs of walls) {
          const next = stepHybridClock(last, nowMs);
          expect(next).toMatch(/^[0-9a-f]{16}$/);
          expect(last === null || next > last).toBe(true);
          expect(Number.parseInt(next.slice(0, 12), 16)).toBeGreaterThanOrEqual(nowMs);
          last = next;
        }
      }),
    );
  });
});
