/**
 * What things are called and where they stand: every file in a room, domain nouns instead of drawers, named exports, no barrels.
 */
import { roomOf, topLevel } from '../rooms.ts';
import type { Finding, Rule } from '../rule.ts';

export const rooms: Rule = {
  name: 'rooms',
  reason: 'A developer finds a line by asking which room it belongs to; a file outside every room belongs nowhere.',
  inspect: ({ tree, sources }) => {
    const roots = new Map([...tree.keys()].map((path) => [path.split('/')[0] ?? path, path]));
    return [
      ...[...roots]
        .filter(([entry]) => !topLevel.has(entry) && !entry.startsWith('.'))
        .map(([entry, path]) => ({
          path,
          line: 1,
          what: `${entry} does not belong at the root. Put it into gateway, device-sim, protocol, config, scripts or test.`,
        })),
      ...sources
        .filter(({ path }) => roomOf(path) === undefined && topLevel.has(path.split('/')[0] ?? path))
        .map(({ path }) => ({ path, line: 1, what: 'No room holds this file. Move it into one, or give a new noun its room in scripts/tidy/rooms.ts.' })),
    ];
  },
};

const instead = 'Name the noun of the domain it is about.';
/** Words for a drawer, by what they hide. Compared with whole words of a kebab-case or camelCase name. */
const drawers = new Set([
  'util',
  'utils',
  'utility',
  'utilities',
  'helper',
  'helpers',
  'manager',
  'managers',
  'common',
  'barrel',
  'factory',
  'factories',
  'container',
  'containers',
  'misc',
]);
const words = (name: string): string[] => name.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+/).map((word) => word.toLowerCase());
const drawerIn = (name: string): string | undefined => words(name).find((word) => drawers.has(word));
const fileName = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*)(?:\.(?:test|config))?\.ts$/;

function badPath(path: string): string | undefined {
  const name = path.split('/').at(-1) ?? path;
  const drawer = drawerIn(path);
  if (drawer !== undefined) return `"${drawer}" in a path says nothing. ${instead}`;
  if (/^index\.[a-z]+$|^base\.ts$/.test(name)) return `${name} names no noun. ${instead} Importers name the file, never the folder.`;
  return name.endsWith('.ts') && !fileName.test(name) ? `${name} is not kebab-case. Write words-with-hyphens.ts.` : undefined;
}

export const names: Rule = {
  name: 'names',
  reason: 'A name with util, helper, manager, common, base, container or factory is a drawer: everything fits and nothing is found.',
  inspect: ({ tree, sources }) => [
    ...[...tree.keys()].flatMap((path): Finding[] => {
      const what = badPath(path);
      return what === undefined ? [] : [{ path, line: 1, what }];
    }),
    ...sources.flatMap(({ path, exports, classes }) => [
      ...exports.flatMap(({ name, line }) => {
        const drawer = drawerIn(name);
        return drawer === undefined ? [] : [{ path, line, what: `"${drawer}" in ${name} says nothing. ${instead}` }];
      }),
      ...classes
        .filter(({ name }) => /^(?:Base|Abstract)(?=[A-Z])|Base$/.test(name))
        .map(({ name, line }) => ({ path, line, what: `${name} is a base class. Pass the differing part as a function, or write a union.` })),
    ]),
  ],
};

export const namedExports: Rule = {
  name: 'named-exports',
  reason: 'One name a thing, found by searching for it; barrels hide where it lives and start rings.',
  inspect: ({ sources }) =>
    sources.flatMap(({ path, defaultExportLine, onlyPassesOn }): Finding[] => [
      ...(defaultExportLine === undefined || path.endsWith('.config.ts')
        ? []
        : [{ path, line: defaultExportLine, what: 'A default export has no name of its own. Export it by name.' }]),
      ...(onlyPassesOn ? [{ path, line: 1, what: 'This file only passes on what others export. Let importers name those files.' }] : []),
    ]),
};
