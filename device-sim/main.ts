/**
 * The simulated site as a process: argv to run or list, the terminal, and the exit code: 0 done or told to stop, 1 when the outside world
 * is in its way, 2 on wrong usage. Everything that decides is elsewhere.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { parseOrder } from './control.ts';
import { describeEvent } from './describe-event.ts';
import { listAll } from './list.ts';
import { manual } from './manual.ts';
import { openSimulation, type Simulation } from './simulation.ts';
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
  seed: { type: 'string', default: '1' },
  start: { type: 'string' },
  listen: { type: 'string', multiple: true, default: [] as string[] },
  fault: { type: 'string', multiple: true, default: [] as string[] },
  proxy: { type: 'string', multiple: true, default: [] as string[] },
  nv: { type: 'string', default: 'fsync' },
  'no-villagers': { type: 'boolean', default: false },
  'parent-watch': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

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
    const text = json ? JSON.stringify({ at, ...event }) : `${new Date(at + 8 * 3_600_000).toISOString().slice(11, 19)}  ${describeEvent(event)}`;
    process.stdout.write(`${text}\n`);
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

function simulationOptions(values: Flags) {
  if (values.site === undefined || values.state === undefined) throw new UsageError('--site and --state are needed');
  return {
    site: movePlaces(loadSiteFile(values.site), values.listen),
    state: values.state,
    cardsFile: values.cards,
    labelsFile: values['roll-labels'],
    pace: parseWhole('pace', values.pace, 1, 60),
    seed: parseWhole('seed', values.seed, 0, 0xffff_ffff),
    startAtMs: values.start === undefined ? Date.now() : parseWhole('start', values.start, 0, Number.MAX_SAFE_INTEGER),
    durability: parseDurability(values.nv),
    withVillagers: !values['no-villagers'],
    proxies: values.proxy,
  };
}

async function run(values: Flags): Promise<void> {
  const options = simulationOptions(values);
  const { told, stop } = whenToldToStop(values['parent-watch']);
  const tell = openTeller(values.json);
  const simulation = await openSimulation(options, tell);
  try {
    for (const fault of values.fault) {
      const injected = simulation.desk.inject(fault);
      if (!injected.ok) throw new UsageError(`--fault ${fault}: ${injected.reason}`);
    }
    const typed = listenToTyping(simulation, (event) => tell(event, simulation.site.nowMs), stop, values['parent-watch']);
    tell({ event: 'ready' }, simulation.site.nowMs);
    await told;
    typed.close();
  } finally {
    await simulation.close();
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
    else if (command === 'list' && rest.length === 0) process.stdout.write(`${listAll()}\n`);
    else if (command === 'run' && rest.length === 0) await run(values);
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
