/**
 * RTU frame bytes: what the simulated boards read and answer, and how the gateway's port tells the reply it asked for from any other bytes.
 * Pure: bytes in, bytes out; gaps, deadlines and resynchronising belong to whoever owns the line. It must never accept a frame whose CRC,
 * length, unit, function, byte count or echo is wrong. Function codes 1 to 6, 15 and 16.
 * Source: Modbus over Serial Line V1.02 section 2.5.1 and 6.2; Modbus Application Protocol V1.1b3 sections 6 and 7.
 */
import assert from 'node:assert/strict';
import {
  type ExceptionName,
  functionCodeOf,
  isBitSpace,
  type ModbusRequest,
  type ModbusResponse,
  maxReadCount,
  maxWriteCount,
  type RegisterSpace,
} from './modbus.ts';

const readFunctions = { 1: 'coil', 2: 'discrete', 3: 'holding', 4: 'input' } as const satisfies Record<number, RegisterSpace>;
/** Unit, function and CRC: no frame is shorter. Unit: byte. */
const leastFrameBytes = 4;
const exceptionFrameBytes = 5;
const fixedFrameBytes = 8;
const coilOn = 0xff00;
/** Set in the function code of an exception. */
const exceptionFlag = 0x80;

/** CRC-16/MODBUS of the bytes, 0..65535: polynomial 0xA001 reflected, start 0xFFFF (Serial Line V1.02 section 6.2.2). Sent low byte first. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = (crc >> 8) ^ (crcOfByte[(crc ^ byte) & 0xff] ?? 0);
  return crc;
}

/** What each value of the low byte of the register adds after its eight shifts. */
const crcOfByte = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});

const readWord = (bytes: Uint8Array, at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
/** Registers as bytes, high byte first. */
export const wordBytes = (...words: readonly number[]): readonly number[] => words.flatMap((word) => [word >> 8, word & 0xff]);
const packBits = (bits: readonly boolean[]) => {
  const bytes = new Array<number>(Math.ceil(bits.length / 8)).fill(0);
  for (const [at, bit] of bits.entries()) if (bit) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
  return bytes;
};

function sealFrame(bytes: readonly number[]): Buffer {
  const crc = crc16(Uint8Array.from(bytes));
  return Buffer.from([...bytes, crc & 0xff, crc >> 8]);
}

function isCrcRight(frame: Uint8Array): boolean {
  const crc = crc16(frame.subarray(0, frame.length - 2));
  return frame[frame.length - 2] === (crc & 0xff) && frame[frame.length - 1] === crc >> 8;
}

/**
 * How many bytes the request that starts at `bytes[0]` takes, CRC included; `more` when too few are here to tell, `unknown` for a function
 * code whose length this file does not know (only a quiet gap ends such a frame).
 */
export function requestLength(bytes: Uint8Array): number | 'more' | 'unknown' {
  const code = bytes[1];
  if (code === undefined) return 'more';
  if (code >= 1 && code <= 6) return fixedFrameBytes;
  if (code !== 15 && code !== 16) return 'unknown';
  const byteCount = bytes[6];
  return byteCount === undefined ? 'more' : 9 + byteCount;
}

/** What is wrong with a request frame. A board answers `function`, `address` and `value` with an exception and is silent on the others. */
export type RequestFault = 'length' | 'crc' | 'function' | 'address' | 'value';
export type DecodedRequest =
  | { readonly ok: true; readonly unit: number; readonly request: ModbusRequest }
  | { readonly ok: false; readonly fault: RequestFault; readonly unit: number; readonly functionCode: number; readonly exception?: ExceptionName };

/** Faults a board answers, with the exception it answers. */
const exceptionOf = { function: 'illegalFunction', address: 'illegalAddress', value: 'illegalValue' } as const satisfies Partial<
  Record<RequestFault, ExceptionName>
>;
type AnsweredFault = keyof typeof exceptionOf;

function decodeMany(frame: Uint8Array, address: number, count: number): ModbusRequest | AnsweredFault {
  const byteCount = frame[6] ?? 0;
  if (frame[1] === 15) {
    if (count < 1 || count > maxWriteCount('coil') || byteCount !== Math.ceil(count / 8)) return 'value';
    return { kind: 'writeCoils', address, bits: Array.from({ length: count }, (_, at) => (((frame[7 + (at >> 3)] ?? 0) >> (at & 7)) & 1) === 1) };
  }
  if (count < 1 || count > maxWriteCount('holding') || byteCount !== count * 2) return 'value';
  return { kind: 'writeRegisters', address, words: Array.from({ length: count }, (_, at) => readWord(frame, 7 + at * 2)) };
}

/** The request, unless it reaches past address 65535. */
function inRange(request: ModbusRequest | AnsweredFault, count: number): ModbusRequest | AnsweredFault {
  return typeof request !== 'string' && request.address + count > 0x1_0000 ? 'address' : request;
}

/** FC05 knows on and off; some boards take other words as well (a pulse), which only the board at that address can judge. */
const coilWord = (address: number, word: number): ModbusRequest | AnsweredFault => (word < coilOn ? { kind: 'writeCoilWord', address, word } : 'value');

/** The body of a frame whose CRC, function and length are right. */
function decodeBody(frame: Uint8Array): ModbusRequest | AnsweredFault {
  const code = frame[1] ?? 0;
  const address = readWord(frame, 2);
  const value = readWord(frame, 4);
  if (code === 5) return value === coilOn || value === 0 ? { kind: 'writeCoil', address, on: value === coilOn } : coilWord(address, value);
  if (code === 6) return { kind: 'writeRegister', address, value };
  if (code === 15 || code === 16) return inRange(decodeMany(frame, address, value), value);
  const space = readFunctions[code as keyof typeof readFunctions];
  return value < 1 || value > maxReadCount(space) ? 'value' : inRange({ kind: 'read', space, address, count: value }, value);
}

/** Decodes one whole request frame, in the order of V1.1b3 section 7: CRC, function, length, quantity and value, address range. */
export function decodeRequest(frame: Uint8Array): DecodedRequest {
  const [unit = 0, functionCode = 0] = frame;
  const refuse = (fault: 'length' | 'crc'): DecodedRequest => ({ ok: false, fault, unit, functionCode });
  if (frame.length < leastFrameBytes) return refuse('length');
  if (!isCrcRight(frame)) return refuse('crc');
  const length = requestLength(frame);
  if (length !== 'unknown' && length !== frame.length) return refuse('length');
  const body = length === 'unknown' ? 'function' : decodeBody(frame);
  if (typeof body !== 'string') return { ok: true, unit, request: body };
  return { ok: false, fault: body, unit, functionCode, exception: exceptionOf[body] };
}

/** The frame that says a unit heard a request and refuses it. */
export const encodeException = (unit: number, functionCode: number, code: number): Buffer => sealFrame([unit, functionCode | exceptionFlag, code]);

function responseBody(request: ModbusRequest, response: ModbusResponse): readonly number[] {
  switch (response.kind) {
    case 'words':
      assert(request.kind === 'read' && response.words.length === request.count, 'the answer has another count than the question');
      return [response.words.length * 2, ...wordBytes(...response.words)];
    case 'bits': {
      assert(request.kind === 'read' && response.bits.length === request.count, 'the answer has another count than the question');
      const bytes = packBits(response.bits);
      return [bytes.length, ...bytes];
    }
    case 'written':
      assert(request.kind !== 'read', 'a read is answered with values');
      if (request.kind === 'writeCoil') return wordBytes(request.address, request.on ? coilOn : 0);
      if (request.kind === 'writeCoilWord') return wordBytes(request.address, request.word);
      if (request.kind === 'writeRegister') return wordBytes(request.address, request.value);
      return wordBytes(request.address, request.kind === 'writeCoils' ? request.bits.length : request.words.length);
    case 'exception':
      return [response.code];
  }
}

/** The answer of `unit` as a frame. A response that does not belong to the request is our own bug. */
export function encodeResponse(unit: number, request: ModbusRequest, response: ModbusResponse): Buffer {
  const code = functionCodeOf(request);
  return sealFrame([unit, response.kind === 'exception' ? code | exceptionFlag : code, ...responseBody(request, response)]);
}

/** What the normal reply to a request must look like: its first bytes, known beforehand, and its length. */
export interface ExpectedReply {
  /** Unit, function and byte count of a read; unit, function and the four echoed bytes of a write. */
  readonly head: Buffer;
  /** Whole normal reply, CRC included. Unit: byte. An exception reply always takes 5. */
  readonly length: number;
}

/** Derives the reply to expect from a request frame of our own master. Another function code is our own bug. */
export function expectedReply(requestFrame: Uint8Array): ExpectedReply {
  const decoded = decodeRequest(requestFrame);
  assert(decoded.ok, 'a frame that is no request has no reply');
  const { unit, request } = decoded;
  const code = functionCodeOf(request);
  if (request.kind !== 'read') return { head: Buffer.from(requestFrame.subarray(0, 6)), length: fixedFrameBytes };
  const byteCount = isBitSpace(request.space) ? Math.ceil(request.count / 8) : request.count * 2;
  return { head: Buffer.from([unit, code, byteCount]), length: 5 + byteCount };
}

export type MismatchReason = 'unit' | 'function' | 'byte count' | 'echo' | 'crc';
export type ReplyMatch =
  | { readonly kind: 'match'; readonly frame: Buffer; readonly rest: Buffer }
  | { readonly kind: 'more' }
  | { readonly kind: 'mismatch'; readonly reason: MismatchReason };

/**
 * Judges the bytes received since a request was sent: its reply (normal or exception) with whatever came behind it, a beginning of it, or
 * something else. Something else is told as early as possible; the caller decides how long the line then stays quiet. Who judges a reply piece by piece
 * hands in what it expects.
 */
export function matchReply(requestFrame: Uint8Array, bytes: Uint8Array, expected: ExpectedReply = expectedReply(requestFrame)): ReplyMatch {
  const { head, length } = expected;
  const isException = bytes[0] === head[0] && bytes[1] === ((head[1] ?? 0) | exceptionFlag);
  if (!isException) {
    const wrongAt = head.findIndex((byte, at) => at < bytes.length && bytes[at] !== byte);
    if (wrongAt >= 0) return { kind: 'mismatch', reason: wrongAt === 0 ? 'unit' : wrongAt === 1 ? 'function' : head.length === 3 ? 'byte count' : 'echo' };
  }
  const needed = isException ? exceptionFrameBytes : length;
  if (bytes.length < needed) return { kind: 'more' };
  const frame = Buffer.from(bytes.subarray(0, needed));
  return isCrcRight(frame) ? { kind: 'match', frame, rest: Buffer.from(bytes.subarray(needed)) } : { kind: 'mismatch', reason: 'crc' };
}
