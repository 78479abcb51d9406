/**
 * The site's end of serial ports and ptys: boards that answer on one, readers that speak on one. A port that is missing or pulled out is
 * opened again for ever, quietly. The only file of the simulator that may import serialport.
 * Source: Modbus over Serial Line V1.02, section 2.5.1.1 (3.5 characters of silence end a frame).
 */
import { SerialPort } from 'serialport';
import { bareFrames, type Exchange, type FaultyWire, plainBursts } from './faulty-wire.ts';
import { type BoardLine, RtuSlave, turnaroundOf } from './rtu-slave.ts';

/** Settings of a port; `path` may be a real device or a pty. */
export interface SerialSettings {
  readonly path: string;
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly dataBits: 7 | 8;
  readonly stopBits: 1 | 2;
}

export interface SerialWire {
  readonly isOpen: boolean;
  /** Sends bytes, or drops them while the port is away. */
  write(bytes: Buffer): void;
  close(): Promise<void>;
}

export interface SerialEvents {
  /** A fresh one at each opening: no half frame survives a re-plug. */
  readonly onOpen: () => void;
  readonly onBytes: (bytes: Buffer) => void;
  /** Told once, not at every attempt to open it again. */
  readonly onLost: (reason: string) => void;
}

/** Pause before a missing port is tried again. Unit: ms. */
const reopenMs = 250;
/** Shortest silence taken for the end of a frame; a program cannot see shorter ones. Unit: ms. */
const quietLeastMs = 20;

/** Opens a port and keeps it open until `close`. Returns at once. */
export function keepSerialOpen(settings: SerialSettings, events: SerialEvents): SerialWire {
  const { path, baud, parity, dataBits, stopBits } = settings;
  const port = new SerialPort({ path, baudRate: baud, parity, dataBits, stopBits, autoOpen: false });
  let closing = false;
  let again: NodeJS.Timeout | undefined;
  let tellLoss = true;
  const retry = (reason: string): void => {
    if (closing) return;
    if (tellLoss) events.onLost(reason);
    tellLoss = false;
    again = setTimeout(open, reopenMs);
  };
  const open = (): void => {
    if (closing) return;
    port.open((error) => {
      if (error) {
        retry(error.message);
        return;
      }
      tellLoss = true;
      events.onOpen();
    });
  };
  port.on('data', events.onBytes);
  port.on('close', () => retry('the port was closed'));
  // Errors of an open port are followed by its closing, errors of opening come to the callback.
  port.on('error', () => undefined);
  open();
  return {
    get isOpen() {
      return port.isOpen;
    },
    write(bytes) {
      if (port.isOpen) port.write(bytes);
    },
    close() {
      closing = true;
      clearTimeout(again);
      return new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
    },
  };
}

export interface SerialLineOptions extends SerialSettings {
  readonly line: BoardLine;
  /** Absent: a wire without faults. */
  readonly faults?: FaultyWire | undefined;
  readonly onState: (open: boolean, reason: string | null) => void;
}

/** Serves the boards of one line on a serial port. */
export function serveSerialLine(options: SerialLineOptions): SerialWire {
  const characterMs = (1_000 * (2 + options.dataBits + options.stopBits)) / options.baud;
  const quietMs = Math.max(quietLeastMs, Math.ceil(3.5 * characterMs));
  const { faults } = options;
  let slave = new RtuSlave(options.line);
  let quiet: NodeJS.Timeout | undefined;
  const send = (exchange: Exchange) => {
    const leave = (bytes: Buffer) => {
      if (faults?.isCut !== true) wire.write(bytes);
    };
    for (const { afterMs, bytes } of faults?.answer(exchange, bareFrames) ?? plainBursts(exchange, bareFrames)) {
      const delayMs = afterMs + turnaroundOf(options.line, exchange.request);
      if (delayMs === 0) leave(bytes);
      else setTimeout(() => leave(bytes), delayMs).unref();
    }
  };
  const wire = keepSerialOpen(options, {
    onOpen() {
      slave = new RtuSlave(options.line);
      options.onState(true, null);
    },
    onBytes(bytes) {
      if (faults?.isCut === true) return;
      clearTimeout(quiet);
      slave.push(bytes).forEach(send);
      if (slave.awaitsQuiet) quiet = setTimeout(() => slave.endFrame().forEach(send), quietMs);
    },
    onLost: (reason) => options.onState(false, reason),
  });
  return {
    get isOpen() {
      return wire.isOpen;
    },
    write: (bytes) => wire.write(bytes),
    close() {
      clearTimeout(quiet);
      return wire.close();
    },
  };
}
