/**
 * Programs started beside us, for system tests and the kill loop: what they print can be waited for, what they read can be typed, and none
 * outlives us. Every wait has a bound and says at its end what was printed instead.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Printed lines kept of one program; the oldest go first. */
const keptLinesMax = 20_000;
/** How long a program may take to end by itself when asked. Unit: ms. */
const stopMs = 10_000;

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly name: string;
  readonly out: readonly string[];
  readonly err: readonly string[];
  readonly ended: Promise<Ending>;
  readonly isRunning: () => boolean;
  /** Sends one line to its standard input. */
  type(line: string): void;
  /** First line of standard output or error, from line `from` on, that `fits`. @throws Error after `deadlineMs`, or when the program ends before. */
  line(
    what: string,
    fits: (line: string) => boolean,
    options?: { readonly deadlineMs?: number; readonly fromOut?: number; readonly fromErr?: number },
  ): Promise<string>;
  /** Ends it: SIGTERM, and SIGKILL when it does not obey. */
  stop(): Promise<Ending>;
  /** SIGKILL, at once. */
  kill(): Promise<Ending>;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a program. The environment is ours, with `env` on top. */
export function startChild(name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Child {
  const process_ = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  running.add(process_);
  const out: string[] = [];
  const err: string[] = [];
  const keep = (lines: string[]) => (line: string) => lines.push(line) > keptLinesMax && lines.shift();
  createInterface(process_.stdout).on('line', keep(out));
  createInterface(process_.stderr).on('line', keep(err));
  process_.stdin.on('error', () => undefined);
  const { promise: ended, resolve } = Promise.withResolvers<Ending>();
  process_.once('error', (cause) => {
    err.push(cause.message);
    running.delete(process_);
    resolve({ code: 127, signal: null });
  });
  // `close` comes behind the last byte of its output, `exit` may come before it.
  process_.once('close', (code, signal) => {
    running.delete(process_);
    resolve({ code, signal });
  });
  const tell = () => `${name} printed:\n${[...out.slice(-15), ...err.slice(-15)].join('\n')}`;
  const isRunning = () => running.has(process_);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    process_.kill(signal);
    const hard = setTimeout(() => process_.kill('SIGKILL'), stopMs);
    return await ended.finally(() => clearTimeout(hard));
  };
  return {
    ...{ name, out, err, ended, isRunning },
    type: (line) => void process_.stdin.write(`${line}\n`),
    async line(what, fits, { deadlineMs = 20_000, fromOut = 0, fromErr = 0 } = {}) {
      const find = () => out.slice(fromOut).find(fits) ?? err.slice(fromErr).find(fits);
      await waitUntil(
        () => find() !== undefined || !isRunning(),
        () => `no ${what}; ${tell()}`,
        deadlineMs,
      );
      const found = find();
      if (found === undefined) throw new Error(`${name} ended without ${what}; ${tell()}`);
      return found;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Resolves when `holds`. Looks every 10 ms. @throws Error with `describe` after `deadlineMs`. */
export async function waitUntil(holds: () => boolean | Promise<boolean>, describe: () => string, deadlineMs = 20_000): Promise<void> {
  const untilMs = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > untilMs) throw new Error(`after ${deadlineMs} ms: ${describe()}`);
    await sleep(10);
  }
}

/** `count` ports in a row that are free now. @throws Error when 50 tries find none. */
export async function freePorts(count: number): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const free = await Promise.all(Array.from({ length: count }, (_unused, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports in a row`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
