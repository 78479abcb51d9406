// Lost if deleted: the frames printed in the PT113 manual, and its polarity traps: 1 = unstable beside 1 = data ok.
import { describe, expect, it } from 'vitest';
import { pt113, scalePt113 } from '../../../protocol/devices/scale-pt113.ts';
import { decodeField } from '../../../protocol/register-codec.ts';
import { fieldsPolled } from '../../../protocol/register-map.ts';
import { expectWrites, readingIn } from '../../support/golden-frames.ts';

const plain = { busy: false, dataOk: false, unstable: false, net: false, countMode: false, centreOfZero: false, error: 0 };

it('reads and writes the frames of the manual', () => {
  // PT113 instruction manual page 40: zero, and supply voltage 23.5 V.
  expectWrites(scalePt113, { control: 'zero' }, ['01 10 00 08 00 01 02 00 01 66 D8']);
  expect(readingIn(scalePt113, ['supplyDeciV'], [['01 03 00 21 00 01 D4 00', '01 03 02 00 EB F8 0B']])).toEqual({ supplyDeciV: 235 });
});

it('reads weights and both status words in one request', () => {
  // Reply by pymodbus 3: net -50, tare 300, gross 250, net mode, data ok, stable.
  const reading = readingIn(scalePt113, fieldsPolled(scalePt113, 'status'), [
    ['01 03 00 00 00 08 44 0C', '01 03 10 FF FF FF CE 00 0A 00 00 01 2C 00 00 00 FA 00 0A 1F 39'],
  ]);
  const status = { ...plain, dataOk: true, net: true };
  expect(reading).toEqual({ displayed: -50, status, tare: 300, gross: 250, statusAgain: status });
});

it('names no calibration register', () => {
  expect(Object.values(scalePt113.fields).filter(({ address }) => address >= 9 && address <= 0x20)).toEqual([]);
});

describe('whole grams', () => {
  const word = (status: number) => {
    const decoded = decodeField(scalePt113, 'status', [status]);
    if (!decoded.ok) throw new Error(decoded.issue);
    return decoded.value;
  };
  const seen = (status: number, again = status) => ({ displayed: 250, tare: 300, gross: 250, status: word(status), statusAgain: word(again) });

  it.each([
    ['0x0002: bit 2 clear is stable', 0x0002, { grossGrams: 2_500, netGrams: 2_500, tareGrams: 0, unstable: false, atZero: false }],
    ['0x0006: bit 2 set is UNSTABLE', 0x0006, { unstable: true }],
    ['0x1002: centre of zero', 0x1002, { atZero: true }],
    ['0x0003: busy', 0x0003, { noWeight: 'busy' }],
    ['0x0000: bit 1 clear is bad data', 0x0000, { noWeight: 'fault' }],
    ['0x4002: over range', 0x4002, { noWeight: 'overload' }],
    ['0x6002: under range', 0x6002, { noWeight: 'underload' }],
    ['0x8000: system error', 0x8000, { noWeight: 'fault' }],
    ['0x0022: counting pieces', 0x0022, { noWeight: 'fault' }],
  ])('of hundredths, with the status word %s', (_name, status, values) => {
    expect(pt113.decode(seen(status), 2)).toMatchObject({ ok: true, values });
  });
  it('with a tare', () => {
    expect(pt113.decode({ ...seen(0x000a), displayed: -50 }, 2)).toMatchObject({
      ok: true,
      values: { grossGrams: 2_500, netGrams: -500, tareGrams: 3_000 },
    });
  });
  it('count as moving when the word behind the weights says so', () => {
    expect(pt113.decode(seen(0x0002, 0x0006), 2)).toMatchObject({ ok: true, values: { unstable: true } });
  });
  it('and refuses fractions of a gram, and a shown weight that is neither gross nor net', () => {
    expect(pt113.decode(seen(0x0002), 5)).toMatchObject({ ok: false });
    expect(pt113.decode({ ...seen(0x0002), displayed: 1 }, 2)).toMatchObject({ ok: false });
  });
});
