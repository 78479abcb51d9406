// Without this nobody would know that a jumping clock really reaches the ledger, nor that a clerk's word really changes the date in use.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { wireClock } from '../../gateway/clock.ts';
import { clockAdjustmentsMax } from '../../gateway/limits.ts';
import { thisMachine } from '../../gateway/machine.ts';
import { openVillageTime, settleTraining } from '../../gateway/village-time.ts';
import { confirmDate, recordClock } from '../../gateway/workflows/keep-clock.ts';
import { epochMs } from '../../protocol/units.ts';
import { makeFolder, makeStore } from '../support/make-store.ts';

const savedMs = Date.UTC(2026, 10, 24, 7);
const dayMs = 86_400_000;

/** A village in service on a machine whose clocks are ours. */
function openTime() {
  const hands = { wallMs: savedMs, monotonicMs: 0, synchronized: false };
  const clock = { ...wireClock, now: () => epochMs(hands.wallMs), monotonicMs: () => hands.monotonicMs };
  const time = openVillageTime(null, epochMs(savedMs), { ...thisMachine, clock, isClockSynchronized: () => hands.synchronized });
  const pass = (ms: number) => {
    hands.wallMs += ms;
    hands.monotonicMs += ms;
  };
  return { hands, time, pass };
}

it('records a jump, runs on without it, and takes a clerk at their word', () => {
  const { hands, time, pass } = openTime();
  const { store } = makeStore();
  const keeping = { gateway: 'gw-test', time, store };
  pass(60_000);
  expect([time.clock.now(), time.quality()]).toEqual([savedMs + 60_000, 'rtc']);

  hands.wallMs = 0;
  expect([time.clock.now(), time.quality()]).toEqual([savedMs + 60_000, 'hold']);
  const saidMs = savedMs + 40 * dayMs;
  expect(confirmDate(keeping, { atMs: saidMs, operator: 'clerk' })).toMatchObject({ ok: true });
  pass(1000);
  expect([time.clock.now(), time.quality()]).toEqual([saidMs + 1000, 'operator']);
  recordClock(keeping);
  expect([...store.events()].flatMap(({ draft }) => (draft.name === 'clock.adjusted' ? [draft.data] : []))).toEqual([
    { fromMs: savedMs + 60_000, toMs: 0, reason: 'behind', operator: null },
    { fromMs: savedMs + 60_000, toMs: saidMs, reason: 'confirmed', operator: 'clerk' },
  ]);
});

it('keeps a bounded number of jumps of a clock gone mad', () => {
  const { hands, time } = openTime();
  for (let jump = 0; jump < 10 * clockAdjustmentsMax; jump += 1) {
    hands.wallMs = jump % 2 === 0 ? 0 : savedMs;
    time.quality();
  }
  expect(time.takeAdjustments()).toHaveLength(clockAdjustmentsMax);
  expect(time.takeAdjustments()).toEqual([]);
});

it('leaves training time to the trainer', () => {
  const time = openVillageTime({ pace: 10, firstMs: epochMs(savedMs) }, null, thisMachine);
  expect(time.quality()).toBe('operator');
  expect(time.confirm({ atMs: savedMs, operator: 'clerk', floorMs: 0 })).toMatchObject({ ok: false, refusal: { code: 'training_time' } });
});

it('decides once whether a folder lives by real or by training time, and guesses nothing when the mark is damaged', () => {
  const folder = makeFolder();
  const training = { pace: 10, firstMs: epochMs(savedMs) };
  expect(settleTraining(folder, training)).toEqual(training);
  expect(() => settleTraining(folder, null)).toThrow('holds a training village');
  writeFileSync(join(folder, 'village-clock'), 'garbage');
  for (const asked of [training, null, 'stored'] as const) expect(() => settleTraining(folder, asked)).toThrow('in service or in training');
});
