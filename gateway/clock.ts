/**
 * Time as the gateway sees it. Two clocks exist: the wire clock, always real, for quiet gaps, deadlines and back-off; and the village
 * clock, scaled by --pace in training, for villagers, stability windows, story timers and the calendar. Both are handed in everywhere,
 * so that a test or a simulation can hold them. Nothing else in the gateway may ask the machine for the time.
 */
import { setTimeout as timer } from 'node:timers/promises';
import { type EpochMs, epochMs } from '../protocol/units.ts';
import { exactSleepMsMax } from './limits.ts';

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

/** The machine's own clock. Sleeps up to exactSleepMsMax are never short, and long by some tenths of a ms at most; longer ones are off by up to 1 ms. */
export const wireClock: Clock = {
  now: () => epochMs(Date.now()),
  monotonicMs: () => performance.now(),
  async sleep(durationMs, _name, signal) {
    signal?.throwIfAborted();
    if (durationMs <= exactSleepMsMax) return await sleepExactly(durationMs, signal);
    await sleepByTimer(durationMs, signal);
  },
};

async function sleepByTimer(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await timer(durationMs, undefined, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause;
  }
}

/**
 * Timers know whole milliseconds only. The rest, less than one unless a timer came early, is spent in turns of the event loop, which cost processor
 * time and hold nobody up.
 */
async function sleepExactly(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  const untilMs = performance.now() + durationMs;
  const wholeMs = Math.floor(durationMs);
  if (wholeMs >= 1) await sleepByTimer(wholeMs, signal);
  if (wholeMs >= 1 && performance.now() >= untilMs) return;
  await new Promise<void>((resolve) => {
    const turn = () => (performance.now() >= untilMs || signal?.aborted ? resolve() : void setImmediate(turn));
    setImmediate(turn);
  });
  signal?.throwIfAborted();
}

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
