/**
 * Serves a line whose devices have frames of their own, as they are: over TCP the way a serial device server passes them, or on a serial
 * port. It knows no frame; what the bytes mean is the boards' business, and so is when a device speaks unasked.
 */
import type { FaultyWire } from './faulty-wire.ts';
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

/** Lets bytes leave as the faults of the wire will have it. `request` is what they answer; null: nobody asked. */
function leave(faults: FaultyWire | undefined, said: Uint8Array, request: Uint8Array | null, write: (bytes: Buffer) => void): void {
  const bursts = faults?.plain(Buffer.from(said), request && Buffer.from(request)) ?? [{ afterMs: 0, bytes: Buffer.from(said) }];
  for (const { afterMs, bytes } of bursts) {
    const go = () => {
      if (faults?.isCut !== true && bytes.length > 0) write(bytes);
    };
    if (afterMs === 0) go();
    else setTimeout(go, afterMs).unref();
  }
}

/** @throws SiteError when the port cannot be had. */
export async function serveTcpPlain(id: string, host: string, port: number, hear: HearPlain, faults?: FaultyWire): Promise<PlainWire> {
  const listener = await listenTcp(id, host, port, (socket) => {
    hear(null);
    socket.on('data', (bytes: Buffer) => {
      for (const reply of hear(bytes)) leave(faults, reply, bytes, (left) => void socket.write(left));
    });
  });
  return {
    port: listener.port,
    say(bytes) {
      leave(faults, bytes, null, (left) => {
        for (const socket of listener.clients) socket.write(left);
      });
      return listener.clients.size > 0;
    },
    close: () => listener.close(),
  };
}

export interface SerialPlainOptions {
  readonly hear: HearPlain;
  /** Absent: a wire without faults. */
  readonly faults?: FaultyWire | undefined;
  readonly onState: (open: boolean, reason: string | null) => void;
}

export function serveSerialPlain(settings: SerialSettings, { hear, faults, onState }: SerialPlainOptions): PlainWire {
  const wire = keepSerialOpen(settings, {
    onOpen() {
      hear(null);
      onState(true, null);
    },
    onBytes(bytes) {
      for (const reply of hear(bytes)) leave(faults, reply, bytes, (left) => wire.write(left));
    },
    onLost: (reason) => onState(false, reason),
  });
  return {
    port: null,
    say(bytes) {
      leave(faults, bytes, null, (left) => wire.write(left));
      return wire.isOpen;
    },
    close: () => wire.close(),
  };
}
