// Without this, the simulated scale could be kinder than a real one: stable too early, steady where real ones tremble, zero where none is.
import { describe, expect, test } from 'vitest';
import { deliveredSetup, faceOf, type IndicatorRam, obeyOrder, startIndicator, stepIndicator } from '../../../device-sim/firmware/indicator.ts';

const setup = deliveredSetup(30_000, 10);
const zero = (ram: IndicatorRam) => obeyOrder(ram, { kind: 'zero' }, setup);
const tare = (ram: IndicatorRam, grams: number | null) => obeyOrder(ram, { kind: 'tare', grams }, setup);
const samples = (ram: IndicatorRam, grams: number, count: number): IndicatorRam => {
  let now = ram;
  for (let sample = 0; sample < count; sample += 1) now = stepIndicator(now, grams, setup);
  return now;
};
const rested = samples(startIndicator, 120, 30);

describe('the transmitter', () => {
  test('zeroes itself at power-on within its range, and not beyond', () => {
    expect(rested).toMatchObject({ zeroedAtPowerOn: true, shownGrams: 0, zeroGrams: 120 });
    expect(samples(startIndicator, 3_001, 30)).toMatchObject({ zeroedAtPowerOn: false, shownGrams: 3_000 });
  });

  test('shows multiples of its division', () => {
    expect(samples(rested, 120 + 1_234, 30).shownGrams).toBe(1_230);
  });

  test('says unstable for at least the stability time, and its flag is one sample late', () => {
    const loaded = stepIndicator(rested, 5_120, setup);
    expect(loaded.shownGrams).toBeGreaterThan(0);
    expect(loaded.unstable, 'the trap: new weight, old flag').toBe(false);
    let now = stepIndicator(loaded, 5_120, setup);
    let unstableSamples = 0;
    for (; now.unstable; now = stepIndicator(now, 5_120, setup)) unstableSamples += 1;
    expect(unstableSamples).toBeGreaterThanOrEqual(setup.stabilitySamples);
    expect(now.shownGrams).toBe(5_000);
  });

  test('does not flicker when the weight stands between two divisions', () => {
    let now = samples(rested, 120 + 1_005, 40);
    const shown = now.shownGrams;
    for (let sample = 0; sample < 50; sample += 1) {
      now = stepIndicator(now, 120 + 1_005 + (sample % 2 === 0 ? 2 : -2), setup);
      expect(now.shownGrams).toBe(shown);
    }
  });

  test('follows a slow drift at zero and nothing else', () => {
    let now = rested;
    for (let sample = 0; sample < 600; sample += 1) now = stepIndicator(now, 120 + sample * 0.02, setup);
    expect(now.shownGrams).toBe(0);
    expect(now.zeroGrams).toBeGreaterThan(125);
    const loaded = samples(rested, 620, 200);
    expect(loaded.zeroGrams).toBe(120);
  });

  test('obeys the zero command only when stable and within range', () => {
    expect(zero(samples(rested, 1_100, 30))).toMatchObject({ shownGrams: 0, zeroGrams: 1_100 });
    expect(zero(samples(rested, 1_500, 30)).shownGrams).toBe(1_380);
    const moving = stepIndicator(stepIndicator(rested, 900, setup), 900, setup);
    expect(zero(moving)).toBe(moving);
  });

  test('takes the shown weight as tare, or the one it is given', () => {
    const loaded = samples(rested, 620, 30);
    expect(tare(loaded, null).tareGrams).toBe(500);
    expect(tare(loaded, 250).tareGrams).toBe(250);
    for (const grams of [-1, 30_001]) expect(tare(loaded, grams)).toBe(loaded);
    expect(obeyOrder(tare(loaded, 250), { kind: 'clearTare' }, setup).tareGrams).toBe(0);
  });

  test('says at zero, overload and underload where the limits are', () => {
    const face = (grams: number) => faceOf(samples(rested, 120 + grams, 30), setup);
    expect(face(0)).toMatchObject({ grossGrams: 0, atZero: true, overload: false, underload: false, zeroedAtPowerOn: true });
    expect(face(-100)).toMatchObject({ grossGrams: -100, atZero: false, underload: false });
    expect([face(30_090).overload, face(30_100).overload]).toEqual([false, true]);
    expect([face(-200).underload, face(-210).underload]).toEqual([false, true]);
  });
});
