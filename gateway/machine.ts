/**
 * What the gateway takes from the machine it runs on: time, ways to open a wire, chance, and the word of the time service. Commands hand
 * the real one in at the top; a whole village is replayed from one seed by handing in another. Files and keys are not here: they are
 * real in both. Nothing else in the gateway may reach for any of these by itself.
 */
import { existsSync } from 'node:fs';
import { type Clock, wireClock } from './clock.ts';
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
