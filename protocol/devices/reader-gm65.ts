/**
 * Set-up of the Grow GM65 family of code readers (GM65, GM805, GM812): zone bytes read and written. What it scans comes as lines of text and is
 * scan-line.ts's; here are only the frames it is set up with. Settings are never saved to its flash.
 */
import assert from 'node:assert/strict';
import { crcXmodem } from '../crc-xmodem.ts';
import type { FrameDevice } from '../frame-device.ts';
import { defineFrames, type FrameMatch, wrongFrame } from '../frame-scanner.ts';

/** `zone` 0..0x00FF, `value` one byte, `count` 1..16 zones in a row. */
export type Gm65Request =
  | { readonly kind: 'write'; readonly zone: number; readonly value: number }
  | { readonly kind: 'read'; readonly zone: number; readonly count: number };
/** The same form for both: a write is answered with one zero byte. */
export interface Gm65Reply {
  readonly data: readonly number[];
}

const types = { read: 0x07, write: 0x08 } as const;
const dataBytesMax = 16;
const frameBytesMax = 6 + dataBytesMax;

/** Set-up codes closed and not given out as text (bits 1-0 of zone 0x0003), and a CR behind each code and nothing else (zone 0x0060). */
export const gm65SetUp: readonly { readonly zone: number; readonly value: number }[] = [
  { zone: 0x0003, value: 0x02 },
  { zone: 0x0060, value: 0x01 },
];

const isByte = (value: number) => Number.isInteger(value) && value >= 0 && value <= 255;

function withCrc(head: readonly number[], body: readonly number[]): Uint8Array {
  const crc = crcXmodem(body);
  return Uint8Array.from([...head, ...body, crc >> 8, crc & 0xff]);
}

const crcFits = (bytes: Uint8Array, length: number) =>
  crcXmodem(bytes.subarray(2, length - 2)) === (((bytes[length - 2] ?? 0) << 8) | (bytes[length - 1] ?? 0));

function matchReply(bytes: Uint8Array): FrameMatch<Gm65Reply> {
  for (const [at, byte] of [0x02, 0x00, 0x00].entries()) {
    if (at >= bytes.length) return { kind: 'more' };
    if (bytes[at] !== byte) return wrongFrame('no head');
  }
  const count = bytes[3];
  if (count === undefined) return { kind: 'more' };
  if (count === 0 || count > dataBytesMax) return wrongFrame('length');
  const length = 6 + count;
  if (bytes.length < length) return { kind: 'more' };
  return crcFits(bytes, length) ? { kind: 'frame', length, message: { data: [...bytes.subarray(4, 4 + count)] } } : wrongFrame('check');
}

function matchRequest(bytes: Uint8Array): FrameMatch<Gm65Request> {
  for (const [at, byte] of [0x7e, 0x00].entries()) {
    if (at >= bytes.length) return { kind: 'more' };
    if (bytes[at] !== byte) return wrongFrame('no head');
  }
  const length = 9;
  if (bytes.length < length) return { kind: 'more' };
  const [, , type, count, high = 0, low = 0, value = 0] = bytes;
  if (!crcFits(bytes, length)) return wrongFrame('check');
  if (count !== 1 || high !== 0) return wrongFrame('out of bounds');
  if (type === types.write) return { kind: 'frame', length, message: { kind: 'write', zone: low, value } };
  const isRead = type === types.read && value >= 1 && value <= dataBytesMax;
  return isRead ? { kind: 'frame', length, message: { kind: 'read', zone: low, count: value } } : wrongFrame('out of bounds');
}

function encodeRequest(request: Gm65Request): Uint8Array {
  const value = request.kind === 'write' ? request.value : request.count;
  assert(isByte(request.zone) && isByte(value), `no such zone or value: ${request.zone}, ${value}`);
  return withCrc([0x7e, 0x00], [types[request.kind], 1, 0, request.zone, value]);
}

function encodeReply({ data }: Gm65Reply): Uint8Array {
  assert(data.length >= 1 && data.length <= dataBytesMax && data.every(isByte), `no such data: ${data.join(' ')}`);
  return withCrc([0x02, 0x00], [0x00, data.length, ...data]);
}

export const readerGm65: FrameDevice<Gm65Reply, Gm65Request> = {
  model: 'GM65',
  kind: 'reader',
  title: 'Code reader module of the Grow GM65 family: set-up',
  source: { document: 'GM65 Bar Code Reader Module User Manual, Hangzhou Grow', revision: 'V1.3, section 8' },
  serial: { baud: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  talk: 'answers',
  check: 'crc16',
  timeoutMs: 400,
  guardMs: 200,
  frameBytesMax,
  notes: [
    'Zone 0x0003: bit 1 closes set-up codes, bit 0 gives them out as text. Zone 0x0060: bit 0 allows a tail, bits 6-5 choose it (00 is CR).',
    'Zones live in memory until they are saved; the gateway never saves them, so the flash is not worn and a reader is as it was after a power cut.',
    'A frame with a wrong CRC, or unfinished for 400 ms, is not answered at all.',
    'Codes it scans come as lines of text between the frames; an answer can stand right before one.',
  ],
  frames: [
    { name: 'read', direction: 'toDevice', layout: '7E 00 07 01 zoneHi zoneLo count crcHi crcLo', doc: 'Reads zones in a row.' },
    { name: 'write', direction: 'toDevice', layout: '7E 00 08 01 zoneHi zoneLo value crcHi crcLo', doc: 'Writes one zone, in memory only.' },
    { name: 'answer', direction: 'fromDevice', layout: '02 00 00 count data crcHi crcLo', doc: 'The values read, or one zero byte for a write.' },
  ],
  fromDevice: defineFrames({ frameBytesMax, match: matchReply, encode: encodeReply }),
  toDevice: defineFrames({ frameBytesMax, match: matchRequest, encode: encodeRequest }),
  search: { asks: () => [{ kind: 'read', zone: 0x0003, count: 1 }], isAnswer: (_request, reply) => reply.data.length === 1 },
  isReplyTo: (request, reply) => (request.kind === 'read' ? reply.data.length === request.count : reply.data.length === 1 && reply.data[0] === 0),
};
