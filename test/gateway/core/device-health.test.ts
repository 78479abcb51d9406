// Without this a dead device could be asked on every poll and slow its neighbours, or a returned one could be left alone for too long.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceHealth, type HealthInput, longestRetryMs, mayTry, planRetryMs, stepHealth, unknownHealth } from '../../../gateway/core/device-health.ts';

const silenceMs = 350;
/** Feeds inputs one second apart from time 0. */
const healthAfter = (...inputs: readonly HealthInput[]): DeviceHealth =>
  inputs.reduce((health, input, n) => stepHealth(health, input, n * 1000, silenceMs), unknownHealth);

describe('device health', () => {
  it('plans no pause for one or two lost frames, then 1, 2, 4, 8 and at most 10 s', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 1000].map((failures) => planRetryMs(failures, 10_000))).toEqual([
      0, 0, 0, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000,
    ]);
  });

  it('leaves a device alone for longer whose silence costs more, so that it never takes more than 4 % of its line', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (costMs) => {
        expect(costMs / longestRetryMs(costMs)).toBeLessThanOrEqual(0.04);
        expect(planRetryMs(1000, longestRetryMs(costMs))).toBe(longestRetryMs(costMs));
      }),
    );
    expect([longestRetryMs(350), longestRetryMs(400), longestRetryMs(1000)]).toEqual([10_000, 10_000, 25_000]);
  });

  it('is unknown until an answer or three silences', () => {
    expect(healthAfter('silent', 'silent')).toMatchObject({ state: 'unknown', failures: 2 });
    expect(healthAfter('answered').state).toBe('online');
    expect(healthAfter('silent', 'silent', 'silent').state).toBe('offline');
  });

  it('keeps a device online over two lost frames in a row, and forgets them with the next answer', () => {
    const health = healthAfter('answered', 'silent', 'silent', 'answered', 'silent', 'silent');
    expect(health).toMatchObject({ state: 'online', failures: 2 });
    expect(mayTry(health, 5000)).toBe(true);
  });

  it('leaves an offline device alone until its pause is over, from the moment it failed', () => {
    const health = healthAfter('silent', 'silent', 'silent');
    expect(mayTry(health, 2999)).toBe(false);
    expect(mayTry(health, 3000)).toBe(true);
  });

  /** Healthy until 0 s, then the same failure at every try, as soon as it may be tried, until `untilMs`. Returns the longest pause and the time lost. */
  function troubled(input: 'silent' | 'garbled', fromMs: number, untilMs: number) {
    let health = stepHealth(unknownHealth, 'answered', 0, silenceMs);
    const tries: number[] = [];
    for (let nowMs = 0; nowMs < untilMs; nowMs = Math.max(nowMs, health.nextTryAtMs)) {
      nowMs += silenceMs;
      health = stepHealth(health, input, nowMs, silenceMs);
      if (nowMs >= fromMs) tries.push(nowMs);
    }
    const pauses = tries.slice(1).map((at, n) => at - (tries[n] ?? 0) - silenceMs);
    return { longestMs: Math.max(...pauses), share: (tries.length * silenceMs) / (untilMs - fromMs) };
  }

  it('tries a device whose answers are spoilt every 1.5 s for as long as they come: something is there', () => {
    expect(troubled('garbled', 0, 600_000).longestMs).toBe(1500);
  });

  it('tries a device that fell silent every 1.5 s for a minute, and then leaves 95 % of the line to its neighbours', () => {
    expect(troubled('silent', 0, 55_000).longestMs).toBe(1500);
    expect(troubled('silent', 0, 60_000).share).toBeLessThan(0.25);
    expect(troubled('silent', 90_000, 690_000).share).toBeLessThan(0.05);
  });

  it('backs off at once from a device that never answered', () => {
    const health = healthAfter(...Array.from({ length: 8 }, () => 'silent' as const));
    expect(health.retryMs).toBe(10_000);
  });

  it('lets one regular read try an offline device while the others wait for its outcome', () => {
    const trying = stepHealth(healthAfter('silent', 'silent', 'silent'), 'trying', 3000, silenceMs);
    expect(mayTry(trying, 3500)).toBe(false);
    expect(trying.state).toBe('offline');
  });

  it('holds nobody back while a device is online or unknown', () => {
    expect(mayTry(healthAfter('answered', 'trying'), 1000)).toBe(true);
    expect(mayTry(healthAfter('trying'), 0)).toBe(true);
  });

  it('tries at once when the line is back, and shows the device offline until it has answered', () => {
    const away = healthAfter('answered', 'lineLost');
    expect(away.state).toBe('offline');
    const back = stepHealth(stepHealth(healthAfter('silent', 'silent', 'silent', 'silent'), 'lineLost', 5000, silenceMs), 'lineOpened', 5000, silenceMs);
    expect(back).toMatchObject({ state: 'offline', failures: 0 });
    expect(mayTry(back, 5000)).toBe(true);
    expect(stepHealth(back, 'answered', 5001, silenceMs).state).toBe('online');
  });

  it('never holds a device back for longer than 10 s, whatever happened', () => {
    const input = fc.constantFrom<HealthInput>('answered', 'silent', 'trying', 'lineLost', 'lineOpened');
    fc.assert(
      fc.property(fc.array(input), (inputs) => {
        const health = healthAfter(...inputs);
        expect(mayTry(health, inputs.length * 1000 + 10_000)).toBe(true);
        if (inputs.at(-1) === 'answered') expect(health.state).toBe('online');
      }),
    );
  });
});
