/**
 * Mettler Toledo Standard Interface Command Set: ASCII lines, one question, one answer, and a scale that says itself whether it is stable.
 * SI and TA make a reading; S is never used, because it holds the line until the load is at rest. No check: a flipped bit may be another
 * weight, so that nothing settles on one answer.
 * Sources: MT-SICS command lists in the ITT and BTEK manuals; reply forms of the MT-SICS reference, level 0.
 */
import assert from 'node:assert/strict';
import type { FrameDevice } from '../frame-device.ts';
import { defineFrames, type FrameMatch, wrongFrame } from '../frame-scanner.ts';
import type { Decoded } from '../register-codec.ts';
import { type FrameScale, gramsOf, type NoWeight, type ScaleReading } from '../scale-reading.ts';

/** Weight at once, tare weight, zero at once, tare at once, clear tare. */
export type SicsRequest = 'SI' | 'TA' | 'ZI' | 'TI' | 'TAC';
/** A number in its ten places, and its unit as written. */
export interface SicsWeight {
  readonly negative: boolean;
  readonly digits: number;
  /** Digits behind the point. */
  readonly decimals: number;
  readonly unit: string;
}
export interface SicsReply {
  /** S weight, TA tare, ZI, TI, TAC done; ES, ET, EL: the scale did not understand. */
  readonly about: 'S' | 'TA' | 'ZI' | 'TI' | 'TAC' | 'ES' | 'ET' | 'EL';
  /** S stable, D dynamic, A done, I busy or not possible, L wrong, + and - out of range; empty after an error. */
  readonly state: 'S' | 'D' | 'A' | 'I' | 'L' | '+' | '-' | '';
  readonly weight: SicsWeight | null;
}

const lineFeed = 0x0a;
const replyBytesMax = 24;
const requestBytesMax = 5;
const places = 10;
const requests: readonly string[] = ['SI', 'TA', 'ZI', 'TI', 'TAC'];
const aboutOf: Readonly<Record<SicsRequest, SicsReply['about']>> = { SI: 'S', TA: 'TA', ZI: 'ZI', TI: 'TI', TAC: 'TAC' };

const weightPattern = /^(S|TA|TI) ([SDA]) (?=.{10} )( *)(-?)(\d{1,10})(?:\.(\d{1,7}))? ([A-Za-z%]{1,4})$/;
const statePattern = /^(?:(S) ([I+-])|(TA) ([IL])|(ZI) ([SDI+-])|(TI) ([IL+-])|(TAC) ([AI])|(E[STL]))$/;
/** Which words a weight may come with. */
const weightStates: Readonly<Record<string, string>> = { S: 'SD', TI: 'SD', TA: 'A' };

function lineOf(bytes: Uint8Array): string | 'more' | undefined {
  const end = bytes.indexOf(lineFeed);
  if (end < 0) return 'more';
  const text = String.fromCharCode(...bytes.subarray(0, end));
  return text.endsWith('\r') ? text.slice(0, -1) : undefined;
}

function parseReply(text: string): SicsReply | undefined {
  const [, about = '', state = '', , sign, whole = '', fraction = '', unit = ''] = weightPattern.exec(text) ?? [];
  if (weightStates[about]?.includes(state)) {
    const digits = Number(whole + fraction);
    if (!Number.isSafeInteger(digits)) return undefined;
    return { about, state, weight: { negative: sign === '-', digits, decimals: fraction.length, unit } } as SicsReply;
  }
  const [, ...words] = statePattern.exec(text) ?? [];
  const [first, second = ''] = words.filter((word) => word !== undefined);
  return first === undefined ? undefined : ({ about: first, state: second, weight: null } as SicsReply);
}

function matchReply(bytes: Uint8Array): FrameMatch<SicsReply> {
  const line = lineOf(bytes);
  if (line === 'more') return { kind: 'more' };
  const message = line === undefined ? undefined : parseReply(line);
  return message ? { kind: 'frame', length: (line as string).length + 2, message } : wrongFrame('no reply of MT-SICS');
}

function matchRequest(bytes: Uint8Array): FrameMatch<SicsRequest> {
  const line = lineOf(bytes);
  if (line === 'more') return { kind: 'more' };
  return line !== undefined && requests.includes(line)
    ? { kind: 'frame', length: line.length + 2, message: line as SicsRequest }
    : wrongFrame('no command known here');
}

const lineBytes = (text: string): Uint8Array => Uint8Array.from(`${text}\r\n`, (character) => character.charCodeAt(0));

function encodeReply({ about, state, weight }: SicsReply): Uint8Array {
  if (weight === null) return lineBytes(state === '' ? about : `${about} ${state}`);
  const { negative, digits, decimals, unit } = weight;
  const text = String(digits).padStart(decimals + 1, '0');
  const point = text.length - decimals;
  const number = `${negative ? '-' : ''}${text.slice(0, point)}${decimals === 0 ? '' : `.${text.slice(point)}`}`;
  assert(number.length <= places, `${number} does not fit in ten places`);
  return lineBytes(`${about} ${state} ${number.padStart(places)} ${unit}`);
}

/** Decimals to add for a unit, so that the count is in kilograms. */
const kilogramDecimals: Readonly<Record<string, number>> = { kg: 0, g: 3, t: -3 };

function gramsIn({ negative, digits, decimals, unit }: SicsWeight): number | undefined {
  const shift = Object.hasOwn(kilogramDecimals, unit) ? kilogramDecimals[unit] : undefined;
  return shift === undefined ? undefined : gramsOf(negative ? -digits : digits, decimals + shift);
}

function decodeReplies([weight, tare]: readonly SicsReply[]): Decoded<ScaleReading | NoWeight> {
  if (weight?.state === '+' || weight?.state === '-') return { ok: true, values: { noWeight: weight.state === '+' ? 'overload' : 'underload' } };
  if (weight?.state === 'I' || tare?.state === 'I') return { ok: true, values: { noWeight: 'busy' } };
  const netGrams = weight?.weight ? gramsIn(weight.weight) : undefined;
  const tareGrams = tare?.weight ? gramsIn(tare.weight) : undefined;
  if (netGrams === undefined || tareGrams === undefined) return { ok: false, issues: ['MT-SICS: no weight in whole grams'] };
  const weights = { grossGrams: netGrams + tareGrams, netGrams, tareGrams, maxGrams: null, intervalGrams: null };
  return { ok: true, values: { ...weights, unstable: weight?.state === 'D', atZero: null, overload: false, underload: false, fault: null } };
}

const device: FrameDevice<SicsReply, SicsRequest> = {
  model: 'MT-SICS',
  kind: 'scale',
  title: 'Mettler Toledo Standard Interface Command Set',
  source: { document: 'MT-SICS command lists in the ITT and BTEK manuals', revision: 'level 0 and 1' },
  serial: { baud: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  talk: 'answers',
  check: 'none',
  timeoutMs: 300,
  guardMs: 500,
  frameBytesMax: replyBytesMax,
  notes: [
    'SI shows the net weight, TA the tare; gross is their sum. S is never sent: it would hold the line until the load is at rest.',
    'D is dynamic: **D = unstable**. I means busy, + and - over and under range, ES, ET and EL that the scale did not understand.',
    'Set the line to no handshake: an XOFF would be read as rubbish.',
  ],
  frames: [
    { name: 'request', direction: 'toDevice', layout: 'SI | TA | ZI | TI | TAC, CR LF', doc: 'Weight at once, tare, zero at once, tare at once, clear tare.' },
    {
      name: 'weight',
      direction: 'fromDevice',
      layout: 'S|TI S|D number unit CR LF',
      doc: 'Number right-aligned in ten places, with its point; TA A for the tare.',
    },
    { name: 'state', direction: 'fromDevice', layout: 'S|TA|ZI|TI|TAC state CR LF', doc: 'State A done, S and D done, I not now, + over, - under range.' },
    { name: 'error', direction: 'fromDevice', layout: 'ES | ET | EL CR LF', doc: 'Syntax, transmission, logical error.' },
  ],
  fromDevice: defineFrames({ frameBytesMax: replyBytesMax, lineEnd: lineFeed, match: matchReply, encode: encodeReply }),
  toDevice: defineFrames({ frameBytesMax: requestBytesMax, lineEnd: lineFeed, match: matchRequest, encode: lineBytes }),
  search: {
    // The first one also ends whatever half line the scale has heard.
    asks: () => ['SI', 'TA'],
    isAnswer: (request, { about }) => about === aboutOf[request],
  },
  isReplyTo: (request, { about }) => about === aboutOf[request] || about.startsWith('E'),
};

export const mtSics: FrameScale<SicsReply, SicsRequest> = {
  speaks: 'frames',
  device,
  reports: { intervalGrams: false, maxGrams: false },
  lastUnit: null,
  asks: () => ['SI', 'TA'],
  decode: decodeReplies,
  orders: { zero: ['ZI'], tare: ['TI'], clearTare: ['TAC'] },
};
