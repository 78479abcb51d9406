// A serial cable without a machine: the gateway's line at one end, a simulated line at the other. Without it "over a serial line" would always
// need a pty, which not every machine has.
import { type BoardLine, RtuSlave } from '../../device-sim/rtu-slave.ts';
import { type Clock, wireClock } from '../../gateway/clock.ts';
import type { OpenByteStream, SerialTransport } from '../../gateway/southbound/byte-stream.ts';

/** Any serial transport will do: nothing of it is opened. Baud sets the quiet gap. */
export const cable: SerialTransport = { kind: 'serial', path: '/null-modem', baud: 115_200, parity: 'none', dataBits: 8, stopBits: 1 };

/** Opens the cable whenever it is asked to; bytes arrive in the next turn of the event loop, never in the same call. */
export const nullModem =
  (board: BoardLine): OpenByteStream =>
  async (_transport, listener) => {
    const slave = new RtuSlave(board);
    let open = true;
    return {
      write(bytes) {
        setImmediate(() => {
          if (!open) return;
          for (const { reply } of slave.push(Buffer.from(bytes))) listener.onBytes(reply);
        });
      },
      settle: async () => undefined,
      async close() {
        if (open) listener.onClose('closed');
        open = false;
      },
    };
  };

/** The same for a device with frames of its own. `say` is what it says unasked. */
export function plainNullModem(hear: (bytes: Uint8Array | null) => readonly Uint8Array[]): { openStream: OpenByteStream; say(bytes: Uint8Array): void } {
  const listeners = new Set<{ onBytes(bytes: Buffer): void }>();
  const openStream: OpenByteStream = async (_transport, listener) => {
    hear(null);
    listeners.add(listener);
    return {
      write(bytes) {
        setImmediate(() => {
          if (listeners.has(listener)) for (const reply of hear(bytes)) listener.onBytes(Buffer.from(reply));
        });
      },
      settle: async () => undefined,
      async close() {
        if (listeners.delete(listener)) listener.onClose('closed');
      },
    };
  };
  const say = (bytes: Uint8Array) => {
    for (const listener of listeners) listener.onBytes(Buffer.from(bytes));
  };
  return { openStream, say };
}

/**
 * A wire clock five times as slow as the machine: what tests a right answer and no deadline must not fail because somebody else keeps the
 * processor busy.
 */
export const patientClock: Clock = {
  now: () => wireClock.now(),
  monotonicMs: () => wireClock.monotonicMs() / patience,
  sleep: (durationMs, name, signal) => wireClock.sleep(durationMs * patience, name, signal),
};
const patience = 5;
