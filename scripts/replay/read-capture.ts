/**
 * Reads the folder of a capture and says from when to when a gateway can live through it again. Whatever is damaged is named by file and line, and
 * nothing is used of a file that has damage; only the last line of a file that was cut short, as by a power cut, is left out and told of.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { type LoadedSite, loadSite } from '../../gateway/config-file.ts';
import { isGatewayError } from '../../gateway/errors.ts';
import { type CaptureEntry, captureEntrySchema, captureHeaderSchema } from '../../protocol/capture.ts';
import {
  type CaptureManifest,
  captureFiles,
  captureManifestSchema,
  type DecisionEntry,
  decisionEntrySchema,
  decisionsHeaderSchema,
  type StateLine,
  stateLineSchema,
} from '../../protocol/capture-folder.ts';
import { scaleCatalogue } from '../../protocol/devices/catalogue.ts';

/** The capture cannot be replayed. The message says which file, which line, and what to do. */
export class CaptureError extends Error {}

export type StateEvent = Exclude<StateLine, { readonly end: unknown }>;
/** `modbus`: asked and answered in frames of Modbus; `frames`: in frames of its own; `stream`: talks unasked; `reader`: codes. */
export type WireKind = 'modbus' | 'frames' | 'stream' | 'reader';

export interface PlayableWire {
  readonly id: string;
  readonly kind: WireKind;
  readonly isModbusTcp: boolean;
  readonly entries: readonly CaptureEntry[];
}

export interface PlayableCapture {
  readonly manifest: CaptureManifest;
  readonly site: LoadedSite;
  readonly state: readonly StateEvent[];
  readonly decisions: readonly DecisionEntry[];
  readonly wires: readonly PlayableWire[];
  /** How far it can be trusted. Unit: ms since it began. */
  readonly untilMs: number;
  /** What a person should know about the replay, a sentence each. */
  readonly notes: readonly string[];
}

type Entry = { readonly atMs: number; readonly event: string };
/** The entries of one thing recorded, and until when they are whole. */
interface Strand<Line> {
  readonly entries: readonly Line[];
  readonly hasEnded: boolean;
  readonly wholeUntilMs: number;
}

/** @throws CaptureError. */
export function readCapture(folder: string): PlayableCapture {
  const manifest = readManifest(folder);
  const notes: string[] = [];
  const say = (note: string) => void notes.push(note);
  const site = readSite(folder);
  if (site.config.gateway.id !== manifest.gateway) throw new CaptureError(`${join(folder, captureFiles.site)} is not the site of gateway ${manifest.gateway}.`);
  const state = readState(folder);
  const decisions = readStrand(
    { folder, name: captureFiles.decisions.replace('.jsonl', ''), header: decisionsHeaderSchema, entry: decisionEntrySchema },
    manifest,
    say,
  );
  const strands = wiresOf(site).map(({ id, kind }) => {
    const strand = readStrand(
      { folder, name: id, header: captureHeaderSchema.refine(({ wire }) => wire === id, `not the wire ${id}`), entry: captureEntrySchema },
      manifest,
      say,
    );
    return { id, kind, strand };
  });
  const all = [decisions, ...strands.map(({ strand }) => strand)];
  const closedAtMs = decisions.entries.find(({ event }) => event === 'closing')?.atMs ?? Number.POSITIVE_INFINITY;
  const wholeMs = horizonOf(all);
  const examined = decisions.entries.find((entry) => entry.event === 'ordered' && entry.operation === 'commission.begin');
  if (examined !== undefined)
    say(`At ${inSeconds(examined.atMs)} somebody began to commission the point, which cannot be replayed yet: it is replayed until then.`);
  const untilMs = Math.min(closedAtMs, wholeMs, examined?.atMs ?? Number.POSITIVE_INFINITY);
  if (closedAtMs > wholeMs) say(`The capture is whole for its first ${inSeconds(untilMs)} only, and replayed so far.`);
  if (manifest.unrecorded.length > 0) say(`Not recorded, as what passes there names people: ${manifest.unrecorded.join(', ')}.`);
  const isModbusTcp = (id: string) => site.config.lines.some((line) => line.id === id && line.transport.kind === 'modbus-tcp');
  const wires = strands.map(({ id, kind, strand }) => ({ id, kind, isModbusTcp: isModbusTcp(id), entries: strand.entries }));
  return { manifest, site, state, decisions: decisions.entries, wires, untilMs, notes };
}

export const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;

/** What is cut short ends where its last whole line stands; where nothing ended in good order the process was killed, and every file says its last word. */
function horizonOf(strands: readonly Strand<Entry>[]): number {
  const wholeMs = Math.min(...strands.map(({ wholeUntilMs }) => wholeUntilMs));
  const lastMs = Math.max(0, ...strands.map(({ entries }) => entries.at(-1)?.atMs ?? 0));
  const cut = strands.some(({ hasEnded }) => hasEnded) ? strands.filter(({ hasEnded }) => !hasEnded) : [];
  return Math.min(wholeMs, lastMs, ...cut.map(({ entries }) => entries.at(-1)?.atMs ?? 0));
}

function readManifest(folder: string): CaptureManifest {
  const file = join(folder, captureFiles.manifest);
  if (!existsSync(file)) throw new CaptureError(`${file} is not there: ${folder} is no folder that \`sifen run --record\` wrote.`);
  const parsed = captureManifestSchema.safeParse(parseJson(readText(file), file, 1));
  if (!parsed.success) throw new CaptureError(`${file}: ${firstIssue(parsed.error)}`);
  return parsed.data;
}

/** Its wires are those that can be played; a board that keeps no job register is refused by name. */
function readSite(folder: string): LoadedSite {
  try {
    const site = loadSite(join(folder, captureFiles.site));
    const [vending] = site.config.vending;
    const locks = site.config.parts.find(({ model }) => model === 'WKLY');
    if (locks !== undefined) throw new CaptureError(`${locks.id} is a lock board (WKLY): its wire cannot be replayed yet.`);
    if (vending !== undefined) throw new CaptureError(`${vending.id} is a ${vending.model}: wires of vending boards cannot be replayed yet.`);
    return site;
  } catch (error) {
    if (!isGatewayError(error)) throw error;
    throw new CaptureError(error.message, { cause: error });
  }
}

function wiresOf({ config }: LoadedSite): { readonly id: string; readonly kind: WireKind }[] {
  const kindOf = (line: string): WireKind => {
    const model = scaleCatalogue[config.scales.find((row) => row.line === line)?.model ?? ''];
    if (model?.speaks !== 'frames') return 'modbus';
    return model.device.talk === 'streams' ? 'stream' : 'frames';
  };
  return [...config.lines.map(({ id }) => ({ id, kind: kindOf(id) })), ...config.readers.map(({ id }) => ({ id, kind: 'reader' as const }))];
}

function readState(folder: string): readonly StateEvent[] {
  const file = join(folder, captureFiles.state);
  const lines = readLines(file, () => undefined).map((line, index) => parseLine(stateLineSchema, line, file, index + 1));
  const end = lines.at(-1);
  if (end === undefined || !('end' in end))
    throw new CaptureError(`${file}:${lines.length}: does not reach its end: the gateway was stopped before it had written how it began.`);
  if (end.end === 'too_large')
    throw new CaptureError(`${file}:${lines.length}: the ledger is too large for a capture, so there is nothing a replay could begin with.`);
  const early = lines.slice(0, -1).findIndex((line) => 'end' in line);
  if (early >= 0) throw new CaptureError(`${file}:${early + 1}: it ends in the middle.`);
  if (end.events !== lines.length - 1) throw new CaptureError(`${file}:${lines.length}: says ${end.events} events, but there are ${lines.length - 1}.`);
  return lines.slice(0, -1) as StateEvent[];
}

interface StrandFiles<Line extends Entry> {
  readonly folder: string;
  readonly name: string;
  readonly header: z.ZodType<{ readonly capture: string; readonly part: number }>;
  readonly entry: z.ZodType<Line>;
}

function readStrand<Line extends Entry>(files: StrandFiles<Line>, { capture }: CaptureManifest, say: (note: string) => void): Strand<Line> {
  const { folder, name } = files;
  const newest = readPart(join(folder, `${name}.jsonl`), files, say);
  if (newest.header.capture !== capture) throw new CaptureError(`${newest.file}:1: belongs to another capture than ${captureFiles.manifest}.`);
  const olderFile = join(folder, `${name}.1.jsonl`);
  const older = newest.header.part > 1 && existsSync(olderFile) ? readPart(olderFile, files, say) : undefined;
  const first = older ?? newest;
  if (first.header.part !== 1 || first.header.capture !== capture) {
    throw new CaptureError(
      `${first.file}:1: what was recorded before is gone, since it outgrew its bound, and a replay has to begin at the beginning. Record again, and stop soon after the fault.`,
    );
  }
  const entries = [...(older?.entries ?? []), ...newest.entries];
  const dropped = entries.findIndex(({ event }) => event === 'dropped');
  return {
    entries: dropped < 0 ? entries : entries.slice(0, dropped),
    hasEnded: entries.at(-1)?.event === 'ended',
    wholeUntilMs: dropped < 0 ? Number.POSITIVE_INFINITY : (entries[dropped - 1]?.atMs ?? 0),
  };
}

function readPart<Line extends Entry>(file: string, { header, entry }: StrandFiles<Line>, say: (note: string) => void) {
  const [first, ...rest] = readLines(file, say);
  if (first === undefined) throw new CaptureError(`${file}:1: it is empty.`);
  const entries = rest.map((line, index) => parseLine(entry, line, file, index + 2));
  const back = entries.findIndex(({ atMs }, index) => atMs < (entries[index - 1]?.atMs ?? 0));
  if (back >= 0) throw new CaptureError(`${file}:${back + 2}: its time is before that of the line above.`);
  return { file, header: parseLine(header, first, file, 1), entries };
}

function readLines(file: string, say: (note: string) => void): string[] {
  const lines = readText(file).split('\n');
  if (lines.pop() !== '') say(`${file} was cut in the middle of its last line, which is left out.`);
  return lines;
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    throw new CaptureError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
  }
}

function parseJson(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CaptureError(`${file}:${line}: it is damaged: ${(cause as Error).message}.`, { cause });
  }
}

function parseLine<Line>(schema: z.ZodType<Line>, text: string, file: string, line: number): Line {
  const parsed = schema.safeParse(parseJson(text, file, line));
  if (!parsed.success) throw new CaptureError(`${file}:${line}: it is damaged: ${firstIssue(parsed.error)}`);
  return parsed.data;
}

const firstIssue = ({ issues }: z.ZodError): string => `${issues[0]?.path.join('.') || 'the line'}: ${issues[0]?.message ?? 'not what it should be'}.`;
