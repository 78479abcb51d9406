// Debian's mosquitto and mosquitto_sub: the broker and the client that nobody here wrote. Without it each MQTT system test would start its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../system/tools.ts';
import { eventually } from './eventually.ts';

export interface Mosquitto {
  readonly port: number;
  readonly url: string;
  /** Starts it, or starts it again; resolves when it accepts connections. */
  start(): Promise<void>;
  /** SIGKILL: no goodbye, nothing saved. */
  kill(): Promise<void>;
  /** Kills it and removes its files. */
  stop(): Promise<void>;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connectTcp(port, '127.0.0.1');
  const outcome = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'close').then(() => false)]).catch(() => false);
  socket.destroy();
  return outcome;
}

/** A mosquitto on loopback, not yet started. `settings` are lines of its configuration; `files` are written beside it and named `@NAME`. */
export async function makeMosquitto(settings: readonly string[] = ['allow_anonymous true'], files: Readonly<Record<string, string>> = {}): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'sifen-mosquitto-'));
  const port = await findFreePort();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const config = join(folder, 'mosquitto.conf');
  const lines = [`listener ${port} 127.0.0.1`, 'user root', ...settings].map((line) => line.replace('@', `${folder}/`));
  writeFileSync(config, `${lines.join('\n')}\n`);
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    kill,
    async start() {
      child = spawn(findProgram('mosquitto') ?? 'mosquitto', ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr?.on('data', (text) => {
        said = `${said}${text}`.slice(-2000);
      });
      while (!(await accepts(port))) if (child.exitCode !== null) throw new Error(`mosquitto ended: ${said}`);
    },
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Subscription {
  /** Topic and payload of each message so far. */
  readonly messages: readonly { readonly topic: string; readonly payload: string }[];
  stop(): Promise<void>;
}

/** A running mosquitto_sub; resolves when its subscription is granted. */
export async function startMosquittoSub(port: number, filter: string, ...more: readonly string[]): Promise<Subscription> {
  const args = ['-h', '127.0.0.1', '-p', String(port), '-t', filter, '-q', '1', '-d', '-F', '%t %p', ...more];
  const child = spawn('stdbuf', ['-oL', 'mosquitto_sub', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const messages: { topic: string; payload: string }[] = [];
  let rest = '';
  let granted = false;
  let said = '';
  child.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-2000);
  });
  child.stdout.on('data', (text) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const space = line.indexOf(' ');
      if (line.startsWith('sifen/')) messages.push({ topic: line.slice(0, space), payload: line.slice(space + 1) });
      else granted ||= line.startsWith('Subscribed');
    }
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  await eventually(
    () => granted || child.exitCode !== null,
    () => `mosquitto_sub is not subscribed: ${said}`,
  );
  if (!granted) throw new Error(`mosquitto_sub ended: ${said}`);
  return { messages, stop };
}
