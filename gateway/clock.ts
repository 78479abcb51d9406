/**
 * Time as the gateway sees it. Two clocks exist: the wire clock, always real, for quiet gaps, deadlines and back-off; and the village
 * clock, scaled by --pace in training, for villagers, stability windows, story timers and the calendar. Both are handed in everywhere,
 * so that a test or a simulation can hold them. Nothing else in the gateway may ask the machine for the time.
 */
import { setTimeout as timer } from 'node:timers/promises';
import { type EpochMs, epochMs } from '../protocol/units.ts';

export interface Clock {
  /** Wall time. May be wrong: see timeq in events. Never orders anything. */
  now(): EpochMs;
  /** Milliseconds of this clock since an arbitrary start; never goes back. May carry a fraction. */
  monotonicMs(): number;
  /**
   * Waits `durationMs` of this clock. `name` says in diagnostics what is waited for.
   * @throws the signal's reason as soon as `signal` aborts.
   */
  sleep(durationMs: number, name: string, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const wireClock: Clock = {
  now: () => epochMs(Date.now()),
  monotonicMs: () => performance.now(),
  async sleep(durationMs, _name, signal) {
    signal?.throwIfAborted();
    try {
      await timer(Math.max(0, durationMs), undefined, { signal });
    } catch (cause) {
      signal?.throwIfAborted();
      throw cause;
    }
  },
};

/**
 * A clock that starts at `startAt` and runs `pace` times as fast as the machine. Pace 1 to 60.
 */
export function villageClock(startAt: EpochMs, pace: number, machine: Clock = wireClock): Clock {
  const origin = machine.monotonicMs();
  const elapsed = () => (machine.monotonicMs() - origin) * pace;
  return {
    now: () => epochMs(startAt + Math.floor(elapsed())),
    monotonicMs: elapsed,
    sleep: (durationMs, name, signal) => machine.sleep(durationMs / pace, name, signal),
  };
}
