/**
 * A port with one device on it that speaks frames of its own: whole messages in, messages out, reopened for ever. It decides nothing, repeats
 * nothing and keeps nothing; a message that cannot be sent is not kept for later.
 */
import type { FrameDevice, FrameParser, FrameResult } from '../../protocol/frame-device.ts';
import type { Clock } from '../clock.ts';
import { frameIdleMs } from '../limits.ts';
import type { ByteStream, OpenByteStream, SerialTransport, TcpTransport } from './byte-stream.ts';
import { type KeptStream, keepOpen } from './kept-stream.ts';
import type { LineState } from './line.ts';

/** Its own serial port, or a serial server that passes the bytes over TCP. */
export type PortTransport = SerialTransport | (TcpTransport & { readonly kind: 'tcp' });

export interface FrameWireOptions<From, To> {
  readonly device: FrameDevice<From, To>;
  readonly transport: PortTransport;
  /** The wire clock. */
  readonly clock: Clock;
  readonly openStream?: OpenByteStream | undefined;
  /** Called from the event loop as soon as the last byte of a message is there. */
  readonly onMessage: (message: From) => void;
  readonly onState?: (state: LineState) => void;
}

export class FrameWire<From, To> {
  readonly #options: FrameWireOptions<From, To>;
  readonly #kept: KeptStream;
  #stream: ByteStream | undefined;
  #parser: FrameParser<From>;
  #idle = new AbortController();
  /** Since the start. */
  readonly counts = { messages: 0, garbled: 0, sent: 0 };

  constructor(options: FrameWireOptions<From, To>) {
    this.#options = options;
    this.#parser = options.device.fromDevice.parser();
    const onOpen = (stream: ByteStream) => {
      this.#parser = options.device.fromDevice.parser();
      this.#stream = stream;
      options.onState?.({ open: true });
    };
    const onLost = (reason: string) => {
      this.#idle.abort();
      this.#stream = undefined;
      options.onState?.({ open: false, reason });
    };
    this.#kept = keepOpen(options.transport, { onBytes: (bytes) => this.#onBytes(bytes), onOpen, onLost }, options.clock, options.openStream);
  }

  get isOpen(): boolean {
    return this.#stream !== undefined;
  }

  /** Hands a message to the port. False when the port is not there: then not a byte has left. */
  send(message: To): boolean {
    if (this.#stream === undefined) return false;
    this.#stream.write(this.#options.device.toDevice.encode(message));
    this.counts.sent += 1;
    return true;
  }

  /** Throws away what was written and has not left, and what has come and was not read. */
  async settle(): Promise<void> {
    await this.#stream?.settle();
  }

  close(): Promise<void> {
    this.#idle.abort();
    return this.#kept.close();
  }

  #onBytes(bytes: Uint8Array): void {
    this.#idle.abort();
    for (const result of this.#parser.push(bytes)) this.#take(result);
    void this.#abandonWhenIdle(this.#parser);
  }

  /** A frame begun and left lying would swallow the beginning of the next one. */
  async #abandonWhenIdle(parser: FrameParser<From>): Promise<void> {
    this.#idle = new AbortController();
    const { signal } = this.#idle;
    // More bytes, a lost port or closing end this wait early.
    await this.#options.clock.sleep(frameIdleMs, 'rest of a frame', signal).catch(() => undefined);
    if (signal.aborted) return;
    const rest = parser.abandon();
    if (rest !== undefined) this.#take(rest);
  }

  #take(result: FrameResult<From>): void {
    if (!result.ok) {
      this.counts.garbled += 1;
      return;
    }
    this.counts.messages += 1;
    this.#kept.markSound();
    this.#options.onMessage(result.message);
  }
}
