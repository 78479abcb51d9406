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
  /** How far the zero has wandered. Unit: gram, with fraction. */
  readonly driftGrams: number;
  /** Age of the gust. Unit: ms. */
  readonly windMs: number;
}

export interface LoadCellOptions {
  /** Standard deviation of one converter value. Unit: gram. */
  readonly noiseGrams: number;
}

/** What bends the reading of a cell beside its load. Absent: a sound cell in a quiet shed. Unit: gram. */
export interface Disturbances {
  /** Always there: a knocked zero, a thing on the tray. */
  readonly offsetGrams?: number;
  /** Highest gust. */
  readonly windGrams?: number;
  readonly driftGramsPerMinute?: number;
  /** Creep of a load of 10 kg, beside the cell's own. */
  readonly creepGrams?: number;
  /** Standard deviation of one converter value, in place of the cell's own. */
  readonly noiseGrams?: number;
}

export const restingCell: LoadCell = { loadGrams: 0, standsAtGrams: 0, creepGrams: 0, driftGrams: 0, windMs: 0 };

/** The swing dies away with this time constant: within half a gram of 10 kg after about 1.5 s. Unit: ms. */
const swingMs = 150;
/** Creep tends to this share of the load with this time constant. Unit of time: ms. */
const creepShare = 0.000_05;
const creepMs = 60_000;
/** Gusts come in two rhythms that never meet. Unit: ms. */
const gustMs = [1_430, 530] as const;

const approach = (from: number, to: number, elapsedMs: number, constantMs: number): number => to + (from - to) * Math.exp(-elapsedMs / constantMs);

/** Lets `elapsedMs` of village time pass. */
export function stepLoadCell(cell: LoadCell, elapsedMs: number, { driftGramsPerMinute = 0, creepGrams = 0 }: Disturbances = {}): LoadCell {
  const share = creepShare + creepGrams / 10_000;
  return {
    ...cell,
    standsAtGrams: approach(cell.standsAtGrams, cell.loadGrams, elapsedMs, swingMs),
    creepGrams: approach(cell.creepGrams, cell.loadGrams * share, elapsedMs, creepMs),
    driftGrams: cell.driftGrams + (driftGramsPerMinute * elapsedMs) / 60_000,
    windMs: cell.windMs + elapsedMs,
  };
}

/** One converter value. Unit: gram, with fraction. */
export function senseGrams(cell: LoadCell, options: LoadCellOptions, random: Random, disturbances: Disturbances = {}): number {
  const { offsetGrams = 0, windGrams = 0, noiseGrams = options.noiseGrams } = disturbances;
  const gust = gustMs.reduce((sum, periodMs) => sum + Math.sin((2 * Math.PI * cell.windMs) / periodMs), 0) / gustMs.length;
  return cell.standsAtGrams + cell.creepGrams + cell.driftGrams + offsetGrams + windGrams * gust + noiseGrams * random.normal();
}
