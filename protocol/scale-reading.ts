/**
 * What a scale says, whatever its protocol: the canonical reading every scale model decodes to, and how a model is asked for it. null
 * means that the protocol cannot say it; nobody downstream may guess it. It must never judge: what a reading is good for is decided by
 * the gateway's weighing core.
 */
import type { FrameDevice } from './frame-device.ts';
import type { Decoded } from './register-codec.ts';
import type { DeviceMap, ReadableName, ReadingOf, WritableOf } from './register-map.ts';

/**
 * One look at a scale. Masses are whole grams; a weight that is no whole gram is refused by the model's decoder, never rounded.
 * A flag of `overload`, `underload` or `fault` makes every gram beside it worthless.
 */
export interface ScaleReading {
  readonly grossGrams: number;
  readonly netGrams: number;
  readonly tareGrams: number;
  /** Max and the interval as the device reports them; null: taken from the site file. */
  readonly maxGrams: number | null;
  readonly intervalGrams: number | null;
  readonly unstable: boolean | null;
  readonly atZero: boolean | null;
  readonly overload: boolean | null;
  readonly underload: boolean | null;
  /** The device says that its own numbers are worthless (cell error, ADC fault, set-up mode). */
  readonly fault: boolean | null;
}

/** A scale that answered, but not with a number. `busy`: ask again. */
export interface NoWeight {
  readonly noWeight: 'overload' | 'underload' | 'fault' | 'busy';
}

interface ScaleFacts {
  /** What every reading carries; the site file must give the rest, and may not give this. */
  readonly reports: { readonly intervalGrams: boolean; readonly maxGrams: boolean };
}

/** What a scale is told to do, one step after another: a device that obeys edges needs two. null where only its keys do it. */
export interface ScaleOrders<Step> {
  readonly zero: readonly Step[] | null;
  /** Takes what lies on the tray as tare. */
  readonly tare: readonly Step[] | null;
  readonly clearTare: readonly Step[] | null;
}

/** A scale of registers. */
export interface RegisterScale<M extends DeviceMap = DeviceMap, N extends ReadableName<M> = ReadableName<M>> extends ScaleFacts {
  readonly speaks: 'registers';
  readonly map: M;
  /** Fields of one reading, for the read plan. */
  readonly fields: readonly N[];
  /** Whether its counts come with their decimal point. Where not, the site file says how many digits of a kilogram stand behind it. */
  readonly reportsDecimals: boolean;
  /** `decimals` is what the site file says, and ignored by a model that reports its own. */
  decode(values: Pick<ReadingOf<M>, N>, decimals: number): Decoded<ScaleReading | NoWeight>;
  readonly orders: ScaleOrders<Partial<WritableOf<M>>>;
}

/** A scale of frames: it streams, or gives the parts of a reading one by one when asked. */
export interface FrameScale<FromDevice = unknown, ToDevice = unknown> extends ScaleFacts {
  readonly speaks: 'frames';
  readonly device: FrameDevice<FromDevice, ToDevice>;
  /** The last unit number the protocol can address, counted from 1; null when there is nothing to address. */
  readonly lastUnit: number | null;
  /** The questions of one reading; empty when the device streams. `unit` 1..lastUnit, 1 where there is none. */
  asks(unit: number): readonly ToDevice[];
  /** Decodes the answers in the order of the questions, or one streamed frame. */
  decode(messages: readonly FromDevice[]): Decoded<ScaleReading | NoWeight>;
  readonly orders: ScaleOrders<ToDevice>;
}

/** A scale whatever it speaks. */
export type ScaleModel = RegisterScale | FrameScale;

/** Checks a scale of registers against its own map. */
export const defineRegisterScale = <const M extends DeviceMap, N extends ReadableName<M>>(scale: RegisterScale<M, N>): RegisterScale<M, N> => scale;

/** Orders of a scale that has keys for everything. */
export const keysOnly: ScaleOrders<never> = { zero: null, tare: null, clearTare: null };

/** Kilograms with `decimals` digits behind the point, to whole grams; undefined when it is none. */
export function gramsOf(count: number, decimals: number): number | undefined {
  const grams = decimals <= 3 ? count * 10 ** (3 - decimals) : count / 10 ** (decimals - 3);
  if (!Number.isSafeInteger(grams)) return undefined;
  return grams === 0 ? 0 : grams;
}
