/**
 * The one source of chance in the simulator: a small seeded generator whose whole state is a number, so that a site can be stopped,
 * stored and continued, and any run repeated from its seed. Nothing in physics may take chance from anywhere else.
 * Source of the generator: mulberry32 by Tommy Ettinger (public domain), period 2^32; FNV-1a for turning names into seeds.
 */
import assert from 'node:assert/strict';

const toU32 = (value: number): number => value >>> 0;

/** FNV-1a over the UTF-16 code units of `name`. Bounds: 0..2^32 - 1. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) hash = toU32(Math.imul(hash ^ name.charCodeAt(index), 0x01000193));
  return hash;
}

/** A stream of chance. `new Random(other.state)` continues exactly where `other` stands. */
export class Random {
  #state: number;

  /** @param state a seed or a stored `state`; taken modulo 2^32. */
  constructor(state: number) {
    this.#state = toU32(state);
  }

  /** What to store to continue later. Bounds: 0..2^32 - 1. */
  get state(): number {
    return this.#state;
  }

  /** Evenly spread, 0 (included) to 1 (excluded). */
  next(): number {
    this.#state = toU32(this.#state + 0x6d2b79f5);
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return toU32(mixed ^ (mixed >>> 14)) / 0x1_0000_0000;
  }

  /** Whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    assert(Number.isSafeInteger(least) && Number.isSafeInteger(most) && least <= most, `no whole number from ${least} to ${most}`);
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** True with probability `probability` (0..1). Always takes one number from the stream. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Roughly normal with mean 0 and standard deviation 1: the sum of twelve even draws less six, never beyond 6. */
  normal(): number {
    let sum = -6;
    for (let draw = 0; draw < 12; draw += 1) sum += this.next();
    return sum;
  }

  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T {
    assert(items.length > 0, 'nothing to pick from');
    return items[this.whole(0, items.length - 1)] as T;
  }

  /** The same items in another order; the given list stays as it is. */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = this.whole(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
    }
    return shuffled;
  }
}

/** The stream of one named part of a site, so that parts do not disturb each other's chance. */
export const randomFor = (seed: number, name: string): Random => new Random(toU32(seed) ^ hashName(name));
