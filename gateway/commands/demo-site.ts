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
  /** Port of the technician's panel, 0 for a free one; undefined for none. */
  readonly panel: number | undefined;
  /** Play this scenario instead of letting villagers come, and watch the gateway at `gatewayUrl` meanwhile. */
  readonly play: { readonly file: string; readonly gatewayUrl: string } | undefined;
  /** Called with what the site says of panel and scenario. */
  readonly say: (line: string) => void;
  /** Called when the process ends without having been asked to. */
  readonly onGone: (reason: string) => void;
}

export interface SiteProcess {
  /** Why the process ended by itself, or null. */
  readonly failure: () => string | null;
  /** Whether the scenario was fulfilled; never settles where none is played. */
  readonly played: Promise<boolean>;
  stop(): Promise<void>;
}

const simulator = fileURLToPath(new URL('../../device-sim/main.ts', import.meta.url));
/** Unit: wire ms. */
const siteStartMs = 20_000;
const siteStopMs = 5000;

/** What the site tells that belongs into the story of a demo. */
const storied: ReadonlySet<string> = new Set(['panel', 'step', 'sms', 'expected', 'played']);

function argumentsOf({ siteFile, state, cardsFile, labelsFile, pace, seed, startMs, listen, panel, play }: SiteOptions): readonly string[] {
  return [
    ...(play === undefined ? ['run'] : ['play', play.file, '--gateway', play.gatewayUrl]),
    ...(panel === undefined ? [] : ['--panel-port', String(panel)]),
    ...['--site', siteFile, '--state', state, '--cards', cardsFile, '--roll-labels', labelsFile],
    ...['--pace', String(pace), '--seed', String(seed), '--start', String(startMs), '--json', '--parent-watch'],
    ...listen.flatMap((item) => ['--listen', item]),
  ];
}

/** What the site said of a port begins with the port; its other failures have to do with its own files. */
const failureOf = (said: string): GatewayError =>
  said.startsWith('port ') ? new GatewayError('port_in_use', said, { hint: 'Choose other ports with --field-port.' }) : new GatewayError('site_ended', said);

/** Starts the site and waits until it listens. @throws GatewayError port_in_use or site_ended with the site's own sentence. */
export async function startSite(options: SiteOptions): Promise<SiteProcess> {
  const child = spawn(process.execPath, [simulator, ...argumentsOf(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let asked = false;
  let failure: string | null = null;
  const errors: string[] = [];
  createInterface(child.stderr).on('line', (line) => errors.push(line) > 20 && errors.shift());
  const ready = Promise.withResolvers<void>();
  const played = Promise.withResolvers<boolean>();
  createInterface(child.stdout).on('line', (line) => {
    const told = JSON.parse(line) as { event: string; text: string; ok?: boolean };
    if (told.event === 'ready') ready.resolve();
    if (storied.has(told.event) || (told.event === 'slip' && options.play !== undefined)) options.say(told.text);
    if (told.event === 'played') played.resolve(told.ok === true);
  });
  const ended = Promise.withResolvers<void>();
  child.on('error', (cause) => ready.reject(cause));
  child.on('exit', (code) => {
    ended.resolve();
    if (asked) return;
    failure = errors.join('\n') || `the simulated site ended with code ${code}`;
    ready.reject(failureOf(failure));
    options.onGone(failure);
  });
  child.stdin.on('error', () => undefined);
  const patience = new AbortController();
  const late = wireClock.sleep(siteStartMs, 'start of the simulated site', patience.signal).then(
    () => ready.reject(new GatewayError('site_ended', 'The simulated site did not come up in time.', { hint: 'The machine may be busy; try again.' })),
    () => undefined,
  );
  await ready.promise.finally(() => patience.abort());
  await late;
  return {
    failure: () => failure,
    played: played.promise,
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
