/**
 * The simulated site as a process: reads its options, opens wires and boards, lets village time pass, prints what happens and does what is
 * typed. Ends with 0 when told to stop, 1 when the outside world is in its way, 2 on wrong usage. Everything that decides is elsewhere.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { parseOrder } from './control.ts';
import { describeEvent } from './describe-event.ts';
import { openField } from './field.ts';
import type { BoardLine } from './rtu-slave.ts';
import { Site } from './site.ts';
import { SiteError } from './site-error.ts';
import type { SiteEvent } from './site-event.ts';
import { loadSiteFile, movePlaces } from './site-file.ts';
import { type Durability, loadJsonFile, openJournal, openSlotFile, openStateFolder, replaceJsonFile } from './state-file.ts';

const manual = `Usage: npm run sim -- --site FILE --state DIR [options]

A simulated sorting point: boards, readers and villagers, reached over real bytes.

  --site FILE         what stands here (see config/demo-site.yaml)
  --state DIR         memory of the boards and of the village; resumed at the next start
  --cards FILE        one card code a line: the households
  --roll-labels FILE  one roll label a line, in printing order
  --pace N            village time runs N times as fast, 1 to 60 (default 1); the wire stays real
  --seed N            whole number; the same seed gives the same villagers (default 1)
  --start MS          village time at the start, ms since 1970 (default now)
  --listen ID=PLACE   HOST:PORT (port 0 takes a free one) or a serial port or pty, instead of the place
                      in the site file; may be repeated
  --nv fsync|fast     whether the dispenser's memory is on the disk before it moves (default fsync),
                      or only with the operating system
  --no-villagers      nobody comes; only what is typed happens
  --parent-watch      stop when standard input closes or the parent process is gone
  --json              one JSON object a line for everything that happens

Type JSON lines to act:
  {"do":"tray","scale":"scale-1","grams":1200}
  {"do":"scan","reader":"scale-reader","text":"M1:PAPER"}
  {"do":"door","device":"dispenser-1","open":true}
  {"do":"load","dispenser":"dispenser-1","labels":["..."]}        needs the door open
  {"do":"take","dispenser":"dispenser-1"}                         whatever lies in the tray
  {"do":"free-throat","dispenser":"dispenser-1"}
  {"do":"service-dispense","dispenser":"dispenser-1","rolls":1}
  {"do":"smoke","bin":"bin-1","compartment":1,"on":true}
  {"do":"power","device":"scale-1","on":false}
  {"do":"stop"}

Every motor start is kept in DIR/motor-journal.jsonl with its job and the roll it meant to move.
`;

const flags = {
  site: { type: 'string' },
  state: { type: 'string' },
  cards: { type: 'string' },
  'roll-labels': { type: 'string' },
  pace: { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  start: { type: 'string' },
  listen: { type: 'string', multiple: true, default: [] as string[] },
  nv: { type: 'string', default: 'fsync' },
  'no-villagers': { type: 'boolean', default: false },
  'parent-watch': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Real time between two looks at the clock. Unit: ms. */
const tickMs = 10;
/** A machine that slept does not make the village live through all of it at once. Unit: ms of real time. */
const gapMsMax = 250;
const saveEveryMs = 1_000;
const parentLookMs = 500;
/** A motor that runs when the site is stopped may finish its roll. Unit: ms of real time. */
const finishMsMax = 3_500;

class UsageError extends Error {}

type Flags = ReturnType<typeof parseFlags>;

function parseFlags(args: readonly string[]) {
  return parseArgs({ args: [...args], options: flags, strict: true }).values;
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

/** Lines of a text file, without empty ones; no file is no lines. @throws SiteError when it cannot be read. */
function readLines(file: string | undefined): readonly string[] {
  if (file === undefined) return [];
  try {
    return readFileSync(file, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '');
  } catch (cause) {
    throw new SiteError(`${file} cannot be read; check the path`, { cause });
  }
}

/** Prints events until the reader of our output is gone. */
function openTeller(json: boolean, nowMs: () => number): (event: SiteEvent) => void {
  return (event) => {
    const at = nowMs();
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

async function run(values: Flags): Promise<void> {
  if (values.site === undefined || values.state === undefined) throw new UsageError('--site and --state are needed');
  const description = movePlaces(loadSiteFile(values.site), values.listen);
  const pace = parseWhole('pace', values.pace, 1, 60);
  const seed = parseWhole('seed', values.seed, 0, 0xffff_ffff);
  const startAtMs = values.start === undefined ? Date.now() : parseWhole('start', values.start, 0, Number.MAX_SAFE_INTEGER);
  const durability = parseDurability(values.nv);
  const [cards, labels] = [readLines(values.cards), readLines(values['roll-labels'])];
  const { told, stop } = whenToldToStop(values['parent-watch']);
  let site: Site | undefined;
  const silent: BoardLine = { hasUnit: () => false, service: () => undefined };
  const tell = openTeller(values.json, () => site?.nowMs ?? startAtMs);
  const hear = (line: string, bytes: Uint8Array | null) => site?.hear(line, bytes) ?? [];
  const field = await openField({ site: description, lineOf: (line) => site?.line(line) ?? silent, hear, tell });
  try {
    const folder = openStateFolder(values.state);
    const stateFile = join(folder, 'site.json');
    const journal = openJournal(join(folder, 'motor-journal.jsonl'), durability);
    const awake = new Site({
      site: description,
      seed,
      startAtMs,
      pace,
      cards,
      labels,
      withVillagers: !values['no-villagers'],
      kept: loadJsonFile(stateFile),
      keep: (kept) => replaceJsonFile(stateFile, kept),
      memoryOf: (dispenser) => openSlotFile(join(folder, `${dispenser}.nv`), durability),
      wireMs: () => performance.now(),
      reader: field.reader,
      sayOn: field.sayOn,
      tell(event) {
        if (event.event === 'motor-start') journal.append({ at: site?.nowMs ?? startAtMs, device: event.device, job: event.job, label: event.label });
        tell(event);
      },
    });
    site = awake;
    const save = () => replaceJsonFile(stateFile, awake.kept);
    save();
    const typed = listenToTyping(awake, tell, stop, values['parent-watch']);
    const life = live(awake, pace, save);
    tell({ event: 'ready' });
    await told;
    typed.close();
    await life.finish();
    save();
    journal.close();
  } finally {
    await field.close();
  }
}

function listenToTyping(site: Site, tell: (event: SiteEvent) => void, stop: () => void, parentWatch: boolean): { close(): void } {
  const typed = createInterface({ input: process.stdin });
  typed.on('line', (line) => {
    const order = parseOrder(line);
    if (!order.ok) return tell({ event: 'control', ok: false, reason: order.reason });
    if (order.value.do === 'stop') return stop();
    const answer = site.obey(order.value);
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

/** Lets time pass until `finish`, which sends people home and waits for a running motor. */
function live(site: Site, pace: number, save: () => void): { finish(): Promise<void> } {
  let lastMs = performance.now();
  let savedMs = lastMs;
  const rested = Promise.withResolvers<void>();
  let finishByMs: number | undefined;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    site.advance(Math.min(nowMs - lastMs, gapMsMax) * pace);
    lastMs = nowMs;
    if (nowMs - savedMs >= saveEveryMs) {
      savedMs = nowMs;
      save();
    }
    if (finishByMs !== undefined && (!site.isMoving || nowMs >= finishByMs)) rested.resolve();
  }, tickMs);
  return {
    async finish() {
      site.sendPeopleHome();
      finishByMs = performance.now() + finishMsMax;
      await rested.promise;
      clearInterval(timer);
    },
  };
}

async function main(): Promise<number> {
  try {
    const values = parseFlags(process.argv.slice(2));
    if (values.help) process.stdout.write(manual);
    else await run(values);
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true;
    if (!isUsage && !(error instanceof SiteError)) throw error;
    process.stderr.write(`${(error as Error).message}\n${isUsage ? 'See --help.\n' : ''}`);
    return isUsage ? 2 : 1;
  }
}

process.exitCode = await main();
