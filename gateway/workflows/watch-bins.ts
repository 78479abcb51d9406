/** The story of one sorting bin: look at it at every poll, record what is worth recording. It moves nothing. */
import { bin4, decodeCompartments } from '../../protocol/devices/bin-4.ts';
import { fieldsPolled } from '../../protocol/register-map.ts';
import type { Clock } from '../clock.ts';
import { type CompartmentState, recordedCompartment, stepCompartment } from '../core/bins.ts';
import { isGatewayError } from '../errors.ts';
import { binPollMs } from '../limits.ts';
import type { Device } from '../southbound/device.ts';
import type { Store } from '../store/store.ts';

export interface BinWatchOptions {
  readonly device: Device<typeof bin4>;
  readonly store: Pick<Store, 'append' | 'bins'>;
  /** Village clock. */
  readonly clock: Clock;
}

const fields = [...new Set([...fieldsPolled(bin4, 'status'), 'fitted' as const])];

/** Watches until `signal` aborts. Bus failures are waited out; the device's own back-off paces them. */
export async function watchBin({ device, store, clock }: BinWatchOptions, signal: AbortSignal): Promise<void> {
  const states = new Map<number, CompartmentState>(store.bins.state().filter((row) => row.bin === device.id).map((row) => [row.compartment, recordedCompartment(row.fillState, row.alarm)]));
  while (!signal.aborted) {
    try {
      const readings = decodeCompartments(await device.read(fields, { priority: 'poll', signal }));
      const steps = readings.map((reading) => ({ compartment: reading.compartment, ...stepCompartment(device.id, states.get(reading.compartment) ?? recordedCompartment(), reading) }));
      const drafts = steps.flatMap((step) => step.drafts);
      if (drafts.length > 0) store.append(drafts);
      for (const { compartment, state } of steps) states.set(compartment, state);
    } catch (error) {
      if (signal.aborted) return;
      if (!isGatewayError(error) || error.code.startsWith('store_')) throw error;
    }
    await clock.sleep(binPollMs, `bin ${device.id}`, signal);
  }
}
