/**
 * A line of ours in front of a pacer: what the parts of the bus bench share. The pacer is a child process; the line is in this one, as in the gateway.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wireClock } from '../../gateway/clock.ts';
import { type Line, openLine } from '../../gateway/southbound/line.ts';
import type { LineTransport } from '../../gateway/southbound/line-wire.ts';
import type { Passage } from './pacer.ts';

export interface PacedLineOptions {
  readonly baud: number;
  readonly turnaroundMs: number;
  /** Bytes a serial driver hands over at a time. */
  readonly chunkBytes: number;
  /** A unit that never answers. */
  readonly deadUnit?: number;
  /** Through socat's pty instead of a TCP connection. */
  readonly isSerial?: boolean;
}

export interface PacedLine {
  readonly line: Line;
  /** What passed on the wire since the last call. */
  passages(): Promise<readonly Passage[]>;
  close(): Promise<void>;
}

/** How long the bench waits for a line to open. Unit: ms. */
const openMsMax = 10_000;

export async function openPacedLine({ baud, turnaroundMs, chunkBytes, deadUnit = 0, isSerial = false }: PacedLineOptions): Promise<PacedLine> {
  const child: ChildProcess = fork(new URL('./pacer.ts', import.meta.url), [baud, turnaroundMs, chunkBytes, deadUnit].map(String));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const pty = isSerial ? openPty(port) : undefined;
  const transport: LineTransport = pty
    ? { kind: 'serial', path: pty.path, baud, parity: 'none', dataBits: 8, stopBits: 1 }
    : { kind: 'rtu-over-tcp', host: '127.0.0.1', port, baud };
  if (pty) await until(() => existsSync(pty.path), 'socat made no pty; scripts/install-test-tools installs it');
  const line = openLine({ id: 'bench', transport, clock: wireClock });
  await until(() => line.state().open, `the line of ${baud} baud does not open`);
  return {
    line,
    async passages() {
      const answer = once(child, 'message');
      child.send('report');
      const [{ passages }] = (await answer) as [{ passages: Passage[] }];
      return passages;
    },
    async close() {
      await line.close();
      pty?.close();
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

async function until(isTrue: () => boolean, orElse: string): Promise<void> {
  for (const endAtMs = wireClock.monotonicMs() + openMsMax; !isTrue(); await wireClock.sleep(10, 'bench line'))
    if (wireClock.monotonicMs() > endAtMs) throw new Error(orElse);
}

/** A pty whose other end is the pacer. */
function openPty(port: number): { readonly path: string; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'sifen-bench-'));
  const path = join(folder, 'tty');
  const socat = spawn('socat', [`PTY,link=${path},raw,echo=0`, `TCP:127.0.0.1:${port},nodelay`], { stdio: 'ignore' });
  // Where it is missing, no pty appears, which is told above.
  socat.on('error', () => undefined);
  return {
    path,
    close() {
      socat.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
