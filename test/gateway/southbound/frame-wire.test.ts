// Lost if deleted: a device on a port of its own could lose every second answer, and neither /metrics nor doctor would have a figure to show it by.
import { expect, it } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { openLockLine } from '../../support/lock-line.ts';

it('counts questions, answers with their time, silence, and what is said unasked', async () => {
  const { locks, twin, iron, tick } = await openLockLine('tcp', wireClock);
  const { signal } = new AbortController();
  const before = locks.stats();
  await locks.look(signal);
  const answered = locks.stats();
  expect([answered.open, answered.sent - before.sent, answered.answered - before.answered]).toEqual([true, 1, 1]);
  expect(answered.meanMs).toBeGreaterThan(0);
  expect(answered.busyMs).toBeGreaterThan(before.busyMs);
  expect(answered.utilisation).toBeGreaterThan(0);
  twin.setFaults([{ name: 'mute' }]);
  await expect(locks.look(signal)).rejects.toMatchObject({ code: 'bus_timeout' });
  const silent = locks.stats();
  expect([silent.sent - answered.sent, silent.answered - answered.answered, silent.timeouts - answered.timeouts]).toEqual([1, 0, 1]);
  twin.setFaults([]);
  // Two doors, a report each.
  iron.setDoor(true);
  tick();
  await locks.look(signal);
  const told = locks.stats();
  expect([told.sent - silent.sent, told.answered - silent.answered]).toEqual([1, 3]);
});
