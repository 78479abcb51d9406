// Lost if deleted: the register places of the bin controller, that its locks can only be pulsed, and that missing compartments are left out.
import { expect, it } from 'vitest';
import { bin4, bin4Controller } from '../../../protocol/devices/bin-4.ts';
import { planReads } from '../../../protocol/read-plan.ts';
import { decodeSpan, encodeWrites, joinReadings } from '../../../protocol/register-codec.ts';
import { fieldsPolled } from '../../../protocol/register-map.ts';

const doorsAndSmoke = [false, true, false, false, false, false, false, true];
/** fitted, four levels, four temperatures: -0.5, 20.0, 0.0 and 85.0 degrees. */
const inputs = (fitted: number) => [fitted, 10, 80, 0, 100, 0xfffb, 200, 0, 850];

function read(fitted: number) {
  const [bits, words] = planReads(bin4);
  if (!bits || !words) throw new Error('the plan has two requests');
  const parts = [decodeSpan(bin4, bits, doorsAndSmoke), decodeSpan(bin4, words, inputs(fitted))].map((part) => (part.ok ? part.values : {}));
  return bin4Controller.decode(joinReadings(bin4, fieldsPolled(bin4, 'status'), parts), 'food');
}

it('reads four compartments in two requests', () => {
  expect(planReads(bin4).map(({ space, address, count }) => [space, address, count])).toEqual([
    ['discrete', 0, 8],
    ['input', 0, 9],
  ]);
  expect(read(0b1111)).toEqual([
    { compartment: 1, wasteClass: 'food', levelPercent: 10, full: null, doorOpen: false, smoke: false, temperatureDeciC: -5 },
    { compartment: 2, wasteClass: 'recyclable', levelPercent: 80, full: null, doorOpen: true, smoke: false, temperatureDeciC: 200 },
    { compartment: 3, wasteClass: 'hazardous', levelPercent: 0, full: null, doorOpen: false, smoke: false, temperatureDeciC: 0 },
    { compartment: 4, wasteClass: 'residual', levelPercent: 100, full: null, doorOpen: false, smoke: true, temperatureDeciC: 850 },
  ]);
});

it('leaves out compartments that are not fitted', () => {
  expect(read(0b1001).map(({ compartment, wasteClass }) => [compartment, wasteClass])).toEqual([
    [1, 'food'],
    [4, 'residual'],
  ]);
});

it('opens a lock by a pulse the board ends: 700 ms is 7 counts, and nothing can hold it open', () => {
  expect(encodeWrites(bin4, { hazardousLockPulseMs: 700 })).toEqual([{ kind: 'writeRegisters', address: 2, words: [7] }]);
  expect(() => encodeWrites(bin4, { foodLockPulseMs: 2100 })).toThrow(new RangeError('BIN-4.foodLockPulseMs: 2100 ms is outside 100..2000'));
  expect(Object.values(bin4.fields).filter(({ space }) => (space as string) === 'coil')).toEqual([]);
});
