// A second reading of every frame protocol, written from its source and from nothing of ours: what bytes say, byte for byte. Without it
// the mutated frames of test/contract would be judged by the code under test.
import type { Random } from '../../device-sim/random.ts';

/** One direction of a protocol. */
export interface FrameOracle {
  /** Any legal message. */
  readonly sample: (random: Random) => unknown;
  /** Every message in `bytes`, in order, found from left to right without overlap. */
  readonly read: (bytes: Buffer) => readonly unknown[];
}

export interface DeviceOracle {
  readonly fromDevice: FrameOracle;
  /** null where nothing is said to the device. */
  readonly toDevice: FrameOracle | null;
}

/** Scans for frames of which `readAt` knows the length and message when one begins at the first byte. */
export function scanFor(readAt: (bytes: Buffer) => { readonly length: number; readonly message: unknown } | undefined): FrameOracle['read'] {
  return (bytes) => {
    const messages: unknown[] = [];
    for (let at = 0; at < bytes.length; ) {
      const found = readAt(bytes.subarray(at));
      if (found) messages.push(found.message);
      at += found?.length ?? 1;
    }
    return messages;
  };
}

/** Bytes as text in which a control character is seen: STX is ␂, CR is ␍. */
export const textOf = (bytes: Buffer): string =>
  bytes.toString('latin1').replaceAll(/[\p{Cc}]/gu, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)));

/** Reads lines that end with CR LF; a line that `read` does not know is nothing. */
export const readLines =
  (read: (line: string) => unknown): FrameOracle['read'] =>
  (bytes) =>
    bytes
      .toString('latin1')
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => (line.endsWith('\r') ? (read(line.slice(0, -1)) ?? []) : []));
