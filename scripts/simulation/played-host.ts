/** The machine of a gateway that is simulated with its site, as far as it can be broken: a disk that takes its time, a wall clock that jumps. */
import type { FaultyHost } from '../../device-sim/fault-desk.ts';

/** Where nothing is given. Unit: ms. */
const slowDiskMs = 500;
const clockJumpMs = 3_600_000;

export class PlayedHost implements FaultyHost {
  readonly name = 'gateway';
  #commitMs = 0;
  #wallOffsetMs = 0;

  /** What one commit of events takes longer. Unit: ms. */
  get commitMs(): number {
    return this.#commitMs;
  }

  /** How far the wall clock is from where it was going. Unit: ms. */
  get wallOffsetMs(): number {
    return this.#wallOffsetMs;
  }

  get faults(): FaultyHost['faults'] {
    return this.#commitMs === 0 ? [] : [{ name: 'slow-disk', ms: this.#commitMs }];
  }

  inject(name: string, ms: number | undefined): void {
    if (name === 'slow-disk') this.#commitMs = Math.max(0, ms ?? slowDiskMs);
    else this.#wallOffsetMs += ms ?? clockJumpMs;
  }

  clear(name: string): void {
    if (name === 'slow-disk') this.#commitMs = 0;
  }
}
