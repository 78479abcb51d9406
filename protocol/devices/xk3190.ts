/**
 * Yaohua XK3190 indicators (A9, A12, A23p, A26, D2+, DS3 and their many copies): the three continuous formats, and what the command mode of
 * xk3190-command.ts shares with them. None carries a unit, a stability flag or an overload flag, and the continuous ones do not say whether gross or net is shown; the indicator
 * must be set to kilograms, and its tare key is not used with them. The formats cannot be told apart by looking: choose the one set at
 * the indicator and prove it with a known weight.
 * Sources: XK3190-A26, A23p and DS3 manuals, serial communication.
 */
import assert from 'node:assert/strict';
import type { FrameDevice, FrameRow } from '../frame-device.ts';
import { defineFrames, type FrameMatch, noFrames, wrongFrame } from '../frame-scanner.ts';
import type { Decoded } from '../register-codec.ts';
import { type FrameScale, gramsOf, keysOnly, type ScaleReading } from '../scale-reading.ts';
import { xorOf } from '../xor-check.ts';

/** A number as shown: at most six digits and a sign, which zero may carry too. */
export interface Shown {
  readonly negative: boolean;
  /** 0..999999. */
  readonly digits: number;
  /** Digits behind the point, 0..4. */
  readonly decimals: number;
}

const stx = 0x02;
const etx = 0x03;
const equals = 0x3d;
const digitsMost = 999_999;
const decimalsMost = 4;
export const source = { document: 'Yaohua XK3190-A26, A23p and DS3 manuals', revision: 'serial communication' } as const;
export const serial = { baud: 9600, dataBits: 8, parity: 'none', stopBits: 1 } as const;
const silence = 'Some models stop the stream or blank the display when overloaded: silence is no weight, never the last one.';

export const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Exclusive or of all bytes as two hex digits, capitals. */
const xorHex = (bytes: Uint8Array): string => xorOf(bytes).toString(16).toUpperCase().padStart(2, '0');

export function assertShown({ digits, decimals }: Shown): void {
  assert(Number.isInteger(digits) && digits >= 0 && digits <= digitsMost, `${digits} has more than six digits`);
  assert(Number.isInteger(decimals) && decimals >= 0 && decimals <= decimalsMost, `${decimals} decimals cannot be shown`);
}

export const signed = ({ negative, digits, decimals }: Shown): string => `${negative ? '-' : '+'}${String(digits).padStart(6, '0')}${decimals}`;

const shownPattern = /^([+-])(\d{6})([0-4])$/;
export function parseSigned(text: string): Shown | undefined {
  const parts = shownPattern.exec(text);
  return parts ? { negative: parts[1] === '-', digits: Number(parts[2]), decimals: Number(parts[3]) } : undefined;
}

/** Checks STX, ETX and the exclusive or between them of a frame of `length` bytes; `body` is what the check covers. */
export function openChecked(bytes: Uint8Array, length: number): { readonly body: Uint8Array } | Extract<FrameMatch<never>, { kind: 'more' | 'wrong' }> {
  if (bytes[0] !== stx) return wrongFrame('no STX');
  if (bytes.length < length) return { kind: 'more' };
  const body = bytes.subarray(1, length - 3);
  if (bytes[length - 1] !== etx) return wrongFrame('no ETX where the frame should end');
  return textOf(bytes.subarray(length - 3, length - 1)) === xorHex(body) ? { body } : wrongFrame('the check is wrong');
}

export const closeChecked = (body: Uint8Array): Uint8Array => Uint8Array.of(stx, ...body, ...bytesOf(xorHex(body)), etx);

/** Whole grams of what is shown in kilograms; undefined when it is none. */
export const gramsShown = (shown: Shown | undefined): number | undefined => shown && gramsOf(shown.negative ? -shown.digits : shown.digits, shown.decimals);

/** The one weight a continuous format knows. Nothing says whether it is net, so it stands for both and no tare is claimed. */
function decodeShown(messages: readonly Shown[]): Decoded<ScaleReading> {
  const grams = gramsShown(messages[0]);
  if (grams === undefined) return { ok: false, issues: ['XK3190: what is shown is no whole gram'] };
  return { ok: true, values: { ...silentFlags, grossGrams: grams, netGrams: grams, tareGrams: 0 } };
}

export const silentFlags = { maxGrams: null, intervalGrams: null, unstable: null, atZero: null, overload: null, underload: null, fault: null } as const;

interface Continuous {
  readonly model: string;
  readonly title: string;
  readonly check: 'xor' | 'none';
  readonly frameBytesMax: number;
  readonly row: FrameRow;
  readonly notes: readonly string[];
  readonly match: (bytes: Uint8Array) => FrameMatch<Shown>;
  readonly encode: (shown: Shown) => Uint8Array;
}

function continuousScale({ row, match, encode, notes, ...format }: Continuous): FrameScale<Shown, never> {
  const device: FrameDevice<Shown, never> = {
    ...format,
    kind: 'scale',
    source,
    serial,
    talk: 'streams',
    timeoutMs: 1000,
    guardMs: 0,
    notes: [...notes, 'Neither unit nor stability nor overload is sent: kilograms, and stability derived by the 5 s rule.', silence],
    frames: [row],
    fromDevice: defineFrames({
      frameBytesMax: format.frameBytesMax,
      match,
      encode(shown) {
        assertShown(shown);
        return encode(shown);
      },
    }),
    toDevice: noFrames,
  };
  const reports = { intervalGrams: false, maxGrams: false };
  return { speaks: 'frames', device, reports, lastUnit: null, asks: () => [], decode: decodeShown, orders: keysOnly };
}

const checkedBytes = 12;

export const xk3190Format0 = continuousScale({
  model: 'XK3190-F0',
  title: 'Yaohua XK3190 indicator, continuous format 0',
  check: 'xor',
  frameBytesMax: checkedBytes,
  row: {
    name: 'shown weight',
    direction: 'fromDevice',
    layout: '02 sign d5 d4 d3 d2 d1 d0 decimals xorHi xorLo 03',
    doc: 'Sign + or -, six digits high first, digits behind the point 0..4, exclusive or of bytes 2 to 9 as two hex characters.',
  },
  notes: ['The check is weak: 12.345 and 0.00 have the same. Two equal frames are needed before a weight counts.'],
  match(bytes) {
    const opened = openChecked(bytes, checkedBytes);
    if ('kind' in opened) return opened;
    const message = parseSigned(textOf(opened.body));
    return message ? { kind: 'frame', length: checkedBytes, message } : wrongFrame('no number');
  },
  encode: (shown) => closeChecked(bytesOf(signed(shown))),
});

/** Sign, or a leading zero for plus, and six digits with a point somewhere between or behind them. */
const pointedPattern = /^([0+-])(?=[\d.]{7}$)(\d{2,6})\.(\d{0,4})$/;
const pointedBytes = 9;

function matchPointed(bytes: Uint8Array, inOrder: (text: string) => string): FrameMatch<Shown> {
  if (bytes[0] !== equals) return wrongFrame('no =');
  if (bytes.length < pointedBytes) return { kind: 'more' };
  const [, sign, whole = '', fraction = ''] = pointedPattern.exec(inOrder(textOf(bytes.subarray(1, pointedBytes)))) ?? [];
  if (sign === undefined) return wrongFrame('no number');
  return { kind: 'frame', length: pointedBytes, message: { negative: sign === '-', digits: Number(whole + fraction), decimals: fraction.length } };
}

function pointed({ negative, digits, decimals }: Shown): string {
  const text = String(digits).padStart(6, '0');
  return `${negative ? '-' : '0'}${text.slice(0, 6 - decimals)}.${text.slice(6 - decimals)}`;
}

const reversed = (text: string): string => [...text].reverse().join('');
const asItStands = (text: string): string => text;
const looksAlike =
  'Formats 1 and 2 differ in nothing but the order of their characters: 3.000 in one is 0.3 in the other. Prove the choice with a known weight.';

export const xk3190Format1 = continuousScale({
  model: 'XK3190-F1',
  title: 'Yaohua XK3190 indicator, continuous format 1',
  check: 'none',
  frameBytesMax: pointedBytes,
  row: {
    name: 'shown weight',
    direction: 'fromDevice',
    layout: '= and eight characters, last first: 3.000 is =000.3000, -1.00 is =00.1000-',
    doc: 'Sign (- or a zero) and six digits with their point, in reverse order. No check, no end mark.',
  },
  notes: [looksAlike],
  match: (bytes) => matchPointed(bytes, reversed),
  encode: (shown) => bytesOf(`=${reversed(pointed(shown))}`),
});

export const xk3190Format2 = continuousScale({
  model: 'XK3190-F2',
  title: 'Yaohua XK3190 indicator, continuous format 2',
  check: 'none',
  frameBytesMax: pointedBytes,
  row: {
    name: 'shown weight',
    direction: 'fromDevice',
    layout: '= and eight characters, first first: 3.000 is =0003.000, -1.00 is =-0001.00',
    doc: 'Sign (-, + or a zero) and six digits with their point. No check, no end mark.',
  },
  notes: [looksAlike],
  match: (bytes) => matchPointed(bytes, asItStands),
  encode: (shown) => bytesOf(`=${pointed(shown)}`),
});
