// Lost if deleted: published frames of Toledo continuous output, and every way such a frame says that it is no weight.
import { describe, expect, it } from 'vitest';
import { type ToledoFrame, toledoChecked, toledoUnchecked } from '../../../protocol/devices/toledo-continuous.ts';

const bytes = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const gross: ToledoFrame = {
  ...{ weight: 1234, tare: 0, decimals: 2, step: 1, net: false, negative: false, outOfRange: false, motion: false },
  ...{ kilograms: true, notZeroed: false, extra: 0x20 },
};
const net: ToledoFrame = { ...gross, tare: 150, net: true, motion: true };
/** Indicator manuals: 12.34 kg gross and stable; the same as net, in motion, with a tare of 1.50. */
const published = [
  [gross, '02 2C 30 20 30 30 31 32 33 34 30 30 30 30 30 30 0D 2B'],
  [net, '02 2C 39 20 30 30 31 32 33 34 30 30 30 31 35 30 0D 1C'],
] as const;

it.each(published)('reads and writes a published frame', (frame, hex) => {
  const { fromDevice } = toledoChecked.device;
  expect(fromDevice.parser().push(bytes(hex))).toEqual([{ ok: true, message: frame, raw: Uint8Array.from(bytes(hex)) }]);
  expect(Buffer.from(fromDevice.encode(frame))).toEqual(bytes(hex));
  const bare = bytes(hex).subarray(0, 17);
  expect(toledoUnchecked.device.fromDevice.parser().push(bare)).toMatchObject([{ ok: true, message: frame }]);
  expect(Buffer.from(toledoUnchecked.device.fromDevice.encode(frame))).toEqual(bare);
});

it('takes blanks for leading zeros, and a blank number for none', () => {
  const { fromDevice } = toledoUnchecked.device;
  const spaced = '02 2C 30 20 20 20 31 32 33 34 20 20 20 20 20 30 0D';
  expect(fromDevice.parser().push(bytes(spaced))).toMatchObject([{ ok: true, message: gross }]);
  const blank = '02 2C 30 20 20 20 20 20 20 20 20 20 20 20 20 30 0D';
  expect(fromDevice.parser().push(bytes(blank))).toMatchObject([{ ok: true, message: { weight: null } }]);
});

describe('a frame as a reading', () => {
  const said = (change: Partial<ToledoFrame>) => toledoChecked.decode([{ ...gross, ...change }]);
  it('is gross, or net with the tare added; a tare that is kept and not in use takes nothing off', () => {
    const values = { grossGrams: 12_340, netGrams: 12_340, tareGrams: 0, intervalGrams: 10, maxGrams: null, unstable: false };
    expect(said({})).toMatchObject({ ok: true, values });
    expect(toledoChecked.decode([net])).toMatchObject({ ok: true, values: { grossGrams: 13_840, netGrams: 12_340, tareGrams: 1500, unstable: true } });
    expect(said({ tare: 150 })).toMatchObject({ ok: true, values });
    expect(said({ tare: null })).toMatchObject({ ok: true, values });
    expect(said({ net: true, tare: null })).toEqual({ ok: false, issues: [expect.stringContaining('does not say the tare')] });
    // The published net frame with its net and motion bits cleared: 12.34 kg gross beside a kept preset of 1.50 kg. 1C + 09 = 25.
    const kept = '02 2C 30 20 30 30 31 32 33 34 30 30 30 31 35 30 0D 25';
    const [frame] = toledoChecked.device.fromDevice.parser().push(bytes(kept));
    expect(frame?.ok && toledoChecked.decode([frame.message])).toMatchObject({ ok: true, values });
    expect(said({ negative: true })).toMatchObject({ ok: true, values: { grossGrams: -12_340 } });
  });
  it.each([
    [-2, 5, 123_400_000, 500_000],
    [0, 2, 1_234_000, 2000],
    [1, 5, 123_400, 500],
    [3, 1, 1234, 1],
  ] as const)('with the point at %i and a step of %i', (decimals, step, grossGrams, intervalGrams) => {
    expect(said({ decimals, step })).toMatchObject({ ok: true, values: { grossGrams, intervalGrams } });
  });
  it('is no weight out of range, blank, or before the first zero', () => {
    expect(said({ outOfRange: true })).toEqual({ ok: true, values: { noWeight: 'overload' } });
    expect(said({ outOfRange: true, negative: true })).toEqual({ ok: true, values: { noWeight: 'underload' } });
    expect(said({ weight: null })).toEqual({ ok: true, values: { noWeight: 'fault' } });
    expect(said({ notZeroed: true })).toEqual({ ok: true, values: { noWeight: 'fault' } });
  });
  it('is refused in pounds, in another unit, expanded, or finer than a gram', () => {
    for (const change of [{ kilograms: false }, { extra: 0x21 }, { extra: 0x30 }, { decimals: 4 }, { decimals: 4, weight: 10 }])
      expect(said(change).ok).toBe(false);
  });
});

it('hears its four keys', () => {
  const { toDevice } = toledoChecked.device;
  expect(
    toDevice
      .parser()
      .push(Buffer.from('PTxZC'))
      .filter(({ ok }) => ok),
  ).toMatchObject(['P', 'T', 'Z', 'C'].map((message) => ({ ok: true, message })));
  expect(toledoChecked.orders).toEqual({ zero: ['Z'], tare: ['T'], clearTare: ['C'] });
});
