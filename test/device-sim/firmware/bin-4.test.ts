// Without this, a lock of the simulated bin could stay open, or open on a fire, and no gateway test would notice.
import { expect, test } from 'vitest';
import { hotDeciC, pulseLock, stepLocks } from '../../../device-sim/firmware/bin-4.ts';

const shut = [0, 0, 0, 0];
const cool = { smoke: false, temperatureDeciC: 200 };

test('a pulse opens one lock and ends by itself', () => {
  const pulsed = pulseLock(shut, 2, 500, cool);
  expect(pulsed).toEqual({ ok: true, locks: [0, 500, 0, 0] });
  expect(stepLocks([0, 500, 0, 0], 499)).toEqual([0, 1, 0, 0]);
  expect(stepLocks([0, 1, 0, 0], 100)).toEqual(shut);
});

test('no lock opens on smoke or heat', () => {
  expect(pulseLock(shut, 1, 500, { smoke: true, temperatureDeciC: 200 })).toEqual({ ok: false });
  expect(pulseLock(shut, 1, 500, { smoke: false, temperatureDeciC: hotDeciC })).toEqual({ ok: false });
});
