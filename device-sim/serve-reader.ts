/**
 * A code reader as the gateway sees it: a port on which the text of each scan comes unasked, with CR LF behind it. Over TCP everybody
 * connected hears it; on a serial port whoever has the other end. What is read when nobody listens is lost, as with the real one.
 * Source: GM65 and Newland reader manuals (continuous mode, suffix CR LF).
 */
import { readerGm65 } from '../protocol/devices/reader-gm65.ts';
import { readerNewland } from '../protocol/devices/reader-newland.ts';
import { freshReader, hearGm65, hearNewland, type ReaderSettings, tailOf } from './firmware/reader.ts';
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

export type ReaderModel = 'GM65' | 'NEWLAND';

/** What can be set up in a reader of a model, and what it then puts behind a code; one without a model hears nothing. */
export function makeReader(model: ReaderModel | undefined) {
  const [gm65, newland] = [readerGm65.toDevice.parser(), readerNewland.toDevice.parser()];
  let settings = freshReader;
  const answer = (step: { readonly settings: ReaderSettings; readonly reply: Uint8Array }): Uint8Array => {
    settings = step.settings;
    return step.reply;
  };
  return {
    hear(bytes: Uint8Array): readonly Uint8Array[] {
      if (model === 'GM65') return gm65.push(bytes).flatMap((result) => (result.ok ? [answer(hearGm65(settings, result.message))] : []));
      if (model === 'NEWLAND') return newland.push(bytes).flatMap((result) => (result.ok ? [answer(hearNewland(settings, result.message))] : []));
      return [];
    },
    codeOf: (text: string) => text + tailOf(settings),
  };
}

/** @throws SiteError when the port cannot be had. */
export async function serveTcpReader(id: string, host: string, port: number, model?: ReaderModel): Promise<ReaderWire> {
  const reader = makeReader(model);
  const listener = await listenTcp(id, host, port, (socket) => {
    socket.on('data', (bytes: Buffer) => {
      for (const reply of reader.hear(bytes)) socket.write(reply);
    });
  });
  return {
    port: listener.port,
    isHeard: () => listener.clients.size > 0,
    say(text) {
      for (const socket of listener.clients) socket.write(reader.codeOf(text));
    },
    close: () => listener.close(),
  };
}

export function serveSerialReader(settings: SerialSettings, onState: (open: boolean, reason: string | null) => void, model?: ReaderModel): ReaderWire {
  const reader = makeReader(model);
  const wire = keepSerialOpen(settings, {
    onOpen: () => onState(true, null),
    onBytes(bytes) {
      for (const reply of reader.hear(bytes)) wire.write(Buffer.from(reply));
    },
    onLost: (reason) => onState(false, reason),
  });
  return { port: null, isHeard: () => wire.isOpen, say: (text) => wire.write(Buffer.from(reader.codeOf(text))), close: () => wire.close() };
}
