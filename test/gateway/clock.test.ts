// Without this a frame could follow the last one too early, because a timer came before its time, or a wait could fail to end when it is called off.
import { describe, expect, it } from 'vitest';
import { wireClock } from '../../gateway/clock.ts';
import { exactSleepMsMax } from '../../gateway/limits.ts';

describe('the wire clock', () => {
  it('never ends a short sleep early, whatever fraction of a millisecond it asks for', async () => {
    for (let n = 0; n < 200; n += 1) {
      const durationMs = (n * exactSleepMsMax) / 200;
      const startedAtMs = wireClock.monotonicMs();
      await wireClock.sleep(durationMs, 'test');
      expect(wireClock.monotonicMs() - startedAtMs).toBeGreaterThanOrEqual(durationMs);
    }
  });

  it('lets the event loop take a turn even when there is nothing to wait for', async () => {
    let turns = 0;
    setImmediate(() => {
      turns += 1;
    });
    await wireClock.sleep(0, 'test');
    expect(turns).toBe(1);
  });

  it.each([1, exactSleepMsMax, 60_000])('ends a sleep of %i ms with the reason it is called off for', async (durationMs) => {
    const reason = new Error('no longer needed');
    const stop = new AbortController();
    const asleep = wireClock.sleep(durationMs, 'test', stop.signal);
    stop.abort(reason);
    await expect(asleep).rejects.toBe(reason);
    await expect(wireClock.sleep(durationMs, 'test', stop.signal)).rejects.toBe(reason);
  });
});
