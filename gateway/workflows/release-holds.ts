/** Goods nobody came for: a hold whose time is over goes back, points and goods, while a gateway serves. Rule: R-27. */
import type { Clock } from '../clock.ts';
import { decideRelease } from '../core/shop.ts';
import { holdsReleasedMax, shopLookMs } from '../limits.ts';
import type { Books } from './story.ts';

/** Who gives back what nobody fetched. */
const byItself = { operator: 'gateway', second: null } as const;

/** Looks until `signal` aborts. @throws GatewayError store_*. */
export async function releaseHolds({ store, time }: Pick<Books, 'store' | 'time'>, wire: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const over = store.shop.expiredHolds(time.clock.now(), holdsReleasedMax);
    const drafts = over.flatMap((hold) => {
      const decision = decideRelease(hold, 'expired', byItself);
      return decision.ok ? decision.drafts : [];
    });
    if (drafts.length > 0) store.append(drafts);
    await wire.sleep(shopLookMs, 'holds of the shop', signal);
  }
}
