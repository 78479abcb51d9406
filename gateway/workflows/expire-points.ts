/**
 * Points of past years come to their end: once a day in a serving gateway, and as a story. Only on a date that is believed; a village
 * without one keeps its points.
 */

import type { Clock } from '../clock.ts';
import { dayOf } from '../core/calendar.ts';
import { isTrusted } from '../core/clock-trust.ts';
import { decideExpiry, type ExpiryQuestion } from '../core/point-lots.ts';
import { expiryHouseholdsMax, expiryLookMs } from '../limits.ts';
import type { Books } from './story.ts';

/** What has come to its end by `day`, as events; at most `expiryHouseholdsMax` households at a time. */
export function endedOn({ store, rules }: Books, { day, ...asked }: Omit<ExpiryQuestion, 'dated'>): ReturnType<typeof decideExpiry> {
  const dated = rules(day);
  const lastYear = Number(day.slice(0, 4)) - dated.rules.points.expiryYears - 1;
  return decideExpiry(store.points.lotsUpTo(lastYear, expiryHouseholdsMax), { day, ...asked, dated });
}

/** Looks once a day until `signal` aborts. @throws GatewayError store_*. */
export async function expirePoints(books: Books, wire: Clock, signal: AbortSignal): Promise<void> {
  let done = '';
  while (!signal.aborted) {
    const day = dayOf(books.time.clock.now());
    const ended = endedOn(books, { day, dateTrusted: isTrusted(books.time.quality()), operator: null });
    if (day !== done && ended.ok) {
      if (ended.drafts.length > 0) books.store.append(ended.drafts);
      else done = day;
    }
    await wire.sleep(expiryLookMs, 'expiry of points', signal);
  }
}
