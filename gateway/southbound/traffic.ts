/**
 * What passed on a line, or between it and one unit: counters, answer times, and the share of time it took. It only counts; what a figure means is for
 * people, `sifen doctor` and /metrics. Silence and gaps are charged to the unit they followed, so a dead unit's guard is on its own bill.
 */

/** How a request that was sent came to its end. */
export type Ending = 'answered' | 'exceptions' | 'timeouts' | 'garbled' | 'lost';

/** Counters since the start. */
export interface TrafficStats {
  /** Requests sent, and how they ended. */
  readonly sent: number;
  readonly answered: number;
  readonly exceptions: number;
  readonly timeouts: number;
  readonly garbled: number;
  readonly lost: number;
  /** Right answers behind which another came that nobody asked for: each is counted as answered as well. */
  readonly doubled: number;
  /** Requests never sent: called off, refused, or left out because the unit had just been silent. */
  readonly unsent: number;
  /** From the request's first byte to the reply's last, of answers and exceptions. 0 before the first. Unit: wire ms. */
  readonly meanMs: number;
  readonly worstMs: number;
  /** Time spent on requests, with the gaps and guards somebody waited for. Unit: wire ms. */
  readonly busyMs: number;
  /** Share of the line's time, 0..1, as a mean that forgets within a minute. */
  readonly utilisation: number;
}

const loadMemoryMs = 60_000;

/** Counts the traffic of one line or one unit. Times: monotonic ms of the wire clock. */
export class Traffic {
  readonly #counts = { sent: 0, answered: 0, exceptions: 0, timeouts: 0, garbled: 0, lost: 0, doubled: 0, unsent: 0, worstMs: 0, busyMs: 0 };
  #latencySumMs = 0;
  #load = 0;
  #loadAtMs: number;

  constructor(nowMs: number) {
    this.#loadAtMs = nowMs;
  }

  skip(): void {
    this.#counts.unsent += 1;
  }

  /** Another reply came behind the right one. */
  repeat(): void {
    this.#counts.doubled += 1;
  }

  /** A request goes out. */
  begin(): void {
    this.#counts.sent += 1;
  }

  /** It ended, `durationMs` after its first byte. */
  end(ending: Ending, durationMs: number): void {
    this.#counts[ending] += 1;
    if (ending !== 'answered' && ending !== 'exceptions') return;
    this.#latencySumMs += durationMs;
    this.#counts.worstMs = Math.max(this.#counts.worstMs, durationMs);
  }

  /** The line was taken for `durationMs` until `nowMs`. */
  spend(durationMs: number, nowMs: number): void {
    this.#counts.busyMs += durationMs;
    this.#load = this.#decayedLoad(nowMs) + 1 - Math.exp(-durationMs / loadMemoryMs);
    this.#loadAtMs = nowMs;
  }

  stats(nowMs: number): TrafficStats {
    const replies = this.#counts.answered + this.#counts.exceptions;
    return { ...this.#counts, meanMs: replies === 0 ? 0 : this.#latencySumMs / replies, utilisation: this.#decayedLoad(nowMs) };
  }

  #decayedLoad(nowMs: number): number {
    return this.#load * Math.exp((this.#loadAtMs - nowMs) / loadMemoryMs);
  }
}
