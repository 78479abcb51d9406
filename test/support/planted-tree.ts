/**
 * A small tidy tree in memory, and the means to plant one thing in it. It must stay free of findings: what a planted test reports is then
 * what it planted.
 */
import { inspectTree } from '../../scripts/tidy/inspect.ts';

/** First line of every planted file, so that what is planted begins in line 2. */
export const opening = '/** What this room is for, who calls it, and what it must never do. */';

const file = (body: string): string => `${opening}\n${body}\n`;

const tidyTree = new Map([
  ['gateway/main.ts', file("import { run } from './commands/run.ts';\nprocess.exit(run());")],
  ['gateway/commands/run.ts', file("import { decideNothing } from '../core/nothing.ts';\nexport const run = (): number => decideNothing(1);")],
  ['gateway/core/nothing.ts', file('export const decideNothing = (value: number): number => value;')],
  ['device-sim/main.ts', file("import { first } from '../protocol/first.ts';\nconsole.log(first);")],
  ['protocol/first.ts', file('export const first = 1;')],
  ['scripts/anchor.ts', file("import '../gateway/core/nothing.ts';\nimport '../protocol/first.ts';")],
  ['test/nothing.test.ts', "// Without this, nobody would know that nothing is decided as nothing.\nimport '../gateway/core/nothing.ts';\n"],
  ['protocol/REFERENCE.md', '# Reference\n'],
]);
const documents = new Map([['protocol/REFERENCE.md', '# Reference\n']]);

/** Adds or replaces files. TypeScript gets the opening comment, so its first line is line 2; every other text is taken as it is. */
export function plant(files: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const planted = Object.entries(files).map(([path, body]): [string, string] => [path, path.endsWith('.ts') ? file(body) : body]);
  return new Map([...tidyTree, ...planted]);
}

/** What the rules find, as `path:line`, one list a rule. */
export function findPlaces(tree: ReadonlyMap<string, string>): Record<string, string[]> {
  const places: Record<string, string[]> = {};
  for (const { rule, path, line } of inspectTree(tree, documents)) places[rule] = [...(places[rule] ?? []), `${path}:${line}`];
  return places;
}
