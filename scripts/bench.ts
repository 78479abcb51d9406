/**
 * `npm run bench -- bus [--short] [--minutes N]` and `npm run bench -- core [--short]`: measures, prints each figure beside its limit, and ends with 1
 * when one was missed, 2 for wrong usage.
 * Figures count on a machine that has little else to do; run again before believing a miss on a busy one.
 */
import { parseArgs } from 'node:util';
import { benchBus } from './bench/bus.ts';
import { benchCore } from './bench/core.ts';
import { type Row, tableOf } from './bench/report.ts';
import { orUsage, usageExitCode } from './command-line/flags.ts';

const usage = 'Usage: npm run bench -- bus [--short] [--minutes 0.5..60] | core [--short]';
const benches = ['bus', 'core'] as const;
type Bench = (typeof benches)[number];

function parseOptions(): { bench: Bench; isShort: boolean; minutes: number } {
  const options = { short: { type: 'boolean', default: false }, minutes: { type: 'string', default: '10' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true, strict: true });
  const minutes = Number(values.minutes);
  const bench = benches.find((name) => name === positionals.join());
  if (bench === undefined) throw new RangeError(`There is no bench ${positionals.join(' ') || 'without a name'}; there are ${benches.join(' and ')}.`);
  if (!(minutes >= 0.5 && minutes <= 60)) throw new RangeError(`${values.minutes} is no number of minutes from 0.5 to 60.`);
  return { bench, isShort: values.short, minutes };
}

async function main(): Promise<number> {
  const options = orUsage(parseOptions, usage);
  if (options === undefined) return usageExitCode;
  const tell = ({ what, measured }: Row) => console.error(`${what}: ${measured}`);
  const rows: Row[] = options.bench === 'bus' ? await benchBus(options, tell) : await benchCore(options, tell);
  console.log(`\n${tableOf(rows)}`);
  const missed = rows.filter(({ passed }) => passed === false).length;
  console.log(missed === 0 ? `\nEvery limit was kept${options.isShort ? ' in a short look' : ''}.` : `\n${missed} limit(s) missed.`);
  return missed === 0 ? 0 : 1;
}

process.exit(await main());
