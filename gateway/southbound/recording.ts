/**
 * Records wires by standing between them and whoever opens them: what passes is passed on untouched, and a copy goes to a capture file. Lines are copied
 * byte for byte, as nothing on them names a person; the bytes of a reader are not, only whole codes after `redact`. A wire that carries names, numbers or
 * receipts, as to a modem or a printer, must not be recorded by `line`.
 */
import type { CaptureFact, CaptureHeader } from '../../protocol/capture.ts';
import { ScanLineParser, type ScanResult } from '../../protocol/scan-line.ts';
import type { Clock } from '../clock.ts';
import { scanBytesMax, scanIdleMs } from '../limits.ts';
import type { ByteListener, OpenByteStream, SerialTransport, TcpTransport } from './byte-stream.ts';
import { CaptureFile } from './capture-file.ts';

export interface RecordingOptions {
  readonly folder: string;
  /** Names this run; 32 hex digits. */
  readonly capture: string;
  readonly clock: Clock;
  /** What may be shown of a code. */
  readonly redact: (text: string) => string;
  readonly onFailed: (wire: string, error: unknown) => void;
}

/** The capture files of one run of the gateway. */
export class Recording {
  readonly #options: RecordingOptions;
  readonly #files: CaptureFile[] = [];

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** Opens as `openStream` does, and records every byte. */
  line(wire: string, transport: SerialTransport | TcpTransport, openStream: OpenByteStream): OpenByteStream {
    const file = this.#begin(wire, transport);
    return tap(openStream, file, () => (bytes) => file.add({ event: 'received', hex: bytes.toString('hex') }));
  }

  /** Opens as `openStream` does, and records codes as `redact` gives them. */
  reader(wire: string, transport: SerialTransport | TcpTransport, openStream: OpenByteStream): OpenByteStream {
    const { clock, redact } = this.#options;
    const file = this.#begin(wire, transport);
    return tap(openStream, file, () => redactScans(clock, redact, (fact) => file.add(fact)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.splice(0).map((file) => file.close()));
  }

  #begin(wire: string, transport: SerialTransport | TcpTransport): CaptureFile {
    const { folder, capture, clock, onFailed } = this.#options;
    const baud = 'baud' in transport && typeof transport.baud === 'number' ? transport.baud : null;
    const header: CaptureHeader = { format: 'sifen-capture-1', capture, wire, kind: transport.kind, baud, startedAtMs: clock.now() };
    const file = new CaptureFile({ folder, header, clock, onFailed: (error) => onFailed(wire, error) });
    this.#files.push(file);
    return file;
  }
}

/** `hear` makes what listens to one opening of the wire. */
function tap(openStream: OpenByteStream, file: CaptureFile, hear: () => (bytes: Buffer) => void): OpenByteStream {
  /** A wire that stays away is tried again for ever; one word about it is enough. */
  let isAway = false;
  const lose = (reason: string) => {
    if (!isAway) file.add({ event: 'lost', reason });
    isAway = true;
  };
  return async (transport, listener, clock, signal, ...more) => {
    const note = hear();
    const tapped: ByteListener = {
      onBytes(bytes) {
        note(bytes);
        listener.onBytes(bytes);
      },
      onClose(reason) {
        lose(reason);
        listener.onClose(reason);
      },
    };
    try {
      const stream = await openStream(transport, tapped, clock, signal, ...more);
      isAway = false;
      file.add({ event: 'opened' });
      return {
        write(bytes) {
          file.add({ event: 'sent', hex: Buffer.from(bytes).toString('hex') });
          stream.write(bytes);
        },
        settle: () => stream.settle(),
        close: (hard) => stream.close(hard),
      };
    } catch (error) {
      lose(error instanceof Error ? error.message : String(error));
      throw error;
    }
  };
}

/** Cuts the bytes of one opening of a reader into codes as reader.ts does: what was left unfinished for scanIdleMs is no beginning of the next. */
function redactScans(clock: Clock, redact: (text: string) => string, tell: (fact: CaptureFact) => void): (bytes: Buffer) => void {
  const parser = new ScanLineParser(scanBytesMax);
  let lastByteAtMs = clock.monotonicMs();
  const say = (result: ScanResult | undefined) => {
    if (!result) return;
    tell(result.ok ? { event: 'scan', text: redact(result.text) } : { event: 'unread', bytes: result.bytes, reason: result.reason });
  };
  return (bytes) => {
    const nowMs = clock.monotonicMs();
    if (nowMs - lastByteAtMs >= scanIdleMs) say(parser.abandon());
    lastByteAtMs = nowMs;
    parser.push(bytes).forEach(say);
  };
}
