// A null-modem cable of two ptys made by socat: what stands at one end is served, what stands at the other is asked. Without it every system test
// on a serial line would wait for device files in its own way.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../scripts/village/children.ts';
import { eventually } from './eventually.ts';

export interface PtyPair {
  /** Device file of the end where a device stands. */
  readonly board: string;
  /** Device file of the end where a master stands. */
  readonly master: string;
  stop(): Promise<void>;
}

/** Settings both ends use; a pty keeps no baud rate, but the quiet gap is reckoned from it. */
export const ptySettings = { baud: 9600, parity: 'none', dataBits: 8, stopBits: 1 } as const;

export async function openPtyPair(): Promise<PtyPair> {
  const folder = await mkdtemp(join(tmpdir(), 'sifen-pair-'));
  const [board, master] = [join(folder, 'board'), join(folder, 'master')];
  const socat = startChild('socat', 'socat', [`pty,raw,echo=0,link=${board}`, `pty,raw,echo=0,link=${master}`]);
  await eventually(
    () => existsSync(board) && existsSync(master),
    () => `socat made no ptys: ${socat.err.join('\n')}`,
  );
  return {
    ...{ board, master },
    async stop() {
      await socat.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
