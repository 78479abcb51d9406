/**
 * A bell between callbacks and a loop: any number of rings before the loop looks count as one. Work done in the loop, not in the
 * callback, can fail where somebody awaits it. It must never carry a value.
 */
export class Pulse {
  #rung = false;
  #wake: (() => void) | undefined;

  /** Rings. Never blocks and never throws. */
  fire(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves at the next ring, at once if it has rung since the last wait. One waiter at a time; rings also end it at a stop. */
  async wait(): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#rung = false;
    this.#wake = undefined;
  }
}
