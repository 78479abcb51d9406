/**
 * Outputs a board pulses and ends by itself, as the lock outputs of a bin controller and the relays of a relay board do: whoever asked may be
 * gone by then. And the one safety rule that never depends on a gateway: a bin controller opens no lock on what smokes or is hot. Pure.
 * Source: BIN-4 register contract; relay boards' own flash command; bin controllers refuse to open when over temperature (thesis, chapter 3).
 */

/** Time left of each output's pulse; 0 is off. Unit: ms of village time. */
export type Outputs = readonly number[];

/** From here on a compartment counts as burning. Unit: 0.1 degree Celsius. */
const hotDeciC = 600;

/** Lets `elapsedMs` pass: every pulse ends by itself. */
export const stepOutputs = (outputs: Outputs, elapsedMs: number): Outputs =>
  outputs.every((leftMs) => leftMs === 0) ? outputs : outputs.map((leftMs) => Math.max(0, leftMs - elapsedMs));

/** Starts a pulse on an output, counted from 1; one that runs starts anew. */
export const pulseOutput = (outputs: Outputs, output: number, pulseMs: number): Outputs =>
  outputs.map((leftMs, index) => (index === output - 1 ? pulseMs : leftMs));

/** Whether a bin controller refuses to open. */
export const isTooHot = (seen: { readonly smoke: boolean; readonly temperatureDeciC: number }): boolean => seen.smoke || seen.temperatureDeciC >= hotDeciC;
