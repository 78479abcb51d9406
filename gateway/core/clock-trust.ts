/**
 * How far the wall clock may be believed, and what time it is while it may not. A cheap PC's battery clock can be years off in either
 * direction; monotonic time cannot. The clock is believed while it goes on from where this village stopped, within bounds; beyond them time
 * runs on from the last trusted instant until the network or a clerk says what day it is. Pure: readings are handed in.
 */
import type { TimeQuality } from '../../protocol/signed-event.ts';

/** Both clocks of the machine at one instant. Unit: ms. */
export interface ClockReading {
  readonly wallMs: number;
  readonly monotonicMs: number;
  /** Whether the time service set the wall clock from the network since the machine started. */
  readonly synchronized: boolean;
}

export interface ClockTrust {
  readonly quality: TimeQuality;
  /** Village time `baseMs` belongs to this monotonic instant: what the wall clock is held against, and what time runs on from without it. */
  readonly baseMs: number;
  readonly baseMonotonicMs: number;
  /** What a clerk found the wall clock to be behind. Unit: ms. */
  readonly offsetMs: number;
}

/** Village time did not go on where it was. `null` operator: found by the gateway itself. */
export interface ClockAdjustment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: 'behind' | 'ahead' | 'back_in_line' | 'network' | 'confirmed';
  readonly operator: string | null;
}
export interface ClockStep {
  readonly trust: ClockTrust;
  readonly adjusted: ClockAdjustment | null;
}

/** Furthest the wall clock may be behind and still be believed: a drifting clock chip, not a dead battery. Unit: ms. */
export const clockBehindMaxMs = 5 * 60_000;
/** Furthest it may be ahead of where this village stopped: a day without power and a little more. Unit: ms. */
export const clockAheadMaxMs = 26 * 3_600_000;
/** No gateway of this program has lived before. Unit: ms since 1970 (2026-01-01T00:00Z). */
const earliestMs = 1_767_225_600_000;

/** Whether a date of this quality may open a new quota period. */
export const isTrusted = (quality: TimeQuality): boolean => quality === 'ntp' || quality === 'rtc' || quality === 'operator';

const isNear = (ms: number): boolean => ms >= -clockBehindMaxMs && ms <= clockAheadMaxMs;
const runOn = (trust: ClockTrust, monotonicMs: number): number => trust.baseMs + Math.floor(monotonicMs - trust.baseMonotonicMs);
const anchored = (quality: TimeQuality, baseMs: number, { monotonicMs }: ClockReading, offsetMs = 0): ClockTrust => ({
  quality,
  baseMs,
  baseMonotonicMs: monotonicMs,
  offsetMs,
});

/** What time it is in the village. Unit: ms since 1970. */
export const villageTimeOf = (trust: ClockTrust, { wallMs, monotonicMs }: ClockReading): number =>
  isTrusted(trust.quality) ? wallMs + trust.offsetMs : runOn(trust, monotonicMs);

/** Trust at a start. `savedMs`: village time when it was last kept; null in a new village. */
export function startClockTrust(reading: ClockReading, savedMs: number | null): ClockStep {
  const { wallMs, synchronized } = reading;
  if (synchronized) return { trust: anchored('ntp', wallMs, reading), adjusted: null };
  const floorMs = savedMs ?? earliestMs;
  const ahead = wallMs - floorMs;
  if (savedMs === null ? ahead >= 0 : isNear(ahead)) return { trust: anchored('rtc', wallMs, reading), adjusted: null };
  return { trust: anchored('none', floorMs, reading), adjusted: { fromMs: floorMs, toMs: wallMs, reason: ahead < 0 ? 'behind' : 'ahead', operator: null } };
}

/** Trust at a further look, at most seconds after the one before. */
export function stepClockTrust(trust: ClockTrust, reading: ClockReading): ClockStep {
  const { wallMs, monotonicMs, synchronized } = reading;
  const expectedMs = runOn(trust, monotonicMs);
  if (synchronized) {
    const goesOn = isTrusted(trust.quality) && Math.abs(wallMs - expectedMs) <= clockBehindMaxMs;
    const adjusted = goesOn ? null : ({ fromMs: expectedMs, toMs: wallMs, reason: 'network', operator: null } as const);
    return { trust: anchored('ntp', wallMs, reading), adjusted };
  }
  const shownMs = wallMs + trust.offsetMs;
  const ahead = shownMs - expectedMs;
  if (isTrusted(trust.quality)) {
    if (isNear(ahead)) return { trust: trust.quality === 'ntp' ? { ...trust, quality: 'rtc' } : trust, adjusted: null };
    // Somebody has set the wall clock to what the clerk had said: the correction is in the clock now.
    if (trust.offsetMs !== 0 && Math.abs(wallMs - expectedMs) <= clockBehindMaxMs) return { trust: { ...trust, offsetMs: 0 }, adjusted: null };
    const reason = ahead < 0 ? 'behind' : 'ahead';
    return { trust: { ...trust, quality: 'hold' }, adjusted: { fromMs: expectedMs, toMs: shownMs, reason, operator: null } };
  }
  if (!isNear(ahead)) return { trust, adjusted: null };
  return { trust: { ...trust, quality: 'rtc' }, adjusted: { fromMs: expectedMs, toMs: shownMs, reason: 'back_in_line', operator: null } };
}

export type ClockConfirmation =
  | (ClockStep & { readonly ok: true })
  | { readonly ok: false; readonly refusal: { readonly code: 'clock_set_by_network' | 'before_last_event' | 'training_time' } };

/** A clerk says what time it is. Never earlier than what this village has lived through, `floorMs`. */
export function confirmClock(
  trust: ClockTrust,
  reading: ClockReading,
  said: { readonly atMs: number; readonly operator: string; readonly floorMs: number },
): ClockConfirmation {
  if (trust.quality === 'ntp') return { ok: false, refusal: { code: 'clock_set_by_network' } };
  if (said.atMs < said.floorMs - clockBehindMaxMs) return { ok: false, refusal: { code: 'before_last_event' } };
  const offMs = said.atMs - reading.wallMs;
  // A person reads a clock to the minute; the machine's own seconds are better where they agree.
  const offsetMs = Math.abs(offMs) <= clockBehindMaxMs ? 0 : offMs;
  const toMs = reading.wallMs + offsetMs;
  return {
    ok: true,
    trust: anchored('operator', toMs, reading, offsetMs),
    adjusted: { fromMs: villageTimeOf(trust, reading), toMs, reason: 'confirmed', operator: said.operator },
  };
}
