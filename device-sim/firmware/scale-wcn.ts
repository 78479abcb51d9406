/**
 * What the weighing transmitter W-CN runs: average, zero, tare, division and the stability flag, one step a sample. It knows grams at
 * the load cell and what its registers say; it must never know what lies on the tray. The flag it publishes is one sample behind the
 * weight, as the real one's is: whoever settles on a single reading learns it here.
 * Source: W-CN weighing transmitter manual, register list (stability window and time, zero range, zero tracking, automatic tare).
 */

/** The set-up of one transmitter; the defaults are those of the register map. */
export interface ScaleSetup {
  /** Maximum load Max. Unit: gram. */
  readonly maxGrams: number;
  /** Division d: a whole number of grams. */
  readonly intervalGrams: number;
  /** Range of the zero command and of the automatic zero at power-on. Unit: % of Max. */
  readonly zeroRangePercent: number;
  readonly powerOnZeroRangePercent: number;
  /** Zero tracking range, 0 is off, and how long the weight must stay in it. Units: 0.1 d, sample. */
  readonly zeroTrackingTenths: number;
  readonly zeroTrackingSamples: number;
  /** Span and time of stability. Units: d, sample. */
  readonly stabilityWindow: number;
  readonly stabilitySamples: number;
}

export interface ScaleRam {
  /** Last converter values, newest last. Unit: gram, with fraction. */
  readonly samples: readonly number[];
  /** Last averages, newest last; as many as stability needs. Unit: gram, with fraction. */
  readonly averages: readonly number[];
  /** What counts as zero. Unit: gram, with fraction. */
  readonly zeroGrams: number;
  readonly tareGrams: number;
  /** Gross weight as shown: a multiple of the division. */
  readonly shownGrams: number;
  /** Stability as published, and as found with this sample. */
  readonly unstable: boolean;
  readonly foundUnstable: boolean;
  /** Samples in a row within the tracking range. */
  readonly nearZeroSamples: number;
  /** `null` until the first stable weight after power-on decides. */
  readonly zeroedAtPowerOn: boolean | null;
}

/** Time between two samples. Unit: ms of village time. */
export const samplePeriodMs = 100;
/** Samples averaged. */
const averaged = 4;
/** The shown weight follows only when the average is this far from it, so that it does not flicker between two divisions. Unit: d. */
const followsFrom = 0.7;
/** Shown above Max before the overload flag comes: Max plus nine divisions. */
const overloadDivisions = 9;

/** A transmitter just switched on. */
export const startScale: ScaleRam = {
  samples: [],
  averages: [],
  zeroGrams: 0,
  tareGrams: 0,
  shownGrams: 0,
  unstable: true,
  foundUnstable: true,
  nearZeroSamples: 0,
  zeroedAtPowerOn: null,
};

const lastOf = (list: readonly number[], count: number): readonly number[] => list.slice(Math.max(0, list.length - count));
const latest = (ram: ScaleRam): number => ram.averages.at(-1) ?? 0;
const isFoundStable = (ram: ScaleRam): boolean => !ram.foundUnstable;

/** One converter value, in grams at the load cell. */
export function stepScale(ram: ScaleRam, sampleGrams: number, setup: ScaleSetup): ScaleRam {
  const samples = lastOf([...ram.samples, sampleGrams], averaged);
  const average = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const averages = lastOf([...ram.averages, average], setup.stabilitySamples);
  const span = Math.max(...averages) - Math.min(...averages);
  const foundUnstable = averages.length < setup.stabilitySamples || span > setup.stabilityWindow * setup.intervalGrams;
  const sampled = { ...ram, samples, averages, unstable: ram.foundUnstable, foundUnstable };
  return showWeight(trackZero(zeroAtPowerOn(sampled, setup), setup), setup);
}

function zeroAtPowerOn(ram: ScaleRam, setup: ScaleSetup): ScaleRam {
  if (ram.zeroedAtPowerOn !== null || ram.foundUnstable) return ram;
  const within = Math.abs(latest(ram)) <= (setup.maxGrams * setup.powerOnZeroRangePercent) / 100;
  return within ? { ...ram, zeroGrams: latest(ram), zeroedAtPowerOn: true } : { ...ram, zeroedAtPowerOn: false };
}

function trackZero(ram: ScaleRam, setup: ScaleSetup): ScaleRam {
  const away = latest(ram) - ram.zeroGrams;
  const near = isFoundStable(ram) && Math.abs(away) <= (setup.zeroTrackingTenths / 10) * setup.intervalGrams;
  if (!near) return { ...ram, nearZeroSamples: 0 };
  const nearZeroSamples = ram.nearZeroSamples + 1;
  return nearZeroSamples < setup.zeroTrackingSamples ? { ...ram, nearZeroSamples } : { ...ram, nearZeroSamples: 0, zeroGrams: ram.zeroGrams + away / 2 };
}

function showWeight(ram: ScaleRam, setup: ScaleSetup): ScaleRam {
  const gross = latest(ram) - ram.zeroGrams;
  if (Math.abs(gross - ram.shownGrams) < followsFrom * setup.intervalGrams) return ram;
  return { ...ram, shownGrams: Math.round(gross / setup.intervalGrams) * setup.intervalGrams };
}

/** The zero command. Obeyed only when stable and within range; the transmitter answers the same either way. */
export function zeroScale(ram: ScaleRam, setup: ScaleSetup): ScaleRam {
  const within = Math.abs(latest(ram)) <= (setup.maxGrams * setup.zeroRangePercent) / 100;
  return within && isFoundStable(ram) ? { ...ram, zeroGrams: latest(ram), shownGrams: 0, tareGrams: 0 } : ram;
}

/** Sets a tare in grams, or takes the weight shown when `grams` is null. A tare below zero or above Max is refused by the caller's map. */
export function tareScale(ram: ScaleRam, grams: number | null): ScaleRam {
  if (grams !== null) return { ...ram, tareGrams: grams };
  return isFoundStable(ram) && ram.shownGrams >= 0 ? { ...ram, tareGrams: ram.shownGrams } : ram;
}

/** Flags of the status word that follow from the weight. */
export function scaleFlags(ram: ScaleRam, setup: ScaleSetup): { readonly negative: boolean; readonly atZero: boolean; readonly overload: boolean } {
  return {
    negative: ram.shownGrams < 0,
    atZero: Math.abs(latest(ram) - ram.zeroGrams) <= setup.intervalGrams / 4,
    overload: ram.shownGrams > setup.maxGrams + overloadDivisions * setup.intervalGrams,
  };
}
