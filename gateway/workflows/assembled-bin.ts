/**
 * A bin without a controller of its own, put together from what hangs on the line: a level sensor in each compartment, and where they are
 * fitted a thermometer, smoke and door contacts on an input board, and a lock on a relay. A part that does not answer leaves its own value
 * open and nothing else; its silence is its own event. Each part is read once per look, however many compartments it serves.
 */
import type { BinPart, ClimateSensor, CompartmentReading, LevelMounting, LevelSensor, RelayBoard, WasteClass } from '../../protocol/bin-reading.ts';
import type { DeviceMap, ReadingOf } from '../../protocol/register-map.ts';
import { isGatewayError } from '../errors.ts';
import type { Device } from '../southbound/device.ts';
import { type Bin, type OpenOutcome, outcomeOf } from './bin.ts';

type PartDevice = Pick<Device<DeviceMap>, 'id' | 'read' | 'write'>;
/** A part with the unit that answers for it. */
export interface Fitted<P extends BinPart> {
  readonly part: P;
  readonly device: PartDevice;
}
/** A dry contact. `activeWhen` is what the input shows when it says smoke, or open. */
export interface Contact {
  readonly board: Fitted<RelayBoard>;
  /** Counted from 1. */
  readonly input: number;
  readonly activeWhen: 'high' | 'low';
}

/** One compartment; null: not fitted. */
export interface FittedCompartment {
  readonly wasteClass: WasteClass;
  readonly level: Fitted<LevelSensor> & { readonly mounting: LevelMounting };
  readonly temperature: Fitted<ClimateSensor> | null;
  readonly smoke: Contact | null;
  readonly door: Contact | null;
  /** `relay` counted from 1. Unit: ms, whole tenths of a second. */
  readonly lock: { readonly board: Fitted<RelayBoard>; readonly relay: number; readonly pulseMs: number } | null;
}

/** What one look found: values by unit; a unit that did not answer is missing. */
type Look = ReadonlyMap<PartDevice, Partial<ReadingOf<DeviceMap>>>;

export class AssembledBin implements Bin {
  readonly id: string;
  readonly #compartments: readonly FittedCompartment[];

  constructor(id: string, compartments: readonly FittedCompartment[]) {
    this.id = id;
    this.#compartments = compartments;
  }

  async read(signal: AbortSignal): Promise<readonly CompartmentReading[]> {
    const look = await this.#look(signal);
    return this.#compartments.map(({ wasteClass, level, temperature, smoke, door }, index) => ({
      compartment: index + 1,
      wasteClass,
      levelPercent: senseOf(look, level, ({ part, mounting }, values) => part.levelPercent(values, mounting)),
      temperatureDeciC: senseOf(look, temperature, ({ part }, values) => part.temperatureDeciC(values)),
      smoke: contactOf(look, smoke),
      doorOpen: contactOf(look, door),
    }));
  }

  hasLock(compartment: number): boolean {
    return this.#compartments[compartment - 1]?.lock != null;
  }

  async open(compartment: number): Promise<OpenOutcome> {
    const lock = this.#compartments[compartment - 1]?.lock;
    if (lock == null) return 'refused';
    return outcomeOf(lock.board.device.write(lock.board.part.pulse(lock.relay, lock.pulseMs), { priority: 'actuation' }));
  }

  /** One part after the other: the line carries one request at a time anyway, and somebody more urgent may come between. */
  async #look(signal: AbortSignal): Promise<Look> {
    const look = new Map<PartDevice, Partial<ReadingOf<DeviceMap>>>();
    const asked = new Set<PartDevice>();
    for (const { device, part } of this.#compartments.flatMap(sensorsOf)) {
      if (asked.has(device)) continue;
      asked.add(device);
      try {
        look.set(device, await device.read(part.fields, { priority: 'poll', signal }));
      } catch (error) {
        if (signal.aborted || !isGatewayError(error)) throw error;
      }
    }
    return look;
  }
}

function sensorsOf({ level, temperature, smoke, door }: FittedCompartment): readonly Fitted<BinPart>[] {
  return [level, temperature, smoke?.board, door?.board].filter((part) => part != null);
}

function senseOf<F extends Fitted<BinPart>, V>(look: Look, fitted: F | null, decode: (fitted: F, values: ReadingOf<DeviceMap>) => V): V | null {
  const values = fitted && look.get(fitted.device);
  return fitted && values ? decode(fitted, values as ReadingOf<DeviceMap>) : null;
}

function contactOf(look: Look, contact: Contact | null): boolean | null {
  if (contact === null) return null;
  const { board, input, activeWhen } = contact;
  return senseOf(look, board, ({ part }, values) => part.input(values, input) === (activeWhen === 'high'));
}
