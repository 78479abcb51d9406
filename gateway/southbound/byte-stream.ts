/**
 * Opens the two kinds of wire we have, a serial port and a TCP connection, and gives both one tiny shape: bytes in, bytes out, closed.
 * The only file that imports serialport. It opens once and reports; reopening is kept-stream.ts's work, frames are framing.ts's.
 * It must never call SerialPort.list (it ends the process where udevadm is missing) nor open a port by itself.
 */
import assert from 'node:assert/strict';
import { readSync, writeSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { SerialPort } from 'serialport';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import { serialReadBytesMax, streamCloseMs, tcpConnectMs, tcpKeepAliveMs, tcpReadBytesMax } from '../limits.ts';
import { findSerialPort, type MachinePlaces } from './serial-adapter.ts';

/** A serial port. `path` as /dev/serial/by-id/... or usb:VID:PID... survives re-plugging (serial-adapter.ts). `baud` 1200..921600. */
export type SerialTransport = {
  readonly kind: 'serial';
  readonly path: string;
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly dataBits: 7 | 8;
  readonly stopBits: 1 | 2;
};
/** A TCP connection, whatever is spoken over it. Port 1..65535. */
export type TcpTransport = { readonly kind: 'tcp' | 'rtu-over-tcp' | 'modbus-tcp'; readonly host: string; readonly port: number };

/** An open wire. */
export interface ByteStream {
  /** Hands bytes to the system; a failure shows as `onClose`. */
  write(bytes: Uint8Array): void;
  /**
   * Resolves when everything that had reached the machine before the call was given to `onBytes` or thrown away. On a serial port this also
   * throws away what was written and has not left: a request given up on must not go out later.
   */
  settle(): Promise<void>;
  /** Closes. `hard` throws away what was written and not yet sent (TCP reset). Resolves when the port is free, or after streamCloseMs. */
  close(hard: boolean): Promise<void>;
}
/** Called from the event loop; `onClose` exactly once, also after `close`, and `onBytes` never after it. */
export interface ByteListener {
  onBytes(bytes: Buffer): void;
  onClose(reason: string): void;
}

/**
 * Opens the wire.
 * @throws GatewayError bus_closed when it cannot be opened; the signal's reason when `signal` aborts meanwhile.
 */
export async function openByteStream(
  transport: SerialTransport | TcpTransport,
  listener: ByteListener,
  clock: Clock,
  signal: AbortSignal,
  places?: MachinePlaces,
): Promise<ByteStream> {
  signal.throwIfAborted();
  if (transport.kind !== 'serial') return await openTcp(transport, listener, clock, signal);
  return await openSerial({ ...transport, path: await findSerialPort(transport.path, places) }, listener, clock, signal);
}

/** How a wire is opened: by `openByteStream`, or by whoever runs a village without a machine. */
export type OpenByteStream = typeof openByteStream;

/** Name of a wire for people: the device file or host:port. */
export const nameOfTransport = (transport: SerialTransport | TcpTransport): string =>
  transport.kind === 'serial' ? transport.path : `${transport.host}:${transport.port}`;

async function openSerial(transport: SerialTransport, listener: ByteListener, clock: Clock, signal: AbortSignal): Promise<ByteStream> {
  const { path, baud, parity, dataBits, stopBits } = transport;
  const port = new SerialPort({ path, baudRate: baud, parity, dataBits, stopBits, autoOpen: false });
  const closed = Promise.withResolvers<void>();
  let reason = 'closed';
  port.on('error', (error) => {
    reason = error.message;
  });
  port.once('close', (error?: Error | null) => {
    closed.resolve();
    listener.onClose(error?.message ?? reason);
  });
  await new Promise<void>((resolve, reject) => {
    port.open((cause) => (cause ? reject(new GatewayError('bus_closed', `${path} cannot be opened: ${cause.message}`, { cause })) : resolve()));
  });
  const wire = new SerialWire(port, (bytes) => listener.onBytes(bytes));
  const stream: ByteStream = {
    write: (bytes) => wire.write(bytes),
    settle: () => wire.settle(),
    close: async () => {
      if (port.isOpen) port.close(() => closed.resolve());
      await withinMs(closed.promise, streamCloseMs, clock);
    },
  };
  if (signal.aborted) {
    await stream.close(true);
    signal.throwIfAborted();
  }
  wire.listen();
  return stream;
}

/**
 * Reads and writes the open file of a port in our own thread: it never blocks, and a trip through the thread pool would cost each frame some tenths of a
 * millisecond. The library's own reading has a second fault: after a hang-up it reads nothing for ever, as fast as it can, and tells nobody.
 */
class SerialWire {
  readonly #port: SerialPort;
  readonly #onBytes: (bytes: Buffer) => void;
  readonly #buffer = Buffer.alloc(serialReadBytesMax);
  /** Something was written and nothing has come since: it may not even have left. */
  #isUnanswered = false;
  /** Bytes the machine did not take at once are the library's to deliver, and what follows has to queue behind them. */
  #isQueueing = false;

  constructor(port: SerialPort, onBytes: (bytes: Buffer) => void) {
    this.#port = port;
    this.#onBytes = onBytes;
  }

  /** Waits for bytes until the port is closed. */
  listen(): void {
    const { port } = this.#port;
    assert(port && 'poller' in port, 'serial ports are read on Linux only');
    port.poller.once('readable', (error) => {
      if (error) this.#hangUp(error.message);
      else this.#read();
      if (this.#isOpen()) this.listen();
    });
  }

  write(bytes: Uint8Array): void {
    this.#isUnanswered = true;
    const taken = this.#isQueueing ? 0 : this.#attempt((file) => writeSync(file, bytes), 0);
    if (taken === bytes.length) return;
    this.#isQueueing = true;
    this.#port.write(Buffer.from(bytes.subarray(taken)), () => {
      this.#isQueueing = this.#port.writableLength > 0;
    });
  }

  /** What has come is read; what was never answered is thrown away, on its way in and out. */
  async settle(): Promise<void> {
    this.#read();
    // A port that closes meanwhile calls back with an error; its `close` event carries the news.
    if (this.#isUnanswered && this.#isOpen()) await new Promise<void>((resolve) => this.#port.flush(() => resolve()));
    this.#isUnanswered = false;
  }

  #read(): void {
    for (;;) {
      const count = this.#attempt((file) => readSync(file, this.#buffer), 'nothing');
      if (count === 'nothing') return;
      if (count === 0) this.#hangUp('the adapter was pulled');
      if (count === 0) return;
      this.#isUnanswered = false;
      this.#onBytes(Buffer.from(this.#buffer.subarray(0, count)));
      if (count < this.#buffer.length) return;
    }
  }

  /** Runs one call on the open file. `otherwise` stands for a machine that is not ready, and for a port that is gone. */
  #attempt<Otherwise>(call: (file: number) => number, otherwise: Otherwise): number | Otherwise {
    const { port } = this.#port;
    if (!this.#isOpen() || !port || !('fd' in port) || port.fd === null) return otherwise;
    try {
      return call(port.fd);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') this.#hangUp(message);
      return otherwise;
    }
  }

  #isOpen(): boolean {
    return this.#port.isOpen && !this.#port.closing;
  }

  #hangUp(reason: string): void {
    if (!this.#isOpen()) return;
    this.#port.emit('error', new Error(reason));
    this.#port.close();
  }
}

async function openTcp(transport: TcpTransport, listener: ByteListener, clock: Clock, signal: AbortSignal): Promise<ByteStream> {
  // Bytes are taken past the stream, whose ways cost more than a frame does. None come before the connection is told of, and then there is a listener.
  const onread = {
    buffer: Buffer.alloc(tcpReadBytesMax),
    callback: (count: number, buffer: Uint8Array) => {
      listener.onBytes(Buffer.from(buffer.subarray(0, count)));
      return true;
    },
  };
  const { host, port } = transport;
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: tcpKeepAliveMs, onread });
  const closed = Promise.withResolvers<void>();
  let reason = 'closed by the other side';
  socket.on('error', (error) => {
    reason = error.message;
  });
  socket.once('close', () => closed.resolve());
  await connected(socket, nameOfTransport(transport), clock, signal);
  socket.once('close', () => listener.onClose(reason));
  return {
    write: (bytes) => void socket.write(bytes),
    // Two turns of the event loop have a poll phase between them, which hands over everything the kernel holds.
    settle: () => new Promise((resolve) => setImmediate(() => setImmediate(resolve))),
    close: async (hard) => {
      if (hard) socket.resetAndDestroy();
      else socket.destroy();
      await withinMs(closed.promise, streamCloseMs, clock);
    },
  };
}

/** Waits for the connection; whatever ends the wait early also destroys the socket. */
async function connected(socket: Socket, name: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (cause) => reject(new GatewayError('bus_closed', `${name} cannot be reached: ${cause.message}`, { cause })));
  });
  const deadline = clock.sleep(tcpConnectMs, 'connect', AbortSignal.any([signal, stop.signal])).then(() => {
    throw new GatewayError('bus_closed', `${name} does not answer.`);
  });
  try {
    await Promise.race([opened, deadline]);
    signal.throwIfAborted();
  } catch (cause) {
    socket.destroy();
    throw cause;
  } finally {
    stop.abort();
  }
}

/** Waits for `done`, at most `ms`. */
async function withinMs(done: Promise<void>, ms: number, clock: Clock): Promise<void> {
  const stop = new AbortController();
  const deadline = clock.sleep(ms, 'close', stop.signal);
  try {
    await Promise.race([done, deadline]);
  } finally {
    stop.abort();
  }
}
