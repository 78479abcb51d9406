/**
 * A new stretch of the chain, opened when the ledger was put back from a backup: followers are told where it goes on from, job numbers
 * rise above all that was ever given out, and boards that are ahead are fenced instead of locked. It never alters what is recorded.
 */
import type { EventPayload } from '../../protocol/events.ts';
import { GatewayError } from '../errors.ts';
import type { Store } from '../store/store.ts';

/**
 * Opens the next epoch. `operator` is null when the gateway found out by itself; `above` is the highest epoch known to have been used.
 * @throws GatewayError usage for a ledger with nothing in it.
 */
export function openRestoredEpoch(store: Pick<Store, 'append' | 'head' | 'lastOf'>, operator: string | null, above = store.head.epoch): void {
  const first = store.lastOf('epoch.opened');
  if (first === undefined) throw new GatewayError('usage', 'This ledger is empty: there is nothing that could have been put back.');
  const data: EventPayload<'epoch.opened'> = { ...first, reason: 'restored', operator };
  store.append([{ name: 'epoch.opened', subject: first.gateway, data }], { epoch: Math.max(store.head.epoch, above) + 1 });
}
