/**
 * Yaohua XK3190 indicators in command mode: up to 26 of them on one RS-485 line, each asked by its letter for gross, tare and net. To be
 * preferred where the indicator has it: it says which weight it sends and speaks only when asked. Like the continuous formats it
 * carries neither unit nor stability nor overload.
 * Source: XK3190-A26, A23p and DS3 manuals, command mode.
 */
import type { FrameDevice } from '../frame-device.ts';
import { defineFrames, type FrameMatch, wrongFrame } from '../frame-scanner.ts';
import { type FrameScale, keysOnly } from '../scale-reading.ts';
import { assertShown, bytesOf, closeChecked, gramsShown, openChecked, parseSigned, type Shown, serial, signed, silentFlags, source, textOf } from './xk3190.ts';

/** A handshake, B gross, C tare, D net. */
export type IndicatorCommand = 'A' | 'B' | 'C' | 'D';
export interface IndicatorRequest {
  /** A..Z, as set at the indicator. */
  readonly address: string;
  readonly command: IndicatorCommand;
}
export interface IndicatorReply extends IndicatorRequest {
  /** null in the answer to a handshake. */
  readonly shown: Shown | null;
}

const requestBytes = 6;
const replyBytes = 14;
const addresses = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const requestPattern = /^([A-Z])([A-D])$/;

function parseRequest(text: string): IndicatorRequest | undefined {
  const parts = requestPattern.exec(text);
  return parts ? { address: parts[1] as string, command: parts[2] as IndicatorCommand } : undefined;
}

function matchRequest(bytes: Uint8Array): FrameMatch<IndicatorRequest> {
  const opened = openChecked(bytes, requestBytes);
  if ('kind' in opened) return opened;
  const message = parseRequest(textOf(opened.body));
  return message ? { kind: 'frame', length: requestBytes, message } : wrongFrame('no such command');
}

function matchReply(bytes: Uint8Array): FrameMatch<IndicatorReply> {
  if (bytes.length < 3) return openChecked(bytes, requestBytes) as { kind: 'more' };
  const length = bytes[2] === 0x41 ? requestBytes : replyBytes;
  const opened = openChecked(bytes, length);
  if ('kind' in opened) return opened;
  const text = textOf(opened.body);
  const request = parseRequest(text.slice(0, 2));
  if (!request) return wrongFrame('no such command');
  if (request.command === 'A') return { kind: 'frame', length, message: { ...request, shown: null } };
  const shown = parseSigned(text.slice(2));
  return shown ? { kind: 'frame', length, message: { ...request, shown } } : wrongFrame('no number');
}

const isReplyTo = (request: IndicatorRequest, reply: IndicatorReply) => reply.address === request.address && reply.command === request.command;

const device: FrameDevice<IndicatorReply, IndicatorRequest> = {
  model: 'XK3190-CMD',
  kind: 'scale',
  title: 'Yaohua XK3190 indicator, command mode',
  source,
  serial,
  talk: 'answers',
  check: 'xor',
  timeoutMs: 200,
  guardMs: 300,
  frameBytesMax: replyBytes,
  notes: [
    'Unit 1 is address A, unit 26 address Z.',
    'A reading is three questions, B, C and D; one whose net is not gross less tare is thrown away.',
    'Neither unit nor stability nor overload is sent: kilograms, and stability derived by the 5 s rule.',
    'Zero and tare are keys of the indicator; there is no command for them.',
  ],
  frames: [
    { name: 'request', direction: 'toDevice', layout: '02 address command xorHi xorLo 03', doc: 'Address A..Z; A handshake, B gross, C tare, D net.' },
    { name: 'handshake', direction: 'fromDevice', layout: '02 address 41 xorHi xorLo 03', doc: 'Answer to A.' },
    {
      name: 'weight',
      direction: 'fromDevice',
      layout: '02 address command sign d5 d4 d3 d2 d1 d0 decimals xorHi xorLo 03',
      doc: 'Answer to B, C and D: the command again, then as in continuous format 0; the check is over address to decimals.',
    },
  ],
  fromDevice: defineFrames({
    frameBytesMax: replyBytes,
    match: matchReply,
    encode({ address, command, shown }) {
      if (shown) assertShown(shown);
      return closeChecked(bytesOf(`${address}${command}${shown ? signed(shown) : ''}`));
    },
  }),
  toDevice: defineFrames({
    frameBytesMax: requestBytes,
    match: matchRequest,
    encode: ({ address, command }) => closeChecked(bytesOf(address + command)),
  }),
  search: { asks: (unit) => (unit >= 1 && unit <= addresses.length ? [{ address: addressOf(unit), command: 'B' }] : []), isAnswer: isReplyTo },
  isReplyTo,
};

/** Address letter of a unit number. */
export const addressOf = (unit: number): string => addresses.charAt(unit - 1);

export const xk3190Command: FrameScale<IndicatorReply, IndicatorRequest> = {
  speaks: 'frames',
  device,
  reports: { intervalGrams: false, maxGrams: false },
  lastUnit: addresses.length,
  asks: (unit) => (['B', 'C', 'D'] as const).map((command) => ({ address: addressOf(unit), command })),
  decode(messages) {
    const [grossGrams, tareGrams, netGrams] = messages.map(({ shown }) => gramsShown(shown ?? undefined));
    if (grossGrams === undefined || tareGrams === undefined || netGrams === undefined)
      return { ok: false, issues: ['XK3190-CMD: what is shown is no whole gram'] };
    return { ok: true, values: { ...silentFlags, grossGrams, tareGrams, netGrams } };
  },
  orders: keysOnly,
};
