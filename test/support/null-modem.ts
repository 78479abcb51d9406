// A serial cable without a machine: the gateway's line at one end, a simulated line at the other. Without it "over a serial line" would always
// need a pty, which not every machine has.
import { type BoardLine, RtuSlave } from '../../device-sim/rtu-slave.ts';
import { type Clock, wireClock } from '../../gateway/clock.ts';
import type { OpenByteStream } from '../../gateway/southbound/byte-stream.ts';
import type { LineTransport } from '../../gateway/southbound/line-wire.ts';

/** Any serial transport will do: nothing of it is opened. Baud sets the quiet gap. */
export const cable: LineTransport = { kind: 'serial', path: '/null-modem', baud: 115_200, parity: 'none', dataBits: 8, stopBits: 1 };

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
