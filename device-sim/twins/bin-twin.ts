/**
 * The face of a bin's electronics in the words of a model: one bin of iron and rubbish stands behind all of them, and a twin says what its
 * registers show of it and which pulse or movement a write means. A twin never times a pulse and never decides what is full or on fire.
 */
import type { ExceptionName } from '../../protocol/modbus.ts';
import type { DeviceMap, FieldsOf, WritableOf } from '../../protocol/register-map.ts';
import type { Outputs } from '../firmware/outputs.ts';

/** One compartment as sensors meet it. Units: 0.1 %; 0.1 degree Celsius. */
export interface SensedCompartment {
  readonly fillPermille: number;
  readonly temperatureDeciC: number;
  readonly smoke: boolean;
  readonly doorOpen: boolean;
}

/** What a unit senses, and what its outputs do. */
export interface BinSight {
  /** All of the bin, first to last. */
  readonly compartments: readonly SensedCompartment[];
  /** The compartment a sensor hangs in, counted from 1; of a controller or board that serves several, the first. */
  readonly compartment: number;
  readonly outputs: Outputs;
}

/** What a write does beyond being stored. `door` moves the lid of the sensor's own compartment. */
export type BinWriteMeaning =
  | { readonly pulses: readonly { readonly output: number; readonly pulseMs: number }[] }
  | { readonly door: boolean }
  | { readonly refused: ExceptionName }
  | undefined;

export interface BinTwin<M extends DeviceMap = DeviceMap> {
  readonly map: M;
  /** Outputs it can pulse; 0 for a sensor. */
  readonly outputs: number;
  show(sight: BinSight): Partial<FieldsOf<M>>;
  obey(write: Partial<WritableOf<M>>, sight: BinSight): BinWriteMeaning;
}

/** How the level sensor of every simulated bin hangs. Unit: mm. */
const mounting = { emptyMm: 900, fullMm: 150 } as const;

/** The compartment a sensor hangs in. */
export const ownCompartment = ({ compartments, compartment }: BinSight): SensedCompartment | undefined => compartments[compartment - 1];

/** Distance from a level sensor down to the waste. An open hatch puts an arm before it: too close to measure. */
export function distanceMm(sight: BinSight): number {
  const { fillPermille, doorOpen } = ownCompartment(sight) ?? { fillPermille: 0, doorOpen: false };
  return doorOpen ? 0 : Math.round(mounting.emptyMm - (fillPermille * (mounting.emptyMm - mounting.fullMm)) / 1000);
}
