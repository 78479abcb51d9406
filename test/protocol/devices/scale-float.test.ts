// Lost if deleted: float weights of the ID551 type as other programs put them on the wire, 1 = motion, and commands sent as edges.
import { describe, expect, it } from 'vitest';
import { floatScale, scaleFloat } from '../../../protocol/devices/scale-float.ts';
import { decodeField } from '../../../protocol/register-codec.ts';
import { fieldsPolled } from '../../../protocol/register-map.ts';
import { expectWrites, readingIn } from '../../support/golden-frames.ts';

const polled = fieldsPolled(scaleFloat, 'status');
const plain = {
  ...{ calFree: false, tareEnabled: false, calFreeError: false, atZero: false, underZero: false, overCapacity: false },
  ...{ net: false, motion: false, zeroedAtPowerOn: false, inSetup: false, dataValid: false },
};

// All frames by pymodbus 3 from the manual's table.
it('is read in one request: gross 2.34 kg, net 2.24 kg shown', () => {
  const reading = readingIn(scaleFloat, polled, [['01 03 00 00 00 05 85 C9', '01 03 0A 40 0F 5C 29 40 15 C2 8F 88 00 B3 69']]);
  expect(reading).toEqual({ displayed: Math.fround(2.24), gross: Math.fround(2.34), status: { ...plain, net: true, dataValid: true } });
});

it('moves while bit 12 is 1', () => {
  const reading = readingIn(scaleFloat, polled, [['01 03 00 00 00 05 85 C9', '01 03 0A 40 15 C2 8F 40 15 C2 8F 90 00 44 E3']]);
  expect(reading.status).toEqual({ ...plain, motion: true, dataValid: true });
});

it('is zeroed by an edge: zero first, then the bit', () => {
  expectWrites(scaleFloat, { demand: { zero: true, tare: false, clear: false } }, ['01 10 00 05 00 01 02 00 00 A6 05', '01 10 00 05 00 01 02 08 00 A1 C5']);
});

describe('whole grams', () => {
  const word = (status: number) => {
    const decoded = decodeField(scaleFloat, 'status', [status]);
    if (!decoded.ok) throw new Error(decoded.issue);
    return decoded.value;
  };
  const shown = (kilograms: number, status = 0x8000) => ({ displayed: Math.fround(kilograms), gross: Math.fround(kilograms), status: word(status) });

  it.each([
    [12.34, 12_340],
    [0.005, 5],
    [-0.15, -150],
    [0, 0],
    [-0, 0],
    [999.999, 999_999],
  ])('of the single nearest to %d kg: %d g', (kilograms, grossGrams) => {
    expect(floatScale.decode(shown(kilograms), 0)).toMatchObject({ ok: true, values: { grossGrams, netGrams: grossGrams, tareGrams: 0 } });
  });
  it('of every gram up to 60 kg, also where the controller multiplied count by division in single precision', () => {
    for (let grams = 0; grams <= 60_000; grams += 5) {
      const multiplied = Math.fround(Math.fround(0.005) * (grams / 5));
      expect(floatScale.decode({ displayed: multiplied, gross: Math.fround(grams / 1000), status: word(0x8000) }, 0)).toMatchObject({
        ok: true,
        values: { grossGrams: grams, netGrams: grams },
      });
    }
  });
  it.each([[12.3404], [0.0004], [1_000.5], [2 ** -100]])('and of nothing else: %d kg is refused, not rounded', (kilograms) => {
    expect(floatScale.decode(shown(kilograms), 0)).toMatchObject({ ok: false });
  });
  it.each([
    ['0x9000: bit 12 set is MOVING', 0x9000, { unstable: true }],
    ['0x8000: bit 12 clear is stable', 0x8000, { unstable: false }],
    ['0x8100: centre of zero', 0x8100, { atZero: true }],
    ['0x8200: under zero', 0x8200, { underload: true }],
    ['0x8400: over capacity', 0x8400, { noWeight: 'overload' }],
    ['0x0000: data not valid', 0x0000, { noWeight: 'fault' }],
    ['0xC000: in set-up', 0xc000, { noWeight: 'fault' }],
  ])('with the status word %s', (_name, status, values) => {
    expect(floatScale.decode(shown(1.5, status), 0)).toMatchObject({ ok: true, values });
  });
  it('with a tare: net is shown, and the tare is what is missing to gross', () => {
    const values = { displayed: Math.fround(2.24), gross: Math.fround(2.34), status: word(0x8800) };
    expect(floatScale.decode(values, 0)).toMatchObject({ ok: true, values: { grossGrams: 2340, netGrams: 2240, tareGrams: 100 } });
    expect(floatScale.decode({ ...values, status: word(0x8000) }, 0)).toMatchObject({ ok: false });
  });
});
