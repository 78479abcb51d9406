/**
 * Keeps one wire open for ever: opens it, tells when it is lost, opens it again with growing pauses until it is closed by its owner.
 * Line and reader stand on it. It knows nothing of frames or texts, and start-up never waits for it: it returns before the first try.
 */
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

/** A wire that is reopened for ever. */
export interface KeptStream {
  /** Drops the wire, together with whatever is under way on it, and opens it again at once. Does nothing while it is not open. */
  reopen(reason: string): void;
  /** The other side said something sensible: the next loss is reopened at once. */
  markSound(): void;
  /** Ends for good. Resolves when the wire is released. */
  close(): Promise<void>;
}

/** The pause before the next try. `failures` counts tries and losses in a row without a sound wire between them. Unit: ms. */
export function planReopenMs(kind: 'serial' | 'tcp', failures: number): number {
  const longest = kind === 'serial' ? serialReopenMsMax : tcpReopenMsMax;
  return failures === 0 ? 0 : Math.min(longest, 100 * 2 ** Math.min(failures - 1, 10));
}

/** Opens `transport` and keeps it open. What fails outside is told to the listener and tried again. */
export function keepOpen(
  transport: SerialTransport | TcpTransport,
  listener: WireListener,
  clock: Clock,
  openStream: OpenByteStream = openByteStream,
): KeptStream {
  const stop = new AbortController();
  let drop: ((reason: string) => void) | undefined;
  let sound = false;

  /** One life of the wire, from opening to its loss. Returns whether it was sound. */
  async function live(): Promise<boolean> {
    const lost = Promise.withResolvers<{ reason: string; planned: boolean }>();
    const onClose = (reason: string) => lost.resolve({ reason, planned: false });
    const onStop = () => onClose(`${nameOfTransport(transport)} was closed`);
    const stream = await openStream(transport, { onBytes: (bytes) => listener.onBytes(bytes), onClose }, clock, stop.signal);
    const openedAtMs = clock.monotonicMs();
    sound = false;
    drop = (reason) => lost.resolve({ reason, planned: true });
    stop.signal.addEventListener('abort', onStop);
    if (stop.signal.aborted) onStop();
    listener.onOpen(stream);
    const { reason, planned } = await lost.promise;
    drop = undefined;
    stop.signal.removeEventListener('abort', onStop);
    listener.onLost(reason, planned);
    await stream.close(planned);
    return planned || sound || clock.monotonicMs() - openedAtMs >= streamSoundMs;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      try {
        failures = (await live()) ? 0 : failures + 1;
      } catch (error) {
        if (stop.signal.aborted) return;
        if (!isGatewayError(error)) throw error;
        failures += 1;
        listener.onLost(error.message, false);
      }
      const pauseMs = planReopenMs(transport.kind === 'serial' ? 'serial' : 'tcp', failures);
      // Only `close` ends this sleep early, and the loop looks for that next.
      await clock.sleep(pauseMs, 'reopen', stop.signal).catch(() => undefined);
    }
  }

  const ended = run();
  return {
    reopen: (reason) => drop?.(reason),
    markSound: () => {
      sound = true;
    },
    async close() {
      stop.abort();
      await ended;
    },
  };
}
