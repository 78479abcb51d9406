// Without this, the iron under the boards could break its own laws (a roll that passes twice, a weight that never settles) unseen.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyCompartment, morningCompartment, stepCompartment, throwIn } from '../../../device-sim/physics/bin-compartment.ts';
import {
  emptyMechanism,
  freeThroat,
  isRollLow,
  isThroatBlocked,
  loadRoll,
  type Mechanism,
  stepMechanism,
} from '../../../device-sim/physics/dispenser-mechanism.ts';
import { restingCell, senseGrams, stepLoadCell } from '../../../device-sim/physics/load-cell.ts';
import { Random, randomFor } from '../../../device-sim/random.ts';

const options = { capacity: 5, jamProbability: 0 };
const loaded = (...labels: readonly string[]): Mechanism => ({ ...emptyMechanism, magazine: labels });

/** Runs the motor for `ms` in steps of 50 ms; the labels that passed, with the time each took. */
function runMotor(start: Mechanism, ms: number, random: Random, choice = options) {
  let mechanism: Mechanism = { ...start, motorOn: true };
  const out: { label: string; atMs: number }[] = [];
  for (let atMs = 50; atMs <= ms; atMs += 50) {
    const step = stepMechanism(mechanism, 50, choice, random);
    mechanism = step.mechanism;
    if (step.out !== null) out.push({ label: step.out, atMs });
  }
  return { mechanism, out };
}

describe('the dispenser', () => {
  test('pushes out roll after roll in the order they were loaded, each in about 2.5 s', () => {
    const { mechanism, out } = runMotor(loaded('a', 'b', 'c'), 20_000, new Random(1));
    expect(out.map(({ label }) => label)).toEqual(['a', 'b', 'c']);
    expect(mechanism).toMatchObject({ magazine: [], tray: ['a', 'b', 'c'] });
    const times = out.map(({ atMs }, index) => atMs - (out[index - 1]?.atMs ?? 0));
    for (const time of times) expect(Math.abs(time - 2_500)).toBeLessThanOrEqual(400);
  });

  test('moves nothing without current, and goes on where it stopped', () => {
    const half = runMotor(loaded('a'), 1_000, new Random(1)).mechanism;
    const still = stepMechanism({ ...half, motorOn: false }, 60_000, options, new Random(2));
    expect(still).toEqual({ mechanism: { ...half, motorOn: false }, out: null });
    expect(runMotor(half, 2_000, new Random(3)).out).toHaveLength(1);
  });

  test('a roll in the throat is seen, and a keeper can push it back', () => {
    const { mechanism } = runMotor(loaded('a'), 2_000, new Random(1));
    expect(isThroatBlocked(mechanism)).toBe(true);
    const freed = freeThroat(mechanism);
    expect([isThroatBlocked(freed), freed.magazine]).toEqual([false, ['a']]);
  });

  test('a roll that sticks stays in the throat however long the motor runs', () => {
    const { mechanism, out } = runMotor(loaded('a'), 60_000, new Random(1), { capacity: 5, jamProbability: 1 });
    expect(out).toEqual([]);
    expect(isThroatBlocked(mechanism)).toBe(true);
  });

  test('takes rolls only through the open door and up to its capacity', () => {
    expect(loadRoll(emptyMechanism, 'a', options)).toEqual({ ok: false, reason: 'the door is closed' });
    const full: Mechanism = { ...loaded('a', 'b', 'c', 'd', 'e'), doorOpen: true };
    expect(loadRoll(full, 'f', options)).toMatchObject({ ok: false });
    expect(loadRoll({ ...full, magazine: ['a'] }, 'f', options)).toMatchObject({ ok: true, mechanism: { magazine: ['a', 'f'] } });
    expect([isRollLow(loaded('a'), options), isRollLow(loaded('a', 'b'), options)]).toEqual([true, false]);
  });

  test('no roll is lost or doubled, however motor and time go', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ on: fc.boolean(), ms: fc.integer({ min: 1, max: 4_000 }) }), { maxLength: 60 }), fc.nat(), (life, seed) => {
        const labels = ['a', 'b', 'c', 'd'];
        const random = new Random(seed);
        let mechanism = loaded(...labels);
        const out: string[] = [];
        for (const { on, ms } of life) {
          const step = stepMechanism({ ...mechanism, motorOn: on }, ms, { capacity: 5, jamProbability: 0.2 }, random);
          mechanism = step.mechanism;
          if (step.out !== null) out.push(step.out);
          expect([...out, ...mechanism.magazine]).toEqual(labels);
        }
      }),
    );
  });
});

describe('the load cell', () => {
  test('is within half a gram of 10 kg after 1.5 s, and creeps a little afterwards', () => {
    const soon = stepLoadCell({ ...restingCell, loadGrams: 10_000 }, 1_500);
    expect(Math.abs(soon.standsAtGrams - 10_000)).toBeLessThan(0.5);
    const late = stepLoadCell(soon, 600_000);
    expect(late.creepGrams).toBeCloseTo(0.5, 2);
  });

  test('is halfway at no moment longer than one step tells: small steps and large ones agree', () => {
    let small = { ...restingCell, loadGrams: 5_000 };
    for (let step = 0; step < 10; step += 1) small = stepLoadCell(small, 50);
    expect(small.standsAtGrams).toBeCloseTo(stepLoadCell({ ...restingCell, loadGrams: 5_000 }, 500).standsAtGrams, 6);
  });

  test('trembles around the truth', () => {
    const random = new Random(5);
    const values = Array.from({ length: 2_000 }, () => senseGrams({ ...restingCell, standsAtGrams: 1_000 }, { noiseGrams: 2 }, random));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(mean).toBeCloseTo(1_000, 0);
    expect(Math.abs(deviation - 2)).toBeLessThan(0.2);
  });
});

describe('a bin compartment', () => {
  test('fills, never overflows, and is empty when emptied', () => {
    const morning = morningCompartment(new Random(3));
    expect(throwIn({ ...morning, fillPermille: 990 }, 25).fillPermille).toBe(1_000);
    expect(emptyCompartment(morning).fillPermille).toBe(0);
  });

  test('stays between winter and summer', () => {
    const random = new Random(3);
    let compartment = morningCompartment(random);
    for (let hour = 0; hour < 20_000; hour += 1) {
      compartment = stepCompartment(compartment, 30_000, random);
      expect(compartment.temperatureDeciC).toBeGreaterThanOrEqual(120);
      expect(compartment.temperatureDeciC).toBeLessThanOrEqual(260);
    }
  });
});

describe('chance', () => {
  test('is the published generator: mulberry32 of seed 0 and 1', () => {
    // First outputs of the reference C code with these seeds.
    const first = (seed: number) => Math.floor(new Random(seed).next() * 0x1_0000_0000);
    expect([first(0), first(1)]).toEqual([1_144_304_738, 2_693_262_067]);
  });

  test('goes on from a stored state, and names give streams of their own', () => {
    const random = randomFor(7, 'scale-1');
    random.next();
    const resumed = new Random(random.state);
    expect([resumed.next(), resumed.next()]).toEqual([random.next(), random.next()]);
    expect(randomFor(7, 'scale-1').next()).not.toBe(randomFor(7, 'scale-2').next());
  });

  test('keeps its bounds and spreads evenly', () => {
    const random = new Random(11);
    const counts = new Map<number, number>();
    for (let draw = 0; draw < 6_000; draw += 1) {
      const value = random.whole(1, 6);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
    expect([...new Random(3).shuffle([1, 2, 3, 4, 5])].sort()).toEqual([1, 2, 3, 4, 5]);
  });
});
