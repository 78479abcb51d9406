/**
 * A serial port that can be pulled and plugged: socat's pty, with a TCP slave or scanner of ours behind it. Needs socat.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SerialTransport } from '../../gateway/southbound/byte-stream.ts';

export interface ScriptedPty {
  readonly transport: SerialTransport;
  /** Connects the port to 127.0.0.1:`port` and waits until its device file is there. */
  plug(port: number): Promise<void>;
  /** Takes the port away: the device file is gone, who has it open is hung up on. */
  unplug(): Promise<void>;
  /** Unplugs and cleans up. */
  stop(): Promise<void>;
}

/** Prepares a port; nothing is there until it is plugged. */
export async function openScriptedPty(): Promise<ScriptedPty> {
  const folder = await mkdtemp(join(tmpdir(), 'sifen-pty-'));
  const path = join(folder, 'tty');
  let socat: ChildProcess | undefined;
  const unplug = async () => {
    if (!socat || socat.exitCode !== null || socat.signalCode !== null) return;
    const gone = once(socat, 'exit');
    socat.kill('SIGTERM');
    await gone;
  };
  return {
    transport: { kind: 'serial', path, baud: 9600, parity: 'none', dataBits: 8, stopBits: 1 },
    unplug,
    async plug(port) {
      socat = spawn('socat', [`PTY,link=${path},raw,echo=0`, `TCP:127.0.0.1:${port},nodelay`], { stdio: 'ignore' });
      for (let tries = 0; tries < 500; tries++) {
        if (
          await access(path).then(
            () => true,
            () => false,
          )
        )
          return;
        await pause(10);
      }
      throw new Error(`socat made no ${path}`);
    },
    async stop() {
      await unplug();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
