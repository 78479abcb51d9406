/**
 * What a weighing indicator runs, whatever protocol it speaks: average, zero, tare, division and the stability flag, one step a sample. It
 * knows grams at the load cell and what it shows; it must never know what lies on the tray, nor how its face is put into registers or
 * frames: that is the twin of the model. The flag it shows is one sample behind the weight, as the real one's is: whoever settles on a
 * single reading learns it here.
 * Source: W-CN weighing transmitter manual, register list (stability window and time, zero range, zero tracking, automatic tare).
 */

/** The set-up of one indicator. */
export interface IndicatorSetup {
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

/** A set-up as delivered. Units: gram; `intervalGrams` a whole number of 1, 2 or 5 times a power of ten. */
export const deliveredSetup = (maxGrams: number, intervalGrams: number): IndicatorSetup => ({
  maxGrams,
  intervalGrams,
  zeroRangePercent: 4,
  powerOnZeroRangePercent: 10,
  zeroTrackingTenths: 5,
  zeroTrackingSamples: 10,
  stabilityWindow: 1,
  stabilitySamples: 10,
});

/** What an indicator shows at this instant. */
export interface IndicatorFace {
  /** A multiple of the interval. */
  readonly grossGrams: number;
  readonly tareGrams: number;
  /** A preset that is kept and not in use. Shown only by models whose frames carry it. */
  readonly keptTareGrams: number;
  readonly intervalGrams: number;
  readonly maxGrams: number;
  readonly unstable: boolean;
  readonly atZero: boolean;
  readonly overload: boolean;
  readonly underload: boolean;
  /** false until the first stable weight after power-on, and when that was out of range. */
  readonly zeroedAtPowerOn: boolean;
  /** Average and last sample before zero and tare. Unit: gram, with fraction. */
  readonly averageGrams: number;
  readonly sampleGrams: number;
}

/** What its keys or its wire can tell it. `grams` null takes what is shown as tare. */
export type IndicatorOrder = { readonly kind: 'zero' } | { readonly kind: 'tare'; readonly grams: number | null } | { readonly kind: 'clearTare' };

export interface IndicatorRam {
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
/** Shown below zero before the underload flag comes. */
const underloadDivisions = 20;

/** An indicator just switched on. */
export const startIndicator: IndicatorRam = {
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
const latest = (ram: IndicatorRam): number => ram.averages.at(-1) ?? 0;
const isFoundStable = (ram: IndicatorRam): boolean => !ram.foundUnstable;

/** One converter value, in grams at the load cell. */
export function stepIndicator(ram: IndicatorRam, sampleGrams: number, setup: IndicatorSetup): IndicatorRam {
  const samples = lastOf([...ram.samples, sampleGrams], averaged);
  const average = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const averages = lastOf([...ram.averages, average], setup.stabilitySamples);
  const span = Math.max(...averages) - Math.min(...averages);
  const foundUnstable = averages.length < setup.stabilitySamples || span > setup.stabilityWindow * setup.intervalGrams;
  const sampled = { ...ram, samples, averages, unstable: ram.foundUnstable, foundUnstable };
  return showWeight(trackZero(zeroAtPowerOn(sampled, setup), setup), setup);
}

function zeroAtPowerOn(ram: IndicatorRam, setup: IndicatorSetup): IndicatorRam {
  if (ram.zeroedAtPowerOn !== null || ram.foundUnstable) return ram;
  const within = Math.abs(latest(ram)) <= (setup.maxGrams * setup.powerOnZeroRangePercent) / 100;
  return within ? { ...ram, zeroGrams: latest(ram), zeroedAtPowerOn: true } : { ...ram, zeroedAtPowerOn: false };
}

function trackZero(ram: IndicatorRam, setup: IndicatorSetup): IndicatorRam {
  const away = latest(ram) - ram.zeroGrams;
  const near = isFoundStable(ram) && Math.abs(away) <= (setup.zeroTrackingTenths / 10) * setup.intervalGrams;
  if (!near) return { ...ram, nearZeroSamples: 0 };
  const nearZeroSamples = ram.nearZeroSamples + 1;
  return nearZeroSamples < setup.zeroTrackingSamples ? { ...ram, nearZeroSamples } : { ...ram, nearZeroSamples: 0, zeroGrams: ram.zeroGrams + away / 2 };
}

function showWeight(ram: IndicatorRam, setup: IndicatorSetup): IndicatorRam {
  const gross = latest(ram) - ram.zeroGrams;
  if (Math.abs(gross - ram.shownGrams) < followsFrom * setup.intervalGrams) return ram;
  return { ...ram, shownGrams: Math.round(gross / setup.intervalGrams) * setup.intervalGrams };
}

/** Does what it is told. Zero only when stable and within range, a tare of what is shown only when stable: else nothing happens. */
export function obeyOrder(ram: IndicatorRam, order: IndicatorOrder, setup: IndicatorSetup): IndicatorRam {
  switch (order.kind) {
    case 'zero': {
      const within = Math.abs(latest(ram)) <= (setup.maxGrams * setup.zeroRangePercent) / 100;
      return within && isFoundStable(ram) ? { ...ram, zeroGrams: latest(ram), shownGrams: 0, tareGrams: 0 } : ram;
    }
    case 'tare':
      if (order.grams !== null) return order.grams >= 0 && order.grams <= setup.maxGrams ? { ...ram, tareGrams: order.grams } : ram;
      return isFoundStable(ram) && ram.shownGrams >= 0 ? { ...ram, tareGrams: ram.shownGrams } : ram;
    case 'clearTare':
      return { ...ram, tareGrams: 0 };
  }
}

/** The face that follows from a state. */
export function faceOf(ram: IndicatorRam, setup: IndicatorSetup, keptTareGrams = 0): IndicatorFace {
  const { maxGrams, intervalGrams } = setup;
  return {
    grossGrams: ram.shownGrams,
    tareGrams: ram.tareGrams,
    keptTareGrams,
    intervalGrams,
    maxGrams,
    unstable: ram.unstable,
    atZero: Math.abs(latest(ram) - ram.zeroGrams) <= intervalGrams / 4,
    overload: ram.shownGrams > maxGrams + overloadDivisions * intervalGrams,
    underload: ram.shownGrams < -underloadDivisions * intervalGrams,
    zeroedAtPowerOn: ram.zeroedAtPowerOn === true,
    averageGrams: latest(ram),
    sampleGrams: ram.samples.at(-1) ?? 0,
  };
}
