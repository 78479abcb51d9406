/**
 * The simulated site as a process: argv to one of run, play, panel and list, the terminal, and the exit code: 0 done or told to stop, 1 when
 * the outside world is in its way or a scenario was not fulfilled, 2 on wrong usage. Everything that decides is elsewhere.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseOrder } from './control.ts';
import { describeEvent } from './describe-event.ts';
import { parseFault } from './faults.ts';
import { listAll } from './list.ts';
import { manual } from './manual.ts';
import { openPanel, type Panel } from './panel/server.ts';
import { playScenario } from './play.ts';
import { loadScenario, type Scenario } from './scenario.ts';
import { openSimulation, type Simulation, type SimulationOptions } from './simulation.ts';
import { SiteError } from './site-error.ts';
import type { SiteEvent } from './site-event.ts';
import { loadSiteFile, movePlaces } from './site-file.ts';
import type { Durability } from './state-file.ts';

const flags = {
  site: { type: 'string' },
  state: { type: 'string' },
  cards: { type: 'string' },
  'roll-labels': { type: 'string' },
  pace: { type: 'string', default: '1' },
  seed: { type: 'string' },
  start: { type: 'string' },
  listen: { type: 'string', multiple: true, default: [] as string[] },
  fault: { type: 'string', multiple: true, default: [] as string[] },
  gateway: { type: 'string' },
  'panel-port': { type: 'string' },
  proxy: { type: 'string', multiple: true, default: [] as string[] },
  nv: { type: 'string', default: 'fsync' },
  'no-villagers': { type: 'boolean', default: false },
  'parent-watch': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const scenarios = fileURLToPath(new URL('../config/scenarios/', import.meta.url));
const defaultPanelPort = '8081';
const parentLookMs = 500;

class UsageError extends Error {}

type Flags = ReturnType<typeof parseFlags>['values'];

function parseFlags(args: readonly string[]) {
  return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: true });
}

function parseWhole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max)
    throw new UsageError(`--${name} is a whole number from ${min} to ${max}, not ${text}`);
  return value;
}

function parseDurability(text: string): Durability {
  if (text !== 'fsync' && text !== 'fast') throw new UsageError(`--nv is fsync or fast, not ${text}`);
  return text;
}

/** Prints events until the reader of our output is gone. */
function openTeller(json: boolean): (event: SiteEvent, atMs: number) => void {
  return (event, at) => {
    const text = describeEvent(event);
    process.stdout.write(json ? `${JSON.stringify({ at, ...event, text })}\n` : `${new Date(at + 8 * 3_600_000).toISOString().slice(11, 19)}  ${text}\n`);
  };
}

/** Resolves when somebody wants the site to end. */
function whenToldToStop(parentWatch: boolean): { readonly told: Promise<void>; readonly stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve());
  process.stdout.on('error', () => resolve());
  if (parentWatch) {
    const parent = process.ppid;
    const look = setInterval(() => {
      if (process.ppid !== parent) resolve();
    }, parentLookMs);
    look.unref();
  }
  return { told: promise, stop: resolve };
}

function simulationOptions({ site, state, ...values }: Flags): SimulationOptions {
  if (site === undefined || state === undefined) throw new UsageError('--site and --state are needed');
  return {
    site: movePlaces(loadSiteFile(site), values.listen),
    state,
    cardsFile: values.cards,
    labelsFile: values['roll-labels'],
    pace: parseWhole('pace', values.pace, 1, 60),
    seed: parseWhole('seed', values.seed ?? '1', 0, 0xffff_ffff),
    startAtMs: values.start === undefined ? Date.now() : parseWhole('start', values.start, 0, Number.MAX_SAFE_INTEGER),
    durability: parseDurability(values.nv),
    withVillagers: !values['no-villagers'],
    proxies: values.proxy,
  };
}

type Tell = (event: SiteEvent, atMs: number) => void;

/**
 * A site with the faults of the command line in force, and its panel where one is asked for. It tells nothing before all of that is so: whoever hears of
 * a port may count on it.
 * @throws UsageError for a fault or number that is none, before anything is opened.
 */
async function openSite(
  options: SimulationOptions,
  { fault, 'panel-port': port }: Flags,
  tell: Tell,
): Promise<{ simulation: Simulation; close(): Promise<void> }> {
  const panelPort = port === undefined ? undefined : parseWhole('panel-port', port, 0, 65_535);
  for (const text of fault) {
    const parsed = parseFault(text);
    if (!parsed.ok) throw new UsageError(`--fault ${text}: ${parsed.reason}`);
  }
  let panel: Panel | undefined;
  const early: (() => void)[] = [];
  let isOpen = false;
  const simulation = await openSimulation(options, (event, atMs) => {
    if (isOpen) tell(event, atMs);
    else early.push(() => tell(event, atMs));
    panel?.tell(event, atMs);
  });
  const close = async () => {
    await panel?.close();
    await simulation.close();
  };
  try {
    for (const text of fault) {
      const injected = simulation.desk.inject(text);
      if (!injected.ok) throw new UsageError(`--fault ${text}: ${injected.reason}`);
    }
    if (panelPort !== undefined) panel = await openPanel(simulation, panelPort);
    isOpen = true;
    for (const say of early) say();
    if (panel !== undefined) tell({ event: 'panel', url: panel.url }, simulation.site.nowMs);
    return { simulation, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function run(values: Flags): Promise<void> {
  const options = simulationOptions(values);
  const { told, stop } = whenToldToStop(values['parent-watch']);
  const tell = openTeller(values.json);
  const { simulation, close } = await openSite(options, values, tell);
  const typed = listenToTyping(simulation, (event) => tell(event, simulation.site.nowMs), stop, values['parent-watch']);
  try {
    tell({ event: 'ready' }, simulation.site.nowMs);
    await Promise.race([told, simulation.failed]);
  } finally {
    typed.close();
    await close();
  }
}

/** @returns whether the scenario was fulfilled. */
async function play(file: string, values: Flags): Promise<boolean> {
  const scenario = loadScenario(file);
  const fresh = values.state === undefined ? mkdtempSync(join(tmpdir(), 'sifen-play-')) : undefined;
  try {
    return await playIn(values.state ?? fresh ?? '', scenario, values);
  } finally {
    if (fresh !== undefined) rmSync(fresh, { recursive: true });
  }
}

async function playIn(state: string, scenario: Scenario, values: Flags): Promise<boolean> {
  const seed = values.seed ?? String(scenario.seed);
  const options = { ...simulationOptions({ ...values, site: values.site ?? scenario.siteFile, state, seed }), withVillagers: scenario.villagers };
  const { told: stopped, stop: stopNow } = whenToldToStop(values['parent-watch']);
  const stop = new AbortController();
  void stopped.then(() => stop.abort());
  const tell = openTeller(values.json);
  const heard: SiteEvent[] = [];
  const { simulation, close } = await openSite(options, values, (event, atMs) => {
    heard.push(event);
    tell(event, atMs);
  });
  const say = (event: SiteEvent) => tell(event, simulation.site.nowMs);
  const typed = listenToTyping(simulation, say, stopNow, values['parent-watch']);
  try {
    say({ event: 'ready' });
    const played = playScenario({ scenario, simulation, gatewayUrl: values.gateway, tell: say, told: heard, signal: stop.signal });
    const fulfilled = await Promise.race([played, simulation.failed]);
    // Whoever started us stops its gateway first: a site that vanishes would be recorded as a failure of the field.
    if (values['parent-watch']) await Promise.race([stopped, simulation.failed]);
    return fulfilled;
  } finally {
    stop.abort();
    typed.close();
    await close();
  }
}

function listenToTyping(simulation: Simulation, tell: (event: SiteEvent) => void, stop: () => void, parentWatch: boolean): { close(): void } {
  const typed = createInterface({ input: process.stdin });
  typed.on('line', (line) => {
    const order = parseOrder(line);
    if (!order.ok) return tell({ event: 'control', ok: false, reason: order.reason });
    if (order.value.do === 'stop') return stop();
    const answer = simulation.obey(order.value);
    tell(answer.ok ? { event: 'control', ok: true, do: order.value.do } : { event: 'control', ok: false, reason: `${order.value.do}: ${answer.reason}` });
  });
  typed.on('close', () => {
    if (parentWatch) stop();
  });
  return {
    close() {
      typed.close();
      process.stdin.destroy();
    },
  };
}

async function main(): Promise<number> {
  try {
    const { values, positionals } = parseFlags(process.argv.slice(2));
    const [command = 'run', ...rest] = positionals;
    if (values.help) process.stdout.write(manual);
    else if (command === 'list' && rest.length === 0) process.stdout.write(`${listAll(scenarios)}\n`);
    else if (command === 'play' && rest[0] !== undefined && rest.length === 1) return (await play(rest[0], values)) ? 0 : 1;
    else if (command === 'run' && rest.length === 0) await run(values);
    else if (command === 'panel' && rest.length === 0) await run({ ...values, 'panel-port': values['panel-port'] ?? defaultPanelPort });
    else throw new UsageError(`there is no command ${positionals.join(' ')}`);
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true;
    if (!isUsage && !(error instanceof SiteError)) throw error;
    process.stderr.write(`${(error as Error).message}\n${isUsage ? 'See --help.\n' : ''}`);
    return isUsage ? 2 : 1;
  }
}

process.exitCode = await main();
