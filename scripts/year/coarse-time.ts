/**
 * Time of a year that is lived story by story: it passes in hops, and whoever slept wakes at the hop that passes its moment, as on a machine that
 * was busy. The wall clock of the machine may be set wrong, and the network may or may not vouch for it.
 */
import type { Clock } from '../../gateway/clock.ts';
import type { Machine } from '../../gateway/machine.ts';
import { epochMs } from '../../protocol/units.ts';

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

export class CoarseTime {
  #monotonicMs = 0;
  #startedAtMs: number;
  #sleepers: Sleeper[] = [];
  /** How far the wall clock is off. Unit: ms. */
  wallShiftMs = 0;
  /** Whether the network vouches for it. */
  isSynchronized = true;

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
  }

  /** What time it really is. Unit: ms since 1970. */
  get trueMs(): number {
    return this.#startedAtMs + this.#monotonicMs;
  }

  /** Lets time pass up to `untilMs` since 1970, and everybody who slept so long have a turn. */
  async passTo(untilMs: number): Promise<void> {
    this.#monotonicMs = Math.max(this.#monotonicMs, untilMs - this.#startedAtMs);
    const due = this.#sleepers.filter(({ dueMs }) => dueMs <= this.#monotonicMs);
    this.#sleepers = this.#sleepers.filter(({ dueMs }) => dueMs > this.#monotonicMs);
    for (const { wake } of due) wake();
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** A machine that lives by this time and has no wires. */
  machine(random: () => number): Machine {
    const clock: Clock = {
      now: () => epochMs(this.trueMs + this.wallShiftMs),
      monotonicMs: () => this.#monotonicMs,
      sleep: (durationMs, _name, signal) => this.#sleep(durationMs, signal),
    };
    const openStream = () => {
      throw new Error('a year without devices opens no wire');
    };
    return { clock, openStream, random, isClockSynchronized: () => this.isSynchronized };
  }

  #sleep(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted) reject(signal.reason);
    const sleeper = { dueMs: this.#monotonicMs + Math.max(1, durationMs), wake: () => finish(resolve) };
    const onAbort = () => {
      this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
      finish(() => reject(signal?.reason));
    };
    const finish = (end: () => void) => {
      signal?.removeEventListener('abort', onAbort);
      end();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#sleepers.push(sleeper);
    return promise;
  }
}
