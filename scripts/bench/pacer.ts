/**
 * A program of its own that plays the slaves of one RS-485 line, for the bus bench: on loopback TCP it takes exactly the time a wire and a board would take.
 * It blocks its own thread until each moment, so nothing else in it can be late, and it reports how late it was all the same.
 * Every unit answers every read with zeros, except the one it was told is dead.
 * Usage: pacer.ts BAUD TURNAROUND_MS CHUNK_BYTES [DEAD_UNIT]. Says {port} over IPC when it listens, and its records when asked.
 */
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { isBitSpace, type ModbusResponse } from '../../protocol/modbus.ts';
import { decodeRequest, encodeResponse, requestLength } from '../../protocol/rtu-frame.ts';

/** One request as the wire saw it. All times: ms of CLOCK_MONOTONIC, which every process of this machine shares. */
export interface Passage {
  readonly unit: number;
  readonly address: number;
  /** First byte of the request. */
  readonly requestAtMs: number;
  /** Last byte of the answer handed over; null for a dead unit. */
  readonly answeredAtMs: number | null;
  /** What wire and board need for request, turn-around and answer. */
  readonly wireMs: number;
  /** How much later than due the last byte was handed over: the pacer's own error. */
  readonly lateMs: number;
}

export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** 8N1: a start bit, eight data bits, a stop bit. */
const bitsPerByte = 10;
const passagesMax = 2_000_000;

/** Blocks this thread until the moment, to some hundredths of a ms. */
function waitUntil(atMs: number): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let leftMs = atMs - monotonicMs(); leftMs > 0; leftMs = atMs - monotonicMs()) Atomics.wait(cell, 0, 0, leftMs);
}

class Pacer {
  readonly passages: Passage[] = [];
  readonly #byteMs: number;
  readonly #turnaroundMs: number;
  readonly #chunkBytes: number;
  readonly #deadUnit: number;
  #received = Buffer.alloc(0);

  constructor(baud: number, turnaroundMs: number, chunkBytes: number, deadUnit: number) {
    this.#byteMs = (bitsPerByte * 1000) / baud;
    this.#turnaroundMs = turnaroundMs;
    this.#chunkBytes = chunkBytes;
    this.#deadUnit = deadUnit;
  }

  /** A request comes in one piece, since the machine has it at once; on the wire it would have taken its bytes' time, which begins now. */
  take(socket: Socket, bytes: Buffer): void {
    const requestAtMs = monotonicMs();
    this.#received = Buffer.concat([this.#received, bytes]);
    const length = requestLength(this.#received);
    if (length === 'more' || length === 'unknown' || this.#received.length < length) return;
    const frame = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    assert(this.#received.length === 0, 'two requests at a time');
    const decoded = decodeRequest(frame);
    assert(decoded.ok && decoded.request.kind === 'read', 'the bench only reads');
    const { unit, request } = decoded;
    const { address, count, space } = request;
    const zeros: ModbusResponse = isBitSpace(space) ? { kind: 'bits', bits: Array(count).fill(false) } : { kind: 'words', words: Array(count).fill(0) };
    const reply = encodeResponse(unit, request, zeros);
    const isDead = unit === this.#deadUnit;
    const wireMs = (frame.length + (isDead ? 0 : reply.length)) * this.#byteMs + this.#turnaroundMs;
    const beginsAtMs = requestAtMs + frame.length * this.#byteMs + this.#turnaroundMs;
    const last = isDead ? { answeredAtMs: null, lateMs: 0 } : this.#send(socket, reply, beginsAtMs);
    if (this.passages.length < passagesMax) this.passages.push({ unit, address, requestAtMs, wireMs, ...last });
  }

  /** Hands over each piece when its last byte would have left the wire. The time is taken just before: nobody can have seen the byte earlier. */
  #send(socket: Socket, reply: Buffer, beginsAtMs: number): { answeredAtMs: number; lateMs: number } {
    let answeredAtMs = 0;
    for (let sent = 0; sent < reply.length; sent += this.#chunkBytes) {
      const end = Math.min(reply.length, sent + this.#chunkBytes);
      waitUntil(beginsAtMs + end * this.#byteMs);
      answeredAtMs = monotonicMs();
      socket.write(reply.subarray(sent, end));
    }
    return { answeredAtMs, lateMs: answeredAtMs - (beginsAtMs + reply.length * this.#byteMs) };
  }
}

if (import.meta.main) {
  const [baud = 9600, turnaroundMs = 5, chunkBytes = 256, deadUnit = 0] = process.argv.slice(2).map(Number);
  const pacer = new Pacer(baud, turnaroundMs, chunkBytes, deadUnit);
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('data', (bytes: Buffer) => pacer.take(socket, bytes));
    // The bench ends by closing its line.
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.({ port: address !== null && typeof address === 'object' ? address.port : 0 });
  });
  process.on('message', () => process.send?.({ passages: pacer.passages.splice(0) }));
  process.on('disconnect', () => process.exit(0));
}
