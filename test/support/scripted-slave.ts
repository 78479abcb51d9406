/**
 * A Modbus slave that answers exactly as a test tells it, wrong on purpose: late, torn, damaged, for somebody else. TCP, in RTU frames or MBAP; a
 * pty reaches it through socat. It keeps what it was asked. It is no model of a device: for that there is the simulator.
 */
import { createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { crc16 } from '../../protocol/rtu-frame.ts';

/** What goes back: `rtu` is a whole RTU frame, put into MBAP with the request's transaction id where that is spoken; `raw` goes as it is. */
export type Step = { readonly rtu: Buffer; readonly afterMs?: number } | { readonly raw: Buffer; readonly afterMs?: number } | { readonly hangUp: true };
/** Answers one request, given as an RTU frame; `count` is 1 for the first. MBAP scripts may look at `adu`. */
export type Script = (request: Buffer, count: number, adu: Buffer) => readonly Step[];

export interface ScriptedSlave {
  readonly port: number;
  /** RTU frames of all requests so far. */
  readonly requests: readonly Buffer[];
  connections(): number;
  /** Sends bytes to everybody connected, unasked. */
  say(bytes: Buffer): void;
  stop(): Promise<void>;
}

/** Appends the CRC. */
export function withCrc(...bytes: readonly number[]): Buffer {
  const crc = crc16(Uint8Array.from(bytes));
  return Buffer.from([...bytes, crc & 0xff, crc >> 8]);
}

/** The right answer to a read of registers: each register holds its own address. */
export function registersReply(request: Buffer): Buffer {
  const [unit = 0, code = 0] = request;
  const first = request.readUInt16BE(2);
  const count = request.readUInt16BE(4);
  const words = Array.from({ length: count }, (_, n) => [(first + n) >> 8, (first + n) & 0xff]).flat();
  return withCrc(unit, code, 2 * count, ...words);
}

/** The right answer to a write by FC05, 06, 15 or 16. */
export const writeReply = (request: Buffer): Buffer => withCrc(...request.subarray(0, 6));

/** Right answers to everything. */
export const honest: Script = (request) => [{ rtu: (request[1] ?? 0) <= 4 ? registersReply(request) : writeReply(request) }];

/** Starts a slave on loopback; `port` 0 takes a free one. */
export async function startScriptedSlave(framing: 'rtu' | 'mbap', script: Script, port = 0): Promise<ScriptedSlave> {
  const requests: Buffer[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A master that gives up resets the connection; that is its right.
    socket.on('error', () => socket.destroy());
    // One request is in flight and small: it comes in one piece.
    socket.on('data', (adu: Buffer) => {
      const request = framing === 'rtu' ? adu : withCrc(...adu.subarray(6));
      requests.push(request);
      void play(socket, script(request, requests.length, adu), framing === 'rtu' ? undefined : adu);
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    requests,
    connections: () => connections,
    say: (bytes) => {
      for (const socket of sockets) socket.write(bytes);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.resetAndDestroy();
      }),
  };
}

async function play(socket: Socket, steps: readonly Step[], adu: Buffer | undefined): Promise<void> {
  for (const step of steps) {
    if ('hangUp' in step) {
      socket.end();
      return;
    }
    if (step.afterMs) await pause(step.afterMs);
    if ('raw' in step) socket.write(step.raw);
    else socket.write(adu ? mbap(adu, step.rtu.subarray(0, -2)) : step.rtu);
  }
}

/** An MBAP answer to `adu` that carries `unitAndPdu`. */
export function mbap(adu: Buffer, unitAndPdu: Buffer): Buffer {
  const header = Buffer.from(adu.subarray(0, 6));
  header.writeUInt16BE(unitAndPdu.length, 4);
  return Buffer.concat([header, unitAndPdu]);
}
