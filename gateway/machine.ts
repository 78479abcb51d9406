/**
 * What the gateway takes from the machine it runs on: time, ways to open a wire, chance, and the word of the time service. Commands hand
 * the real one in at the top; a whole village is replayed from one seed by handing in another. Files and keys are not here: they are
 * real in both. Nothing else in the gateway may reach for any of these by itself.
 */
import { existsSync } from 'node:fs';
import type { EpochMs } from '../protocol/units.ts';
import { type Clock, wireClock } from './clock.ts';
import { lateTurnMs, wallShiftMs } from './limits.ts';
import { type OpenByteStream, openByteStream } from './southbound/byte-stream.ts';

export interface Machine {
  /** The wire clock. */
  readonly clock: Clock;
  readonly openStream: OpenByteStream;
  /** 0 (included) to 1 (excluded). For jitter only; keys and pseudonyms come from node:crypto. */
  readonly random: () => number;
  /** Whether the time service says that the wall clock was set from the network since the start of the machine. */
  readonly isClockSynchronized: () => boolean;
}

/** Written by systemd-timesyncd when the clock was set from the network. Source: systemd-timesyncd.service(8), FILES. */
const synchronizedFile = '/run/systemd/timesync/synchronized';

/** The machine this process runs on. */
export const thisMachine: Machine = {
  clock: wireClock,
  openStream: openByteStream,
  random: Math.random,
  isClockSynchronized: () => existsSync(synchronizedFile),
};

/** What may happen to the time of a machine. */
export type ClockFact =
  | { readonly event: 'clock'; readonly wallMs: EpochMs; readonly synchronized: boolean }
  | { readonly event: 'late'; readonly sinceMs: number };

/**
 * The same machine, with a word each time its wall clock was set (it left the pace of the monotonic clock by more than `wallShiftMs`) or the network
 * took charge of it, found out when somebody reads the time; and each time our thread got no turn from `sinceMs` (monotonic) until now, found out by a sleep
 * that ended more than `lateTurnMs` too late.
 */
export function watchMachine(machine: Machine, tell: (fact: ClockFact) => void): Machine {
  const { clock } = machine;
  let offsetMs = clock.now() - clock.monotonicMs();
  let known = machine.isClockSynchronized();
  let turnAtMs = Number.NEGATIVE_INFINITY;
  const look = (wallMs: EpochMs, synchronized: boolean) => {
    const nowOffsetMs = wallMs - clock.monotonicMs();
    const isSet = Math.abs(nowOffsetMs - offsetMs) > wallShiftMs;
    if (isSet || synchronized !== known) tell({ event: 'clock', wallMs, synchronized });
    // A clock that is slewed is followed, not told.
    offsetMs = nowOffsetMs;
    known = synchronized;
  };
  return {
    ...machine,
    clock: {
      monotonicMs: () => clock.monotonicMs(),
      sleep: async (durationMs, name, signal) => {
        const dueMs = clock.monotonicMs() + durationMs;
        await clock.sleep(durationMs, name, signal);
        const nowMs = clock.monotonicMs();
        const sinceMs = Math.max(dueMs, turnAtMs);
        if (nowMs - sinceMs > lateTurnMs) tell({ event: 'late', sinceMs });
        turnAtMs = nowMs;
      },
      now: () => {
        const wallMs = clock.now();
        look(wallMs, known);
        return wallMs;
      },
    },
    isClockSynchronized: () => {
      const synchronized = machine.isClockSynchronized();
      look(clock.now(), synchronized);
      return synchronized;
    },
  };
}
