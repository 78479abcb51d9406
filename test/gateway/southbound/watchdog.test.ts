// Without this a silent device could hold its line for ever, or a reply that came in time could be called late.
import { afterEach, expect, it } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { Watchdog } from '../../../gateway/southbound/watchdog.ts';

const open: Watchdog[] = [];
afterEach(() => {
  for (const watchdog of open.splice(0)) watchdog.stop();
});
function startWatchdog() {
  const missedAtMs: number[] = [];
  const watchdog = new Watchdog(wireClock, () => missedAtMs.push(wireClock.monotonicMs()));
  open.push(watchdog);
  return { watchdog, missedAtMs };
}
const inMs = (ms: number) => wireClock.monotonicMs() + ms;

it('tells a missed deadline once, and never before it', async () => {
  const { watchdog, missedAtMs } = startWatchdog();
  const dueAtMs = inMs(20);
  watchdog.arm(dueAtMs);
  await expect.poll(() => missedAtMs.length, { interval: 5 }).toBe(1);
  expect(missedAtMs[0]).toBeGreaterThanOrEqual(dueAtMs);
  await wireClock.sleep(60, 'a second call');
  expect(missedAtMs).toHaveLength(1);
});

it('tells nothing of a deadline that was met, and watches over the next with the same sleep', async () => {
  const { watchdog, missedAtMs } = startWatchdog();
  for (let n = 0; n < 5; n += 1) {
    watchdog.arm(inMs(30));
    watchdog.disarm();
  }
  const dueAtMs = inMs(60);
  watchdog.arm(dueAtMs);
  await expect.poll(() => missedAtMs.length, { interval: 5 }).toBe(1);
  expect(missedAtMs[0]).toBeGreaterThanOrEqual(dueAtMs);
});

it('wakes for a deadline that comes before the one it sleeps for', async () => {
  const { watchdog, missedAtMs } = startWatchdog();
  watchdog.arm(inMs(600_000));
  watchdog.arm(inMs(20));
  await expect.poll(() => missedAtMs.length, { interval: 5 }).toBe(1);
});

it('watches again after everything was met and its sleep is over', async () => {
  const { watchdog, missedAtMs } = startWatchdog();
  watchdog.arm(inMs(10));
  watchdog.disarm();
  await wireClock.sleep(60, 'the end of the first sleep');
  watchdog.arm(inMs(10));
  await expect.poll(() => missedAtMs.length, { interval: 5 }).toBe(1);
});

it('tells nothing once it is stopped', async () => {
  const { watchdog, missedAtMs } = startWatchdog();
  watchdog.arm(inMs(10));
  watchdog.stop();
  await wireClock.sleep(60, 'a call that must not come');
  expect(missedAtMs).toEqual([]);
});
