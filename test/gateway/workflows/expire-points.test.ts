// Lost if deleted: that old points end by themselves, once, on a day that is believed, and by the hand of a person where the gateway was off.
import { expect, it } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { expirePoints } from '../../../gateway/workflows/expire-points.ts';
import { eventually } from '../../support/eventually.ts';
import { testStartMs } from '../../support/make-store.ts';
import { codeOf, dataOf, openVillage, sound } from '../../support/tell.ts';
import { householdOf } from '../../support/village-drafts.ts';

const [a, b] = [1, 2].map(householdOf) as [string, string];
/** 2028-01-01, when points of 2026 are over. Unit: ms since 1970. */
const overMs = Date.UTC(2028, 0, 1);

async function openOldPoints() {
  const village = openVillage();
  for (const household of [a, b]) await village.tell('recyclables.receive', { household, material: 'cardboard', grams: 10_000 }, 'clerk-1');
  village.clock.nowMs = Date.UTC(2027, 5, 1);
  await village.tell('recyclables.receive', { household: a, material: 'cardboard', grams: 5000 }, 'clerk-1');
  return village;
}

it('takes the points of the year before the last, told by a person, once (R-31)', async () => {
  const village = await openOldPoints();
  const expire = (day: string) => village.tell('points.expire', { day }, 'committee-1');
  village.clock.nowMs = Date.UTC(2027, 10, 20);
  expect(village.show('points.show', { household: a }, 'clerk-1')).toMatchObject({ shown: { notice: { points: 600, lastDay: '2027-12-31' } } });
  expect(await expire('2027-11-20')).toMatchObject({ ok: true, events: [] });
  expect(codeOf(await expire('2028-01-01'))).toBe('session_ahead');
  village.clock.nowMs = overMs;
  village.clock.timeq = 'none';
  expect(codeOf(await expire('2028-01-01'))).toBe('date_untrusted');
  village.clock.timeq = 'operator';
  expect(dataOf(await expire('2028-01-01'), 'points.expired').map(({ household, points }) => [household, points])).toEqual([
    [a, 600],
    [b, 600],
  ]);
  expect(await expire('2028-01-01')).toMatchObject({ ok: true, events: [] });
  expect([village.balance(a), village.balance(b), village.store.ledger.balance('expiry/points', 'points')]).toEqual([300, 0, 1200]);
  expect(village.soundness()).toEqual(sound);
});

it('is looked for by a serving gateway, and waits for a date', async () => {
  const village = await openOldPoints();
  village.clock.nowMs = overMs;
  village.clock.timeq = 'none';
  const stop = new AbortController();
  let looks = 0;
  /** A clock on which no pause lasts. */
  const hasty = {
    now: () => wireClock.now(),
    monotonicMs: () => wireClock.monotonicMs(),
    sleep: (_ms: number, name: string, signal?: AbortSignal) => {
      looks += 1;
      return wireClock.sleep(1, name, signal);
    },
  };
  const task = expirePoints(village.books, hasty, stop.signal);
  await eventually(
    () => looks >= 3,
    () => 'the task does not get on',
  );
  expect(village.store.counts()['points.expired']).toBeUndefined();
  village.clock.timeq = 'ntp';
  await eventually(
    () => village.balance(b) === 0,
    () => 'the task does not get on',
  );
  const seen = looks;
  await eventually(
    () => looks > seen + 3,
    () => 'the task does not get on',
  );
  stop.abort(new Error('over'));
  await expect(task).rejects.toThrow('over');
  expect(village.store.counts()['points.expired']).toBe(2);
  expect(testStartMs).toBeLessThan(overMs);
});
