/**
 * A sorting bin as its stories see it, whatever it is made of: one look at its compartments, and the pulse that opens a hatch. A lock is only
 * ever pulsed, by a board that ends the pulse itself; nothing here can switch a coil on. It records nothing and decides nothing.
 */
import type { BinModel, CompartmentReading, WasteClass } from '../../protocol/bin-reading.ts';
import type { DeviceMap } from '../../protocol/register-map.ts';
import { isGatewayError } from '../errors.ts';
import { lockPulseMs } from '../limits.ts';
import type { Device } from '../southbound/device.ts';

/** `refused`: the board heard and said no, or did not do it. `unknown`: sent, and nobody knows. */
export type OpenOutcome = 'obeyed' | 'refused' | 'unknown';

export interface Bin {
  readonly id: string;
  /** @throws GatewayError bus_*, device_* when nothing of the bin could be read. */
  read(signal: AbortSignal): Promise<readonly CompartmentReading[]>;
  /** Whether anything would open this compartment, counted from 1. */
  hasLock(compartment: number): boolean;
  /** Opens a compartment that has a lock. Called off once it was sent, it ends as `unknown`. @throws GatewayError bus_* when the order was never sent. */
  open(compartment: number, signal: AbortSignal): Promise<OpenOutcome>;
}

/** What became of the order to pulse a lock. @throws what says that it was never sent, and our own mistakes. */
export async function outcomeOf(order: Promise<void>): Promise<OpenOutcome> {
  try {
    await order;
    return 'obeyed';
  } catch (error) {
    if (isGatewayError(error, 'device_exception')) return 'refused';
    if (isGatewayError(error, 'bus_write_unknown')) return 'unknown';
    throw error;
  }
}

export interface ControllerBinOptions {
  readonly device: Pick<Device<DeviceMap>, 'id' | 'read' | 'write'>;
  readonly model: BinModel;
  /** Of a bin of one compartment; a bin of several says it itself. */
  readonly wasteClass: WasteClass;
}

/** A bin with a controller of its own. */
export class ControllerBin implements Bin {
  readonly id: string;
  readonly #options: ControllerBinOptions;

  constructor(options: ControllerBinOptions) {
    this.id = options.device.id;
    this.#options = options;
  }

  async read(signal: AbortSignal): Promise<readonly CompartmentReading[]> {
    const { device, model, wasteClass } = this.#options;
    return model.decode(await device.read(model.fields, { priority: 'poll', signal }), wasteClass);
  }

  hasLock(compartment: number): boolean {
    return this.#options.model.open(compartment, lockPulseMs) !== undefined;
  }

  async open(compartment: number, signal: AbortSignal): Promise<OpenOutcome> {
    const { device, model } = this.#options;
    const outcome = await outcomeOf(device.write(model.open(compartment, lockPulseMs) ?? {}, { priority: 'actuation', signal }));
    if (outcome !== 'obeyed' || model.readBack === undefined) return outcome;
    try {
      const values = await device.read([model.readBack], { priority: 'actuation', signal });
      return values[model.readBack] === true ? 'obeyed' : 'refused';
    } catch (error) {
      // The order was obeyed; what came of it nobody could see.
      if (isGatewayError(error)) return 'unknown';
      throw error;
    }
  }
}
