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

type WireFile = CaptureFile<CaptureFact>;

/** The captured wires of one run of the gateway. It begins when it is made. */
export class Recording {
  /** By the wire clock. */
  readonly startedMs: number;
  /** By the wall clock. Unit: ms since 1970. */
  readonly startedAtMs: number;
  readonly #options: RecordingOptions;
  readonly #files: WireFile[] = [];

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.startedMs = options.clock.monotonicMs();
    this.startedAtMs = options.clock.now();
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

  #begin(wire: string, transport: SerialTransport | TcpTransport): WireFile {
    const { folder, capture, clock, onFailed } = this.#options;
    const { startedMs, startedAtMs } = this;
    const baud = 'baud' in transport && typeof transport.baud === 'number' ? transport.baud : null;
    const header: Omit<CaptureHeader, 'part'> = { format: 'sifen-capture-1', capture, wire, kind: transport.kind, baud, startedAtMs };
    const file: WireFile = new CaptureFile({ folder, name: wire, header, clock, startedMs, onFailed: (error) => onFailed(wire, error) });
    this.#files.push(file);
    return file;
  }
}

/** `hear` makes what listens to one opening of the wire. */
function tap(openStream: OpenByteStream, file: WireFile, hear: () => (bytes: Buffer) => void): OpenByteStream {
  /** A wire that stays away is tried again for ever; one word about it is enough. */
  let isKnownAway = false;
  return async (transport, listener, clock, signal, ...more) => {
    const note = hear();
    let isOurs = false;
    let isLost = false;
    const tapped: ByteListener = {
      onBytes(bytes) {
        note(bytes);
        listener.onBytes(bytes);
      },
      onClose(reason) {
        if (!isLost) file.add({ event: 'lost', reason, ours: isOurs });
        isLost = true;
        listener.onClose(reason);
      },
    };
    try {
      const stream = await openStream(transport, tapped, clock, signal, ...more);
      isKnownAway = false;
      file.add({ event: 'opened' });
      return {
        write(bytes) {
          file.add({ event: 'sent', hex: Buffer.from(bytes).toString('hex') });
          stream.write(bytes);
        },
        settle: () => stream.settle(),
        close: (hard) => {
          isOurs = true;
          return stream.close(hard);
        },
      };
    } catch (error) {
      if (!isKnownAway && !signal.aborted) file.add({ event: 'unopened', reason: error instanceof Error ? error.message : String(error) });
      isKnownAway = true;
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
