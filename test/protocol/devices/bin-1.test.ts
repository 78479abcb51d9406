// Lost if deleted: the frames printed in the thesis for its bin, that the scanned user code is never read, and that no level is made up.
import { expect, it } from 'vitest';
import { bin1, bin1Controller } from '../../../protocol/devices/bin-1.ts';
import { planReads, readRequest } from '../../../protocol/read-plan.ts';
import { expectWrites, requestIn } from '../../support/golden-frames.ts';

it('opens and shuts the lid with the published frames', () => {
  expectWrites(bin1, { lidOpen: true }, ['01 05 00 00 FF 00 8C 3A']);
  expectWrites(bin1, { lidOpen: false }, ['01 05 00 00 00 00 CD CA']);
});

it.each([
  ['temperatureDeciC', '01 04 00 00 00 01 31 CA'],
  ['humidityPermille', '01 04 00 01 00 01 60 0A'],
  ['gasCount', '01 04 00 02 00 01 90 0A'],
  ['weight', '01 04 00 03 00 02 81 CB'],
  ['approach', '01 04 00 13 00 01 C0 0F'],
  ['full', '01 04 00 14 00 01 71 CE'],
  ['lidOpen', '01 01 00 00 00 01 FD CA'],
] as const)('reads %s with %s', (name, frame) => {
  expect(planReads(bin1, [name]).map(readRequest)).toEqual([requestIn(frame)]);
});

it('never reads where a user code may stand', () => {
  const touched = planReads(bin1).flatMap(({ space, address, count }) => (space === 'input' ? Array.from({ length: count }, (_, at) => address + at) : []));
  expect(touched.filter((address) => address >= 0x05 && address <= 0x12)).toEqual([]);
});

it.each([
  ['room', false],
  ['full', true],
] as const)('says %s, and no percent', (full, isFull) => {
  const [reading] = bin1Controller.decode({ lidOpen: false, temperatureDeciC: 200, full }, 'food');
  expect(reading).toMatchObject({ levelPercent: null, full: isFull });
});
