/** The simulated site as a child process: started, listened to, and stopped. Nothing but its command line and its output is known here. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { wireClock } from '../clock.ts';
import { GatewayError } from '../errors.ts';

export interface SiteOptions {
  readonly siteFile: string;
  readonly state: string;
  readonly cardsFile: string;
  readonly labelsFile: string;
  readonly pace: number;
  readonly seed: number;
  readonly startMs: number;
  /** Overrides `ID=HOST:PORT` or `ID=PATH`. */
  readonly listen: readonly string[];
  /** Called when the process ends without having been asked to. */
  readonly onGone: (reason: string) => void;
}

export interface SiteProcess {
  /** Why the process ended by itself, or null. */
  readonly failure: () => string | null;
  stop(): Promise<void>;
}

const simulator = fileURLToPath(new URL('../../device-sim/main.ts', import.meta.url));
/** Unit: wire ms. */
const siteStartMs = 20_000;
const siteStopMs = 5000;

/** Starts the site and waits until it listens. @throws GatewayError port_in_use with the site's own sentence. */
export async function startSite(options: SiteOptions): Promise<SiteProcess> {
  const { siteFile, state, cardsFile, labelsFile, pace, seed, startMs, listen } = options;
  const args = [
    '--site',
    siteFile,
    '--state',
    state,
    '--cards',
    cardsFile,
    '--roll-labels',
    labelsFile,
    '--pace',
    String(pace),
    '--seed',
    String(seed),
    '--start',
    String(startMs),
    '--json',
    '--parent-watch',
  ];
  const child = spawn(process.execPath, [simulator, ...args, ...listen.flatMap((item) => ['--listen', item])], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let asked = false;
  let failure: string | null = null;
  const errors: string[] = [];
  createInterface(child.stderr).on('line', (line) => errors.push(line) > 20 && errors.shift());
  const ready = Promise.withResolvers<void>();
  createInterface(child.stdout).on('line', (line) => {
    if (line.includes('"event":"ready"')) ready.resolve();
  });
  const ended = Promise.withResolvers<void>();
  child.on('error', (cause) => ready.reject(cause));
  child.on('exit', (code) => {
    ended.resolve();
    if (asked) return;
    failure = errors.join('\n') || `the simulated site ended with code ${code}`;
    ready.reject(new GatewayError('port_in_use', failure, { hint: 'Choose other ports with --field-port.' }));
    options.onGone(failure);
  });
  child.stdin.on('error', () => undefined);
  const patience = new AbortController();
  const late = wireClock.sleep(siteStartMs, 'start of the simulated site', patience.signal).then(
    () => ready.reject(new GatewayError('port_in_use', 'The simulated site did not come up in time.')),
    () => undefined,
  );
  await ready.promise.finally(() => patience.abort());
  await late;
  return {
    failure: () => failure,
    async stop() {
      asked = true;
      child.kill('SIGTERM');
      const stopped = new AbortController();
      const kill = wireClock.sleep(siteStopMs, 'end of the simulated site', stopped.signal).then(
        () => child.kill('SIGKILL'),
        () => false,
      );
      await ended.promise;
      stopped.abort();
      await kill;
    },
  };
}
