/**
 * Serves the boards of one line over TCP: as RTU frames, the way a serial device server passes them, or as Modbus TCP. Every client has
 * its own framing and the boards answer one request at a time. It must never execute a frame that is not whole and right.
 * Source: Modbus Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3 (MBAP header); Modbus over Serial Line V1.02.
 */
import type { Socket } from 'node:net';
import { crc16, decodeRequest } from '../protocol/rtu-frame.ts';
import { answerFrame, type BoardLine, RtuSlave } from './rtu-slave.ts';
import { listenTcp, type TcpListener } from './tcp-listener.ts';

export interface TcpLineOptions {
  readonly id: string;
  readonly kind: 'rtu-over-tcp' | 'modbus-tcp';
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly line: BoardLine;
}

/** Silence that ends a frame. A network knows no 3.5 characters; this is far above its jitter and below any master's patience. Unit: ms. */
const quietMs = 50;
const headerBytes = 7;
/** Unit and PDU behind the length field. Unit: byte. */
const lengthBounds = { least: 2, most: 254 } as const;

/** @throws SiteError when the port cannot be had. */
export function serveTcpLine({ id, kind, host, port, line }: TcpLineOptions): Promise<TcpListener> {
  return listenTcp(id, host, port, (socket) => (kind === 'modbus-tcp' ? speakMbap(socket, line) : speakRtu(socket, line)));
}

function speakRtu(socket: Socket, line: BoardLine): void {
  const slave = new RtuSlave(line);
  let quiet: NodeJS.Timeout | undefined;
  socket.on('data', (bytes: Buffer) => {
    clearTimeout(quiet);
    for (const reply of slave.push(bytes)) socket.write(reply);
    if (slave.awaitsQuiet) quiet = setTimeout(() => sendIfAny(socket, slave.endFrame()), quietMs);
  });
  socket.once('close', () => clearTimeout(quiet));
}

function sendIfAny(socket: Socket, reply: Buffer | undefined): void {
  if (reply !== undefined) socket.write(reply);
}

function speakMbap(socket: Socket, line: BoardLine): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    pending = Buffer.concat([pending, bytes]);
    while (pending.length >= headerBytes) {
      const length = pending.readUInt16BE(4);
      // A header that cannot be right leaves no way to find the next one.
      if (pending.readUInt16BE(2) !== 0 || length < lengthBounds.least || length > lengthBounds.most) {
        socket.destroy();
        return;
      }
      if (pending.length < 6 + length) return;
      const adu = pending.subarray(0, 6 + length);
      pending = pending.subarray(6 + length);
      sendIfAny(socket, answerAdu(line, adu));
    }
  });
}

/** Unit and PDU are an RTU frame but for the CRC, so both kinds go the same way. */
function answerAdu(line: BoardLine, adu: Buffer): Buffer | undefined {
  const body = adu.subarray(6);
  const crc = crc16(body);
  const reply = answerFrame(line, decodeRequest(Buffer.concat([body, Buffer.from([crc & 0xff, crc >> 8])])));
  if (reply === undefined) return undefined;
  const header = Buffer.from(adu.subarray(0, 6));
  header.writeUInt16BE(reply.length - 2, 4);
  return Buffer.concat([header, reply.subarray(0, -2)]);
}
