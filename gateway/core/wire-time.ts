/**
 * What a serial wire takes by the rules alone. Baud rates are infinite where no wire of ours sets the pace, as in Modbus TCP.
 * Source: Modbus over Serial Line V1.02, section 2.5.1.1 (t3.5, 11 bits a character at most).
 */
const bitsPerByte = 11;

/** Longest time `bytes` take at `baud`. Unit: ms. */
export const wireMs = (baud: number, bytes: number): number => (bytes * bitsPerByte * 1000) / baud;

/** t3.5: the least silence between frames, from the baud rate; 1.75 ms above 19200 and 0 on Modbus TCP. Unit: ms. */
export function quietGapMs(baud: number): number {
  if (baud === Number.POSITIVE_INFINITY) return 0;
  return baud > 19_200 ? 1.75 : wireMs(baud, 3.5);
}
