// Without this the bench could judge our line by its luckiest round, and call a slow line quick.
import { expect, it } from 'vitest';
import { overheadOf } from '../../scripts/bench/pacing.ts';

it('judges the median of the rounds, and shows the best beside it', () => {
  expect(overheadOf([1.4, 0.2, 1.1])).toEqual({ judgedMs: 1.1, all: ' (best 0.200; rounds 0.20 1.10 1.40)' });
  expect(overheadOf([0.5])).toEqual({ judgedMs: 0.5, all: ' (best 0.500; rounds 0.50)' });
  // Of an even number the worse of the two in the middle counts.
  expect(overheadOf([0.4, 1.2]).judgedMs).toBe(1.2);
});
