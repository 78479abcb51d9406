/**
 * A cellular modem spoken to in AT commands, as far as a short message needs them. Lines and prompts only; what is sent to whom is decided
 * elsewhere.
 */
import assert from 'node:assert/strict';
import type { FrameDevice } from '../frame-device.ts';
import { defineFrames, type FrameMatch, wrongFrame } from '../frame-scanner.ts';

export type ModemRequest =
  | { readonly kind: 'command'; readonly text: string }
  /** A message in hex behind a prompt. */
  | { readonly kind: 'message'; readonly pdu: string }
  /** Leaves a prompt without sending. */
  | { readonly kind: 'escape' };
export type ModemReply = { readonly kind: 'line'; readonly text: string } | { readonly kind: 'prompt' };

/** 1 to 160 printable characters a line. */
const lineBytesMax = 160;
const pduDigitsMax = 320;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const controlZ = 0x1a;
const escapeByte = 0x1b;
const frameBytesMax = pduDigitsMax + 1;

const isPrintable = (byte: number | undefined) => byte !== undefined && byte >= 0x20 && byte <= 0x7e;

/** Printable bytes from `at`; -1 where they reach the end of what is here. */
function endOfText(bytes: Uint8Array, at: number, bytesMax: number): number {
  let end = at;
  while (isPrintable(bytes[end]) && end - at < bytesMax) end += 1;
  return bytes[end] === undefined ? -1 : end;
}

const textOf = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));

function matchReply(bytes: Uint8Array): FrameMatch<ModemReply> {
  const begin = bytes[0] === carriageReturn ? 2 : 0;
  if (bytes.length <= begin) return { kind: 'more' };
  if (begin > 0 && bytes[1] !== lineFeed) return wrongFrame('no line');
  if (bytes[begin] === 0x3e) {
    if (bytes.length < begin + 2) return { kind: 'more' };
    if (bytes[begin + 1] === 0x20) return { kind: 'frame', length: begin + 2, message: { kind: 'prompt' } };
  }
  const end = endOfText(bytes, begin, lineBytesMax);
  if (end < 0) return { kind: 'more' };
  if (end === begin || bytes[end] !== carriageReturn) return wrongFrame('no line');
  const after = bytes[end + 1];
  if (after === undefined) return { kind: 'more' };
  return after === lineFeed ? { kind: 'frame', length: end + 2, message: { kind: 'line', text: textOf(bytes, begin, end) } } : wrongFrame('no line');
}

function matchRequest(bytes: Uint8Array): FrameMatch<ModemRequest> {
  if (bytes[0] === escapeByte) return { kind: 'frame', length: 1, message: { kind: 'escape' } };
  const end = endOfText(bytes, 0, pduDigitsMax);
  if (end < 0) return { kind: 'more' };
  const text = textOf(bytes, 0, end);
  const length = end + 1;
  if (bytes[end] === carriageReturn && isCommand(text)) return { kind: 'frame', length, message: { kind: 'command', text } };
  return bytes[end] === controlZ && isPdu(text) ? { kind: 'frame', length, message: { kind: 'message', pdu: text } } : wrongFrame('no command');
}

const isCommand = (text: string) => text.startsWith('AT') && text.length <= lineBytesMax;
const isPdu = (text: string) => /^(?:[0-9A-F]{2})+$/.test(text);

function encodeRequest(request: ModemRequest): Uint8Array {
  if (request.kind === 'escape') return Uint8Array.of(escapeByte);
  const text = request.kind === 'command' ? request.text : request.pdu;
  assert(request.kind === 'command' ? isCommand(text) : isPdu(text) && text.length <= pduDigitsMax, `not a ${request.kind}`);
  const bytes = [...text].map((letter) => letter.charCodeAt(0));
  assert(bytes.every(isPrintable), `not a ${request.kind}`);
  return Uint8Array.from([...bytes, request.kind === 'command' ? carriageReturn : controlZ]);
}

function encodeReply(reply: ModemReply): Uint8Array {
  if (reply.kind === 'prompt') return Uint8Array.of(carriageReturn, lineFeed, 0x3e, 0x20);
  const bytes = [...reply.text].map((letter) => letter.charCodeAt(0));
  assert(bytes.length >= 1 && bytes.length <= lineBytesMax && bytes.every(isPrintable) && !reply.text.startsWith('> '), 'not a line');
  return Uint8Array.from([carriageReturn, lineFeed, ...bytes, carriageReturn, lineFeed]);
}

export const modemAt: FrameDevice<ModemReply, ModemRequest> = {
  model: 'AT-MODEM',
  kind: 'modem',
  title: 'Cellular modem for short messages',
  source: { document: '3GPP TS 27.005 (AT+CMGF, AT+CMGS) and ITU-T V.250', revision: 'PDU mode' },
  serial: { baud: 115_200, dataBits: 8, parity: 'none', stopBits: 1 },
  talk: 'answers',
  check: 'none',
  timeoutMs: 5000,
  guardMs: 1000,
  frameBytesMax,
  notes: [
    'A command ends with CR and is answered with lines, the last of them OK, ERROR, +CME ERROR or +CMS ERROR; other lines may come at any time.',
    'AT+CMGS=<bytes> is answered with a prompt; the message goes behind it in hex and ends with Ctrl-Z. +CMGS: <reference> and OK say that the network took it.',
    'The network may need a minute for a message; AT+CMGS has its own deadline.',
  ],
  frames: [
    { name: 'command', direction: 'toDevice', layout: 'text 0D', doc: 'AT, ATE0, AT+CMGF=0, AT+CREG?, AT+CMGS=<bytes>.' },
    { name: 'message', direction: 'toDevice', layout: 'hex 1A', doc: 'SMS-SUBMIT of 3GPP TS 23.040, after a prompt.' },
    { name: 'escape', direction: 'toDevice', layout: '1B', doc: 'Leaves a prompt; nothing is sent.' },
    { name: 'line', direction: 'fromDevice', layout: '[0D 0A] text 0D 0A', doc: 'One line of an answer, or one nobody asked for.' },
    { name: 'prompt', direction: 'fromDevice', layout: '[0D 0A] 3E 20', doc: 'The modem waits for a message.' },
  ],
  fromDevice: defineFrames({ frameBytesMax: lineBytesMax + 4, match: matchReply, encode: encodeReply }),
  toDevice: defineFrames({ frameBytesMax, match: matchRequest, encode: encodeRequest }),
  search: { asks: () => [{ kind: 'command', text: 'AT' }], isAnswer: (_request, reply) => reply.kind === 'line' && reply.text === 'OK' },
};
