/**
 * Time that passes only when the next thing is due: one queue of timers, popped in order, each followed by everything it set going before
 * the next is looked at. Nothing here waits for the machine, and no real timer may be used around it: the run would depend on the machine.
 */
import assert from 'node:assert/strict';
import type { Clock } from '../../gateway/clock.ts';
import { type EpochMs, epochMs } from '../../protocol/units.ts';

/** Something due at a moment. Of two due at the same moment the one asked for first comes first. */
interface Timer {
  readonly dueMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

const isBefore = (one: Timer, other: Timer): boolean => one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);

/** A turn of the event loop costs calls into the kernel, which a whole village would feel at every step. */
const loopTurnEvery = 256;
/** Steps without any time passing, after which a program is caught in a loop. */
const stepsAtOnceMax = 100_000;

/** Calls off what was asked for; afterwards does nothing. */
export type CallOff = () => void;

export class VirtualTime {
  #nowMs = 0;
  #order = 0;
  #steps = 0;
  /** Steps since time last moved. */
  #stepsNow = 0;
  /** A binary heap, the next one first. */
  readonly #queue: Timer[] = [];
  #turns = 0;
  /** Whether something was resolved or told that promises may hang on. */
  #stirred = false;

  /** Since the start of the run. Unit: ms, may carry a fraction. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Timers run so far: with the seed, the place of a failure. */
  get steps(): number {
    return this.#steps;
  }

  /** Runs `run` in `afterMs`. */
  after(afterMs: number, run: () => void): CallOff {
    const timer: Timer = { dueMs: this.#nowMs + Math.max(0, afterMs), order: this.#order, run };
    this.#order += 1;
    this.#push(timer);
    return () => {
      timer.run = undefined;
    };
  }

  /** Says that promises were settled or a program was called, so that the present step ends only when all of it has run. */
  stir(): void {
    this.#stirred = true;
  }

  /** The program that runs at this moment was busy until `untilMs`: what is due before that comes late, as on a machine with one thread. */
  lag(untilMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** Runs the next timer and all it sets going, unless that is due after `untilMs`: then time is `untilMs`. Returns whether there was one. */
  async step(untilMs: number): Promise<boolean> {
    const ran = this.begin(untilMs);
    if (this.#stirred) await this.end();
    return ran;
  }

  /** The same without what it sets going: whoever calls it looks at `isStirred`, and ends the step. Most steps of a quiet village stir nothing. */
  begin(untilMs: number): boolean {
    const timer = this.#take(untilMs);
    if (timer === undefined) {
      this.#nowMs = Math.max(this.#nowMs, untilMs);
      return false;
    }
    this.#stepsNow = timer.dueMs > this.#nowMs ? 0 : this.#stepsNow + 1;
    assert(this.#stepsNow < stepsAtOnceMax, `time stands still at ${this.#nowMs} ms: something waits for nothing, over and over`);
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    this.#steps += 1;
    timer.run?.();
    return true;
  }

  /** Whether the step just begun has set something going. */
  get isStirred(): boolean {
    return this.#stirred;
  }

  /**
   * Lets every chain of promises end. A program under this clock waits for nothing but its timers and wires, and nextTick comes only when no
   * promise is left to go on. Now and then the loop itself gets a turn, for signals, messages and what the collector has to clean up.
   */
  async end(): Promise<void> {
    // Out of whatever called us and in among the promises: only from there does nextTick come after all of them.
    await Promise.resolve();
    while (this.#stirred) {
      this.#stirred = false;
      this.#turns += 1;
      const isLoopDue = this.#turns % loopTurnEvery === 0;
      await new Promise<void>((resolve) => (isLoopDue ? setImmediate(resolve) : process.nextTick(resolve)));
    }
  }

  #push(timer: Timer): void {
    const queue = this.#queue;
    let at = queue.length;
    queue.push(timer);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = queue[parentAt] as Timer;
      if (!isBefore(timer, parent)) break;
      queue[at] = parent;
      at = parentAt;
    }
    queue[at] = timer;
  }

  /** Takes the next timer that was not called off, if it is due by `untilMs`. */
  #take(untilMs: number): Timer | undefined {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (next.run !== undefined && next.dueMs > untilMs) return undefined;
      this.#dropFirst();
      if (next.run !== undefined) return next;
    }
    return undefined;
  }

  #dropFirst(): void {
    const queue = this.#queue;
    const last = queue.pop();
    if (last === undefined || queue.length === 0) return;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= queue.length) break;
      if (childAt + 1 < queue.length && isBefore(queue[childAt + 1] as Timer, queue[childAt] as Timer)) childAt += 1;
      if (!isBefore(queue[childAt] as Timer, last)) break;
      queue[at] = queue[childAt] as Timer;
      at = childAt;
    }
    queue[at] = last;
  }
}

export interface ProcessClockOptions {
  readonly time: VirtualTime;
  /** Wall clock of the machine, right or wrong. Unit: ms since 1970. */
  readonly wallMs: () => number;
  /** How much later than asked a timer fires. Unit: ms, 0 or more. */
  readonly latenessMs: () => number;
}

/** The clock of one process. Once killed, nothing that slept wakes. */
export class ProcessClock implements Clock {
  readonly #options: ProcessClockOptions;
  readonly #startedAtMs: number;
  #killed = false;

  constructor(options: ProcessClockOptions) {
    this.#options = options;
    this.#startedAtMs = options.time.nowMs;
  }

  kill(): void {
    this.#killed = true;
  }

  now(): EpochMs {
    return epochMs(Math.floor(this.#options.wallMs()));
  }

  monotonicMs(): number {
    return this.#options.time.nowMs - this.#startedAtMs;
  }

  sleep(durationMs: number, _name: string, signal?: AbortSignal): Promise<void> {
    const { time, latenessMs } = this.#options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const end = (settle: () => void) => {
        if (this.#killed) return;
        time.stir();
        settle();
      };
      const onAbort = () => {
        callOff();
        end(() => reject(signal?.reason as Error));
      };
      const callOff = time.after(Math.max(0, durationMs) + latenessMs(), () => {
        signal?.removeEventListener('abort', onAbort);
        end(resolve);
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
