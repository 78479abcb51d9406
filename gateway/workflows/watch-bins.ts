/**
 * The story of one sorting bin: look at it at every poll, record what is worth recording, ask for a pick-up, and take a person's word that a fire is out.
 * The ledger holds what is known of a bin, so a restart goes on where it stopped. It moves nothing and hides no silence: a bin that does
 * not answer is the device's own event.
 */
import type { CompartmentReading } from '../../protocol/bin-reading.ts';
import type { Clock } from '../clock.ts';
import { decideAlarmReset, freshCompartment, type ResetRefusal, type SeenLevel, stepCompartment } from '../core/bins.ts';
import { decideRaised } from '../core/pickups.ts';
import { isGatewayError, isOfStop } from '../errors.ts';
import { binPollMs } from '../limits.ts';
import type { Store } from '../store/store.ts';
import type { Bin } from './bin.ts';

type BinStore = Pick<Store, 'append' | 'bins' | 'pickups'>;

export interface BinWatchOptions {
  readonly bin: Pick<Bin, 'id' | 'read'>;
  readonly store: BinStore;
  /** Village clock. */
  readonly clock: Clock;
  /** Pause between two looks. Unit: village ms. */
  readonly idlePollMs?: number | undefined;
  /** Hears every look. */
  readonly onLook?: (readings: readonly CompartmentReading[]) => void;
}

/** Watches until `signal` aborts. Bus failures are waited out; the device's own back-off paces them. @throws GatewayError store_*. */
export async function watchBin({ bin, store, clock, idlePollMs = binPollMs, onLook }: BinWatchOptions, signal: AbortSignal): Promise<void> {
  const { id } = bin;
  const recent = new Map<number, readonly SeenLevel[]>();
  const record = (readings: readonly CompartmentReading[]) => {
    const known = store.bins.state().filter((row) => row.bin === id);
    const steps = readings.map((reading) => {
      const { compartment } = reading;
      const row = known.find((one) => one.compartment === compartment) ?? freshCompartment;
      const step = stepCompartment(id, { fillState: row.fillState, alarm: row.alarm, recentLevels: recent.get(compartment) ?? [] }, reading);
      recent.set(compartment, step.state.recentLevels);
      return step;
    });
    const drafts = steps.flatMap((step) => step.drafts);
    const changes = drafts.flatMap((draft) => (draft.name === 'bin.level.changed' ? [draft.data] : []));
    // In one transaction with the level: a power cut between the two would leave a full bin nobody is called to.
    if (drafts.length > 0) store.append([...drafts, ...decideRaised(id, changes, store.pickups.at(id))]);
  };
  while (!signal.aborted) {
    try {
      const readings = await bin.read(signal);
      onLook?.(readings);
      record(readings);
    } catch (error) {
      if (isOfStop(error, signal)) return;
      if (!isGatewayError(error) || error.code.startsWith('store_')) throw error;
    }
    await clock.sleep(idlePollMs, `bin ${id}`, signal).catch((error: unknown) => {
      if (!isOfStop(error, signal)) throw error;
    });
  }
}

/** Records that `operator` looked at a compartment (counted from 1) and reset its alarm. */
export function resetAlarm(
  store: Pick<Store, 'append' | 'bins'>,
  place: { readonly bin: string; readonly compartment: number },
  operator: string,
): { readonly ok: true } | { readonly ok: false; readonly refusal: { readonly code: ResetRefusal } } {
  const known = store.bins.state().find((row) => row.bin === place.bin && row.compartment === place.compartment);
  const decision = decideAlarmReset(place, known, operator);
  if (decision.ok) store.append([decision.draft]);
  return decision.ok ? { ok: true } : decision;
}
