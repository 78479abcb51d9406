/**
 * Lock board "WKLY": opens lockers and tells their doors, asked and unasked. Bytes and their meaning only. A frame counts its own length, so
 * a wrong length byte costs at most one frame.
 */
import assert from 'node:assert/strict';
import type { FrameDevice } from '../frame-device.ts';
import { defineFrames, type FrameMatch, wrongFrame } from '../frame-scanner.ts';
import { xorOf } from '../xor-check.ts';

/** `board` 0..255 as its switches say; `lock` 1..48. The gateway never opens all locks at once nor keeps a coil energised, so those commands are not here. */
export type LockRequest =
  | { readonly kind: 'open' | 'ask'; readonly board: number; readonly lock: number }
  | { readonly kind: 'askAll'; readonly board: number };

/** `unknown` where the board could not tell. */
export type DoorState = 'open' | 'closed' | 'unknown';

export type LockReport =
  | { readonly kind: 'open' | 'ask'; readonly board: number; readonly ok: boolean; readonly lock: number; readonly door: DoorState }
  | { readonly kind: 'askAll'; readonly board: number; readonly ok: boolean; readonly doors: readonly DoorState[] }
  /** Said unasked whenever a door changes. */
  | { readonly kind: 'changed'; readonly board: number; readonly lock: number; readonly door: DoorState };

const head = [0x57, 0x4b, 0x4c, 0x59] as const;
const commands = { open: 0x82, ask: 0x83, askAll: 0x84, changed: 0x85 } as const;
type Command = keyof typeof commands;
export const locksMax = 48;
/** Head, length, board, command and check. */
const frameBytesMin = 8;
const frameBytesMax = frameBytesMin + 2 + locksMax;
const doorCodes = { open: 0x00, closed: 0x01, unknown: 0xff } as const;
const resultCodes = { ok: 0x00, failed: 0xff } as const;

const isLock = (lock: number | undefined): lock is number => lock !== undefined && lock >= 1 && lock <= locksMax;
const doorOf = (code: number | undefined): DoorState | undefined => (Object.keys(doorCodes) as DoorState[]).find((door) => doorCodes[door] === code);

function openFrame<Message>(bytes: Uint8Array, read: (command: Command, board: number, data: Uint8Array) => Message | undefined): FrameMatch<Message> {
  for (const [at, byte] of head.entries()) {
    if (at >= bytes.length) return { kind: 'more' };
    if (bytes[at] !== byte) return wrongFrame('no head');
  }
  const [, , , , length = frameBytesMin, board = 0, code] = bytes;
  if (length < frameBytesMin || length > frameBytesMax) return wrongFrame('length');
  if (bytes.length < length) return { kind: 'more' };
  if (bytes[length - 1] !== xorOf(bytes.subarray(0, length - 1))) return wrongFrame('check');
  const command = (Object.keys(commands) as Command[]).find((name) => commands[name] === code);
  const message = command === undefined ? undefined : read(command, board, bytes.subarray(7, length - 1));
  return message === undefined ? wrongFrame('out of bounds') : { kind: 'frame', length, message };
}

function readRequest(command: Command, board: number, data: Uint8Array): LockRequest | undefined {
  const [lock] = data;
  if (command === 'askAll') return data.length === 0 ? { kind: command, board } : undefined;
  return command !== 'changed' && data.length === 1 && isLock(lock) ? { kind: command, board, lock } : undefined;
}

function readReport(command: Command, board: number, data: Uint8Array): LockReport | undefined {
  if (command === 'changed') {
    const [lock, code] = data;
    const door = doorOf(code);
    return data.length === 2 && isLock(lock) && door !== undefined ? { kind: command, board, lock, door } : undefined;
  }
  const [result, count, code] = data;
  if (result !== resultCodes.ok && result !== resultCodes.failed) return undefined;
  const ok = result === resultCodes.ok;
  if (command === 'askAll') {
    const doors = [...data.subarray(2)].map(doorOf).filter((door) => door !== undefined);
    return count === data.length - 2 && count === doors.length && count > 0 ? { kind: command, board, ok, doors } : undefined;
  }
  const door = doorOf(code);
  return data.length === 3 && isLock(count) && door !== undefined ? { kind: command, board, ok, lock: count, door } : undefined;
}

function seal(command: Command, board: number, data: readonly number[]): Uint8Array {
  assert(board >= 0 && board <= 255 && data.every((byte) => byte >= 0 && byte <= 255), `no such board or data: ${board}, ${data.join(' ')}`);
  const body = [...head, frameBytesMin + data.length, board, commands[command], ...data];
  return Uint8Array.from([...body, xorOf(body)]);
}

function encodeRequest(request: LockRequest): Uint8Array {
  if (request.kind === 'askAll') return seal('askAll', request.board, []);
  assert(isLock(request.lock), `no such lock: ${request.lock}`);
  return seal(request.kind, request.board, [request.lock]);
}

function encodeReport(report: LockReport): Uint8Array {
  if (report.kind === 'changed') return seal('changed', report.board, [report.lock, doorCodes[report.door]]);
  const result = report.ok ? resultCodes.ok : resultCodes.failed;
  const rest = report.kind === 'askAll' ? [report.doors.length, ...report.doors.map((door) => doorCodes[door])] : [report.lock, doorCodes[report.door]];
  return seal(report.kind, report.board, [result, ...rest]);
}

const isReplyTo = (request: LockRequest, reply: LockReport) =>
  reply.kind === request.kind && reply.board === request.board && (request.kind === 'askAll' || (reply.kind !== 'askAll' && reply.lock === request.lock));

export const lockWkly: FrameDevice<LockReport, LockRequest> = {
  model: 'WKLY',
  kind: 'lock',
  title: 'Lock board with up to 48 locks and their door contacts',
  source: { document: 'Lock board serial protocol WKLY (manual frames as published in EasyIot and LockDemo)', revision: 'commands 0x82 to 0x85' },
  serial: { baud: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  talk: 'answers',
  check: 'xor',
  timeoutMs: 500,
  guardMs: 300,
  frameBytesMax,
  notes: [
    'Door code 00 is open and 01 is closed; FF is a lock that cannot be read.',
    'Reports of changed doors (0x85) come unasked and can meet a question on a shared bus: the board has a port of its own.',
    'The board ends the pulse of a lock by itself. Its commands to open all locks (0x86), several in turn (0x87) or to hold one (0x88) are never used.',
  ],
  frames: [
    { name: 'open', direction: 'toDevice', layout: '57 4B 4C 59 09 board 82 lock xor', doc: 'One pulse on one lock.' },
    { name: 'ask', direction: 'toDevice', layout: '57 4B 4C 59 09 board 83 lock xor', doc: 'Asks for one door.' },
    { name: 'askAll', direction: 'toDevice', layout: '57 4B 4C 59 08 board 84 xor', doc: 'Asks for all doors.' },
    {
      name: 'open, ask',
      direction: 'fromDevice',
      layout: '57 4B 4C 59 0B board 82|83 result lock door xor',
      doc: 'Result 00 or FF, and the door of that lock.',
    },
    { name: 'askAll', direction: 'fromDevice', layout: '57 4B 4C 59 length board 84 result count doors xor', doc: 'All doors, lock 1 first.' },
    { name: 'changed', direction: 'fromDevice', layout: '57 4B 4C 59 0A board 85 lock door xor', doc: 'A door changed; said unasked.' },
  ],
  fromDevice: defineFrames({ frameBytesMax, match: (bytes) => openFrame(bytes, readReport), encode: encodeReport }),
  toDevice: defineFrames({ frameBytesMax, match: (bytes) => openFrame(bytes, readRequest), encode: encodeRequest }),
  search: { asks: (board) => [{ kind: 'askAll', board }], isAnswer: isReplyTo },
  isReplyTo,
};
