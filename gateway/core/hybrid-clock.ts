/**
 * The hybrid logical clock of an event: wall milliseconds that never go back, and a counter for events of one millisecond. Written as 16
 * hex digits (48 bits of time, 16 of counter), so that it sorts as text. Pure: the wall time is handed in, right or wrong.
 * Source: Kulkarni et al., Logical Physical Clocks, 2014, section 3.
 */
const counterMax = 0xffff;

/** The stamp after `last` (16 hex digits, or null for none) at wall time `nowMs`; always greater than `last`. */
export function stepHybridClock(last: string | null, nowMs: number): string {
  const lastMs = last === null ? -1 : Number.parseInt(last.slice(0, 12), 16);
  const lastCounter = last === null ? 0 : Number.parseInt(last.slice(12), 16);
  if (nowMs > lastMs) return format(nowMs, 0);
  return lastCounter < counterMax ? format(lastMs, lastCounter + 1) : format(lastMs + 1, 0);
}

const format = (ms: number, counter: number): string => ms.toString(16).padStart(12, '0') + counter.toString(16).padStart(4, '0');
