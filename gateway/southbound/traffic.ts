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
  /** How requests ended lately, with fractions: what was weeks ago must neither hide nor keep up what is wrong now. */
  readonly recent: { readonly [Kind in RecentEnding]: number };
}
type RecentEnding = Exclude<Ending, 'lost'>;

const loadMemoryMs = 60_000;
/** After this a third is left of a count of what happened lately. */
const recentMemoryMs = 600_000;

/** Counts what happened lately: each thing weighs less the longer ago it is. Times: monotonic ms of the wire clock. */
export class RecentCount {
  #count = 0;
  #atMs = 0;

  add(amount: number, nowMs: number): void {
    this.#count = this.at(nowMs) + amount;
    this.#atMs = nowMs;
  }

  at(nowMs: number): number {
    return this.#count * Math.exp((this.#atMs - nowMs) / recentMemoryMs);
  }
}

/** Counts the traffic of one line or one unit. Times: monotonic ms of the wire clock. */
export class Traffic {
  readonly #counts = { sent: 0, answered: 0, exceptions: 0, timeouts: 0, garbled: 0, lost: 0, doubled: 0, unsent: 0, worstMs: 0, busyMs: 0 };
  readonly #recent = { answered: new RecentCount(), exceptions: new RecentCount(), timeouts: new RecentCount(), garbled: new RecentCount() };
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

  /** It ended at `nowMs`, `durationMs` after its first byte. */
  end(ending: Ending, durationMs: number, nowMs: number): void {
    this.#counts[ending] += 1;
    if (ending !== 'lost') this.#recent[ending].add(1, nowMs);
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
    const { answered, exceptions, timeouts, garbled } = this.#recent;
    const recent = { answered: answered.at(nowMs), exceptions: exceptions.at(nowMs), timeouts: timeouts.at(nowMs), garbled: garbled.at(nowMs) };
    return { ...this.#counts, meanMs: replies === 0 ? 0 : this.#latencySumMs / replies, utilisation: this.#decayedLoad(nowMs), recent };
  }

  #decayedLoad(nowMs: number): number {
    return this.#load * Math.exp((this.#loadAtMs - nowMs) / loadMemoryMs);
  }
}
