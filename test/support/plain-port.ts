// A simulated device with frames of its own at the end of a real TCP port. Without it tests of printers and modems would each have a device of
// their own, which nobody holds against anything.
import { onTestFinished } from 'vitest';
import type { FrameBoard } from '../../device-sim/frame-board.ts';
import { serveTcpPlain } from '../../device-sim/serve-plain.ts';

/** Serves `board`; `beforeHearing` sees what is about to reach it. Closed with the test. */
export async function openPlainPort(board: FrameBoard, beforeHearing: (bytes: Uint8Array) => void = () => undefined) {
  const wire = await serveTcpPlain(board.id, '127.0.0.1', 0, (bytes) => {
    if (bytes === null) board.openWire();
    else beforeHearing(bytes);
    return bytes === null ? [] : board.hear(bytes);
  });
  onTestFinished(() => wire.close());
  return { kind: 'tcp', host: '127.0.0.1', port: wire.port ?? 0 } as const;
}
