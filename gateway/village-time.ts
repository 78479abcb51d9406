/**
 * Which time this village lives by, and how far it may be trusted. In service that is the machine's clock; in training it is a clock of
 * its own, paced, that resumes where it stopped. Events, quotas and the calendar take it from here and from nowhere else.
 */
import { existsSync } from 'node:fs';
import type { TimeQuality } from '../protocol/signed-event.ts';
import { type EpochMs, epochMs } from '../protocol/units.ts';
import { type Clock, villageClock, wireClock } from './clock.ts';

/** Training: `pace` 1 to 60; `firstMs` is where a new village begins. */
export interface Training {
  readonly pace: number;
  readonly firstMs: EpochMs;
}

export interface VillageTime {
  readonly clock: Clock;
  readonly quality: () => TimeQuality;
}

/** Written by systemd-timesyncd when the clock was set from the network. Source: systemd-timesyncd.service(8), FILES. */
const synchronizedFile = '/run/systemd/timesync/synchronized';

/** `savedMs` is the village time stored last, or null in a new village. */
export function openVillageTime(training: Training | null, savedMs: EpochMs | null): VillageTime {
  if (training !== null) return { clock: villageClock(epochMs(Math.max(training.firstMs, savedMs ?? 0)), training.pace), quality: () => 'operator' };
  const floor = savedMs ?? epochMs(0);
  return {
    clock: wireClock,
    quality: () => {
      if (existsSync(synchronizedFile)) return 'ntp';
      // A clock behind what this village has already lived through is a dead battery, not a time.
      return wireClock.now() >= floor ? 'rtc' : 'none';
    },
  };
}
