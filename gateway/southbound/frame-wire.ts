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
import { Traffic, type TrafficStats } from './traffic.ts';

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

/** How a question is asked. */
export interface AskOptions<From> {
  readonly isAnswer: (message: From) => boolean;
  /** Unit: wire ms. */
  readonly patienceMs: number;
  /** Calls the waiting off: the question has left all the same. */
  readonly signal?: AbortSignal | undefined;
}

/** What passed on the port of a device, and whether it is there. */
export interface PortStats extends TrafficStats {
  readonly open: boolean;
}

interface Waiting<From> {
  readonly isAnswer: (message: From) => boolean;
  readonly end: (answer: From | 'silence') => void;
}

export class FrameWire<From, To> {
  readonly #options: FrameWireOptions<From, To>;
  readonly #kept: KeptStream;
  #stream: ByteStream | undefined;
  #parser: FrameParser<From>;
  #idle = new AbortController();
  readonly #traffic: Traffic;
  #waiting: Waiting<From> | null = null;

  constructor(options: FrameWireOptions<From, To>) {
    this.#options = options;
    this.#parser = options.device.fromDevice.parser();
    this.#traffic = new Traffic(options.clock.monotonicMs());
    const onOpen = (stream: ByteStream) => {
      this.#parser = options.device.fromDevice.parser();
      this.#stream = stream;
      options.onState?.({ open: true });
    };
    const onLost = (reason: string) => {
      this.#idle.abort();
      this.#stream = undefined;
      this.#waiting?.end('silence');
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
    this.#traffic.begin();
    return true;
  }

  /**
   * Sends a question once and waits for its answer; one at a time: a new one ends the one before. Every message still goes to `onMessage`. `silence` also when the port was lost or
   * the signal aborted; `unsent`: not a byte has left.
   */
  async ask(request: To, { isAnswer, patienceMs, signal }: AskOptions<From>): Promise<From | 'silence' | 'unsent'> {
    const { clock } = this.#options;
    const ended = Promise.withResolvers<From | 'silence'>();
    const waiting = { isAnswer, end: ended.resolve };
    this.#waiting?.end('silence');
    this.#waiting = waiting;
    const stop = new AbortController();
    const sentAtMs = clock.monotonicMs();
    try {
      if (!this.send(request)) return 'unsent';
      const until = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
      const late = clock.sleep(patienceMs, `answer of a ${this.#options.device.model}`, until).then(
        () => 'silence' as const,
        () => 'silence' as const,
      );
      const end = await Promise.race([ended.promise, late]);
      this.#count(end === 'silence', signal?.aborted === true, clock.monotonicMs() - sentAtMs);
      return end;
    } finally {
      stop.abort();
      if (this.#waiting === waiting) this.#waiting = null;
    }
  }

  /** Messages count as answered whether asked for or not, rubbish as garbled. */
  stats(): PortStats {
    return { open: this.isOpen, ...this.#traffic.stats(this.#options.clock.monotonicMs()) };
  }

  #count(isSilent: boolean, isCalledOff: boolean, durationMs: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#traffic.spend(durationMs, nowMs);
    if (!isSilent) this.#traffic.end('answered', durationMs, nowMs);
    else if (!this.isOpen) this.#traffic.end('lost', durationMs, nowMs);
    else if (!isCalledOff) this.#traffic.end('timeouts', durationMs, nowMs);
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
      this.#traffic.end('garbled', 0, this.#options.clock.monotonicMs());
      return;
    }
    this.#kept.markSound();
    const waiting = this.#waiting;
    if (waiting?.isAnswer(result.message) === true) waiting.end(result.message);
    else this.#traffic.end('answered', 0, this.#options.clock.monotonicMs());
    this.#options.onMessage(result.message);
  }
}
