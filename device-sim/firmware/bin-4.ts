/**
 * What the bin controller BIN-4 runs: lock pulses it times itself, and the one safety rule that never depends on a gateway: no lock
 * opens on a compartment that smokes or is hot. Pure; sensors are read straight into the registers by the board.
 * Source: BIN-4 register contract; bin controllers refuse to open when over temperature (domain survey, section on bin controllers).
 */

/** Time left of each lock's pulse; 0 is shut. Unit: ms of village time. */
export type BinLocks = readonly number[];

/** From here on the compartment counts as burning. Unit: 0.1 degree Celsius. */
export const hotDeciC = 600;

/** Lets `elapsedMs` pass: every pulse ends by itself. */
export const stepLocks = (locks: BinLocks, elapsedMs: number): BinLocks =>
  locks.every((leftMs) => leftMs === 0) ? locks : locks.map((leftMs) => Math.max(0, leftMs - elapsedMs));

/** Starts a pulse on compartment `compartment` (1..). Refused, and nothing opens, while it smokes or is hot. */
export function pulseLock(
  locks: BinLocks,
  compartment: number,
  pulseMs: number,
  seen: { readonly smoke: boolean; readonly temperatureDeciC: number },
): { readonly ok: true; readonly locks: BinLocks } | { readonly ok: false } {
  if (seen.smoke || seen.temperatureDeciC >= hotDeciC) return { ok: false };
  return { ok: true, locks: locks.map((leftMs, index) => (index === compartment - 1 ? pulseMs : leftMs)) };
}
