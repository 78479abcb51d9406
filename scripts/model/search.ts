/**
 * Searches every world that can be reached, breadth first, so that a counterexample is as short as there is one; then asks of the whole
 * graph whether every open job can still come to an end without a fault or a person (I9). Plain arithmetic in memory: no clock, no chance.
 */
import assert from 'node:assert/strict';
import { boardMoves } from './board-moves.ts';
import { decodeWorld, encodeWorld, worldBytes } from './codec.ts';
import { brokenBy } from './invariants.ts';
import type { Parts } from './parts.ts';
import { SeenWorlds } from './seen-worlds.ts';
import { stationMoves } from './station-moves.ts';
import { type Budget, firstWorld, type Made, type Move, type World } from './world.ts';

/** One line of a counterexample: what was done, and what came of it. */
export interface TraceLine extends Made {
  readonly what: string;
}

export interface SearchReport {
  readonly states: number;
  readonly transitions: number;
  /** Moves from the first world to the one furthest away. */
  readonly depth: number;
  readonly bytes: number;
  /** Null when every world was searched and nothing is wrong. */
  readonly violation: { readonly broken: string; readonly trace: readonly TraceLine[] } | null;
}

export interface SearchOptions {
  readonly parts: Parts;
  readonly budget: Budget;
  /** Most worlds to hold. @throws RangeError beyond. */
  readonly statesMax: number;
  readonly onProgress?: (states: number, searched: number) => void;
}

const progressEvery = 250_000;

export const movesOf = (world: World, parts: Parts): Move[] => [...stationMoves(world, parts), ...boardMoves(world, parts)];

/** @throws RangeError when there are more worlds than `statesMax`. */
export function search({ parts, budget, statesMax, onProgress = () => undefined }: SearchOptions): SearchReport {
  const seen = new SeenWorlds(worldBytes);
  const ordinary = new Edges();
  const row = new Uint8Array(worldBytes);
  let transitions = 0;
  encodeWorld(firstWorld(budget), row);
  seen.add(row, -1, 0);
  const report = (violation: SearchReport['violation']): SearchReport => {
    return { states: seen.size, transitions, depth: depthOf(seen, seen.size - 1), bytes: seen.bytes + ordinary.bytes, violation };
  };
  for (let index = 0; index < seen.size; index += 1) {
    if (index % progressEvery === 0) onProgress(seen.size, index);
    const world = decodeWorld(seen.row(index), budget.frames);
    ordinary.begin();
    for (const [number, move] of tryMoves(world, parts).entries()) {
      transitions += 1;
      const { made, broken } = tryMove(world, move);
      if (broken !== null) return report({ broken, trace: traceTo(seen, index, number, { parts, budget }) });
      if (made.world === world) continue;
      encodeWorld(made.world, row);
      const reached = seen.add(row, index, number);
      if (seen.size > statesMax) throw new RangeError(`more than ${statesMax} worlds`);
      if (move.ordinary && reached !== index) ordinary.add(reached);
    }
  }
  ordinary.begin();
  const stuck = firstStuck(seen, ordinary, budget);
  if (stuck === null) return report(null);
  return report({ broken: 'I9: the open job can never come to an end by itself', trace: traceTo(seen, stuck, null, { parts, budget }) });
}

/** Shipped code guards itself by assertions: one that fails is a counterexample like any other. */
function tryMove(world: World, move: Move): { made: Made; broken: string | null } {
  try {
    const made = move.make();
    return { made, broken: brokenBy(world, made) };
  } catch (error) {
    if (!(error instanceof assert.AssertionError)) throw error;
    return { made: { world, happened: [] }, broken: error.message };
  }
}

function tryMoves(world: World, parts: Parts): readonly Move[] {
  try {
    return movesOf(world, parts);
  } catch (error) {
    if (!(error instanceof assert.AssertionError)) throw error;
    const fail = () => assert.fail(error.message);
    return [{ what: () => 'gateway  goes on', ordinary: true, make: fail }];
  }
}

function depthOf(seen: SeenWorlds, last: number): number {
  let depth = 0;
  for (let at = last; at > 0; at = seen.parent(at)) depth += 1;
  return depth;
}

/** The moves from the first world to the one at `index`, and `last` from there if it is not null, made once more with real numbers. */
function traceTo(seen: SeenWorlds, index: number, last: number | null, { parts, budget }: Pick<SearchOptions, 'parts' | 'budget'>): TraceLine[] {
  const numbers = last === null ? [] : [last];
  for (let at = index; at > 0; at = seen.parent(at)) numbers.unshift(seen.move(at));
  const trace: TraceLine[] = [];
  let world = firstWorld(budget);
  for (const number of numbers) {
    const move = tryMoves(world, parts)[number];
    assert(move !== undefined, 'a trace repeats what was searched');
    const { made } = tryMove(world, move);
    world = made.world;
    trace.push({ what: move.what(), ...made });
  }
  return trace;
}

/** Where the ordinary moves of each world lead, in the order the worlds were searched. */
class Edges {
  #starts = new Uint32Array(1 << 16);
  #targets = new Int32Array(1 << 18);
  #worlds = 0;
  #size = 0;

  get bytes(): number {
    return this.#starts.byteLength + this.#targets.byteLength;
  }

  /** The edges added from now on start at the next world. */
  begin(): void {
    if (this.#worlds === this.#starts.length) {
      const starts = new Uint32Array(this.#worlds * 2);
      starts.set(this.#starts);
      this.#starts = starts;
    }
    this.#starts[this.#worlds] = this.#size;
    this.#worlds += 1;
  }

  add(target: number): void {
    if (this.#size === this.#targets.length) {
      const targets = new Int32Array(this.#size * 2);
      targets.set(this.#targets);
      this.#targets = targets;
    }
    this.#targets[this.#size] = target;
    this.#size += 1;
  }

  from(world: number): Int32Array {
    return this.#targets.subarray(this.#starts[world], this.#starts[world + 1]);
  }
}

/** I9: the first world with an open job from which ordinary moves alone never lead to one without; null when there is none. */
function firstStuck(seen: SeenWorlds, ordinary: Edges, budget: Budget): number | null {
  const ends = new Uint8Array(seen.size);
  for (let index = 0; index < seen.size; index += 1) {
    if (decodeWorld(seen.row(index), budget.frames).ledger.open === null) ends[index] = 1;
  }
  // Backwards over the worlds until nothing changes: most edges lead forward, so a few rounds are enough.
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = seen.size - 1; index >= 0; index -= 1) {
      if (ends[index] === 1 || !ordinary.from(index).some((target) => ends[target] === 1)) continue;
      ends[index] = 1;
      changed = true;
    }
  }
  const stuck = ends.indexOf(0);
  return stuck < 0 ? null : stuck;
}
