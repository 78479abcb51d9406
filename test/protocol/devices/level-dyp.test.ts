// Lost if deleted: the published frames of the level sensor, and that the blind zone and a missing floor never become a fill level.
import { expect, it } from 'vitest';
import { dypSensor, levelDyp } from '../../../protocol/devices/level-dyp.ts';
import { planReads } from '../../../protocol/read-plan.ts';
import { readingIn } from '../../support/golden-frames.ts';

// Requests: DYP-A02 manual. Replies by pymodbus 3: 757 mm, -2.0 degrees.
it('is asked with the published frames, each register alone', () => {
  expect(readingIn(levelDyp, ['distanceMm'], [['01 03 01 00 00 01 85 F6', '01 03 02 02 F5 79 63']])).toEqual({ distanceMm: 757 });
  expect(readingIn(levelDyp, ['realTimeMm'], [['01 03 01 01 00 01 D4 36', '01 03 02 02 F5 79 63']])).toEqual({ realTimeMm: 757 });
  expect(planReads(levelDyp).map(({ address, count }) => [address, count])).toEqual([
    [0x100, 1],
    [0x101, 1],
    [0x102, 1],
  ]);
});

it('has a deadline that its slow register keeps', () => {
  expect(levelDyp.timeoutMs).toBe(700);
});

it.each([
  [0, null],
  [29, null],
  [30, 100],
  [150, 100],
  [525, 50],
  [899, 0],
  [900, 0],
  [1080, 0],
  [1081, null],
  [65_535, null],
])('a distance of %d mm is a fill of %s %%', (distanceMm, percent) => {
  expect(dypSensor.levelPercent({ distanceMm }, { emptyMm: 900, fullMm: 150 })).toBe(percent);
});
