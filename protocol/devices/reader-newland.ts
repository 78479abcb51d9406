/**
 * Set-up of Newland code readers by the unified command set: one command a frame, temporary, acknowledged by name. What it scans comes as
 * lines of text and is scan-line.ts's. Nothing here may be stored permanently in a reader.
 */
import assert from 'node:assert/strict';
import type { FrameDevice } from '../frame-device.ts';
import { defineFrames, type FrameMatch, wrongFrame } from '../frame-scanner.ts';

/** One command: tag and subtag of six capitals or digits, and its data. */
export interface NewlandRequest {
  readonly command: string;
}
export interface NewlandReply extends NewlandRequest {
  readonly result: 'ok' | 'refused' | 'unknown';
}

/** Set-up codes closed, and a CR behind each code. */
export const newlandSetUp: readonly string[] = ['SETUPE0', 'TSUSET0D', 'TSUENA1'];

const requestHead = [0x7e, 0x01, 0x30, 0x30, 0x30, 0x30, 0x23];
const replyHead = [0x02, 0x01, 0x30, 0x30, 0x30, 0x30, 0x23];
const tail = [0x3b, 0x03];
const results = { ok: 0x06, refused: 0x15, unknown: 0x05 } as const;
const commandBytes = { min: 6, max: 24 } as const;
const frameBytesMax = requestHead.length + commandBytes.max + 1 + tail.length;
const isCommandByte = (byte: number | undefined): byte is number =>
  byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x2a);

/** A head, a command, for a reply one byte of result, and `;` ETX. */
function openFrame<Message>(
  bytes: Uint8Array,
  head: readonly number[],
  read: (command: string, result: number | undefined) => Message | undefined,
): FrameMatch<Message> {
  for (const [at, byte] of head.entries()) {
    if (at >= bytes.length) return { kind: 'more' };
    if (bytes[at] !== byte) return wrongFrame('no head');
  }
  let end = head.length;
  while (isCommandByte(bytes[end]) && end - head.length < commandBytes.max) end += 1;
  const resultBytes = head === replyHead ? 1 : 0;
  for (const [at, byte] of tail.entries()) {
    const found = bytes[end + resultBytes + at];
    if (found === undefined) return { kind: 'more' };
    if (found !== byte) return wrongFrame('no tail');
  }
  const command = String.fromCharCode(...bytes.subarray(head.length, end));
  const message = command.length < commandBytes.min ? undefined : read(command, bytes[end]);
  return message === undefined ? wrongFrame('out of bounds') : { kind: 'frame', length: end + resultBytes + tail.length, message };
}

function resultOf(code: number | undefined): NewlandReply['result'] | undefined {
  return (Object.keys(results) as NewlandReply['result'][]).find((name) => results[name] === code);
}

function encode(head: readonly number[], { command }: NewlandRequest, result: readonly number[]): Uint8Array {
  const bytes = [...command].map((letter) => letter.charCodeAt(0));
  assert(bytes.length >= commandBytes.min && bytes.length <= commandBytes.max && bytes.every(isCommandByte), `no such command: ${command}`);
  return Uint8Array.from([...head, ...bytes, ...result, ...tail]);
}

export const readerNewland: FrameDevice<NewlandReply, NewlandRequest> = {
  model: 'NEWLAND',
  kind: 'reader',
  title: 'Newland code reader, unified commands: set-up',
  source: { document: 'Newland NLS-HR52 User Manual, Use of Programming Command', revision: 'chapter 1; results as in its Data Format chapter' },
  serial: { baud: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  talk: 'answers',
  check: 'none',
  timeoutMs: 500,
  guardMs: 300,
  frameBytesMax,
  notes: [
    'Storage type # is temporary and lost with the power, @ is permanent; only # is sent.',
    'SETUPE0 closes set-up codes, TSUSET0D makes the tail a CR, TSUENA1 switches the tail on.',
    'No check at all: a setting counts as taken only when the answer names the very command that was sent.',
  ],
  frames: [
    {
      name: 'command',
      direction: 'toDevice',
      layout: '7E 01 30 30 30 30 23 command 3B 03',
      doc: 'Sets one value until the power goes; with * for data it asks for the value.',
    },
    {
      name: 'answer',
      direction: 'fromDevice',
      layout: '02 01 30 30 30 30 23 command result 3B 03',
      doc: 'The command again and 06 taken, 15 refused (value out of range), 05 not known.',
    },
  ],
  fromDevice: defineFrames<NewlandReply>({
    frameBytesMax,
    match: (bytes) =>
      openFrame(bytes, replyHead, (command, code) => {
        const result = resultOf(code);
        return result === undefined ? undefined : { command, result };
      }),
    encode: (reply) => encode(replyHead, reply, [results[reply.result]]),
  }),
  toDevice: defineFrames<NewlandRequest>({
    frameBytesMax,
    match: (bytes) => openFrame(bytes, requestHead, (command) => ({ command })),
    encode: (request) => encode(requestHead, request, []),
  }),
  search: { asks: () => [{ command: 'TSUENA*' }], isAnswer: (request, reply) => reply.command.startsWith(request.command.slice(0, -1)) },
  isReplyTo: (request, reply) => reply.command === request.command,
};
