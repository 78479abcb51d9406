/**
 * The simulated site as a process: reads its options, opens the site, prints what happens and does what is typed. It ends with 0 when told
 * to stop, 1 when the outside world is in its way, 2 on wrong usage.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { control } from './control.ts';
import { Site } from './site.ts';
import { SiteError } from './site-error.ts';
import { loadSiteFile } from './site-file.ts';

const manual = `Usage: npm run sim -- --site FILE --state DIR [options]

A simulated sorting point: boards, readers and villagers, reached over real bytes.

  --site FILE         what stands here (see config/demo-site.yaml)
  --state DIR         memory of the boards and of the village; resumed at the next start
  --cards FILE        one card text a line: the households
  --roll-labels FILE  one roll label a line, in printing order
  --pace N            village time runs N times as fast, 1 to 60 (default 1)
  --seed N            whole number; the same seed gives the same villagers (default 1)
  --start MS          village time at the start, ms since 1970 (default now)
  --listen ID=PLACE   HOST:PORT or a serial device instead of the place in the site file; may be repeated
  --nv fsync|fast     whether board memory is synced to the disk at every write (default fsync)
  --no-villagers      nobody comes; only what is typed happens
  --parent-watch      stop when standard input closes
  --json              one JSON line an occurrence

Type JSON lines to act, for example
  {"do":"tray","scale":"scale-1","grams":1200}
  {"do":"scan","reader":"scale-reader","text":"M1:PAPER"}
  {"do":"door","device":"dispenser-1","open":true}   {"do":"power","device":"scale-1","on":false}
  {"do":"smoke","bin":"bin-1","compartment":1,"on":true}   {"do":"stop"}
`;

const options = {
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

class UsageError extends Error {}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) throw new UsageError(`--${name} is a whole number from ${min} to ${max}, not ${text}`);
  return value;
}

function readLines(file: string | undefined): string[] {
  if (file === undefined) return [];
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/).filter((line) => line !== '');
  } catch (cause) {
    throw new SiteError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function parsePlaces(listen: readonly string[]): Map<string, string> {
  return new Map(
    listen.map((item) => {
      const at = item.indexOf('=');
      if (at < 1) throw new UsageError(`--listen is written ID=PLACE, not ${item}`);
      return [item.slice(0, at), item.slice(at + 1)];
    }),
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options, strict: true });
  if (values.help) return void process.stdout.write(manual);
  if (values.site === undefined || values.state === undefined) throw new UsageError('--site and --state are needed');
  if (values.nv !== 'fsync' && values.nv !== 'fast') throw new UsageError(`--nv is fsync or fast, not ${values.nv}`);
  const tell = (event: string, facts: object) => {
    const text = values.json ? JSON.stringify({ event, ...facts }) : `${event}  ${Object.entries(facts).map(([key, value]) => `${key} ${value}`).join(', ')}`;
    process.stdout.write(`${text}\n`);
  };
  const site = new Site({
    file: loadSiteFile(values.site),
    stateFolder: values.state,
    cards: readLines(values.cards),
    labels: readLines(values['roll-labels']),
    pace: wholeNumber('pace', values.pace, 1, 60),
    seed: wholeNumber('seed', values.seed, 0, 0xffff_ffff),
    startMs: values.start === undefined ? Date.now() : wholeNumber('start', values.start, 0, Number.MAX_SAFE_INTEGER),
    withVillagers: !values['no-villagers'],
    durability: values.nv,
    places: parsePlaces(values.listen),
    tell,
  });
  const stopped = Promise.withResolvers<void>();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopped.resolve());
  process.stdout.on('error', () => stopped.resolve());
  await site.open();
  const typed = createInterface({ input: process.stdin });
  typed.on('line', (line) => {
    const answer = control(site, line);
    tell('control', answer);
    if ('stop' in answer) stopped.resolve();
  });
  typed.on('close', () => {
    if (values['parent-watch']) stopped.resolve();
  });
  await stopped.promise;
  typed.close();
  await site.close();
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const usage = error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  if (!usage && !(error instanceof SiteError)) throw error;
  process.stderr.write(`${(error as Error).message}\n${usage ? manual : ''}`);
  process.exit(usage ? 2 : 1);
}
