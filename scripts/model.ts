/**
 * `npm run model`: searches the dispense protocol exhaustively, as the functions that ship, then shows that each mutant of it is caught.
 * Exit codes: 0 nothing is wrong and every mutant was caught, 1 otherwise, 2 wrong usage.
 */
import { parseArgs } from 'node:util';
import { orUsage, parseWhole, usageExitCode } from './command-line/flags.ts';
import { type MutantName, mutantNames, mutants, shipped } from './model/parts.ts';
import { type SearchReport, search } from './model/search.ts';
import { showTrace } from './model/trace.ts';
import type { Budget } from './model/world.ts';

const usage = `Usage: npm run model -- [--jobs 1..3] [--crashes 0..3] [--cuts 0..3] [--restores 0..1] [--frames 1..3] [--states N]
                        [--mutant ${mutantNames.join('|')}|all|none]`;

interface Options {
  readonly budget: Budget;
  readonly statesMax: number;
  readonly shippedToo: boolean;
  readonly mutants: readonly MutantName[];
}

function parseOptions(): Options {
  const flag = (value: string) => ({ type: 'string', default: value }) as const;
  const options = {
    jobs: flag('2'),
    crashes: flag('1'),
    cuts: flag('1'),
    restores: flag('1'),
    frames: flag('2'),
    states: flag('30000000'),
    mutant: flag('all'),
  };
  const { values } = parseArgs({ options, strict: true });
  const budget = {
    ...{ jobs: parseWhole(values.jobs, 1, 3), crashes: parseWhole(values.crashes, 0, 3), cuts: parseWhole(values.cuts, 0, 3) },
    ...{ restores: parseWhole(values.restores, 0, 1), frames: parseWhole(values.frames, 1, 3) },
  };
  const one = mutantNames.find((name) => name === values.mutant);
  if (one === undefined && values.mutant !== 'all' && values.mutant !== 'none') throw new RangeError(`no mutant is called ${values.mutant}`);
  const chosen = values.mutant === 'all' ? mutantNames : [];
  return { budget, statesMax: parseWhole(values.states, 1, 100_000_000), shippedToo: one === undefined, mutants: one === undefined ? chosen : [one] };
}

function run(name: string, { budget, statesMax }: Options): SearchReport {
  const startedMs = performance.now();
  const onProgress = (states: number, searched: number) => {
    if (searched > 0) console.log(`  ${searched} of ${states} worlds searched, ${Math.round((performance.now() - startedMs) / 1000)} s`);
  };
  const parts = name === 'shipped' ? shipped : mutants[name as MutantName];
  const report = search({ parts, budget, statesMax, onProgress });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const { states, transitions, depth, bytes } = report;
  console.log(`${name}: ${states} states, ${transitions} transitions, depth ${depth}, ${seconds} s, ${Math.round(bytes / 1e6)} MB`);
  return report;
}

function main(): number {
  const options = orUsage(parseOptions, usage);
  if (options === undefined) return usageExitCode;
  const { jobs, crashes, cuts, restores, frames } = options.budget;
  console.log(`${jobs} job(s), ${crashes} gateway crash(es), ${cuts} power cut(s) of the board, ${restores} restore(s), ${frames} frame(s) in flight`);
  let wrong = 0;
  if (options.shippedToo) {
    const { violation } = run('shipped', options);
    console.log(violation === null ? 'Exhausted: no invariant is broken.' : showTrace(violation));
    if (violation !== null) wrong += 1;
  }
  for (const name of options.mutants) {
    const { violation } = run(name, options);
    console.log(violation === null ? `NOT CAUGHT: ${name}` : showTrace(violation));
    if (violation === null) wrong += 1;
  }
  return wrong === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(error instanceof RangeError ? `${error.message}: give fewer faults, or more --states` : error);
  process.exitCode = 1;
}
