/**
 * Easivend channel board: eight bytes asked, eight answered, one motor a column. Bytes and their meaning only; whether a column may turn
 * is the gateway's decision, and what is to be believed of a word is `wordOfEasivend`.
 */
import assert from 'node:assert/strict';
import type { FrameDevice } from '../frame-device.ts';
import { defineFrames, type FrameMatch, wrongFrame } from '../frame-scanner.ts';
import { xorOf } from '../xor-check.ts';

/** `dispense` turns the motor unless the board holds this sequence already; `query` never turns it. */
export interface EasivendRequest {
  readonly kind: 'dispense' | 'query';
  /** 1..255. The board never takes 0 for a repetition, so 0 is never sent. */
  readonly sequence: number;
  /** 1..80. */
  readonly column: number;
}

/** `kind` is that of the request the board holds under this sequence: `query` means that it holds no dispense under it. */
export interface EasivendReply extends EasivendRequest {
  readonly failed: boolean;
  readonly busy: boolean;
  readonly notHome: boolean;
  readonly notTurned: boolean;
  readonly notReturned: boolean;
  readonly nothingDropped: boolean;
  readonly sensorFaulty: boolean;
}

const types = { dispense: 0x70, query: 0x72 } as const;
const frameBytes = 8;
const heads = { request: 0xed, reply: 0xee } as const;
const statusBits = { failed: 0x01, busy: 0x02, notHome: 0x04, notTurned: 0x08, notReturned: 0x10, nothingDropped: 0x20, sensorFaulty: 0x80 } as const;
const columnMax = 80;

const kindOf = (type: number | undefined) => (type === types.dispense ? 'dispense' : type === types.query ? 'query' : undefined);

/** The eight bytes of either direction, checked for all that both have: head, tail, XOR, type, sequence and column. */
function openFrame(bytes: Uint8Array, head: number): FrameMatch<EasivendRequest> {
  if (bytes[0] !== head) return wrongFrame('no head');
  if (bytes.length < frameBytes) return { kind: 'more' };
  const [, , sequence = 0, type, column = 0, first, second, check] = bytes;
  if (check !== xorOf(bytes.subarray(0, frameBytes - 1))) return wrongFrame('check');
  const kind = kindOf(type);
  if (kind === undefined || sequence === 0 || column < 1 || column > columnMax || first !== 0 || second !== 0) return wrongFrame('out of bounds');
  return { kind: 'frame', length: frameBytes, message: { kind, sequence, column } };
}

function matchRequest(bytes: Uint8Array): FrameMatch<EasivendRequest> {
  const found = openFrame(bytes, heads.request);
  return found.kind === 'frame' && bytes[1] !== frameBytes ? wrongFrame('length') : found;
}

function matchReply(bytes: Uint8Array): FrameMatch<EasivendReply> {
  const found = openFrame(bytes, heads.reply);
  if (found.kind !== 'frame') return found;
  const status = bytes[1] ?? 0;
  if ((status & 0x40) !== 0) return wrongFrame('out of bounds');
  const flag = (bit: number) => (status & bit) !== 0;
  const { failed, busy, notHome, notTurned, notReturned, nothingDropped, sensorFaulty } = statusBits;
  return {
    ...found,
    message: {
      ...found.message,
      ...{ failed: flag(failed), busy: flag(busy), notHome: flag(notHome), notTurned: flag(notTurned) },
      ...{ notReturned: flag(notReturned), nothingDropped: flag(nothingDropped), sensorFaulty: flag(sensorFaulty) },
    },
  };
}

function encode(head: number, second: number, { kind, sequence, column }: EasivendRequest): Uint8Array {
  assert(sequence >= 1 && sequence <= 255 && column >= 1 && column <= columnMax, `no such sequence or column: ${sequence}, ${column}`);
  const body = [head, second, sequence, types[kind], column, 0, 0];
  return Uint8Array.from([...body, xorOf(body)]);
}

const encodeReply = (reply: EasivendReply): Uint8Array =>
  encode(
    heads.reply,
    Object.entries(statusBits).reduce((status, [name, bit]) => (reply[name as keyof typeof statusBits] ? status | bit : status), 0),
    reply,
  );

export const dispenserEasivend: FrameDevice<EasivendReply, EasivendRequest> = {
  model: 'EASIVEND',
  kind: 'dispenser',
  title: 'Channel board of a spiral or roll machine, Easivend protocol',
  source: { document: 'github.com/github188/STC_bento, API_channelProtocol.c of Fujian Junpeng (Easivend)', revision: '2cd452c' },
  serial: { baud: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  talk: 'answers',
  check: 'xor',
  timeoutMs: 500,
  guardMs: 500,
  frameBytesMax: frameBytes,
  reliability: 'B',
  notes: [
    'Class B: no counter and no job register, but the result of the last sequence is kept and asked for with a query, which never turns a motor.',
    'The kept sequence lies in memory that a power cut clears, so a repeated dispense could turn the motor again: the gateway sends a dispense once.',
    'A query with another sequence makes the board forget the one it held; a query of a sequence the board does not hold is answered with type 0x72.',
    'Sequence 0 is never taken for a repetition and is not used.',
    'Success is only as good as the drop sensor: with its check switched off on the board, it means that the motor came home.',
  ],
  frames: [
    {
      name: 'dispense',
      direction: 'toDevice',
      layout: 'ED 08 sequence 70 column 00 00 xor',
      doc: 'Turns the motor of a column once, unless the board holds this sequence: then its stored result is answered and nothing moves.',
    },
    { name: 'query', direction: 'toDevice', layout: 'ED 08 sequence 72 column 00 00 xor', doc: 'Asks for the result stored under a sequence. Moves nothing.' },
    {
      name: 'result',
      direction: 'fromDevice',
      layout: 'EE status sequence type column 00 00 xor',
      doc: 'Status: 01 failed, 02 busy, 04 motor not home before the start, 08 did not turn, 10 did not return in time, 20 drop sensor saw nothing, 80 drop sensor faulty; 00 is success.',
    },
  ],
  fromDevice: defineFrames({ frameBytesMax: frameBytes, match: matchReply, encode: encodeReply }),
  toDevice: defineFrames({ frameBytesMax: frameBytes, match: matchRequest, encode: (request) => encode(heads.request, frameBytes, request) }),
  search: {
    // Turns nothing; the board forgets the result it kept of an older sequence, so a line that serves is not searched.
    asks: () => [{ kind: 'query', sequence: 255, column: 1 }],
    isAnswer: (request, reply) => reply.sequence === request.sequence && reply.column === request.column,
  },
  isReplyTo: (request, reply) => reply.sequence === request.sequence,
};
