/**
 * Runs every rule of the house over a tree and lists what they find. The only way in, for the command and for the tests: a rule that is not
 * in this table does not exist.
 */
import { parseSource } from './parse.ts';
import type { Finding, Rule } from './rule.ts';
import { arrows, cycles, outsidePackages, wholeImports } from './rules/arrows.ts';
import { oneClock, oneExit, pureRooms, quietRooms, seededChance } from './rules/calls.ts';
import { deadFiles } from './rules/dead-files.ts';
import { namedExports, names, rooms } from './rules/names.ts';
import { fileLength, functionLength } from './rules/sizes.ts';
import { realParts, wholeTests } from './rules/tests.ts';
import { freshDocuments, openingComments, syntax, unfinished, workplaces } from './rules/texts.ts';
import type { Tree } from './tree.ts';

export const rules: readonly Rule[] = [
  ...[syntax, rooms, arrows, outsidePackages, wholeImports, cycles, deadFiles],
  ...[fileLength, functionLength, names, namedExports, openingComments, unfinished, workplaces],
  ...[pureRooms, oneClock, seededChance, oneExit, quietRooms, wholeTests, realParts, freshDocuments],
];

export interface RuleFinding extends Finding {
  readonly rule: string;
}

/** Everything the rules find, in order of path and line. `documents` is what the generated files must contain. */
export function inspectTree(tree: Tree, documents: ReadonlyMap<string, string>): RuleFinding[] {
  const sources = [...tree].filter(([path]) => path.endsWith('.ts')).map(([path, text]) => parseSource(path, text));
  const house = { tree, sources, documents };
  return rules
    .flatMap((rule) => rule.inspect(house).map((finding) => ({ rule: rule.name, ...finding })))
    .sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}

/** One finding as an editor and a person read it. */
export const formatFinding = ({ path, line, rule, what }: RuleFinding): string => `${path}:${line}  ${rule}: ${what}`;
