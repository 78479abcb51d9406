/**
 * Serves the boards of one line over TCP: as RTU frames, the way a serial device server passes them, or as Modbus TCP. Every client has
 * its own framing and the boards answer one request at a time. It must never execute a frame that is not whole and right.
 * Source: Modbus Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3 (MBAP header); Modbus over Serial Line V1.02.
 */
import type { Socket } from 'node:net';
import { crc16, decodeRequest } from '../protocol/rtu-frame.ts';
import { bareFrames, type Carriage, type Exchange, type FaultyWire, plainBursts } from './faulty-wire.ts';
import { answerFrame, type BoardLine, RtuSlave, turnaroundOf } from './rtu-slave.ts';
import { listenTcp, type TcpListener } from './tcp-listener.ts';
import type { Burst } from './wire-faults.ts';

export interface TcpLineOptions {
  readonly id: string;
  readonly kind: 'rtu-over-tcp' | 'modbus-tcp';
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly line: BoardLine;
  /** Absent: a wire without faults. */
  readonly faults?: FaultyWire | undefined;
}

/** Silence that ends a frame. A network knows no 3.5 characters; this is far above its jitter and below any master's patience. Unit: ms. */
const quietMs = 50;
const headerBytes = 7;
/** Unit and PDU behind the length field. Unit: byte. */
const lengthBounds = { least: 2, most: 254 } as const;

/** @throws SiteError when the port cannot be had. */
export function serveTcpLine({ id, kind, host, port, line, faults }: TcpLineOptions): Promise<TcpListener> {
  const burstsOf = (exchange: Exchange, carriage: Carriage) => faults?.answer(exchange, carriage) ?? plainBursts(exchange, carriage);
  const isCut = () => faults?.isCut ?? false;
  const hear = kind === 'modbus-tcp' ? hearMbap : hearRtu;
  return listenTcp(id, host, port, (socket, clients) => {
    // A serial server hands what its line says to whoever is connected by then; a Modbus TCP device knows only who asked.
    const receivers = () => (kind === 'modbus-tcp' || !socket.destroyed ? [socket] : clients);
    const send = ({ afterMs, bytes }: Burst, turnaroundMs: number) => {
      const leave = () => {
        if (!isCut()) for (const receiver of receivers()) receiver.write(bytes);
      };
      if (afterMs + turnaroundMs === 0) leave();
      else setTimeout(leave, afterMs + turnaroundMs).unref();
    };
    hear(socket, line, isCut, (exchange, carriage) => {
      for (const burst of burstsOf(exchange, carriage)) send(burst, turnaroundOf(line, exchange.request));
    });
  });
}

type Answer = (exchange: Exchange, carriage: Carriage) => void;

function hearRtu(socket: Socket, line: BoardLine, isCut: () => boolean, answer: Answer): void {
  const slave = new RtuSlave(line);
  let quiet: NodeJS.Timeout | undefined;
  const tell = (exchanges: readonly Exchange[]) => {
    for (const exchange of exchanges) answer(exchange, bareFrames);
  };
  socket.on('data', (bytes: Buffer) => {
    if (isCut()) return;
    clearTimeout(quiet);
    tell(slave.push(bytes));
    if (slave.awaitsQuiet) quiet = setTimeout(() => tell(slave.endFrame()), quietMs);
  });
  socket.once('close', () => clearTimeout(quiet));
}

function hearMbap(socket: Socket, line: BoardLine, isCut: () => boolean, answer: Answer): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    if (isCut()) return;
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
      const request = frameOf(adu);
      const reply = answerFrame(line, decodeRequest(request));
      if (reply !== undefined) answer({ request, reply }, { wrap: (frame) => mbapOf(adu, frame), checked: false });
    }
  });
}

/** Unit and PDU are an RTU frame but for the CRC, so both kinds go the same way. */
function frameOf(adu: Buffer): Buffer {
  const body = adu.subarray(6);
  const crc = crc16(body);
  return Buffer.concat([body, Buffer.of(crc & 0xff, crc >> 8)]);
}

/** `frame` behind the header of `adu`. */
function mbapOf(adu: Buffer, frame: Buffer): Buffer {
  const header = Buffer.from(adu.subarray(0, 6));
  header.writeUInt16BE(frame.length - 2, 4);
  return Buffer.concat([header, frame.subarray(0, -2)]);
}
