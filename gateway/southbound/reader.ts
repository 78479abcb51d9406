/**
 * One QR or card reader: keeps its wire open for ever and gives whole codes. A card held in front of the window is one gesture, so the same code
 * is given once until it has been out of sight for a while. It never looks into a code: what it means is decided elsewhere.
 * A reader that sends no line end is not guessed at: its text is thrown away and reported, so that a person sets its suffix to CR.
 */
import { type ScanFault, ScanLineParser, type ScanResult } from '../../protocol/scan-line.ts';
import type { Clock } from '../clock.ts';
import { scanBytesMax, scanDebounceMs, scanIdleMs } from '../limits.ts';
import type { OpenByteStream, SerialTransport } from './byte-stream.ts';
import { type KeptStream, keepOpen } from './kept-stream.ts';
import type { LineState } from './line.ts';

/** A reader on a serial port, or behind a serial server or simulator that passes its bytes over TCP. */
export type ReaderTransport = SerialTransport | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** What a reader needs, and whom it tells. */
export interface ReaderOptions {
  readonly id: string;
  readonly transport: ReaderTransport;
  /** The wire clock: reopening, and the silence that ends an unfinished line. */
  readonly clock: Clock;
  /** The clock of gestures, by default the wire clock; in training the village clock. */
  readonly gestureClock?: Clock;
  /** By default the machine's own ports and sockets. */
  readonly openStream?: OpenByteStream | undefined;
  /** One code, exactly as read, 1 to scanBytesMax bytes of printable UTF-8. */
  readonly onScan: (text: string) => void;
  /** Bytes that gave no code, and why. */
  readonly onReject?: (reason: ScanFault) => void;
  /** The wire came or went. */
  readonly onState?: (state: LineState) => void;
}

/** Counters since the start. */
export interface ReaderStats {
  readonly open: boolean;
  readonly scans: number;
  readonly repeats: number;
  readonly rejects: number;
}

/** Opens a reader. Returns at once; the wire is opened, and reopened for ever, behind it. */
export const openReader = (options: ReaderOptions): Reader => new Reader(options);

/** One reader; made by `openReader`. */
export class Reader {
  readonly id: string;
  readonly #options: ReaderOptions;
  readonly #kept: KeptStream;
  readonly #counts = { scans: 0, repeats: 0, rejects: 0 };
  #parser = new ScanLineParser(scanBytesMax);
  #isOpen = false;
  #idle = new AbortController();
  #lastText: string | undefined;
  #lastSeenAtMs = 0;

  constructor(options: ReaderOptions) {
    this.id = options.id;
    this.#options = options;
    const onOpen = () => this.#setOpen({ open: true });
    const onLost = (reason: string) => this.#setOpen({ open: false, reason });
    this.#kept = keepOpen(options.transport, { onBytes: (bytes) => this.#onBytes(bytes), onOpen, onLost }, options.clock, options.openStream);
  }

  /** Counters since the start. */
  stats(): ReaderStats {
    return { open: this.#isOpen, ...this.#counts };
  }

  /** Releases the wire and does not open it again. */
  async close(): Promise<void> {
    this.#idle.abort();
    await this.#kept.close();
  }

  /** No half line survives a re-plug: the second half of another code could complete it. */
  #setOpen(state: LineState): void {
    this.#idle.abort();
    this.#tell(this.#parser.abandon());
    this.#parser = new ScanLineParser(scanBytesMax);
    if (state.open === this.#isOpen) return;
    this.#isOpen = state.open;
    this.#options.onState?.(state);
  }

  #onBytes(bytes: Buffer): void {
    this.#kept.markSound();
    this.#idle.abort();
    for (const result of this.#parser.push(bytes)) this.#tell(result);
    if (this.#parser.isUnfinished) void this.#abandonWhenIdle();
  }

  async #abandonWhenIdle(): Promise<void> {
    this.#idle = new AbortController();
    const { signal } = this.#idle;
    // More bytes, a lost wire or closing end this wait early; each takes care of the line itself.
    await this.#options.clock.sleep(scanIdleMs, 'rest of a scan', signal).catch(() => undefined);
    if (!signal.aborted) this.#tell(this.#parser.abandon());
  }

  #tell(result: ScanResult | undefined): void {
    if (!result) return;
    if (!result.ok) {
      this.#counts.rejects += 1;
      this.#options.onReject?.(result.reason);
      return;
    }
    const nowMs = (this.#options.gestureClock ?? this.#options.clock).monotonicMs();
    const isRepeat = result.text === this.#lastText && nowMs - this.#lastSeenAtMs < scanDebounceMs;
    this.#lastText = result.text;
    this.#lastSeenAtMs = nowMs;
    if (isRepeat) {
      this.#counts.repeats += 1;
      return;
    }
    this.#counts.scans += 1;
    this.#options.onScan(result.text);
  }
}
