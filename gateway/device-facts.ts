/**
 * What is known of one device beyond whether it answers: for machines what the ledger and the last look say of it, and what it says of itself.
 * It opens and decides nothing.
 */
import type { CompartmentReading } from '../protocol/bin-reading.ts';
import type { DeviceRun } from './core/acceptance.ts';
import { weighingCoreVersion } from './core/weighing.ts';
import { showCompartments } from './device-view.ts';
import { isGatewayError } from './errors.ts';
import type { Scale } from './southbound/scale.ts';
import type { Store } from './store/store.ts';
import type { DispenserStation } from './workflows/dispenser-station.ts';
import type { VendingStation } from './workflows/vending-station.ts';
import type { WeighStation } from './workflows/weigh-for-points.ts';

interface Stations {
  readonly store: Store;
  readonly dispensers: ReadonlyMap<string, DispenserStation>;
  readonly vending: ReadonlyMap<string, VendingStation>;
  readonly scales: ReadonlyMap<string, WeighStation>;
  /** What was last seen of it, where it is a bin. */
  readonly look: readonly CompartmentReading[];
}

/** The facts of one device, as pages and state topics show them. Empty for one that only answers or does not. */
export function deviceFacts(id: string, { store, dispensers, vending, scales, look }: Stations): Record<string, unknown> {
  const dispenser = dispensers.get(id);
  if (dispenser !== undefined) {
    const { state = null, flags = null } = dispenser.status ?? {};
    return { board: state, flags, locked: store.jobs.board(id)?.locked ?? null, rollsInMagazine: store.jobs.magazineSize(id) };
  }
  const board = vending.get(id);
  if (board !== undefined) {
    const undecided = store.jobs.vends(id).map(({ job, household, state }) => ({ job, household, state }));
    const { status, reliability } = board;
    return { board: status, reliability, undecided, locked: store.jobs.board(id)?.locked ?? null, rollsInMagazine: store.jobs.magazineSize(id) };
  }
  const scale = scales.get(id);
  if (scale !== undefined) {
    const fit = scale.fitness();
    const lastCheck = store.weighings.lastCheck(id);
    return { core: weighingCoreVersion, locked: fit.ok ? null : fit.refusal.code, warnings: fit.ok ? fit.warnings : [], lastCheck };
  }
  const compartments = showCompartments(look, store.bins.state(), id);
  return compartments.length === 0 ? {} : { compartments };
}

/** What devices say of themselves, by device. One that says nothing now is left out. */
export async function identifyDevices(
  dispensers: Iterable<Pick<DispenserStation, 'id' | 'status'>>,
  devices: readonly Pick<Scale, 'id' | 'identify'>[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, DeviceRun['identity']>> {
  const identities = new Map<string, DeviceRun['identity']>();
  for (const { id, status } of dispensers) {
    if (status === null) continue;
    const { protocolVersion, bootCount, nonce } = status;
    const said = Object.entries({ protocolVersion, bootCount, nonce });
    identities.set(
      id,
      said.map(([field, value]) => ({ field, value })),
    );
  }
  for (const device of devices) {
    try {
      const identity = await device.identify?.({ priority: 'poll', signal });
      if (identity !== undefined && identity.length > 0) identities.set(device.id, identity);
    } catch (error) {
      if (signal.aborted || !isGatewayError(error)) throw error;
    }
  }
  return identities;
}
