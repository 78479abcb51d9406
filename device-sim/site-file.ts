/**
 * The site file of the simulator: which boards stand on which line, where lines and readers are found, and what people bring. Read once,
 * at the start, checked whole, and every mistake named with its place; nothing is corrected silently.
 */
import { z } from 'zod';
import type { BinUnitRow } from './bin-board.ts';
import { SiteError } from './site-error.ts';
import { scaleTwins } from './twins/catalogue.ts';
import { loadYamlFile, wrongFile } from './yaml-file.ts';

const id = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'use 1 to 32 lower case letters, digits and hyphens');
const unit = z.int().min(1).max(247);
const listen = z.string().min(1).max(255).describe('HOST:PORT (port 0 takes a free one), or the path of a serial port or pty.');
const baud = z.int().min(1_200).max(921_600).default(9_600).describe('Of a serial port.');
const parity = z.enum(['none', 'even', 'odd']).default('none').describe('Of a serial port.');
const grams = z.int().min(1).max(1_000_000);

const ownLine = z.strictObject({ id, line: id.describe('A line with framing plain, for this device alone.') });

const siteSchema = z.strictObject({
  lines: z
    .array(
      z.strictObject({
        id,
        framing: z.enum(['rtu', 'mbap', 'plain']).default('rtu').describe('RTU frames; over TCP also Modbus TCP; plain for devices with frames of their own.'),
        listen,
        baud,
        parity,
      }),
    )
    .max(16),
  dispensers: z
    .array(
      z.strictObject({
        id,
        line: id,
        unit,
        counter: id.describe('Reader people show their cards to.'),
        exit: id.describe('Reader that sees each roll label as it passes, and while loading.'),
        capacity: z.int().min(1).max(100).default(60).describe('Rolls the magazine holds.'),
        jamProbability: z.number().min(0).max(1).default(0).describe('Chance that a roll sticks in the throat.'),
        macKey: z
          .string()
          .regex(/^[0-9a-f]{32}$/, 'a key is 32 lower case hex digits')
          .optional()
          .describe('Shared with the gateway; commands need a right MAC then.'),
      }),
    )
    .max(4)
    .default([]),
  vending: z
    .array(
      z.strictObject({
        id,
        model: z.enum(['EASIVEND', 'VMC']),
        line: id.describe('A line with framing plain, for this board alone.'),
        exit: id.optional().describe('Reader that sees each roll label as it passes, and while loading.'),
        capacity: z.int().min(1).max(100).default(60),
        jamProbability: z.number().min(0).max(1).default(0),
      }),
    )
    .max(4)
    .default([])
    .describe('Dispensers whose board keeps no job register.'),
  scales: z
    .array(
      z.strictObject({
        id,
        line: id,
        unit: unit.default(1),
        model: z.string().default('W-CN').describe('As the gateway’s site file spells it.'),
        counter: id.describe('Reader people show card and material to.'),
        maxGrams: grams.default(30_000),
        intervalGrams: grams.default(10),
        noiseGrams: z.number().min(0).max(100).default(1),
      }),
    )
    .max(8)
    .default([]),
  bins: z
    .array(
      z.discriminatedUnion('model', [
        z.strictObject({ id, model: z.literal('BIN-4').optional(), line: id, unit }),
        z.strictObject({ id, model: z.literal('BIN-1'), line: id, unit }),
        z.strictObject({
          id,
          model: z.literal('PARTS').describe('No controller of its own: relay n is the lock of compartment n, input n its smoke, input 4 + n its door.'),
          compartments: z.int().min(1).max(4),
          parts: z
            .array(z.strictObject({ id, line: id, unit, model: z.string(), compartment: z.int().min(1).max(4).default(1) }))
            .min(1)
            .max(16),
        }),
      ]),
    )
    .max(32)
    .default([]),
  locks: z
    .array(
      z.strictObject({
        id,
        line: id.describe('A line with framing plain, for this board alone.'),
        bin: id.describe('A bin of PARTS: lock n holds the hatch of its compartment n.'),
        board: z.int().min(0).max(255).default(0).describe('As its switches say.'),
      }),
    )
    .max(8)
    .default([])
    .describe('WKLY lock boards.'),
  printers: z.array(ownLine).max(8).default([]).describe('ESC/POS receipt printers.'),
  modems: z.array(ownLine).max(2).default([]).describe('Modems that take short messages.'),
  readers: z
    .array(z.strictObject({ id, listen, baud, parity, model: z.enum(['GM65', 'NEWLAND']).optional().describe('Answers the set-up of this model.') }))
    .max(16)
    .default([]),
  materials: z
    .array(z.strictObject({ code: z.string().min(1).max(64), leastGrams: grams, mostGrams: grams }))
    .max(32)
    .default([])
    .describe('Codes on the material board, and the least and most of one visit.'),
});
export type SiteFile = z.infer<typeof siteSchema>;

/** Where a line or reader is found. */
export type Place = { readonly kind: 'tcp'; readonly host: string; readonly port: number } | { readonly kind: 'serial'; readonly path: string };

/** Reads `HOST:PORT` or a path beginning with a slash; `undefined` for anything else. */
export function parsePlace(text: string): Place | undefined {
  if (text.startsWith('/')) return { kind: 'serial', path: text };
  const match = /^(.+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  return match?.[1] !== undefined && port <= 65_535 ? { kind: 'tcp', host: match[1], port } : undefined;
}

/** What of a bin stands on a line: its controller, or each of its parts. */
export function unitsOfBin(row: SiteFile['bins'][number]): readonly (BinUnitRow & { readonly line: string; readonly unit: number })[] {
  if (row.model === 'PARTS') return row.parts;
  return [{ id: row.id, line: row.line, unit: row.unit, model: row.model ?? 'BIN-4', compartment: 1 }];
}
/** Compartments of a bin. */
export const compartmentsOfBin = (row: SiteFile['bins'][number]): number => (row.model === 'PARTS' ? row.compartments : row.model === 'BIN-1' ? 1 : 4);

/** Devices with a plain line of their own that are no dispensers. */
export const ownLines = ({
  locks,
  printers,
  modems,
}: Pick<SiteFile, 'locks' | 'printers' | 'modems'>): readonly { readonly id: string; readonly line: string }[] => [...locks, ...printers, ...modems];

/** What no schema sees: names used twice, units used twice on a line, rows that point at nothing, places that are none. */
function crossCheck(site: SiteFile): string[] {
  const issues: string[] = [];
  const lines = new Set(site.lines.map((row) => row.id));
  const readers = new Set(site.readers.map((row) => row.id));
  const seen = new Set<string>();
  const once = (what: string) => {
    if (seen.has(what)) issues.push(`${what} is used twice`);
    seen.add(what);
  };
  for (const row of [...site.lines, ...site.readers])
    if (parsePlace(row.listen) === undefined) issues.push(`${row.id}: listen: ${row.listen} is neither HOST:PORT nor a path`);
  const units = [...site.dispensers, ...site.scales, ...site.bins.flatMap(unitsOfBin)];
  const assembled = site.bins.filter((row) => row.model === 'PARTS');
  for (const row of [...site.lines, ...site.readers, ...site.vending, ...ownLines(site), ...units, ...assembled]) once(`the name ${row.id}`);
  for (const { id: name, line } of [...site.vending, ...ownLines(site)]) if (!lines.has(line)) issues.push(`${name}: there is no line ${line}`);
  for (const row of site.locks) if (!assembled.some((bin) => bin.id === row.bin)) issues.push(`${row.id}: there is no bin of PARTS ${row.bin}`);
  for (const row of units) {
    if (!lines.has(row.line)) issues.push(`${row.id}: there is no line ${row.line}`);
    once(`unit ${row.unit} on ${row.line}`);
  }
  for (const line of site.lines) issues.push(...lineIssues(line, site));
  const exits = site.vending.flatMap((row) => row.exit ?? []);
  for (const reader of [...exits, ...site.dispensers.flatMap((row) => [row.counter, row.exit]), ...site.scales.map((row) => row.counter)]) {
    if (!readers.has(reader)) issues.push(`there is no reader ${reader}`);
  }
  for (const row of site.materials) if (row.leastGrams > row.mostGrams) issues.push(`material ${row.code}: leastGrams is above mostGrams`);
  return issues;
}

/** One line speaks one protocol, and who streams has it for himself. */
function lineIssues({ id: line, framing }: SiteFile['lines'][number], site: SiteFile): string[] {
  const onLine = (row: { line: string }) => row.line === line;
  const scales = site.scales.filter(onLine);
  const issues = scales.flatMap(({ id: scale, model }) => {
    const twin = scaleTwins[model];
    if (twin === undefined) return [`${scale}: there is no model ${model}; this simulator has ${Object.keys(scaleTwins).join(', ')}`];
    const isPlain = twin.scale.speaks === 'frames';
    if (isPlain === (framing === 'plain')) return [];
    return [`${scale}: a ${model} stands on a line with framing ${isPlain ? 'plain' : 'rtu or mbap'}, and ${line} has ${framing}`];
  });
  const streams = scales.filter(({ model }) => 'say' in (scaleTwins[model] ?? {}));
  if (streams.length > 0 && scales.length > 1) issues.push(`${line}: ${streams[0]?.id} streams and needs the line for itself`);
  const alone = [...site.vending, ...ownLines(site)].filter(onLine);
  if (alone.length > 0 && (framing !== 'plain' || alone.length + scales.length > 1)) issues.push(`${line}: ${alone[0]?.id} needs a plain line for itself`);
  const others = [...site.dispensers, ...site.bins.flatMap(unitsOfBin)].filter(onLine);
  if (framing === 'plain' && others.length > 0) issues.push(`${others[0]?.id}: its board speaks Modbus, and ${line} has framing plain`);
  return issues;
}

/** @throws SiteError naming the file and every mistake, a line each. */
export function loadSiteFile(file: string): SiteFile {
  const site = loadYamlFile(file, 'site file', siteSchema);
  const crossed = crossCheck(site);
  if (crossed.length > 0) throw wrongFile(file, crossed);
  return site;
}

/**
 * The site with other places: `overrides` are `ID=HOST:PORT` or `ID=PATH`, as given with --listen.
 * @throws SiteError for a name the site does not have or a place that is none.
 */
export function movePlaces(site: SiteFile, overrides: readonly string[]): SiteFile {
  const places = new Map<string, string>();
  for (const override of overrides) {
    const [, name = '', place = ''] = /^([^=]+)=(.+)$/.exec(override) ?? [];
    if (parsePlace(place) === undefined) throw new SiteError(`--listen ${override} is neither ID=HOST:PORT nor ID=/PATH`);
    if (![...site.lines, ...site.readers].some((row) => row.id === name)) throw new SiteError(`--listen ${override}: the site has no line or reader ${name}`);
    places.set(name, place);
  }
  const move = <Row extends { id: string; listen: string }>(row: Row): Row => ({ ...row, listen: places.get(row.id) ?? row.listen });
  return { ...site, lines: site.lines.map(move), readers: site.readers.map(move) };
}
