// Without this, a lock of a simulated bin or relay board could stay open, or open on a fire, and no gateway test would notice.
import { expect, test } from 'vitest';
import { isTooHot, pulseOutput, stepOutputs } from '../../../device-sim/firmware/outputs.ts';

const off = [0, 0, 0, 0];

test('a pulse draws one output and ends by itself', () => {
  expect(pulseOutput(off, 2, 500)).toEqual([0, 500, 0, 0]);
  expect(stepOutputs([0, 500, 0, 0], 499)).toEqual([0, 1, 0, 0]);
  expect(stepOutputs([0, 1, 0, 0], 100)).toEqual(off);
});

test('a pulse on a running output starts anew', () => {
  expect(pulseOutput([300, 0, 0, 0], 1, 700)).toEqual([700, 0, 0, 0]);
});

test('a controller refuses on smoke or heat', () => {
  expect(isTooHot({ smoke: false, temperatureDeciC: 599 })).toBe(false);
  expect(isTooHot({ smoke: true, temperatureDeciC: 200 })).toBe(true);
  expect(isTooHot({ smoke: false, temperatureDeciC: 600 })).toBe(true);
});
