// Without this, the simulated scale could be kinder than a real one: stable too early, steady where real ones tremble, zero where none is.
import { describe, expect, test } from 'vitest';
import { type ScaleRam, type ScaleSetup, scaleFlags, startScale, stepScale, tareScale, zeroScale } from '../../../device-sim/firmware/scale-wcn.ts';

const setup: ScaleSetup = {
  maxGrams: 30_000,
  intervalGrams: 10,
  zeroRangePercent: 4,
  powerOnZeroRangePercent: 10,
  zeroTrackingTenths: 5,
  zeroTrackingSamples: 10,
  stabilityWindow: 1,
  stabilitySamples: 10,
};
const samples = (ram: ScaleRam, grams: number, count: number): ScaleRam => {
  let now = ram;
  for (let sample = 0; sample < count; sample += 1) now = stepScale(now, grams, setup);
  return now;
};
const rested = samples(startScale, 120, 30);

describe('the transmitter', () => {
  test('zeroes itself at power-on within its range, and not beyond', () => {
    expect(rested).toMatchObject({ zeroedAtPowerOn: true, shownGrams: 0, zeroGrams: 120 });
    expect(samples(startScale, 3_001, 30)).toMatchObject({ zeroedAtPowerOn: false, shownGrams: 3_000 });
  });

  test('shows multiples of its division', () => {
    expect(samples(rested, 120 + 1_234, 30).shownGrams).toBe(1_230);
  });

  test('says unstable for at least the stability time, and its flag is one sample late', () => {
    const loaded = stepScale(rested, 5_120, setup);
    expect(loaded.shownGrams).toBeGreaterThan(0);
    expect(loaded.unstable, 'the trap: new weight, old flag').toBe(false);
    let now = stepScale(loaded, 5_120, setup);
    let unstableSamples = 0;
    for (; now.unstable; now = stepScale(now, 5_120, setup)) unstableSamples += 1;
    expect(unstableSamples).toBeGreaterThanOrEqual(setup.stabilitySamples);
    expect(now.shownGrams).toBe(5_000);
  });

  test('does not flicker when the weight stands between two divisions', () => {
    let now = samples(rested, 120 + 1_005, 40);
    const shown = now.shownGrams;
    for (let sample = 0; sample < 50; sample += 1) {
      now = stepScale(now, 120 + 1_005 + (sample % 2 === 0 ? 2 : -2), setup);
      expect(now.shownGrams).toBe(shown);
    }
  });

  test('follows a slow drift at zero and nothing else', () => {
    let now = rested;
    for (let sample = 0; sample < 600; sample += 1) now = stepScale(now, 120 + sample * 0.02, setup);
    expect(now.shownGrams).toBe(0);
    expect(now.zeroGrams).toBeGreaterThan(125);
    const loaded = samples(rested, 620, 200);
    expect(loaded.zeroGrams).toBe(120);
  });

  test('obeys the zero command only when stable and within range', () => {
    expect(zeroScale(samples(rested, 1_100, 30), setup)).toMatchObject({ shownGrams: 0, zeroGrams: 1_100 });
    expect(zeroScale(samples(rested, 1_500, 30), setup).shownGrams).toBe(1_380);
    const moving = stepScale(stepScale(rested, 900, setup), 900, setup);
    expect(zeroScale(moving, setup)).toBe(moving);
  });

  test('takes the shown weight as tare, or the one it is given', () => {
    const loaded = samples(rested, 620, 30);
    expect(tareScale(loaded, null).tareGrams).toBe(500);
    expect(tareScale(loaded, 250).tareGrams).toBe(250);
  });

  test('says negative, at zero and overload as the manual does', () => {
    expect(scaleFlags(rested, setup)).toEqual({ negative: false, atZero: true, overload: false });
    expect(scaleFlags(samples(rested, 20, 30), setup)).toMatchObject({ negative: true, atZero: false });
    expect(scaleFlags(samples(rested, 120 + 30_090, 30), setup).overload).toBe(false);
    expect(scaleFlags(samples(rested, 120 + 30_100, 30), setup).overload).toBe(true);
  });
});
