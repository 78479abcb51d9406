/**
 * A bin without a controller of its own, put together from what hangs on the line: a level sensor in each compartment, and where they are
 * fitted a thermometer, smoke and door contacts on an input board, and a lock on a relay; or a lock board, which also tells its doors. A part
 * that does not answer leaves its own value open and nothing else; its silence is its own event. Each part is read once per look, however many
 * compartments it serves.
 */
import type { BinPart, ClimateSensor, CompartmentReading, LevelMounting, LevelSensor, RelayBoard, WasteClass } from '../../protocol/bin-reading.ts';
import type { DoorState } from '../../protocol/devices/lock-wkly.ts';
import type { DeviceMap, ReadingOf } from '../../protocol/register-map.ts';
import { isGatewayError } from '../errors.ts';
import type { Device } from '../southbound/device.ts';
import type { LockBoard } from '../southbound/lock-board.ts';
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

/** A board of locks that knows its doors. */
export type Locks = Pick<LockBoard, 'open' | 'look' | 'openings'>;
/** One lock of it, counted from 1. */
export interface BoardLock {
  readonly locks: Locks;
  readonly lock: number;
}

/** One compartment; null: not fitted. */
export interface FittedCompartment {
  readonly wasteClass: WasteClass;
  readonly level: Fitted<LevelSensor> & { readonly mounting: LevelMounting };
  readonly temperature: Fitted<ClimateSensor> | null;
  readonly smoke: Contact | null;
  readonly door: Contact | BoardLock | null;
  /** `relay` counted from 1. Unit: ms, whole tenths of a second. */
  readonly lock: { readonly board: Fitted<RelayBoard>; readonly relay: number; readonly pulseMs: number } | BoardLock | null;
}

/** What one look found: values by unit, doors by lock board; who did not answer is missing. */
interface Look {
  readonly values: ReadonlyMap<PartDevice, Partial<ReadingOf<DeviceMap>>>;
  readonly doors: ReadonlyMap<Locks, readonly DoorState[]>;
  /** Openings of each door when the look began. */
  readonly before: ReadonlyMap<BoardLock, number>;
}

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
      full: null,
      temperatureDeciC: senseOf(look, temperature, ({ part }, values) => part.temperatureDeciC(values)),
      smoke: contactOf(look, smoke),
      doorOpen: door !== null && 'locks' in door ? doorOpen(look, door) : contactOf(look, door),
    }));
  }

  hasLock(compartment: number): boolean {
    return this.#compartments[compartment - 1]?.lock != null;
  }

  async open(compartment: number, signal: AbortSignal): Promise<OpenOutcome> {
    const lock = this.#compartments[compartment - 1]?.lock;
    if (lock == null) return 'refused';
    if ('locks' in lock) return outcomeOf(lock.locks.open(lock.lock, signal));
    return outcomeOf(lock.board.device.write(lock.board.part.pulse(lock.relay, lock.pulseMs), { priority: 'actuation', signal }));
  }

  /** One part after the other: the line carries one request at a time anyway, and somebody more urgent may come between. */
  async #look(signal: AbortSignal): Promise<Look> {
    const doors = this.#compartments.flatMap(({ door }) => (door !== null && 'locks' in door ? [door] : []));
    const before = new Map(doors.map((door) => [door, door.locks.openings(door.lock)]));
    const sensors = new Map(this.#compartments.flatMap(sensorsOf).map(({ device, part }) => [device, part]));
    const values = await askEach(sensors.keys(), (device) => device.read(sensors.get(device)?.fields ?? [], { priority: 'poll', signal }), signal);
    // Doors last: one that is shut now and was not reported as opened was shut while the level was measured.
    return { values, doors: await askEach(new Set(doors.map(({ locks }) => locks)), (locks) => locks.look(signal), signal), before };
  }
}

/** What each says; who does not answer is left out. @throws our own mistakes, and the signal's reason. */
async function askEach<Part, Said>(parts: Iterable<Part>, ask: (part: Part) => Promise<Said>, signal: AbortSignal): Promise<ReadonlyMap<Part, Said>> {
  const said = new Map<Part, Said>();
  for (const part of parts) {
    try {
      said.set(part, await ask(part));
    } catch (error) {
      if (signal.aborted || !isGatewayError(error)) throw error;
    }
  }
  return said;
}

function sensorsOf({ level, temperature, smoke, door }: FittedCompartment): readonly Fitted<BinPart>[] {
  const input = door !== null && 'board' in door ? door.board : null;
  return [level, temperature, smoke?.board, input].filter((part) => part != null);
}

function doorOpen({ doors, before }: Look, door: BoardLock): boolean | null {
  if (door.locks.openings(door.lock) !== before.get(door)) return true;
  const state = doors.get(door.locks)?.[door.lock - 1] ?? 'unknown';
  return state === 'unknown' ? null : state === 'open';
}

function senseOf<F extends Fitted<BinPart>, V>(look: Look, fitted: F | null, decode: (fitted: F, values: ReadingOf<DeviceMap>) => V): V | null {
  const values = fitted && look.values.get(fitted.device);
  return fitted && values ? decode(fitted, values as ReadingOf<DeviceMap>) : null;
}

function contactOf(look: Look, contact: Contact | null): boolean | null {
  if (contact === null) return null;
  const { board, input, activeWhen } = contact;
  return senseOf(look, board, ({ part }, values) => part.input(values, input) === (activeWhen === 'high'));
}
