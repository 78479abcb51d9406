/** A pause that ends early when somebody comes: stations rest between two looks, and a card or a label wakes them at once. */
import type { Clock } from '../clock.ts';

export class Doorbell {
  #rung = new AbortController();

  /** Ends the pause under way, or the next one. */
  ring(): void {
    this.#rung.abort();
  }

  /** Sleeps `ms` of `clock`, or until the bell is rung or `signal` aborts; neither is an error. */
  async wait(clock: Clock, ms: number, name: string, signal: AbortSignal): Promise<void> {
    if (!this.#rung.signal.aborted) {
      const woken = AbortSignal.any([signal, this.#rung.signal]);
      await clock.sleep(ms, name, woken).catch((error: unknown) => {
        if (!woken.aborted) throw error;
      });
    }
    this.#rung = new AbortController();
  }
}
