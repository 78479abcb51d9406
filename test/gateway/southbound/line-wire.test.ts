// Without this frames could follow each other too fast for a slow bus, or reopening could hammer a port that is gone.
import { describe, expect, it } from 'vitest';
import { planReopenMs } from '../../../gateway/southbound/kept-stream.ts';
import { quietGapMs } from '../../../gateway/southbound/line-wire.ts';

describe('the quiet gap', () => {
  // Modbus over Serial Line V1.02 section 2.5.1.1: 3.5 characters of 11 bits, fixed 1.750 ms above 19200.
  it.each([
    [1200, 32.08],
    [9600, 4.01],
    [19_200, 2.005],
    [38_400, 1.75],
    [115_200, 1.75],
    [Number.POSITIVE_INFINITY, 0],
  ])('at %i baud is %f ms', (baud, gapMs) => expect(quietGapMs(baud)).toBeCloseTo(gapMs, 2));
});

describe('reopening', () => {
  it('is at once after a sound wire, then slower, at most 0.5 s on serial and 1.5 s on TCP', () => {
    expect([0, 1, 2, 3, 4, 99].map((failures) => planReopenMs('serial', failures))).toEqual([0, 100, 200, 400, 500, 500]);
    expect([0, 1, 2, 3, 4, 5, 99].map((failures) => planReopenMs('tcp', failures))).toEqual([0, 100, 200, 400, 800, 1500, 1500]);
  });
});
