/**
 * Names whose time is over, once a day in a serving gateway; and, at every start before anybody is served, those the ledger says are gone: a
 * personal file that was put back from a backup brings nobody back.
 */
import type { Clock } from '../clock.ts';
import { dayOf } from '../core/calendar.ts';
import { isTrusted } from '../core/clock-trust.ts';
import { decideRetention, retentionEnd } from '../core/retention.ts';
import { erasuresMax, retentionLookMs } from '../limits.ts';
import type { PersonalFile } from '../store/personal.ts';
import type { Store } from '../store/store.ts';
import type { Books } from './story.ts';

/** Destroys what the ledger says is destroyed. Returns how many were still there. @throws GatewayError store_failed. */
export function destroyErased({ people, operators }: Pick<Store, 'people' | 'operators'>, personal: PersonalFile): number {
  const households = people.erased('household').filter((household) => personal.has(household));
  for (const household of households) personal.erase(household);
  const gone = new Set(people.erased('operator'));
  return households.length + personal.operators.keepOnly(operators.list().filter(({ operator }) => !gone.has(operator)));
}

/** Erases what is due now, at most `erasuresMax` of a kind: the event first, then the key. Returns how many events it took. @throws GatewayError store_*. */
export function eraseDue({ store, personal, time, rules }: Books): number {
  const nowMs = time.clock.now();
  const untilMs = retentionEnd(nowMs, rules(dayOf(nowMs)).rules.people.identityDays);
  const drafts = decideRetention({
    dateTrusted: isTrusted(time.quality()),
    households: store.people.erasuresDue(untilMs, erasuresMax),
    operators: store.operators.erasuresDue(untilMs, erasuresMax),
  });
  if (drafts.length === 0) return 0;
  store.append(drafts);
  destroyErased(store, personal);
  return drafts.length;
}

/** Looks once an hour until `signal` aborts, so that a day is never missed for long. @throws GatewayError store_*. */
export async function keepRetention(books: Books, wire: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (eraseDue(books) < erasuresMax) await wire.sleep(retentionLookMs, 'retention', signal);
    else await wire.sleep(0, 'retention', signal);
  }
}
