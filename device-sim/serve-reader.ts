/**
 * A code reader as the gateway sees it: a port on which the text of each scan comes unasked, with CR LF behind it. Over TCP everybody
 * connected hears it; on a serial port whoever has the other end. What is read when nobody listens is lost, as with the real one.
 * Source: GM65 and Newland reader manuals (continuous mode, suffix CR LF).
 */
import { keepSerialOpen, type SerialSettings } from './serve-serial.ts';
import { listenTcp } from './tcp-listener.ts';

export interface ReaderWire {
  /** Bound TCP port, or `null` on a serial port. */
  readonly port: number | null;
  readonly isHeard: () => boolean;
  /** Sends one scan. */
  readonly say: (text: string) => void;
  close(): Promise<void>;
}

const suffix = '\r\n';

/** @throws SiteError when the port cannot be had. */
export async function serveTcpReader(id: string, host: string, port: number): Promise<ReaderWire> {
  const listener = await listenTcp(id, host, port, (socket) => socket.resume());
  return {
    port: listener.port,
    isHeard: () => listener.clients.size > 0,
    say(text) {
      for (const socket of listener.clients) socket.write(text + suffix);
    },
    close: () => listener.close(),
  };
}

export function serveSerialReader(settings: SerialSettings, onState: (open: boolean, reason: string | null) => void): ReaderWire {
  const wire = keepSerialOpen(settings, {
    onOpen: () => onState(true, null),
    onBytes: () => undefined,
    onLost: (reason) => onState(false, reason),
  });
  return { port: null, isHeard: () => wire.isOpen, say: (text) => wire.write(Buffer.from(text + suffix)), close: () => wire.close() };
}
