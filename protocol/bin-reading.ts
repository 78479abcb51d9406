/**
 * What a sorting bin says, whatever it is made of: the canonical reading of a compartment, how a bin with a controller of its own is asked and
 * opened, and the parts a bin is assembled from where it has none. null means that nothing fitted can say it; nobody downstream may guess it.
 * It must never judge: what counts as full or as fire is decided in the gateway's core.
 */
import type { DeviceMap, ReadableName, ReadingOf, WritableOf } from './register-map.ts';

/** The four classes of household waste, in the order of the rules of the village. */
export const wasteClasses = ['food', 'recyclable', 'hazardous', 'residual'] as const;
export type WasteClass = (typeof wasteClasses)[number];

/** One look at one compartment. */
export interface CompartmentReading {
  /** Counted from 1, in the order of the bin. */
  readonly compartment: number;
  readonly wasteClass: WasteClass;
  /** 0..100. null: no sensor, or one that sees nothing it can measure. */
  readonly levelPercent: number | null;
  /** What a sensor says that knows full and not full, and nothing between. null: there is none. */
  readonly full: boolean | null;
  /** Also true when it was open at any time during the look, where that is known: what a level sensor saw then was an arm. */
  readonly doorOpen: boolean | null;
  readonly smoke: boolean | null;
  /** Unit: a tenth of a degree Celsius. */
  readonly temperatureDeciC: number | null;
}

/** A bin with a controller of its own. */
export interface BinModel<M extends DeviceMap = DeviceMap, N extends ReadableName<M> = ReadableName<M>> {
  readonly map: M;
  /** Fields of one reading, for the read plan. */
  readonly fields: readonly N[];
  /** `wasteClass` is what the site file says of a bin of one compartment; a bin of several says it itself. */
  decode(values: Pick<ReadingOf<M>, N>, wasteClass: WasteClass): readonly CompartmentReading[];
  /** What opens a compartment; undefined where it has none of that number. A lock's pulse is the board's own and ends by itself. */
  open(compartment: number, pulseMs: number): Partial<WritableOf<M>> | undefined;
  /** True once it obeyed, on a board whose refusals echo like obedience. */
  readonly readBack?: N;
}

/** How a level sensor hangs: distance to the floor, and to the waste when it is full. Unit: mm. */
export interface LevelMounting {
  readonly emptyMm: number;
  readonly fullMm: number;
}

/** A sensor that measures down to the waste. */
export interface LevelSensor<M extends DeviceMap = DeviceMap, N extends ReadableName<M> = ReadableName<M>> {
  readonly part: 'level';
  readonly map: M;
  readonly fields: readonly N[];
  /** null where the distance says nothing. */
  levelPercent(values: Pick<ReadingOf<M>, N>, mounting: LevelMounting): number | null;
}

/** A board of relays and inputs. There is no way to switch a relay on for good: a gateway that crashes must leave no solenoid energised. */
export interface RelayBoard<M extends DeviceMap = DeviceMap, N extends ReadableName<M> = ReadableName<M>> {
  readonly part: 'relay';
  readonly map: M;
  /** Its inputs, first to last. */
  readonly fields: readonly N[];
  /** Whether an input, counted from 1, is on. */
  input(values: Pick<ReadingOf<M>, N>, input: number): boolean;
  /** Draws a relay, counted from 1, for this long; the board ends it. Unit: ms, whole tenths of a second. */
  pulse(relay: number, pulseMs: number): Partial<WritableOf<M>>;
}

/** A thermometer. */
export interface ClimateSensor<M extends DeviceMap = DeviceMap, N extends ReadableName<M> = ReadableName<M>> {
  readonly part: 'climate';
  readonly map: M;
  readonly fields: readonly N[];
  /** Unit: a tenth of a degree Celsius. */
  temperatureDeciC(values: Pick<ReadingOf<M>, N>): number;
}

export type BinPart = LevelSensor | RelayBoard | ClimateSensor;

/** Each of these checks a model against its own map. */
export const defineBin = <const M extends DeviceMap, N extends ReadableName<M>>(bin: BinModel<M, N>): BinModel<M, N> => bin;
export const defineLevelSensor = <const M extends DeviceMap, N extends ReadableName<M>>(sensor: LevelSensor<M, N>): LevelSensor<M, N> => sensor;
export const defineRelayBoard = <const M extends DeviceMap, N extends ReadableName<M>>(board: RelayBoard<M, N>): RelayBoard<M, N> => board;
export const defineClimateSensor = <const M extends DeviceMap, N extends ReadableName<M>>(sensor: ClimateSensor<M, N>): ClimateSensor<M, N> => sensor;
