/**
 * The iron under a tray: a load cell that swings in, creeps under a lasting load and trembles a little. Pure and seeded. It must never
 * round, hold a tare or know what stable means: that is the transmitter's firmware.
 */
import type { Random } from '../random.ts';

export interface LoadCell {
  /** What lies on the tray. Unit: gram. */
  readonly loadGrams: number;
  /** Where the tray stands by now. Unit: gram, with fraction. */
  readonly standsAtGrams: number;
  /** Creep so far. Unit: gram, with fraction. */
  readonly creepGrams: number;
}

export interface LoadCellOptions {
  /** Standard deviation of one converter value. Unit: gram. */
  readonly noiseGrams: number;
}

export const restingCell: LoadCell = { loadGrams: 0, standsAtGrams: 0, creepGrams: 0 };

/** The swing dies away with this time constant: within half a gram of 10 kg after about 1.5 s. Unit: ms. */
const swingMs = 150;
/** Creep tends to this share of the load with this time constant. Unit of time: ms. */
const creepShare = 0.000_05;
const creepMs = 60_000;

const approach = (from: number, to: number, elapsedMs: number, constantMs: number): number => to + (from - to) * Math.exp(-elapsedMs / constantMs);

/** Lets `elapsedMs` of village time pass. */
export function stepLoadCell(cell: LoadCell, elapsedMs: number): LoadCell {
  return {
    ...cell,
    standsAtGrams: approach(cell.standsAtGrams, cell.loadGrams, elapsedMs, swingMs),
    creepGrams: approach(cell.creepGrams, cell.loadGrams * creepShare, elapsedMs, creepMs),
  };
}

/** One converter value. Unit: gram, with fraction. */
export const senseGrams = (cell: LoadCell, options: LoadCellOptions, random: Random): number =>
  cell.standsAtGrams + cell.creepGrams + options.noiseGrams * random.normal();
