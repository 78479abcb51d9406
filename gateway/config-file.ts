/**
 * Reads a site file and the tariff it names: YAML with line numbers, checked by the schemas, cross-checked between rows. Every mistake is
 * named by file, line and field, all at once; nothing is corrected silently and nothing is used of a file that has one.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isMap, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import type { BinPart } from '../protocol/bin-reading.ts';
import { binPartCatalogue, scaleCatalogue } from '../protocol/devices/catalogue.ts';
import { type Tariff, tariffSchema } from '../protocol/tariff.ts';
import { type SiteConfig, siteSchema } from './config.ts';
import { GatewayError } from './errors.ts';
import { configBytesMax } from './limits.ts';

export interface LoadedSite {
  readonly file: string;
  readonly config: SiteConfig;
  readonly tariffs: readonly Tariff[];
  /** SHA-256 over the rules and the tariff as parsed, hex: names the rules in force, whatever the files look like. */
  readonly digest: string;
}

/** One mistake. `line` counts from 1; null when the file as a whole is meant. */
export interface ConfigIssue {
  readonly line: number | null;
  readonly field: string;
  readonly message: string;
}

/** The line of a field, or of the nearest thing above it that stands in the file. */
type LineOf = (path: readonly PropertyKey[]) => number | null;

/** Checks the text of a site or tariff file against its schema. Bounds: 256 KiB of UTF-8. */
export function parseYaml<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
): { ok: true; value: z.output<Schema>; lineOf: LineOf } | { ok: false; issues: ConfigIssue[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: 'error' });
  const lineAt = (offset: number | undefined) => (offset === undefined ? null : lines.linePos(offset).line);
  // A warning is a tag or directive the library has no meaning for and would pass over.
  const complaints = [...document.errors, ...document.warnings].map(({ pos, message }) => ({ at: pos[0], message: message.split('\n')[0] ?? 'not YAML' }));
  visit(document, {
    Alias: (_key, { range }) => {
      complaints.push({ at: range?.[0] ?? 0, message: 'an alias has no place in this file' });
    },
  });
  if (complaints.length > 0) return { ok: false, issues: firstOfEachLine(complaints.map(({ at, message }) => ({ line: lineAt(at), message }))) };
  const lineOf: LineOf = (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const parent = document.getIn(path.slice(0, length - 1), true);
      const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === String(path[length - 1])) : undefined;
      const node = (pair?.key ?? document.getIn(path.slice(0, length), true)) as { range?: [number, number, number] } | undefined;
      if (node?.range) return lineAt(node.range[0]);
    }
    return 1;
  };
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    return { ok: false, issues: [{ line: null, field: 'YAML', message: error instanceof Error ? error.message : 'not YAML' }] };
  }
  const parsed = schema.safeParse(plain);
  if (parsed.success) return { ok: true, value: parsed.data, lineOf };
  const issues = parsed.error.issues.flatMap((issue) => {
    const extra = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return extra.map((path) => ({
      line: lineOf(path),
      field: path.join('.') || 'the file',
      message: issue.code === 'unrecognized_keys' ? 'unknown field' : issue.message,
    }));
  });
  return { ok: false, issues };
}

/** Everything that answers as a unit on a line; a bin of parts answers as its parts. */
const unitsOf = ({ dispensers, scales, bins, parts }: SiteConfig) => [
  ...dispensers,
  ...scales,
  ...bins.flatMap((bin) => (bin.model === 'PARTS' ? [] : [bin])),
  ...parts.filter((row) => row.model !== 'WKLY'),
];

type PartKind = BinPart['part'] | 'lock';
type CompartmentRow = Extract<SiteConfig['bins'][number], { model: 'PARTS' }>['compartments'][number];

/** A relay board is told by relay or input, a lock board by lock; what belongs to the other is named. */
function boardIssues(
  row: NonNullable<CompartmentRow['door'] | CompartmentRow['lock']>,
  kind: PartKind | undefined,
  ofRelays: 'input' | 'relay',
): [field: string, message: string][] {
  if (kind !== 'relay' && kind !== 'lock') return [];
  const own = kind === 'lock' ? 'lock' : ofRelays;
  const { part: _part, ...given } = row;
  const strangers = Object.keys(given).filter((name) => (name === 'lock') !== (kind === 'lock'));
  const missing: [string, string][] = Object.hasOwn(given, own) ? [] : [[own, `${row.part} is a ${kind} board: say which ${own} it is, counted from 1`]];
  return [...missing, ...strangers.map((name): [string, string] => [name, `${row.part} is a ${kind} board, which has none; leave it out`])];
}

function doorAndLockIssues({ door, lock }: Pick<CompartmentRow, 'door' | 'lock'>, kinds: ReadonlyMap<string, PartKind | undefined>): [string, string][] {
  const ofDoor = door === null ? [] : boardIssues(door, kinds.get(door.part), 'input');
  const ofLock = lock === null ? [] : boardIssues(lock, kinds.get(lock.part), 'relay');
  return [
    ...ofDoor.map(([name, message]): [string, string] => [`door.${name}`, message]),
    ...ofLock.map(([name, message]): [string, string] => [`lock.${name}`, message]),
  ];
}

/** Parts that are not there, of the wrong kind, or given to two compartments; a sensor that would hang below its own floor. */
function crossCheckParts(config: SiteConfig): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const kinds = new Map<string, PartKind | undefined>(config.parts.map(({ id, model }) => [id, model === 'WKLY' ? 'lock' : binPartCatalogue[model]?.part]));
  const taken = new Set<string>();
  const used = new Set<string>();
  for (const bin of config.bins) {
    if (bin.model !== 'PARTS') continue;
    for (const [index, { level, temperature, smoke, door, lock }] of bin.compartments.entries()) {
      const say = (field: string, message: string) => issues.push({ line: null, field: `${bin.id}.compartments.${index}.${field}`, message });
      const needs = (field: string, row: { readonly part: string } | null, ...wanted: PartKind[]) => {
        if (row === null) return;
        used.add(row.part);
        const kind = kinds.get(row.part);
        if (kind === undefined || !wanted.includes(kind)) say(field, `${row.part} is no ${wanted.join(' or ')} part of this site`);
      };
      const alone = (field: string, place: string) => {
        if (taken.has(place)) say(field, `${place} serves another compartment already`);
        taken.add(place);
      };
      needs('level', level, 'level');
      needs('temperature', temperature, 'climate');
      needs('smoke', smoke, 'relay');
      needs('door', door, 'relay', 'lock');
      needs('lock', lock, 'relay', 'lock');
      for (const [name, message] of doorAndLockIssues({ door, lock }, kinds)) say(name, message);
      alone('level', level.part);
      if (lock !== null) alone('lock', lock.lock === undefined ? `relay ${lock.relay} of ${lock.part}` : `lock ${lock.lock} of ${lock.part}`);
      if (level.fullMm >= level.emptyMm) say('level', `fullMm ${level.fullMm} is not nearer than emptyMm ${level.emptyMm}`);
    }
  }
  for (const { id } of config.parts) if (!used.has(id)) issues.push({ line: null, field: id, message: 'no compartment uses this part' });
  return issues;
}

/** What no schema sees: names used twice, and rows that point at nothing. */
function crossCheck(config: SiteConfig): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const say = (field: string, message: string) => issues.push({ line: null, field, message });
  const lines = new Set(config.lines.map((line) => line.id));
  const seen = new Set<string>();
  const assembled = config.bins.filter((bin) => bin.model === 'PARTS');
  const devices = unitsOf(config);
  const locks = config.parts.filter((row) => row.model === 'WKLY');
  for (const row of [...config.lines, ...devices, ...locks, ...config.vending, ...config.printers, ...assembled, ...config.readers]) {
    if (seen.has(row.id)) say(row.id, 'this name is used twice');
    seen.add(row.id);
  }
  const units = new Set<string>();
  for (const device of devices) {
    if (!lines.has(device.line)) say(`${device.id}.line`, `there is no line ${device.line}`);
    const place = `${device.line} unit ${device.unit}`;
    if (units.has(place)) say(`${device.id}.unit`, `${place} is taken by another device`);
    units.add(place);
  }
  for (const scale of config.scales) for (const [field, message] of scaleIssues(scale, config)) say(`${scale.id}.${field}`, message);
  issues.push(...crossCheckParts(config));
  const places = new Set<string>();
  for (const { id, transport } of [...config.lines, ...locks, ...config.vending, ...config.printers, ...config.readers]) {
    const place = transport.kind === 'serial' ? transport.path : `${transport.host}:${transport.port}`;
    if (places.has(place)) say(`${id}.transport`, `${place} is taken by another line or reader`);
    places.add(place);
    if (transport.kind !== 'serial' && transport.port === 0) say(`${id}.transport.port`, 'a device is reached at a port from 1 to 65535');
  }
  issues.push(...readerIssues(config));
  if (config.mqtt.embedded === null && config.mqtt.uplink.url === null)
    say('mqtt', 'there is neither an embedded broker nor an uplink address: events would go nowhere');
  return issues;
}

function readerIssues(config: SiteConfig): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const say = (field: string, message: string) => issues.push({ line: null, field, message });
  const dispensers = [...config.dispensers, ...config.vending];
  const served = new Set([...dispensers, ...config.scales].map((device) => device.id));
  for (const printer of config.printers) if (!served.has(printer.serves)) say(`${printer.id}.serves`, `there is no dispenser or scale ${printer.serves}`);
  for (const reader of config.readers) {
    const isAtBin = config.bins.some(({ id }) => id === reader.serves);
    if (!served.has(reader.serves) && !isAtBin) say(`${reader.id}.serves`, `there is no dispenser, scale or bin ${reader.serves}`);
    if (reader.role === 'exit' && !dispensers.some((device) => device.id === reader.serves)) say(`${reader.id}.role`, 'an exit reader stands at a dispenser');
  }
  return issues;
}

type ScaleRow = SiteConfig['scales'][number];

/** What a scale's model asks of its row and its line. */
function scaleIssues(row: ScaleRow, config: SiteConfig): [field: string, message: string][] {
  const scale = scaleCatalogue[row.model];
  if (scale === undefined) return [];
  const { speaks, reports } = scale;
  const issues: [string, string][] = [];
  const exactlyWhen = (field: 'intervalGrams' | 'maxGrams' | 'decimals', isNeeded: boolean, what: string) => {
    if (isNeeded && row[field] === undefined) issues.push([field, `a ${row.model} does not report its ${what}; write it here, as on the plate of the scale`]);
    if (!isNeeded && row[field] !== undefined) issues.push([field, `a ${row.model} reports its ${what} itself; leave it out`]);
  };
  exactlyWhen('intervalGrams', !reports.intervalGrams, 'interval e');
  exactlyWhen('maxGrams', !reports.maxGrams, 'Max');
  exactlyWhen('decimals', speaks === 'registers' && !scale.reportsDecimals, 'decimal point');
  if (row.intervalGrams !== undefined && !/^[125]0*$/.test(String(row.intervalGrams)))
    issues.push(['intervalGrams', 'an interval is 1, 2 or 5 times a power of ten (R 76-1, 3.2)']);
  const transport = config.lines.find(({ id }) => id === row.line)?.transport;
  if (speaks === 'registers') {
    if (transport?.kind === 'tcp') issues.push(['line', `a ${row.model} speaks Modbus; its line is serial, rtu-over-tcp or modbus-tcp`]);
    return issues;
  }
  if (transport?.kind === 'rtu-over-tcp' || transport?.kind === 'modbus-tcp')
    issues.push(['line', `a ${row.model} has frames of its own; its line is serial or tcp`]);
  if (row.unit > (scale.lastUnit ?? 1))
    issues.push(['unit', scale.lastUnit === null ? `a ${row.model} has no address; leave unit out` : `a ${row.model} has addresses 1 to ${scale.lastUnit}`]);
  const neighbours = unitsOf(config).filter(({ id, line }) => line === row.line && id !== row.id);
  const stranger = neighbours.find(({ model }) => model !== row.model);
  if (scale.lastUnit === null && neighbours.length > 0) issues.push(['line', `a ${row.model} has no address and needs the line for itself`]);
  else if (stranger) issues.push(['line', `${stranger.id} speaks another protocol; a line has one`]);
  return issues;
}

/** @throws GatewayError config_invalid with every mistake, or file_unreadable. */
export function loadSite(path: string): LoadedSite {
  const file = resolve(path);
  const site = parseYaml(readText(file), siteSchema);
  if (!site.ok) throw invalid(file, site.issues);
  const crossed = crossCheck(site.value).map((issue) => ({ ...issue, line: site.lineOf(pathOf(issue.field, site.value)) }));
  if (crossed.length > 0) throw invalid(file, crossed);
  const tariffFile = resolve(dirname(file), site.value.rules.tariff);
  if (!existsSync(tariffFile))
    throw invalid(file, [{ line: site.lineOf(['rules', 'tariff']), field: 'rules.tariff', message: `there is no file ${tariffFile}` }]);
  const tariff = parseYaml(readText(tariffFile), tariffSchema);
  if (!tariff.ok) throw invalid(tariffFile, tariff.issues);
  const { tariff: _place, ...rules } = site.value.rules;
  const digest = createHash('sha256')
    .update(JSON.stringify({ rules, tariffs: [tariff.value] }))
    .digest('hex');
  return { file, config: site.value, tariffs: [tariff.value], digest };
}

/** Where a cross-check's field, such as `scale-1.line`, stands in the file: the rows are told apart by their names, the last of two. */
function pathOf(field: string, config: SiteConfig): PropertyKey[] {
  const [name = '', ...rest] = field.split('.');
  const inside = rest.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  for (const [list, rows] of Object.entries(config).reverse()) {
    if (!Array.isArray(rows)) continue;
    const index = rows.findLastIndex((row: { readonly id?: string }) => row.id === name);
    if (index >= 0) return [list, index, ...inside];
  }
  return [name, ...inside];
}

/** The library says one mistake in several ways; the first of a line is the one that helps. */
function firstOfEachLine(complaints: readonly { readonly line: number | null; readonly message: string }[]): ConfigIssue[] {
  const seen = new Map<number | null, ConfigIssue>();
  for (const { line, message } of complaints)
    if (!seen.has(line)) seen.set(line, { line, field: 'YAML', message: message.replace(/ at line \d+, column \d+:?$/, '') });
  return [...seen.values()];
}

function readText(file: string): string {
  try {
    if (statSync(file).size > configBytesMax) throw new GatewayError('config_invalid', `${file} is larger than ${configBytesMax} bytes.`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('file_unreadable', `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
}

function invalid(file: string, issues: readonly ConfigIssue[]): GatewayError {
  const list = issues.map(({ line, field, message }) => `${file}${line === null ? '' : `:${line}`}: ${field}: ${message}`);
  return new GatewayError('config_invalid', list.join('\n'));
}
