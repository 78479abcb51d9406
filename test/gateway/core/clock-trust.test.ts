// Without this a dead battery or a clock years ahead would give rolls of another month, or date every later event wrongly for ever.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type ClockReading,
  type ClockStep,
  clockAheadMaxMs,
  clockBehindMaxMs,
  confirmClock,
  isTrusted,
  startClockTrust,
  stepClockTrust,
  villageTimeOf,
} from '../../../gateway/core/clock-trust.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const savedMs = Date.UTC(2026, 10, 24, 7);
const reading = (wallMs: number, monotonicMs = 0, synchronized = false): ClockReading => ({ wallMs, monotonicMs, synchronized });
const started = (wallMs: number, saved: number | null = savedMs) => startClockTrust(reading(wallMs), saved);
/** One look `afterMs` later with the wall clock showing `wallMs`. */
const look = ({ trust }: ClockStep, afterMs: number, wallMs: number, synchronized = false) => {
  const now = reading(wallMs, trust.baseMonotonicMs + afterMs, synchronized);
  const step = stepClockTrust(trust, now);
  return { ...step, villageMs: villageTimeOf(step.trust, now) };
};

describe('at a start the battery clock', () => {
  test.each([
    ['goes on where the village stopped', savedMs + minuteMs, 'rtc'],
    ['is believed after a day without power', savedMs + dayMs, 'rtc'],
    ['may have drifted back a little', savedMs - clockBehindMaxMs, 'rtc'],
    ['is not believed behind that', savedMs - clockBehindMaxMs - 1, 'none'],
    ['is not believed in 1970', 0, 'none'],
    ['is not believed further ahead', savedMs + clockAheadMaxMs + 1, 'none'],
  ])('%s', (_what, wallMs, quality) => {
    const { trust, adjusted } = started(wallMs);
    expect(trust.quality).toBe(quality);
    expect(adjusted === null).toBe(quality === 'rtc');
    if (quality === 'none') expect(villageTimeOf(trust, reading(wallMs, 5000))).toBe(savedMs + 5000);
  });

  it('of a new village is believed, unless it stands before there was such a village', () => {
    expect(started(savedMs, null).trust.quality).toBe('rtc');
    expect(started(Date.UTC(1999, 0, 1), null).trust.quality).toBe('none');
  });
});

describe('while the gateway runs', () => {
  it('a jump either way is told, and time runs on by the monotonic clock', () => {
    for (const [jumpMs, reason] of [
      [-2 * dayMs, 'behind'],
      [400 * dayMs, 'ahead'],
    ] as const) {
      const jumped = look(started(savedMs), minuteMs, savedMs + minuteMs + jumpMs);
      expect(jumped).toMatchObject({ trust: { quality: 'hold' }, villageMs: savedMs + minuteMs, adjusted: { reason, toMs: savedMs + minuteMs + jumpMs } });
      expect(look(jumped, 2 * minuteMs, savedMs + 2 * minuteMs + jumpMs)).toMatchObject({ adjusted: null, villageMs: savedMs + 2 * minuteMs });
      const back = look(jumped, 3 * minuteMs, savedMs + 3 * minuteMs);
      expect(back).toMatchObject({ trust: { quality: 'rtc' }, adjusted: { reason: 'back_in_line' }, villageMs: savedMs + 3 * minuteMs });
    }
  });

  it('many small jumps do not add up to a month', () => {
    let step: ClockStep & { villageMs?: number } = started(savedMs);
    const base = step.trust.baseMonotonicMs;
    for (let hour = 1; hour <= 40; hour += 1) step = stepClockTrust(step.trust, reading(savedMs + hour * 60 * minuteMs, base + hour));
    expect(step.trust.quality).toBe('hold');
  });

  it('the network is believed whatever it says, and told when it moves the date or ends a doubt', () => {
    expect(look(started(savedMs), minuteMs, savedMs + minuteMs, true)).toMatchObject({ trust: { quality: 'ntp' }, adjusted: null });
    const farMs = savedMs + 90 * dayMs;
    const synced = look(started(0), minuteMs, farMs, true);
    expect(synced).toMatchObject({ trust: { quality: 'ntp' }, villageMs: farMs, adjusted: { reason: 'network', fromMs: savedMs + minuteMs, toMs: farMs } });
    expect(look(synced, minuteMs, farMs + minuteMs, true).adjusted).toBeNull();
    expect(look(synced, minuteMs, farMs + minuteMs)).toMatchObject({ trust: { quality: 'rtc' }, adjusted: null });
  });
});

describe('a clerk', () => {
  const said = (atMs: number) => ({ atMs, operator: 'clerk', floorMs: savedMs });

  it('gives a dead clock its date, until the machine itself is set', () => {
    const saidMs = savedMs + 40 * dayMs;
    const confirmed = confirmClock(started(0).trust, reading(0), said(saidMs));
    if (!confirmed.ok) throw new Error(confirmed.refusal.code);
    expect(confirmed).toMatchObject({ trust: { quality: 'operator', offsetMs: saidMs }, adjusted: { reason: 'confirmed', operator: 'clerk', toMs: saidMs } });
    expect(look(confirmed, minuteMs, minuteMs)).toMatchObject({ villageMs: saidMs + minuteMs, adjusted: null });
    expect(look(confirmed, minuteMs, saidMs + minuteMs)).toMatchObject({ trust: { quality: 'operator', offsetMs: 0 }, villageMs: saidMs + minuteMs });
  });

  it('is taken by the minute where the clock is right to the second', () => {
    const confirmed = confirmClock(started(savedMs + 3 * dayMs).trust, reading(savedMs + 3 * dayMs + 20_000), said(savedMs + 3 * dayMs));
    expect(confirmed).toMatchObject({ ok: true, trust: { offsetMs: 0 }, adjusted: { toMs: savedMs + 3 * dayMs + 20_000 } });
  });

  it('can neither go back in time nor overrule the network', () => {
    expect(confirmClock(started(0).trust, reading(0), said(savedMs - dayMs))).toMatchObject({ ok: false, refusal: { code: 'before_last_event' } });
    const { trust } = startClockTrust(reading(savedMs, 0, true), savedMs);
    expect(confirmClock(trust, reading(savedMs, 0, true), said(savedMs))).toMatchObject({ ok: false, refusal: { code: 'clock_set_by_network' } });
  });
});

it('never lets a wall clock alone move a trusted date more than a day and a little past the time that has passed', () => {
  const looks = fc.array(fc.record({ afterMs: fc.nat(dayMs), wallMs: fc.integer({ min: 0, max: savedMs * 2 }) }), { maxLength: 30 });
  fc.assert(
    fc.property(looks, (steps) => {
      let trust = started(savedMs).trust;
      let monotonicMs = 0;
      for (const { afterMs, wallMs } of steps) {
        monotonicMs += afterMs;
        const now = reading(wallMs, monotonicMs);
        trust = stepClockTrust(trust, now).trust;
        const driftMs = villageTimeOf(trust, now) - (savedMs + monotonicMs);
        expect(driftMs).toBeGreaterThanOrEqual(-clockBehindMaxMs);
        expect(driftMs).toBeLessThanOrEqual(isTrusted(trust.quality) ? clockAheadMaxMs : 0);
      }
    }),
  );
});
