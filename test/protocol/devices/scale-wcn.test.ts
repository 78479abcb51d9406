// Lost if deleted: the manual's own frames of the W-CN transmitter, and the step from counts to whole grams that every award rests on.
import { describe, expect, it } from 'vitest';
import { autoTare, decodeScaleReading, divisionGrams, scaleReadingFields, scaleWcn, zeroNow } from '../../../protocol/devices/scale-wcn.ts';
import { planReads, readRequest } from '../../../protocol/read-plan.ts';
import { decodeSpan, encodeWrites } from '../../../protocol/register-codec.ts';
import type { ReadingOf } from '../../../protocol/register-map.ts';
import { decodeRequest, matchReply } from '../../../protocol/rtu-frame.ts';

const bytes = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** The registers of a reply frame of unit 1 to FC03. */
const wordsOf = (frame: Buffer) => Array.from({ length: (frame[2] ?? 0) / 2 }, (_, at) => frame.readUInt16BE(3 + at * 2));

describe('the frames of the manual', () => {
  it('read gross: 132', () => {
    const request = bytes('01 03 00 50 00 02 C4 1A');
    const gross = { space: 'holding', address: 0x50, count: 2, fields: ['gross'] } as const;
    expect(decodeRequest(request)).toEqual({ ok: true, unit: 1, request: readRequest(gross) });
    const reply = matchReply(request, bytes('01 03 04 00 00 00 84 FA 50'));
    expect(reply.kind).toBe('match');
    expect(decodeSpan(scaleWcn, gross, wordsOf(bytes('01 03 04 00 00 00 84 FA 50')))).toEqual({ ok: true, values: { gross: 132 } });
  });
  it('read net: -15889', () => {
    const reply = bytes('01 03 04 FF FF C1 EF EA 0B');
    expect(matchReply(bytes('01 03 00 52 00 02 65 DA'), reply).kind).toBe('match');
    const net = { space: 'holding', address: 0x52, count: 2, fields: ['net'] } as const;
    expect(decodeSpan(scaleWcn, net, wordsOf(reply))).toEqual({ ok: true, values: { net: -15889 } });
  });
  it('zero and automatic tare', () => {
    const requestIn = (text: string) => {
      const decoded = decodeRequest(bytes(text));
      return decoded.ok ? [decoded.request] : decoded.fault;
    };
    expect(encodeWrites(scaleWcn, { executeZero: zeroNow })).toEqual(requestIn('01 10 00 5E 00 01 02 00 01 6A EE'));
    expect(encodeWrites(scaleWcn, { tare: autoTare })).toEqual(requestIn('01 10 00 54 00 02 04 7F FF FF FF DF 34'));
  });
  it('status 0x0802: peak flag and two decimals; bit 5 is set when UNSTABLE', () => {
    const status = { space: 'holding', address: 8, count: 1, fields: ['status'] } as const;
    const quiet = {
      decimals: 2,
      negative: false,
      zeroedAtPowerOn: false,
      unstable: false,
      overflow: false,
      atZero: false,
      smartSensor: false,
      overload: false,
      valley: false,
      peak: true,
    };
    expect(decodeSpan(scaleWcn, status, [0x0802])).toEqual({ ok: true, values: { status: quiet } });
    expect(decodeSpan(scaleWcn, status, [0x0822])).toEqual({ ok: true, values: { status: { ...quiet, unstable: true } } });
  });
});

it('cannot name the sealed calibration registers', () => {
  const sealed = Object.values(scaleWcn.fields).filter((row) => row.address >= 0x26 && row.address < 0x2c);
  expect(sealed).toEqual([]);
});

it('needs two requests for a reading', () => {
  expect(planReads(scaleWcn, scaleReadingFields).map(({ address, count }) => [address, count])).toEqual([
    [0x08, 1],
    [0x50, 9],
  ]);
});

describe('counts to grams', () => {
  const flags = {
    negative: false,
    zeroedAtPowerOn: true,
    unstable: false,
    overflow: false,
    atZero: false,
    smartSensor: false,
    overload: false,
    valley: false,
    peak: false,
  };
  type Counts = Pick<ReadingOf<typeof scaleWcn>, (typeof scaleReadingFields)[number]>;
  const reading = (decimals: number, counts: Partial<Counts> = {}) =>
    decodeScaleReading({ status: { ...flags, decimals }, gross: 132, net: -68, tare: 200, maxRange: 3000, divisionCode: 6, ...counts });

  it('two decimals: 132 is 1.32 kg, division code 6 is 10 g', () => {
    expect(reading(2)).toEqual({
      ok: true,
      values: {
        grossGrams: 1320,
        netGrams: -680,
        tareGrams: 2000,
        maxGrams: 30_000,
        intervalGrams: 10,
        unstable: false,
        atZero: false,
        overload: false,
        underload: null,
        fault: null,
      },
    });
  });
  it.each([
    [0, 132_000, 12],
    [1, 13_200, 9],
    [3, 132, 3],
  ])('%i decimals: 132 is %i g', (decimals, grossGrams, divisionCode) => {
    const decoded = reading(decimals, { divisionCode });
    expect(decoded.ok && decoded.values.grossGrams).toBe(grossGrams);
  });
  it('five decimals hold whole grams only in hundreds of counts', () => {
    const whole = { gross: 4500, net: 4500, tare: 0, maxRange: 100_000 };
    const decoded = reading(5, whole);
    expect(decoded.ok && decoded.values.grossGrams).toBe(45);
    expect(reading(5, { ...whole, gross: 4501 })).toEqual({ ok: false, issues: ['W-CN.gross: 4501 with 5 decimals is not a whole gram'] });
  });
  it('refuses a division below a gram or finer than the display', () => {
    expect(reading(3, { divisionCode: 2 })).toEqual({ ok: false, issues: ['W-CN.divisionCode: code 2 is 0.5 g, not a whole gram'] });
    expect(reading(2, { divisionCode: 5 })).toEqual({ ok: false, issues: ['W-CN.divisionCode: 5 g is finer than 2 decimals can show'] });
  });
  it('passes its flags on, and takes an overflowing converter for an overload', () => {
    const flagsOf = (set: Partial<typeof flags>) => {
      const status = { ...flags, ...set, decimals: 2 };
      const decoded = decodeScaleReading({ status, gross: 0, net: 0, tare: 0, maxRange: 3000, divisionCode: 6 });
      return decoded.ok && decoded.values;
    };
    expect(flagsOf({ unstable: true, atZero: true })).toMatchObject({ unstable: true, atZero: true, overload: false });
    expect(flagsOf({ overload: true })).toMatchObject({ overload: true });
    expect(flagsOf({ overflow: true })).toMatchObject({ overload: true });
  });
  it('knows the 18 divisions of the manual: 0.0001 ... 50 kg', () => {
    const inGrams = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];
    expect(inGrams.map((_, code) => divisionGrams(code))).toEqual(inGrams);
  });
});
