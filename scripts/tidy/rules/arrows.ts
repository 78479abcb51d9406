/**
 * Who may know whom: the arrows between rooms, the packages of each room, and no rings. Type imports, dynamic imports and re-exports
 * count like any other, because rings and leaks start with them.
 */
import { packageName, packageRows, usesAnything } from '../packages.ts';
import { dataFile, roomOf } from '../rooms.ts';
import { type Finding, type House, type Rule, resolveImport } from '../rule.ts';
import type { Mention, Source } from '../source.ts';

/** Rooms at the top, which may read a file such as package.json by importing it. */
const readsData = /^(?:gateway\/(?:runtime|commands|main|web)|device-sim|scripts|test)\b/;

function inspectMention(house: House, source: Source, mention: Mention): string | undefined {
  const target = resolveImport(source.path, mention.specifier);
  const room = roomOf(source.path);
  if (target === undefined || room === undefined || !house.tree.has(target)) return undefined;
  if (dataFile.test(target)) {
    return readsData.test(source.path) ? undefined : `${room.name} imports ${target}, a data file. Read it in gateway/runtime or a command and pass the value.`;
  }
  const other = roomOf(target);
  if (other === undefined || room.imports.includes(other.name)) return undefined;
  return `${room.name} may not import ${target} (${other.name}). ${room.why}`;
}

export const arrows: Rule = {
  name: 'arrows',
  reason: 'Architecture that is not tested rots: imports point one way only, so that every room can be read, tested and replaced by itself.',
  inspect: (house) =>
    house.sources.flatMap((source) =>
      source.mentions.flatMap((mention) => {
        const what = inspectMention(house, source, mention);
        return what === undefined ? [] : [{ path: source.path, line: mention.line, what }];
      }),
    ),
};

function inspectPackage(source: Source, mention: Mention): string | undefined {
  if (resolveImport(source.path, mention.specifier) !== undefined || usesAnything.test(source.path)) return undefined;
  const name = packageName(mention.specifier);
  const room = roomOf(source.path);
  const rows = packageRows.filter((row) => row.packages.includes(name));
  if (rows.some((row) => row.rooms.some((allowed) => allowed === room?.name) || row.files?.test(source.path))) return undefined;
  const why = rows.map((row) => row.why).join(' ') || 'No room may use it: do without, or give it a row with its reason in scripts/tidy/packages.ts.';
  return `${room?.name ?? source.path} may not use ${name}. ${why}`;
}

export const outsidePackages: Rule = {
  name: 'outside-packages',
  reason: 'Each library and Node module has its rooms, so that its habits and its failures stay where they are translated.',
  inspect: (house) =>
    house.sources.flatMap((source) =>
      source.mentions.flatMap((mention) => {
        const what = inspectPackage(source, mention);
        return what === undefined ? [] : [{ path: source.path, line: mention.line, what }];
      }),
    ),
};

export const wholeImports: Rule = {
  name: 'whole-imports',
  reason: 'An import that points nowhere, or nobody can follow, is an arrow nobody guards.',
  inspect: (house) =>
    house.sources.flatMap((source): Finding[] => [
      ...source.mentions.flatMap((mention) => {
        const target = resolveImport(source.path, mention.specifier);
        if (target === undefined || house.tree.has(target)) return [];
        return [
          { path: source.path, line: mention.line, what: `${mention.specifier} is no file. Write the path with its .ts, of the file and never of a folder.` },
        ];
      }),
      ...source.computedImports.map((line) => ({
        path: source.path,
        line,
        what: 'import() takes a plain string here. Choose among imports that are written out.',
      })),
      ...source.uses
        .filter((use) => use.name === 'require' || (use.name === 'process' && use.member === 'getBuiltinModule'))
        .map((use) => ({ path: source.path, line: use.line, what: `${use.member ?? use.name} hides an import. Use an import statement.` })),
    ]),
};

/** Rings of the import graph, each as the shortest way round from its first file in order of name. */
function findRings(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const rings: string[][] = [];
  const settled = new Set<string>();
  for (const start of [...graph.keys()].sort()) {
    if (settled.has(start)) continue;
    const ring = shortestRing(graph, start);
    if (ring === undefined) continue;
    rings.push(ring);
    for (const path of ring) settled.add(path);
  }
  return rings;
}

function shortestRing(graph: ReadonlyMap<string, readonly string[]>, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  for (let edge = [start]; edge.length > 0; ) {
    const next: string[] = [];
    for (const from of edge) {
      for (const to of graph.get(from) ?? []) {
        if (to === start) return wayTo(cameFrom, start, from);
        if (cameFrom.has(to)) continue;
        cameFrom.set(to, from);
        next.push(to);
      }
    }
    edge = next;
  }
  return undefined;
}

function wayTo(cameFrom: ReadonlyMap<string, string>, start: string, end: string): string[] {
  const way = [end];
  for (let at = end; at !== start; ) {
    at = cameFrom.get(at) ?? start;
    way.unshift(at);
  }
  return way;
}

export const cycles: Rule = {
  name: 'cycles',
  reason: 'Files in a ring can only be understood, loaded and moved together.',
  inspect: ({ sources }) => {
    const graph = new Map(sources.map((source) => [source.path, source.mentions.flatMap((mention) => resolveImport(source.path, mention.specifier) ?? [])]));
    return findRings(graph).map((ring) => {
      const [first = '', second = first] = ring;
      const line = sources.find(({ path }) => path === first)?.mentions.find((mention) => resolveImport(first, mention.specifier) === second)?.line ?? 1;
      return { path: first, line, what: `${[...ring, first].join(' -> ')}. Move what both sides need into a file below them, or pass it as an argument.` };
    });
  },
};
