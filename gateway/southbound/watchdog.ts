/**
 * The deadline of the one request under way. One sleep serves many requests: it is begun when none is running that ends in time, and looks after waking
 * whether a deadline has really come. A timer for each request would cost more than the request itself on a fast line.
 * It decides nothing: whoever arms it says what a missed deadline means.
 */
import type { Clock } from '../clock.ts';
import { replyGraceMs } from '../limits.ts';

/** Calls `onMissed` once for each deadline that was armed and not disarmed in time. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #onMissed: () => void;
  #dueAtMs = Number.POSITIVE_INFINITY;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #sleep = new AbortController();

  constructor(clock: Clock, onMissed: () => void) {
    this.#clock = clock;
    this.#onMissed = onMissed;
  }

  /** Sets the deadline, in place of any other. Unit: ms of the clock's monotonic time. */
  arm(dueAtMs: number): void {
    this.#dueAtMs = dueAtMs;
    if (dueAtMs >= this.#wakeAtMs) return;
    if (this.#wakeAtMs !== Number.POSITIVE_INFINITY) this.#sleep.abort();
    this.#sleep = new AbortController();
    void this.#watch(this.#sleep.signal);
  }

  disarm(): void {
    this.#dueAtMs = Number.POSITIVE_INFINITY;
  }

  /** Ends the sleep, and the deadline with it. */
  stop(): void {
    this.disarm();
    this.#sleep.abort();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    while (this.#dueAtMs !== Number.POSITIVE_INFINITY) {
      const dueAtMs = this.#dueAtMs;
      this.#wakeAtMs = dueAtMs;
      await this.#nap(dueAtMs - this.#clock.monotonicMs(), 'reply', signal);
      // A reply may have come in time and lie in the machine because our own thread was busy: timers run before input does.
      if (this.#dueAtMs === dueAtMs) await this.#nap(replyGraceMs, 'reply already here', signal);
      if (signal.aborted) return;
      if (this.#dueAtMs === dueAtMs) this.#miss();
    }
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
  }

  /** Only `arm` and `stop` cut a sleep short, and its caller looks for that next. */
  async #nap(durationMs: number, name: string, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(durationMs, name, signal).catch(() => undefined);
  }

  #miss(): void {
    this.disarm();
    this.#onMissed();
  }
}
