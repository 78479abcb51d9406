/** Pick-ups nobody sets out for: escalated once each, while a gateway serves. Rule: R-46. */
import type { Clock } from '../clock.ts';
import { dayOf } from '../core/calendar.ts';
import { decideEscalated } from '../core/pickups.ts';
import { pickupLookMs, pickupsShown } from '../limits.ts';
import type { Books } from './story.ts';

/** Looks until `signal` aborts. @throws GatewayError store_*. */
export async function escalatePickups({ store, time, rules }: Pick<Books, 'store' | 'time' | 'rules'>, wire: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const nowMs = time.clock.now();
    const drafts = decideEscalated(store.pickups.waiting(pickupsShown), nowMs, rules(dayOf(nowMs)).rules.collection);
    if (drafts.length > 0) store.append(drafts);
    await wire.sleep(pickupLookMs, 'pick-ups', signal);
  }
}
