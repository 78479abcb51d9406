/**
 * Keeps one wire open for ever: opens it, tells when it is lost, opens it again with growing pauses until it is closed by its owner.
 * Line and reader stand on it. It knows nothing of frames or texts, and start-up never waits for it: it returns before the first try.
 */
import assert from 'node:assert/strict';
import type { Clock } from '../clock.ts';
import { isGatewayError } from '../errors.ts';
import { serialReopenMsMax, streamSoundMs, tcpReopenMsMax } from '../limits.ts';
import { type ByteStream, nameOfTransport, type OpenByteStream, openByteStream, type SerialTransport, type TcpTransport } from './byte-stream.ts';

/** What the owner of a kept wire is told, always from the event loop and never from inside a call of the owner's. */
export interface WireListener {
  onBytes(bytes: Buffer): void;
  /** A new wire: whatever was left of the last one is void. */
  onOpen(stream: ByteStream): void;
  /** The wire is gone, or a try to open it failed. `planned` when the owner asked for it by `reopen`. */
  onLost(reason: string, planned: boolean): void;
}

/** The pause before the next try. `failures` counts tries and losses in a row without a sound wire between them. Unit: ms. */
export function planReopenMs(kind: 'serial' | 'tcp', failures: number): number {
  const longest = kind === 'serial' ? serialReopenMsMax : tcpReopenMsMax;
  return failures === 0 ? 0 : Math.min(longest, 100 * 2 ** Math.min(failures - 1, 10));
}

/** A wire in somebody else's hands. */
interface Loan {
  readonly reason: string;
  readonly free: PromiseWithResolvers<void>;
  readonly back: PromiseWithResolvers<void>;
}

/** Opens `transport` and keeps it open. What fails outside is told to the listener and tried again. */
export const keepOpen = (
  transport: SerialTransport | TcpTransport,
  listener: WireListener,
  clock: Clock,
  openStream: OpenByteStream = openByteStream,
): KeptStream => new KeptStream(transport, listener, clock, openStream);

/** A wire that is reopened for ever; made by `keepOpen`. */
export class KeptStream {
  readonly #transport: SerialTransport | TcpTransport;
  readonly #listener: WireListener;
  readonly #clock: Clock;
  readonly #openStream: OpenByteStream;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #drop: ((reason: string) => void) | undefined;
  #isSound = false;
  #loan: Loan | undefined;
  #pause = new AbortController();

  constructor(transport: SerialTransport | TcpTransport, listener: WireListener, clock: Clock, openStream: OpenByteStream) {
    this.#transport = transport;
    this.#listener = listener;
    this.#clock = clock;
    this.#openStream = openStream;
    this.#ended = this.#run();
  }

  /** Drops the wire, together with whatever is under way on it, and opens it again at once. Does nothing while it is not open. */
  reopen(reason: string): void {
    this.#drop?.(reason);
  }

  /** The other side said something sensible: the next loss is reopened at once. */
  markSound(): void {
    this.#isSound = true;
  }

  /** Releases the wire to somebody else of this machine until `takeBack`. Resolves when the port is free. Once at a time. */
  async lend(reason: string): Promise<void> {
    assert(this.#loan === undefined, 'a wire is lent once at a time');
    const loan: Loan = { reason, free: Promise.withResolvers(), back: Promise.withResolvers() };
    this.#loan = loan;
    this.#drop?.(reason);
    this.#pause.abort();
    await Promise.race([loan.free.promise, this.#ended]);
  }

  /** Opens the wire again. */
  takeBack(): void {
    this.#loan?.back.resolve();
    this.#loan = undefined;
  }

  /** Ends for good. Resolves when the wire is released. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.takeBack();
    await this.#ended;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      if (this.#loan) {
        failures = 0;
        this.#listener.onLost(this.#loan.reason, false);
        this.#loan.free.resolve();
        await this.#loan.back.promise;
        continue;
      }
      try {
        failures = (await this.#live()) ? 0 : failures + 1;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (!isGatewayError(error)) throw error;
        failures += 1;
        this.#listener.onLost(error.message, false);
      }
      if (!this.#loan) await this.#rest(failures);
    }
  }

  async #rest(failures: number): Promise<void> {
    const pauseMs = planReopenMs(this.#transport.kind === 'serial' ? 'serial' : 'tcp', failures);
    this.#pause = new AbortController();
    // Only `close` and `lend` end this sleep early, and the loop looks for those next.
    await this.#clock.sleep(pauseMs, 'reopen', AbortSignal.any([this.#stop.signal, this.#pause.signal])).catch(() => undefined);
  }

  /** One life of the wire, from opening to its loss. Returns whether it was sound. */
  async #live(): Promise<boolean> {
    const { signal } = this.#stop;
    const lost = Promise.withResolvers<{ reason: string; planned: boolean }>();
    const onClose = (reason: string) => lost.resolve({ reason, planned: false });
    const onStop = () => onClose(`${nameOfTransport(this.#transport)} was closed`);
    const onBytes = (bytes: Buffer) => this.#listener.onBytes(bytes);
    const stream = await this.#openStream(this.#transport, { onBytes, onClose }, this.#clock, signal);
    const openedAtMs = this.#clock.monotonicMs();
    this.#isSound = false;
    this.#drop = (reason) => lost.resolve({ reason, planned: true });
    signal.addEventListener('abort', onStop);
    if (signal.aborted) onStop();
    // Lent while it was being opened: it goes at once.
    if (this.#loan) this.#drop(this.#loan.reason);
    this.#listener.onOpen(stream);
    const { reason, planned } = await lost.promise;
    this.#drop = undefined;
    signal.removeEventListener('abort', onStop);
    this.#listener.onLost(reason, planned);
    await stream.close(planned);
    return planned || this.#isSound || this.#clock.monotonicMs() - openedAtMs >= streamSoundMs;
  }
}
