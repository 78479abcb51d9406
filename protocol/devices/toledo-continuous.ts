/**
 * Mettler Toledo continuous output, also of many indicators that imitate it: weight, tare, step and flags in every frame, with or without
 * a check byte behind the CR. Traps: no decimal point (it is in the first status byte), leading zeros may be spaces, the motion bit is 1
 * while UNSTABLE, and nothing in a frame says whether a check byte follows, so that is chosen by the model.
 * Sources: Toledo continuous output as described by Wildcat, Fairbanks, Kern and cncal indicator manuals.
 */
import assert from 'node:assert/strict';
import type { FrameDevice } from '../frame-device.ts';
import { defineFrames, type FrameMatch, wrongFrame } from '../frame-scanner.ts';
import type { Decoded } from '../register-codec.ts';
import { type FrameScale, gramsOf, type NoWeight, type ScaleReading } from '../scale-reading.ts';

export interface ToledoFrame {
  /** Six digits as shown; null: blank. 0..999999. */
  readonly weight: number | null;
  /** The same; in use only while `net`: a preset that is kept stands here while gross is shown. */
  readonly tare: number | null;
  /** Digits behind the point, -2 (hundreds) to 5. */
  readonly decimals: number;
  /** The last digit moves by this much. */
  readonly step: 1 | 2 | 5;
  readonly net: boolean;
  readonly negative: boolean;
  readonly outOfRange: boolean;
  readonly motion: boolean;
  /** Otherwise pounds. */
  readonly kilograms: boolean;
  /** Not zeroed since power-on. */
  readonly notZeroed: boolean;
  /** The third status byte as it is, 0x00..0x7F: other unit in bits 0-2, print 3, expanded 4, keyboard tare 6. */
  readonly extra: number;
}
/** Print, tare, zero, clear tare: one letter each, never answered. */
export type ToledoKey = 'P' | 'T' | 'Z' | 'C';

const stx = 0x02;
const carriageReturn = 0x0d;
const bareBytes = 17;
const steps = [undefined, 1, 2, 5] as const;
const digitsMost = 999_999;
const expandedBit = 0x10;
const unitBits = 0x07;
const keys: readonly string[] = ['P', 'T', 'Z', 'C'];

/** Two's complement of the low seven bits of the sum. */
const checkOf = (bytes: Uint8Array): number => -bytes.reduce((sum, byte) => sum + byte, 0) & 0x7f;

const digitsPattern = /^ *\d+$|^ {6}$/;
function parseDigits(bytes: Uint8Array): number | null | undefined {
  const text = String.fromCharCode(...bytes);
  if (!digitsPattern.test(text)) return undefined;
  return text.trim() === '' ? null : Number(text);
}

function matchFrame(bytes: Uint8Array, length: number): FrameMatch<ToledoFrame> {
  if (bytes[0] !== stx) return wrongFrame('no STX');
  if (bytes.length < length) return { kind: 'more' };
  if (bytes[bareBytes - 1] !== carriageReturn) return wrongFrame('no CR where the frame should end');
  if (length > bareBytes && bytes[bareBytes] !== checkOf(bytes.subarray(0, bareBytes))) return wrongFrame('the check is wrong');
  const [, a = 0, b = 0, extra = 0] = bytes;
  const step = steps[(a >> 3) & 3];
  if ((a & 0xe0) !== 0x20 || step === undefined || b > 0x7f || extra > 0x7f) return wrongFrame('no status bytes');
  const [weight, tare] = [parseDigits(bytes.subarray(4, 10)), parseDigits(bytes.subarray(10, 16))];
  if (weight === undefined || tare === undefined) return wrongFrame('no number');
  const flag = (bit: number) => (b & (1 << bit)) !== 0;
  const flags = { net: flag(0), negative: flag(1), outOfRange: flag(2), motion: flag(3), kilograms: flag(4), notZeroed: flag(6) };
  return { kind: 'frame', length, message: { weight, tare, decimals: (a & 7) - 2, step, ...flags, extra } };
}

const digits = (value: number | null): string => (value === null ? ' '.repeat(6) : String(value).padStart(6, '0'));

function encodeFrame(frame: ToledoFrame, withCheck: boolean): Uint8Array {
  const { weight, tare, decimals, step, extra } = frame;
  for (const value of [weight, tare]) assert(value === null || (Number.isInteger(value) && value >= 0 && value <= digitsMost), `${value} is not six digits`);
  assert(Number.isInteger(decimals) && decimals >= -2 && decimals <= 5 && extra >= 0 && extra <= 0x7f, 'status bytes are outside their bounds');
  const a = 0x20 | (steps.indexOf(step) << 3) | (decimals + 2);
  const flags = [frame.net, frame.negative, frame.outOfRange, frame.motion, frame.kilograms, true, frame.notZeroed];
  const b = flags.reduce((word, flag, bit) => word | (Number(flag) << bit), 0);
  const text = Uint8Array.from(digits(weight) + digits(tare), (character) => character.charCodeAt(0));
  const bare = Uint8Array.of(stx, a, b, extra, ...text, carriageReturn);
  return withCheck ? Uint8Array.of(...bare, checkOf(bare)) : bare;
}

function decodeFrames(messages: readonly ToledoFrame[]): Decoded<ScaleReading | NoWeight> {
  const [frame] = messages;
  const refuse = (issue: string): Decoded<never> => ({ ok: false, issues: [`Toledo continuous: ${issue}`] });
  if (frame === undefined) return refuse('nothing came');
  if (frame.outOfRange) return { ok: true, values: { noWeight: frame.negative ? 'underload' : 'overload' } };
  if (frame.notZeroed || frame.weight === null) return { ok: true, values: { noWeight: 'fault' } };
  if (!frame.kilograms || (frame.extra & unitBits) !== 0) return refuse('the weight is not in kilograms');
  if ((frame.extra & expandedBit) !== 0) return refuse('the display is expanded for a test');
  const shownGrams = gramsOf(frame.negative ? -frame.weight : frame.weight, frame.decimals);
  // The digits of a preset tare stay in the frame while gross is shown: only a tare that is in use takes anything off.
  if (frame.net && frame.tare === null) return refuse('it shows net and does not say the tare');
  const tareGrams = gramsOf(frame.net ? (frame.tare ?? 0) : 0, frame.decimals);
  const intervalGrams = gramsOf(frame.step, frame.decimals);
  if (shownGrams === undefined || tareGrams === undefined || intervalGrams === undefined) return refuse('what is shown is no whole gram');
  const weights = { grossGrams: shownGrams + tareGrams, netGrams: shownGrams, tareGrams, maxGrams: null, intervalGrams };
  return { ok: true, values: { ...weights, unstable: frame.motion, atZero: null, overload: false, underload: false, fault: false } };
}

function toledo(model: string, title: string, withCheck: boolean): FrameScale<ToledoFrame, ToledoKey> {
  const length = withCheck ? bareBytes + 1 : bareBytes;
  const device: FrameDevice<ToledoFrame, ToledoKey> = {
    model,
    kind: 'scale',
    title,
    source: { document: 'Toledo continuous output in the Wildcat, Fairbanks, Kern and cncal manuals', revision: 'as collected' },
    serial: { baud: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
    talk: 'streams',
    check: withCheck ? 'sum' : 'none',
    timeoutMs: 1000,
    guardMs: 0,
    frameBytesMax: length,
    notes: [
      'SWA: bits 2-0 place of the point (2 whole, 3 one decimal ... 7 five; 1 tens, 0 hundreds), bits 4-3 step 1, 2 or 5, bit 5 set.',
      'SWB: 0 net, 1 negative, 2 out of range, 3 **motion: 1 = unstable**, 4 kilograms, 6 not zeroed since power-on.',
      'SWC: bits 0-2 another unit, 3 print, 4 expanded, 6 keyboard tare. Pounds, another unit and an expanded display give no weight.',
      'The tare digits count only while SWB bit 0 is set: a kept preset stands in them while gross is shown. Net with a blank tare is refused.',
      'The interval is in every frame, Max is not. Leading zeros may be spaces; a blank number is no weight.',
    ],
    frames: [
      {
        name: 'weight',
        direction: 'fromDevice',
        layout: `02 SWA SWB SWC w5 w4 w3 w2 w1 w0 t5 t4 t3 t2 t1 t0 0D${withCheck ? ' check' : ''}`,
        doc: `Weight (net while SWB bit 0 is set, else gross) and tare${withCheck ? '; the check is the two’s complement of the low seven bits of the sum of all before it' : ', no check'}.`,
      },
      { name: 'key', direction: 'toDevice', layout: 'P, T, Z or C', doc: 'Print, tare, zero, clear tare; never answered.' },
    ],
    fromDevice: defineFrames({
      frameBytesMax: length,
      match: (bytes) => matchFrame(bytes, length),
      encode: (frame) => encodeFrame(frame, withCheck),
    }),
    toDevice: defineFrames<ToledoKey>({
      frameBytesMax: 1,
      match([byte = 0]) {
        const key = String.fromCharCode(byte);
        return keys.includes(key) ? { kind: 'frame', length: 1, message: key as ToledoKey } : wrongFrame('no such key');
      },
      encode: (key) => Uint8Array.of(key.charCodeAt(0)),
    }),
  };
  return {
    speaks: 'frames',
    device,
    reports: { intervalGrams: true, maxGrams: false },
    lastUnit: null,
    asks: () => [],
    decode: decodeFrames,
    orders: { zero: ['Z'], tare: ['T'], clearTare: ['C'] },
  };
}

export const toledoChecked = toledo('TOLEDO-C', 'Mettler Toledo continuous output with check byte', true);
export const toledoUnchecked = toledo('TOLEDO-CN', 'Mettler Toledo continuous output without check byte', false);
