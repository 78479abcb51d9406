// Lost if deleted: the published poll of the Laumas class and its polarity traps: sign in the status word, 1 = stable, 32 registers at most.
import { describe, expect, it } from 'vitest';
import { laumas, scaleLaumas } from '../../../protocol/devices/scale-laumas.ts';
import { planReads } from '../../../protocol/read-plan.ts';
import { decodeField } from '../../../protocol/register-codec.ts';
import { fieldsPolled } from '../../../protocol/register-map.ts';
import { expectWrites, readingIn } from '../../support/golden-frames.ts';

const polled = fieldsPolled(scaleLaumas, 'status');
const plain = {
  ...{ cellError: false, converterFault: false, aboveMax: false, aboveFullScale: false, grossBeyondDisplay: false, netBeyondDisplay: false },
  ...{ grossNegative: false, netNegative: false, peakNegative: false, netShown: false, stable: false, nearZero: false },
};

it('is polled with the frame the source prints, and its reply read', () => {
  // Request: domain survey of the TLU manual. Reply by pymodbus 3: gross 12.34 kg, net -1.50 kg shown, stable, division 0.01 kg.
  const reading = readingIn(scaleLaumas, polled, [['01 03 00 06 00 08 A4 0D', '01 03 10 0D 00 00 00 04 D2 00 00 00 96 00 00 04 D2 00 0C 25 7D']]);
  expect(reading).toEqual({
    status: { ...plain, netNegative: true, netShown: true, stable: true },
    gross: 1234,
    net: 150,
    peak: 1234,
    scaling: { division: 12, unit: 0 },
  });
});

it('is commanded by FC16, a command number at a time', () => {
  expectWrites(scaleLaumas, { command: 'zero' }, ['01 10 00 05 00 01 02 00 08 A7 C3']);
});

it('never asks for more than 32 registers, and cannot name command 99 or calibration', () => {
  for (const span of planReads(scaleLaumas)) expect(span.count).toBeLessThanOrEqual(32);
  expect(Object.values(scaleLaumas.fields.command.labels)).toEqual([0, 7, 8, 9, 130]);
});

describe('whole grams', () => {
  const word = (status: number) => {
    const decoded = decodeField(scaleLaumas, 'status', [status]);
    if (!decoded.ok) throw new Error(decoded.issue);
    return decoded.value;
  };
  const seen = { status: word(0x0800), gross: 1234, net: 1234, scaling: { division: 12, unit: 0 } };
  const flags = { unstable: false, atZero: false, overload: false, underload: null, fault: false };

  it('of counts in hundredths of a kilogram', () => {
    const values = { grossGrams: 12_340, netGrams: 12_340, tareGrams: 0, maxGrams: null, intervalGrams: 10, ...flags };
    expect(laumas.decode(seen, 0)).toEqual({ ok: true, values });
  });
  it.each([
    ['0x0800: bit 11 set is STABLE', 0x0800, { unstable: false }],
    ['0x0000: bit 11 clear is unstable', 0x0000, { unstable: true }],
    ['0x1800: within a quarter division of zero', 0x1800, { atZero: true, unstable: false }],
    ['0x0880: gross below zero', 0x0880, { grossGrams: -12_340 }],
    ['0x0900: net below zero', 0x0900, { grossGrams: 12_340, netGrams: -12_340, tareGrams: 24_680 }],
    ['0x0804: above Max and 9 divisions', 0x0804, { overload: true }],
    ['0x0808: above 110 %', 0x0808, { overload: true }],
    ['0x0810: gross beyond the display', 0x0810, { overload: true }],
    ['0x0801: the cell is broken', 0x0801, { noWeight: 'fault' }],
    ['0x0802: the converter is broken', 0x0802, { noWeight: 'fault' }],
  ])('and the status word %s', (_name, status, values) => {
    expect(laumas.decode({ ...seen, status: word(status) }, 0)).toMatchObject({ ok: true, values });
  });
  it.each([
    [{ division: 15, unit: 0 }, 1, 1_234],
    [{ division: 14, unit: 0 }, 2, 1_234],
    [{ division: 13, unit: 0 }, 5, 1_234],
    [{ division: 6, unit: 1 }, 1, 1_234],
    [{ division: 6, unit: 0 }, 1_000, 1_234_000],
    [{ division: 0, unit: 0 }, 100_000, 1_234_000],
    [{ division: 15, unit: 2 }, 1_000, 1_234_000],
  ])('with the scaling %j: an interval of %d g', (scaling, intervalGrams, grossGrams) => {
    expect(laumas.decode({ ...seen, scaling }, 0)).toMatchObject({ ok: true, values: { intervalGrams, grossGrams } });
  });
  it('and refuses a division finer than a gram, a unit that is no mass, and an unknown division', () => {
    expect(laumas.decode({ ...seen, scaling: { division: 18, unit: 0 } }, 0)).toMatchObject({ ok: false });
    for (const scaling of [
      { division: 12, unit: 3 },
      { division: 19, unit: 0 },
    ]) {
      expect(laumas.decode({ ...seen, scaling }, 0)).toMatchObject({ ok: false, issues: [expect.stringContaining('is no mass')] });
    }
  });
});
