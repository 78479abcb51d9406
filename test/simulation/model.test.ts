// Without this a change to the dispense protocol could lose its at-most-once motion in an order of events that nobody thought of testing.
import { describe, expect, it, test } from 'vitest';
import { Random } from '../../device-sim/random.ts';
import { decodeWorld, encodeWorld, worldBytes } from '../../scripts/model/codec.ts';
import { type MutantName, mutantNames, mutants, shipped } from '../../scripts/model/parts.ts';
import { movesOf, search } from '../../scripts/model/search.ts';
import { SeenWorlds } from '../../scripts/model/seen-worlds.ts';
import { showTrace } from '../../scripts/model/trace.ts';
import { type Budget, boardFacts, device, firstWorld, household, type Made, openJobOf, type World } from '../../scripts/model/world.ts';
import { makeStore } from '../support/make-store.ts';
import { registered } from '../support/village-drafts.ts';

const none: Budget = { jobs: 1, crashes: 0, cuts: 0, restores: 0, frames: 2 };
const statesMax = 2_000_000;
/** Minutes, not seconds, because machines are slow and shared. */
const timeout = 180_000;

const searched = (budget: Partial<Budget>) => search({ parts: shipped, budget: { ...none, ...budget }, statesMax });

describe('the dispense protocol as it ships', () => {
  const budgets: readonly (readonly [string, Partial<Budget>, number])[] = [
    ['two jobs, nothing goes wrong but the wire', { jobs: 2, frames: 1 }, 1_500],
    ['one job, a crash and a power cut', { crashes: 1, cuts: 1 }, 10_000],
    ['one job, a crash and a ledger put back, one frame in flight', { crashes: 1, restores: 1, frames: 1 }, 5_000],
    ['two jobs, a ledger put back between or amid them, one frame in flight', { jobs: 2, restores: 1, frames: 1 }, 5_000],
  ];
  test.each(budgets)('breaks no invariant: %s', { timeout }, (_name, budget, atLeast) => {
    const { violation, states } = searched(budget);
    expect(violation === null ? 'nothing' : showTrace(violation)).toBe('nothing');
    expect(states).toBeGreaterThan(atLeast);
  });

  it('is searched in full or not at all', () => {
    expect(() => search({ parts: shipped, budget: { ...none, jobs: 2 }, statesMax: 1000 })).toThrow(RangeError);
  });
});

describe('a mutant of the protocol', () => {
  const caughtBy: Record<MutantName, string> = {
    'no-fence': 'I7',
    'no-compare-and-swap': 'I6',
    'send-before-intent': 'I7',
    'torn-count': 'I3',
    'resend-at-boot': 'I4',
    'no-new-epoch': 'I7',
  };
  /** What only a ledger put back shows needs one. */
  const needed = (name: MutantName): Partial<Budget> => (name === 'no-new-epoch' ? { restores: 1 } : { crashes: 1, cuts: 1 });
  test.each(mutantNames)('%s is caught, with a counterexample that can be read', { timeout }, (name) => {
    const { violation } = search({ parts: mutants[name], budget: { ...none, ...needed(name) }, statesMax });
    expect(violation?.broken.slice(0, 2)).toBe(caughtBy[name]);
    const shown = violation === null ? [] : showTrace(violation).split('\n');
    expect(shown).toHaveLength((violation?.trace.length ?? 0) + 2);
    expect(shown.at(-1)).toBe(`BROKEN ${violation?.broken}`);
  });

  it('that never settles is caught because its job cannot come to an end', () => {
    const parts = {
      ...shipped,
      stepDispense: (...[state, input, acceptMs]: Parameters<typeof shipped.stepDispense>) => {
        const step = shipped.stepDispense(state, input, acceptMs);
        return step.effect.kind === 'settle' ? { ...step, effect: { kind: 'read' } as const } : step;
      },
    };
    expect(search({ parts, budget: none, statesMax }).violation?.broken).toMatch(/^I9/);
  });
});

const wide: Budget = { jobs: 3, crashes: 2, cuts: 2, restores: 1, frames: 3 };

/** Follows random moves from the first world, `times` walks of at most 150 moves. */
function walk(seed: number, times: number, visit: (before: World, move: number, made: Made) => void): void {
  const random = new Random(seed);
  for (let time = 0; time < times; time += 1) {
    let world = firstWorld(wide);
    for (let step = 0; step < 150; step += 1) {
      const moves = movesOf(world, shipped);
      const number = random.whole(0, moves.length - 1);
      const made = moves[number]?.make();
      if (made === undefined) break;
      visit(world, number, made);
      world = made.world;
    }
  }
}

describe('the machinery of the search', () => {
  const bytesOf = (world: World) => {
    const bytes = new Uint8Array(worldBytes);
    encodeWorld(world, bytes);
    return bytes;
  };

  it('reads from the bytes of a world one that goes on just as the world itself would', { timeout }, () => {
    let moved = 0;
    walk(2, 60, (before, move, { world }) => {
      const stand = decodeWorld(bytesOf(before), wide.frames);
      expect(decodeWorld(bytesOf(stand), wide.frames)).toEqual(stand);
      if (stand.nv.lastJob !== before.nv.lastJob) moved += 1;
      const again = movesOf(stand, shipped)[move]?.make();
      expect(movesOf(stand, shipped).map(({ what, ordinary }) => [what().slice(0, 20), ordinary])).toEqual(
        movesOf(before, shipped).map(({ what, ordinary }) => [what().slice(0, 20), ordinary]),
      );
      expect(again === undefined ? null : bytesOf(again.world)).toEqual(bytesOf(world));
    });
    expect(moved).toBeGreaterThan(100);
  });

  it('tells a known row from a new one by content, beyond any first size', () => {
    const seen = new SeenWorlds(4);
    const row = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);
    const values = Array.from({ length: 200_000 }, (_unused, value) => value);
    expect(values.filter((value) => seen.add(row(value * 7919), value - 1, value % 256) !== value)).toEqual([]);
    expect(values.filter((value) => seen.add(row(value * 7919), 0, 0) !== value)).toEqual([]);
    expect([seen.size, seen.parent(5), seen.move(300), [...seen.row(3)]]).toEqual([200_000, 4, 44, [...row(3 * 7919)]]);
  });

  it('reads events as the projections of the store do', { timeout }, () => {
    const random = new Random(3);
    for (let time = 0; time < 8; time += 1) {
      const { store } = makeStore();
      let world = firstWorld({ ...wide, restores: 0 });
      store.append([
        registered(household),
        { name: 'device.rebaselined', subject: device, data: { device, reason: 'first_seen', nonce: 7, ctrOut: 0, ctrTest: 0, operator: null } },
      ]);
      for (let step = 0; step < 120; step += 1) {
        const moves = movesOf(world, shipped);
        const made = moves[random.whole(0, moves.length - 1)]?.make();
        if (made === undefined) break;
        world = made.world;
        for (const happening of made.happened) if (happening.kind === 'recorded') store.append(happening.drafts);
        const { ledger } = world;
        expect(store.jobs.board(device)).toEqual(boardFacts(ledger));
        expect(store.jobs.open(device) ?? null).toEqual(openJobOf(ledger));
        expect(store.jobs.highest()).toBe(ledger.highest);
        if (ledger.open !== null) expect(store.jobs.fenceOf(ledger.open.intent.job)).toBe(ledger.open.fence);
      }
      expect(store.ledger.problems()).toEqual([]);
    }
  });
});
