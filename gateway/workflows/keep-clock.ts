/**
 * The story of the wall clock: what happened to it goes into the ledger, and a clerk may say what day it is when nothing else knows. How
 * far a clock may be believed is core's to judge.
 */
import type { EventDraft } from '../../protocol/events.ts';
import type { TimeQuality } from '../../protocol/signed-event.ts';
import type { Clock } from '../clock.ts';
import type { ClockAdjustment, ClockConfirmation } from '../core/clock-trust.ts';
import { clockLookMs } from '../limits.ts';
import type { Store } from '../store/store.ts';

/** Village time as this story sees it. */
export interface JudgedTime {
  readonly clock: Pick<Clock, 'now'>;
  readonly quality: () => TimeQuality;
  readonly confirm: (said: { readonly atMs: number; readonly operator: string; readonly floorMs: number }) => ClockConfirmation;
  readonly takeAdjustments: () => readonly ClockAdjustment[];
}

export interface ClockKeeping {
  readonly gateway: string;
  readonly time: JudgedTime;
  readonly store: Pick<Store, 'append' | 'head'>;
}

/** Records what happened to the wall clock since the last call. */
export function recordClock({ gateway, time, store }: ClockKeeping): void {
  const drafts = time.takeAdjustments().map((data): EventDraft => ({ name: 'clock.adjusted', subject: gateway, data }));
  if (drafts.length > 0) store.append(drafts);
}

/** Looks at the clock until `signal` aborts. @throws GatewayError store_*. */
export async function watchClock(keeping: ClockKeeping, wire: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    keeping.time.quality();
    recordClock(keeping);
    await wire.sleep(clockLookMs, 'wall clock', signal);
  }
}

/** A clerk says that it is `atMs` now. A refusal changes nothing. */
export function confirmDate(keeping: ClockKeeping, said: { readonly atMs: number; readonly operator: string }): ClockConfirmation {
  const confirmed = keeping.time.confirm({ ...said, floorMs: keeping.store.head.atMs });
  recordClock(keeping);
  return confirmed;
}
