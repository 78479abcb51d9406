/**
 * `npm run simulate`: whole villages in one process under a virtual clock, from seeds or a scenario file. Exit codes: 0 every invariant held and every
 * expectation was met, 1 one was not (with a seed, step and the command that replays it are printed), 2 wrong usage.
 */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SiteError } from '../device-sim/site-error.ts';
import { isGatewayError } from '../gateway/errors.ts';
import { usageExitCode } from './command-line/flags.ts';
import { playInOneProcess } from './simulation/play-scenario.ts';
import { runPool } from './simulation/pool.ts';
import { type RunReport, runDay, runJobs, runSeed } from './simulation/run-scenario.ts';
import { describeBreach, formatVirtual, type Task } from './simulation/task.ts';

const configFolder = resolve(import.meta.dirname, '../config');

const usage = `Usage: npm run simulate -- [options]

  --seeds N     run N scenario seeds, each twice, and compare their transcripts (default 20)
  --from N      the first of them (default 1)
  --hours N     virtual hours of each (default 1)
  --seed N      run one seed once and print its transcript
  --day         24 hours of an untroubled village of 365 households, and how long they took
  --jobs N      one dispenser, a crowd and constant trouble until N jobs are begun, in shards
  --shard N     jobs in one shard (default 5000)
  --workers N   child processes (default: one a core)

  --play FILE   play a scenario file twice, print its transcript, judge it and compare; faults of host and network included
  --site FILE   site file of the gateway there (default config/demo.yaml)
  --roster FILE its households (default config/demo-roster.csv)
`;

const flags = {
  seeds: { type: 'string', default: '20' },
  from: { type: 'string', default: '1' },
  hours: { type: 'string', default: '1' },
  seed: { type: 'string' },
  day: { type: 'boolean', default: false },
  jobs: { type: 'string' },
  shard: { type: 'string', default: '5000' },
  workers: { type: 'string', default: String(availableParallelism()) },
  play: { type: 'string' },
  site: { type: 'string', default: join(configFolder, 'demo.yaml') },
  roster: { type: 'string', default: join(configFolder, 'demo-roster.csv') },
  help: { type: 'boolean', default: false },
} as const;

/** A day of village life, under the virtual clock. Unit: ms of real time. */
const dayMsMax = 5000;

class UsageError extends Error {}

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > most) throw new UsageError(`--${name} is a whole number from 1 to ${most}, not ${text}`);
  return value;
}

function parseOptions() {
  const { values } = parseArgs({ options: flags, strict: true });
  return {
    ...{ day: values.day, help: values.help, play: values.play, site: values.site, roster: values.roster },
    seeds: whole('seeds', values.seeds, 1_000_000),
    from: whole('from', values.from, 1_000_000_000),
    hours: whole('hours', values.hours, 240),
    seed: values.seed === undefined ? undefined : whole('seed', values.seed, 1_000_000_000),
    jobs: values.jobs === undefined ? undefined : whole('jobs', values.jobs, 100_000_000),
    shard: whole('shard', values.shard, 20_000),
    workers: whole('workers', values.workers, 256),
  };
}

type Options = ReturnType<typeof parseOptions>;

/** Runs one seed and shows everything that happens. */
async function replay(seed: number, { hours, jobs }: Options): Promise<boolean> {
  const task: Task = jobs === undefined ? { kind: 'seed', seed, hours } : { kind: 'jobs', seed, jobs };
  const tell = (line: string) => console.log(line);
  const report = task.kind === 'seed' ? await runSeed(seed, hours, { tell }) : await runJobs(seed, task.jobs, { tell });
  console.log(`${report.step} steps, ${formatVirtual(report.atMs)}, transcript ${report.digest}`);
  const breach = describeBreach(task, report);
  if (breach !== null) console.error(breach);
  return breach === null;
}

/** Plays a scenario twice; the first is shown. */
async function play(scenarioFile: string, { site: gatewayFile, roster: rosterFile }: Options): Promise<boolean> {
  const files = { scenarioFile, gatewayFile, rosterFile };
  const report = await playInOneProcess(files, (line) => console.log(line));
  const again = await playInOneProcess(files, () => undefined);
  console.log(`transcript ${report.digest}`);
  if (again.digest !== report.digest) console.error(`DIFFERENT: played again, the transcript is ${again.digest}`);
  return report.ok && again.digest === report.digest;
}

async function measureDay(): Promise<boolean> {
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
  const { breach, atMs, lifeMs, counts, step } = await runDay();
  const { user, system } = process.cpuUsage(startCpu);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(2);
  console.log(`${formatVirtual(atMs)} of village life in ${(lifeMs / 1000).toFixed(2)} s: ${step} steps`);
  console.log(`with its founding and the audit: ${seconds} s, ${((user + system) / 1e6).toFixed(2)} s of processor`);
  console.log(describeCounts([counts]));
  if (breach !== null) console.error(`BROKEN ${breach.rule}: ${breach.detail}`);
  const isQuick = lifeMs <= dayMsMax;
  if (!isQuick) console.error(`SLOW: a day may take ${dayMsMax / 1000} s on a machine that has little else to do`);
  return breach === null && isQuick;
}

function describeCounts(counts: readonly RunReport['counts'][]): string {
  const sum = (pick: (one: RunReport['counts']) => number) => counts.reduce((total, one) => total + pick(one), 0);
  const [intents, issued, voided] = [sum((one) => one.intents), sum((one) => one.issued), sum((one) => one.voided)];
  const [motorStarts, rollsOut, events] = [sum((one) => one.motorStarts), sum((one) => one.rollsOut), sum((one) => one.events)];
  const weighings = sum((one) => one.weighings);
  return `${events} events; ${weighings} weighings; ${intents} jobs, ${motorStarts} motor starts, ${rollsOut} rolls out; ${issued} issued, ${voided} voided`;
}

function* tasksOf({ seeds, from, hours, jobs, shard }: Options): Generator<Task> {
  if (jobs === undefined) for (let seed = from; seed < from + seeds; seed += 1) yield { kind: 'seed', seed, hours };
  else for (let seed = from, left = jobs; left > 0; seed += 1, left -= shard) yield { kind: 'jobs', seed, jobs: Math.min(left, shard) };
}

async function runMany(options: Options): Promise<boolean> {
  const startMs = performance.now();
  const reports: RunReport[] = [];
  const failures: string[] = [];
  const say = () => {
    const lives = reports.reduce((sum, report) => sum + report.lives - 1, 0);
    const virtualMs = reports.reduce((sum, report) => sum + report.atMs, 0);
    const what = options.jobs === undefined ? `${reports.length} seeds, each twice` : `${reports.length} shards`;
    const spent = `${((performance.now() - startMs) / 1000).toFixed(0)} s`;
    console.log(`${what}: ${formatVirtual(virtualMs)} of virtual time in ${spent}, ${lives} kills; ${describeCounts(reports.map(({ counts }) => counts))}`);
  };
  await runPool({
    tasks: tasksOf(options),
    workers: options.workers,
    onOutcome: ({ report, failure }) => {
      if (report !== null) reports.push(report);
      if (failure !== null) {
        failures.push(failure);
        console.error(failure);
      }
      if (reports.length % sayEvery === 0) say();
    },
  });
  say();
  console.log(failures.length === 0 ? 'Every invariant held.' : `${failures.length} failed.`);
  return failures.length === 0;
}
const sayEvery = 10;

async function main(): Promise<number> {
  try {
    const options = parseOptions();
    if (options.help) {
      console.log(usage);
      return 0;
    }
    if (options.play !== undefined) return (await play(options.play, options)) ? 0 : 1;
    if (options.day) return (await measureDay()) ? 0 : 1;
    return (await (options.seed === undefined ? runMany(options) : replay(options.seed, options))) ? 0 : 1;
  } catch (error) {
    if (error instanceof SiteError || isGatewayError(error)) {
      console.error(error.message);
      return 1;
    }
    if (!(error instanceof UsageError) && !(error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) throw error;
    console.error(`${(error as Error).message}\n${usage}`);
    return usageExitCode;
  }
}

process.exit(await main());
