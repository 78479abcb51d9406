/**
 * The story of devices that come and go: what lasts is recorded. Going counts only when it lasts, for a serial server that drops every few
 * seconds must not fill the log. It asks no device anything.
 */
import type { Clock } from '../clock.ts';
import type { DeviceHealth } from '../core/device-health.ts';
import { healthLookMs, offlineLastsMs } from '../limits.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';

export interface HealthOptions {
  /** Every device, and whether it is there now. */
  readonly attended: () => readonly { readonly id: string; readonly state: DeviceHealth['state'] }[];
  readonly store: Pick<Store, 'append' | 'devices'>;
  /** Wire clock. */
  readonly wire: Clock;
  readonly log: Log;
  /** Pause between two looks instead of `healthLookMs`. Unit: wire ms. */
  readonly idlePollMs: number | undefined;
}

/** Records until `signal` aborts. @throws the signal's reason; GatewayError store_*. */
export async function recordHealth({ attended, store, wire, log, idlePollMs = healthLookMs }: HealthOptions, signal: AbortSignal): Promise<void> {
  const offlineSinceMs = new Map<string, number>();
  while (!signal.aborted) {
    const nowMs = wire.monotonicMs();
    const known = new Map(store.devices.health().map((row) => [row.device, row.health]));
    for (const { id, state } of attended()) {
      if (state !== 'offline') offlineSinceMs.delete(id);
      else if (!offlineSinceMs.has(id)) offlineSinceMs.set(id, nowMs);
      const lasts = state === 'online' || nowMs - (offlineSinceMs.get(id) ?? nowMs) >= offlineLastsMs;
      if (state === 'unknown' || !lasts || known.get(id) === state) continue;
      log.info({ device: id, state }, 'a device came or went');
      store.append([{ name: 'device.health', subject: id, data: { device: id, state, cause: state === 'offline' ? 'no_answer' : null } }]);
    }
    await wire.sleep(idlePollMs, 'device health', signal);
  }
}
