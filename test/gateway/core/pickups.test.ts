// Lost if deleted: that a bin never has two requests or none while it is full, that trucks go where it burns first, and that the order does not depend on chance.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hoursToFull, rankPickups } from '../../../gateway/core/pickup-ranking.ts';
import { decideEscalated, decideRaised, type Pickup } from '../../../gateway/core/pickups.ts';
import type { PickupLine } from '../../../protocol/events/pickups.ts';
import { type CollectionRules, collectionRulesSchema } from '../../../protocol/rules/collection.ts';

const rules = collectionRulesSchema.parse({ route: ['bin-1', 'bin-2', 'bin-3', 'bin-4', 'bin-5', 'bin-6'] });
const hourMs = 3_600_000;
const line = (changes: Partial<PickupLine> = {}): PickupLine => ({ compartment: 1, wasteClass: 'food', level: 'plan', suspectedFluff: false, ...changes });
const pickup = (request: number, changes: Partial<Pickup> = {}): Pickup => ({
  ...{ request, bin: `bin-${request}`, lines: [line()], state: 'open', truck: null, requestedMs: 0, escalated: false },
  ...changes,
});
const rank = (pickups: Pickup[], facts: { burning?: string[]; levels?: Parameters<typeof rankPickups>[0]['levels']; rules?: CollectionRules } = {}) =>
  rankPickups({ pickups, burning: new Set(facts.burning), levels: facts.levels ?? [], rules: facts.rules ?? rules, nowMs: 10 * hourMs });

describe('the order to drive', () => {
  it('is fire, hazardous, full, soon, asked, and fluff last', () => {
    const ranked = rank(
      [
        pickup(1, { lines: [line({ level: 'full', suspectedFluff: true })] }),
        pickup(2, { lines: [line({ level: 'asked', compartment: null })] }),
        pickup(3),
        pickup(4, { lines: [line({ level: 'full' })] }),
        pickup(5, { lines: [line({ wasteClass: 'hazardous' })] }),
        pickup(6),
      ],
      { burning: ['bin-6'] },
    );
    expect(ranked.map(({ request, urgency }) => [request, urgency])).toEqual([
      [6, 'fire'],
      [5, 'hazardous'],
      [4, 'full'],
      [3, 'soon'],
      [2, 'asked'],
      [1, 'fluff'],
    ]);
  });

  it('is by the hours to full, then by the route', () => {
    const levels = [
      { bin: 'bin-3', compartment: 1, atMs: 0, percent: 60 },
      { bin: 'bin-3', compartment: 1, atMs: 10 * hourMs, percent: 80 },
    ];
    expect(rank([pickup(2), pickup(1), pickup(3)], { levels }).map(({ request, hoursToFull: hours }) => [request, hours])).toEqual([
      [3, 7],
      [1, null],
      [2, null],
    ]);
  });

  it('shares out to the trucks along the route, and leaves a truck what it took', () => {
    const ranked = rank([pickup(1), pickup(2, { truck: 2, state: 'acknowledged' }), pickup(3), pickup(4)]);
    expect(ranked.map(({ request, proposedTruck }) => [request, proposedTruck])).toEqual([
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 1],
    ]);
  });

  it('does not depend on the order the facts come in, and leaves no request out', () => {
    const some = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 6 });
    const level = fc.constantFrom('plan' as const, 'full' as const, 'asked' as const);
    fc.assert(
      fc.property(some, fc.array(level, { minLength: 6, maxLength: 6 }), fc.integer({ min: 1, max: 3 }), (numbers, levels, trucks) => {
        const pickups = numbers.map((number) => pickup(number, { lines: [line({ level: levels[number - 1] ?? 'plan' })], requestedMs: number % 2 }));
        const inRules = { ...rules, trucks };
        const ranked = rank(pickups, { rules: inRules });
        expect(rank([...pickups].reverse(), { rules: inRules })).toEqual(ranked);
        expect(ranked.map((row) => row.request).sort()).toEqual([...numbers].sort());
        const stops = Array.from({ length: trucks }, (_, index) => ranked.filter(({ proposedTruck }) => proposedTruck === index + 1).length);
        expect(Math.max(...stops) - Math.min(...stops)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('hours to full', () => {
  it.each([
    [[], null],
    [[[0, 50]], null],
    [[[0, 95]], 0],
    [
      [
        [0, 0],
        [5, 50],
      ],
      0,
    ],
    [
      [
        [0, 0],
        [9, 20],
      ],
      32,
    ],
    // Emptied in between: what fell is no rise, and what rose before still tells.
    [
      [
        [0, 60],
        [2, 80],
        [4, 5],
        [9, 15],
      ],
      17,
    ],
  ])('%j: %s', (levels: number[][], hours) =>
    expect(
      hoursToFull(
        levels.map(([hour, percent]) => ({ atMs: (hour ?? 0) * hourMs, percent: percent ?? 0 })),
        10 * hourMs,
      ),
    ).toBe(hours),
  );
});

it('a bin waits for a truck exactly while something in it asks for one, whatever its levels do', () => {
  const change = fc.record({
    compartment: fc.integer({ min: 1, max: 3 }),
    wasteClass: fc.constant('food' as const),
    fillState: fc.constantFrom('normal' as const, 'plan' as const, 'full' as const),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      let waiting: Pickup | undefined;
      let requests = 0;
      const full = new Map<number, string>();
      for (const one of changes) {
        for (const { name, data } of decideRaised('bin-1', [one], { waiting, next: requests + 1 })) {
          if (name === 'pickup.requested') {
            expect(waiting).toBeUndefined();
            requests += 1;
            waiting = pickup(requests, { bin: 'bin-1', lines: data.lines });
          } else if (name === 'pickup.changed' && waiting !== undefined) waiting = { ...waiting, lines: data.lines };
          else if (name === 'pickup.cancelled') waiting = undefined;
        }
        if (one.fillState === 'normal') full.delete(one.compartment);
        else full.set(one.compartment, one.fillState);
        expect(new Map(waiting?.lines.map(({ compartment, level }) => [compartment, level]) ?? [])).toEqual(full);
      }
    }),
  );
});

it('a truck on its way is not called off by a level: it comes and says what it fetched', () => {
  const waiting = pickup(1, { state: 'enRoute', truck: 1 });
  expect(decideRaised('bin-1', [{ compartment: 1, wasteClass: 'food', fillState: 'normal' }], { waiting, next: 2 })).toEqual([]);
});

it('what nobody set out for is escalated after four hours, once', () => {
  const late = (changes: Partial<Pickup>) => decideEscalated([pickup(1, changes)], 4 * hourMs, rules).length;
  expect([late({}), late({ requestedMs: 60_000 }), late({ escalated: true }), late({ state: 'acknowledged' }), late({ state: 'enRoute' })]).toEqual([
    1, 0, 0, 1, 0,
  ]);
});
