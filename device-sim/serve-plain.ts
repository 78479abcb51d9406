/**
 * Serves a line whose devices have frames of their own, as they are: over TCP the way a serial device server passes them, or on a serial
 * port. It knows no frame; what the bytes mean is the boards' business, and so is when a device speaks unasked.
 */
import { keepSerialOpen, type SerialSettings } from './serve-serial.ts';
import { listenTcp } from './tcp-listener.ts';

/** Takes bytes from the line and gives the answers; null when a wire was opened, so that no half frame survives. */
export type HearPlain = (bytes: Uint8Array | null) => readonly Uint8Array[];

export interface PlainWire {
  /** Bound TCP port, or `null` on a serial port. */
  readonly port: number | null;
  /** Says bytes unasked. Returns whether anybody listens; what nobody hears is lost. */
  say(bytes: Uint8Array): boolean;
  close(): Promise<void>;
}

/** @throws SiteError when the port cannot be had. */
export async function serveTcpPlain(id: string, host: string, port: number, hear: HearPlain): Promise<PlainWire> {
  const listener = await listenTcp(id, host, port, (socket) => {
    hear(null);
    socket.on('data', (bytes: Buffer) => {
      for (const reply of hear(bytes)) socket.write(reply);
    });
  });
  return {
    port: listener.port,
    say(bytes) {
      for (const socket of listener.clients) socket.write(bytes);
      return listener.clients.size > 0;
    },
    close: () => listener.close(),
  };
}

export function serveSerialPlain(settings: SerialSettings, hear: HearPlain, onState: (open: boolean, reason: string | null) => void): PlainWire {
  const wire = keepSerialOpen(settings, {
    onOpen() {
      hear(null);
      onState(true, null);
    },
    onBytes(bytes) {
      for (const reply of hear(bytes)) wire.write(Buffer.from(reply));
    },
    onLost: (reason) => onState(false, reason),
  });
  return {
    port: null,
    say(bytes) {
      wire.write(Buffer.from(bytes));
      return wire.isOpen;
    },
    close: () => wire.close(),
  };
}
