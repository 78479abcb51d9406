/**
 * The story of one opened hatch: nothing is given air while a fire alarm stands, the ledger says who asked before anything moves, and the lock
 * is pulsed once and never again by itself. An order nobody knows the fate of is recorded as such.
 */
import { decideOpen, type OpenRefusal } from '../core/bins.ts';
import type { Store } from '../store/store.ts';
import type { Bin } from './bin.ts';

export type OpenHatchResult =
  | { readonly ok: true; readonly outcome: 'obeyed' | 'unknown' }
  | { readonly ok: false; readonly refusal: { readonly code: OpenRefusal | 'board_refused' } };

/** Opens a compartment, counted from 1. @throws GatewayError bus_* when the order was never sent, store_*. */
export async function openHatch(
  store: Pick<Store, 'append' | 'bins'>,
  bin: Bin,
  { compartment, operator }: { readonly compartment: number; readonly operator: string | null },
  signal: AbortSignal,
): Promise<OpenHatchResult> {
  const known = store.bins.state().find((row) => row.bin === bin.id && row.compartment === compartment);
  const refusal = decideOpen(known, bin.hasLock(compartment));
  if (refusal !== undefined) return { ok: false, refusal: { code: refusal } };
  const order = { bin: bin.id, compartment, operator };
  store.append([{ name: 'bin.hatch.ordered', subject: bin.id, data: order }]);
  const outcome = await bin.open(compartment, signal);
  store.append([{ name: 'bin.hatch.opened', subject: bin.id, data: { ...order, outcome } }]);
  return outcome === 'refused' ? { ok: false, refusal: { code: 'board_refused' } } : { ok: true, outcome };
}
