/**
 * Files nothing leads to. A product file must be reached from what people start; being reached by a test alone does not make it alive.
 * Exports nobody imports are knip's part of the same question.
 */
import { posix } from 'node:path';
import { type House, isTestFile, type Rule, resolveImport } from '../rule.ts';
import type { Source } from '../source.ts';

/** What people, CI and tools start by name. */
const productEntry = /^(?:gateway|device-sim)\/main\.ts$|^scripts\/[^/]+\.ts$/;
const testEntry = /\.test\.ts$|^[^/]+\.ts$/;

/** Files a source leads to: by import, or by naming them in a string, as one names a child process or a page to serve. */
function leadsTo(source: Source, house: House): string[] {
  const named = source.strings.filter((text) => text.endsWith('.ts')).flatMap((text) => [text, posix.join(posix.dirname(source.path), text)]);
  const imported = source.mentions.flatMap((mention) => resolveImport(source.path, mention.specifier) ?? []);
  return [...imported, ...named].filter((path) => house.tree.has(path));
}

function reach(house: House, isEntry: (path: string) => boolean): Set<string> {
  const byPath = new Map(house.sources.map((source) => [source.path, source]));
  const reached = new Set([...byPath.keys()].filter(isEntry));
  for (const path of reached) {
    const source = byPath.get(path);
    for (const next of source === undefined ? [] : leadsTo(source, house)) reached.add(next);
  }
  return reached;
}

export const deadFiles: Rule = {
  name: 'dead-files',
  reason: 'A file nothing leads to is read, kept and trusted for nothing.',
  inspect: (house) => {
    const product = reach(house, (path) => productEntry.test(path));
    const tested = reach(house, (path) => isTestFile(path) || testEntry.test(path));
    return house.sources
      .filter(({ path }) => !product.has(path) && !(/^test\/|^[^/]+$/.test(path) && tested.has(path)))
      .map(({ path }) => {
        const what = path.startsWith('test/')
          ? 'No test imports this. Delete it, or name it *.test.ts.'
          : `Nothing that is started leads here${tested.has(path) ? ', only tests' : ''}. Import it where it is needed, or delete it with its tests.`;
        return { path, line: 1, what };
      });
  },
};
