/**
 * A line on which one device speaks unasked, in frames of its own: it keeps the wire open for ever and hands on whole messages as they come.
 * It never repeats, keeps or repairs one, and no half frame survives a re-plug. What a message means, and how old it may get, is the
 * business of whoever listens.
 */
import type { FrameDevice, FrameParser } from '../../protocol/frame-device.ts';
import type { Clock } from '../clock.ts';
import type { ByteStream, OpenByteStream } from './byte-stream.ts';
import { type KeptStream, keepOpen } from './kept-stream.ts';
import type { LineState, LineStats } from './line.ts';
import type { LineTransport } from './line-wire.ts';
import type { FramedMessage } from './question.ts';
import { RecentCount, Traffic } from './traffic.ts';

/** What a stream needs, and whom it tells. */
export interface FrameStreamOptions {
  readonly id: string;
  readonly transport: LineTransport;
  readonly device: FrameDevice<unknown, unknown>;
  /** The wire clock. */
  readonly clock: Clock;
  /** By default the machine's own ports and sockets. */
  readonly openStream?: OpenByteStream | undefined;
  readonly onFrame: (frame: FramedMessage) => void;
  /** Bytes that were no frame, or the beginning of one that never ended. */
  readonly onReject: (reason: string) => void;
  /** The wire came or went. */
  readonly onState: (state: LineState) => void;
}

/** One line with a device that speaks unasked. Opened by its constructor, and reopened for ever, behind it. */
export class FrameStream {
  readonly id: string;
  readonly #options: FrameStreamOptions;
  readonly #kept: KeptStream;
  readonly #traffic: Traffic;
  #parser: FrameParser<unknown>;
  #stream: ByteStream | undefined;
  #strayBytes = 0;
  readonly #recentStray = new RecentCount();

  constructor(options: FrameStreamOptions) {
    const { id, transport, device, clock, openStream } = options;
    this.id = id;
    this.#options = options;
    this.#parser = device.fromDevice.parser();
    this.#traffic = new Traffic(clock.monotonicMs());
    const onOpen = (stream: ByteStream) => this.#setWire(stream, { open: true });
    const onLost = (reason: string) => this.#setWire(undefined, { open: false, reason });
    this.#kept = keepOpen(transport, { onBytes: (bytes) => this.#take(bytes), onOpen, onLost }, clock, openStream);
  }

  get isOpen(): boolean {
    return this.#stream !== undefined;
  }

  /** Frames count as answers, rubbish as garbled, and nothing is ever sent for them. */
  stats(): LineStats {
    const nowMs = this.#options.clock.monotonicMs();
    const stray = { strayBytes: this.#strayBytes, recentStrayBytes: this.#recentStray.at(nowMs) };
    return { open: this.isOpen, waiting: 0, reopened: 0, ...stray, ...this.#traffic.stats(nowMs) };
  }

  /** The device fell silent: a frame it began is given up. */
  abandon(): void {
    const rest = this.#parser.abandon();
    if (rest?.ok === false) this.#reject(rest.reason, rest.raw.length);
  }

  /** Lets go of the wire so that another process can open it, until `takeBack`: nothing is heard meanwhile. */
  lend(reason: string): Promise<void> {
    return this.#kept.lend(reason);
  }

  takeBack(): void {
    this.#kept.takeBack();
  }

  /** Releases the wire and does not open it again. */
  async close(): Promise<void> {
    await this.#kept.close();
  }

  #setWire(stream: ByteStream | undefined, state: LineState): void {
    this.#stream = stream;
    this.#parser = this.#options.device.fromDevice.parser();
    this.#options.onState(state);
  }

  #take(bytes: Buffer): void {
    for (const result of this.#parser.push(bytes)) {
      if (!result.ok) {
        this.#reject(result.reason, result.raw.length);
        continue;
      }
      this.#kept.markSound();
      this.#traffic.end('answered', 0, this.#options.clock.monotonicMs());
      this.#options.onFrame(result);
    }
  }

  #reject(reason: string, byteCount: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#strayBytes += byteCount;
    this.#recentStray.add(byteCount, nowMs);
    this.#traffic.end('garbled', 0, nowMs);
    this.#options.onReject(reason);
  }
}
