// Lost if deleted: the Yaohua manuals' own frames, and frames captured at real weighbridges, which say that ours is the protocol spoken out there.
import { describe, expect, it } from 'vitest';
import { type Shown, xk3190Format0, xk3190Format1, xk3190Format2 } from '../../../protocol/devices/xk3190.ts';
import type { FrameSide } from '../../../protocol/frame-device.ts';
import frames from '../../fixtures/scale-frames.json' with { type: 'json' };

const bytes = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const read = (side: FrameSide<Shown>, frame: Buffer) => side.parser().push(frame);
const plus = (digits: number, decimals: number): Shown => ({ negative: false, digits, decimals });
const minus = (digits: number, decimals: number): Shown => ({ negative: true, digits, decimals });

/** XK3190-A26 manual; the last three were captured at a weighbridge that sends whole kilograms. */
const format0 = [
  ['+20.00', '02 2B 30 30 32 30 30 30 32 31 42 03', plus(2000, 2)],
  ['-1.25', '02 2D 30 30 30 31 32 35 32 31 39 03', minus(125, 2)],
  ['zero', '02 2B 30 30 30 30 30 30 32 31 39 03', plus(0, 2)],
  ['an empty bridge', '02 2b 30 30 30 30 30 30 30 31 42 03', plus(0, 0)],
  ['1560 kg', '02 2b 30 30 31 35 36 30 30 31 39 03', plus(1560, 0)],
  ['1650 kg', '02 2b 30 30 31 36 35 30 30 31 39 03', plus(1650, 0)],
] as const;

it.each(format0)('format 0: %s', (_what, hex, shown) => {
  expect(read(xk3190Format0.device.fromDevice, bytes(hex))).toEqual([{ ok: true, message: shown, raw: Uint8Array.from(bytes(hex)) }]);
  expect(Buffer.from(xk3190Format0.device.fromDevice.encode(shown))).toEqual(bytes(hex));
});

it.each([
  ['=000.3000', plus(3000, 3)],
  ['=00.1000-', minus(100, 2)],
] as const)('format 1: %s', (text, shown) => {
  expect(read(xk3190Format1.device.fromDevice, Buffer.from(text))).toMatchObject([{ ok: true, message: shown }]);
  expect(Buffer.from(xk3190Format1.device.fromDevice.encode(shown)).toString()).toBe(text);
});

const scales = [xk3190Format0, xk3190Format1, xk3190Format2];
it.each(frames)('$model, encoded by hand: $hex', ({ model, hex, message }) => {
  const side = scales.find(({ device }) => device.model === model)?.device.fromDevice;
  expect(side && read(side, bytes(hex))).toMatchObject([{ ok: true, message }]);
  expect(Buffer.from(side?.encode(message) ?? []).toString('hex')).toBe(hex);
});

describe('what no check can tell', () => {
  it('12.345 and 0.00 carry the same check, so one damaged frame may be another weight', () => {
    const check = (shown: Shown) => Buffer.from(xk3190Format0.device.fromDevice.encode(shown)).toString('latin1', 9, 11);
    expect([check(plus(12_345, 3)), check(plus(0, 2))]).toEqual(['19', '19']);
  });
  it('a frame of format 1 is another weight in format 2, so nobody guesses the format', () => {
    expect(read(xk3190Format2.device.fromDevice, Buffer.from('=000.3000'))).toMatchObject([{ ok: true, message: plus(3000, 4) }]);
    expect(read(xk3190Format1.device.fromDevice, Buffer.from('=000.3000'))).toMatchObject([{ ok: true, message: plus(3000, 3) }]);
  });
});

describe('a shown weight', () => {
  it('is kilograms, gross and net alike, with everything unsaid left unsaid', () => {
    const flags = { maxGrams: null, intervalGrams: null, unstable: null, atZero: null, overload: null, underload: null, fault: null };
    const values = (grams: number) => ({ ok: true, values: { grossGrams: grams, netGrams: grams, tareGrams: 0, ...flags } });
    expect(xk3190Format0.decode([plus(2000, 2)])).toEqual(values(20_000));
    expect(xk3190Format0.decode([minus(125, 2)])).toEqual(values(-1250));
    expect(xk3190Format0.decode([minus(0, 2)])).toEqual(values(0));
    expect(xk3190Format0.decode([plus(12_340, 4)])).toEqual(values(1234));
    expect(xk3190Format0.decode([plus(12_345, 4)]).ok).toBe(false);
  });
  it('of more digits than are shown cannot be sent', () => {
    for (const shown of [plus(1_000_000, 2), plus(-1, 2), plus(1, 5), plus(0.5, 0)])
      for (const { device } of scales) expect(() => device.fromDevice.encode(shown)).toThrow();
  });
});
