// One simulated vending board at the end of a real TCP port, filled with rolls 1 to 3. Without it the stories of class B and C would need a
// stand-in for the wire, and VMC timing would be about the stand-in.
import { onTestFinished } from 'vitest';
import { emptyMechanism, type MechanismOptions } from '../../device-sim/physics/dispenser-mechanism.ts';
import { Random } from '../../device-sim/random.ts';
import { serveTcpPlain } from '../../device-sim/serve-plain.ts';
import { VendingBoard, type VendingOptions } from '../../device-sim/vending-board.ts';

export interface VendingPort {
  readonly board: VendingBoard;
  readonly port: number;
  /** Motor starts and rolls out, in order. */
  readonly motions: string[];
  /** Bytes on the wire pass only while this is true. */
  connected: boolean;
  onMotion: (what: 'motor-start' | 'roll-out', label: string | null) => void;
}

/** Real time between two steps of the board. Unit: ms. */
const tickMs = 5;

/** Motors run `pace` times as fast as the machine; talk is in real time. */
export async function openVendingPort(
  model: VendingOptions['model'],
  labels: readonly string[],
  { pace = 20, jamProbability = 0 }: { pace?: number } & Partial<MechanismOptions> = {},
): Promise<VendingPort> {
  const motions: string[] = [];
  const board = new VendingBoard(
    {
      ...{ id: 'dispenser-1', model, mechanism: { capacity: 60, jamProbability }, random: new Random(3), wireMs: () => performance.now() },
      onMotion(what, label) {
        motions.push(what);
        made.onMotion(what, label);
      },
    },
    { ...emptyMechanism, magazine: labels },
  );
  const listener = await serveTcpPlain('vending', '127.0.0.1', 0, (bytes) => (bytes === null || !made.connected ? [] : board.hear(bytes)));
  const made: VendingPort = { board, port: listener.port ?? 0, motions, connected: true, onMotion: () => undefined };
  board.stream((bytes) => {
    if (made.connected) listener.say(bytes);
  });
  let lastMs = performance.now();
  const ticking = setInterval(() => {
    const nowMs = performance.now();
    board.advance((nowMs - lastMs) * pace);
    lastMs = nowMs;
  }, tickMs);
  onTestFinished(async () => {
    clearInterval(ticking);
    await listener.close();
  });
  return made;
}
