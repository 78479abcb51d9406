/**
 * One QR or card reader: keeps its wire open for ever and gives whole codes. A card held in front of the window is one gesture, so the same code
 * is given once until it has been out of sight for a while. It never looks into a code: what it means is decided elsewhere.
 * A reader that sends no line end is not guessed at: its text is thrown away and reported, so that a person sets its suffix to CR.
 */
import { type ScanFault, ScanLineParser, type ScanResult } from '../../protocol/scan-line.ts';
import type { Clock } from '../clock.ts';
import { scanBytesMax, scanDebounceMs, scanIdleMs } from '../limits.ts';
import type { ByteStream, OpenByteStream, SerialTransport } from './byte-stream.ts';
import { type KeptStream, keepOpen } from './kept-stream.ts';
import type { LineState } from './line.ts';
import { type ReaderModel, ReaderSetUp } from './reader-set-up.ts';

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
  /** Absent: the reader is taken as it is. */
  readonly model?: ReaderModel | undefined;
  /** A reader with a model was set up, or did not take what is named. */
  readonly onSetUp?: (refused: string | null) => void;
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

/** Made once: an abort without a reason makes an exception with its stack, for every piece of every code. */
const moreCame = new Error('more bytes of a code came');

/** One reader; made by `openReader`. */
export class Reader {
  readonly id: string;
  readonly #options: ReaderOptions;
  readonly #kept: KeptStream;
  readonly #counts = { scans: 0, repeats: 0, rejects: 0 };
  #parser = new ScanLineParser(scanBytesMax);
  #isOpen = false;
  #idle = new AbortController();
  /** The set-up under way on this opening of the wire. */
  #settingUp: { readonly setUp: ReaderSetUp; readonly stop: AbortController } | null = null;
  #lastText: string | undefined;
  #lastSeenAtMs = 0;

  constructor(options: ReaderOptions) {
    this.id = options.id;
    this.#options = options;
    const onOpen = (stream: ByteStream) => {
      this.#setOpen({ open: true });
      if (options.model !== undefined) void this.#setUp(options.model, stream);
    };
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
    this.#settingUp?.stop.abort();
    await this.#kept.close();
  }

  /** No half line survives a re-plug: the second half of another code could complete it. */
  #setOpen(state: LineState): void {
    this.#idle.abort();
    this.#settingUp?.stop.abort();
    this.#settingUp = null;
    this.#tell(this.#parser.abandon());
    this.#parser = new ScanLineParser(scanBytesMax);
    if (state.open === this.#isOpen) return;
    this.#isOpen = state.open;
    this.#options.onState?.(state);
  }

  /** Codes that come meanwhile are read as always; a reader that takes nothing is told and read all the same. */
  async #setUp(model: ReaderModel, stream: ByteStream): Promise<void> {
    const stop = new AbortController();
    const send = (bytes: Uint8Array) => stream.write(bytes);
    const setUp = new ReaderSetUp({ model, clock: this.#options.clock, send, pass: (bytes) => this.#read(bytes) });
    this.#settingUp = { setUp, stop };
    try {
      const refused = await setUp.run(stop.signal);
      this.#settingUp = null;
      this.#options.onSetUp?.(refused);
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  }

  #onBytes(bytes: Buffer): void {
    this.#kept.markSound();
    if (this.#settingUp !== null) this.#settingUp.setUp.hear(bytes);
    else this.#read(bytes);
  }

  #read(bytes: Uint8Array): void {
    this.#idle.abort(moreCame);
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
