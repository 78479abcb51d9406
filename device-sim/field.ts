/**
 * The wires of a site: every line and reader opened where the site file or the command line says, TCP or serial alike. Opened before the
 * boards wake, so that a second simulator on the same ports fails before it touches a board's memory; closed last.
 */
import type { FaultDesk } from './fault-desk.ts';
import type { BoardLine } from './rtu-slave.ts';
import { type HearPlain, type PlainWire, serveSerialPlain, serveTcpPlain } from './serve-plain.ts';
import { type ReaderWire, serveSerialReader, serveTcpReader } from './serve-reader.ts';
import { serveSerialLine } from './serve-serial.ts';
import { serveTcpLine } from './serve-tcp.ts';
import { SiteError } from './site-error.ts';
import type { SiteEvent } from './site-event.ts';
import { parsePlace, type SiteFile } from './site-file.ts';

export interface Field {
  readonly reader: { readonly say: (reader: string, text: string) => void; readonly isHeard: (reader: string) => boolean };
  /** Says bytes on a plain line. Returns whether anybody listens. */
  readonly sayOn: (line: string, bytes: Uint8Array) => boolean;
  close(): Promise<void>;
}

type LineRow = SiteFile['lines'][number];
type ReaderRow = SiteFile['readers'][number];

/** `lineOf` is asked at every request, so boards may come later than their wire. */
export interface FieldOptions {
  readonly site: SiteFile;
  readonly lineOf: (line: string) => BoardLine;
  /** The same for plain lines; null when a wire was opened. */
  readonly hear: (line: string, bytes: Uint8Array | null) => readonly Uint8Array[];
  readonly faults: Pick<FaultDesk, 'wire' | 'isCut'>;
  readonly tell: (event: SiteEvent) => void;
}

/** @throws SiteError when a port cannot be had; those already open are closed again. */
export async function openField(options: FieldOptions): Promise<Field> {
  const { site, hear, faults, tell } = options;
  const closers: (() => Promise<void>)[] = [];
  const readers = new Map<string, ReaderWire>();
  const plain = new Map<string, PlainWire>();
  const close = async () => {
    await Promise.all(closers.map((closer) => closer()));
  };
  try {
    for (const row of site.lines) {
      if (row.framing !== 'plain') {
        closers.push(await openLine(row, options));
        continue;
      }
      const wire = await openPlain(row, (bytes) => (faults.isCut(row.id) && bytes !== null ? [] : hear(row.id, bytes)), options);
      plain.set(row.id, wire);
      closers.push(() => wire.close());
    }
    for (const row of site.readers) {
      const wire = await openReader(row, tell);
      readers.set(row.id, wire);
      closers.push(() => wire.close());
    }
  } catch (error) {
    await close();
    throw error;
  }
  // Behind a pulled cable nobody listens.
  const listening = <Wire>(wires: ReadonlyMap<string, Wire>, id: string) => (faults.isCut(id) ? undefined : wires.get(id));
  return {
    reader: { say: (id, text) => listening(readers, id)?.say(text), isHeard: (id) => listening(readers, id)?.isHeard() ?? false },
    sayOn: (line, bytes) => listening(plain, line)?.say(bytes) ?? false,
    close,
  };
}

function placeOf(row: LineRow | ReaderRow) {
  const place = parsePlace(row.listen);
  if (place === undefined) throw new SiteError(`${row.id}: ${row.listen} is neither HOST:PORT nor a path`);
  return place;
}

const serialOf = (row: LineRow | ReaderRow, path: string) => ({ path, baud: row.baud, parity: row.parity, dataBits: 8, stopBits: 1 }) as const;
const linkTeller = (line: string, tell: (event: SiteEvent) => void) => (open: boolean, reason: string | null) =>
  tell({ event: 'link', line, state: open ? 'open' : 'lost', reason });

async function openLine(row: LineRow, { lineOf, faults: desk, tell }: FieldOptions): Promise<() => Promise<void>> {
  const faults = desk.wire(row.id);
  const place = placeOf(row);
  const line: BoardLine = {
    hasUnit: (unit) => lineOf(row.id).hasUnit(unit),
    service: (unit, request) => lineOf(row.id).service(unit, request),
    turnaroundMs: (unit) => lineOf(row.id).turnaroundMs?.(unit) ?? 0,
  };
  if (place.kind === 'serial') {
    const wire = serveSerialLine({ ...serialOf(row, place.path), line, faults, onState: linkTeller(row.id, tell) });
    tell({ event: 'listening', line: row.id, address: place.path, port: null });
    return () => wire.close();
  }
  const kind = row.framing === 'mbap' ? 'modbus-tcp' : 'rtu-over-tcp';
  const listener = await serveTcpLine({ id: row.id, kind, host: place.host, port: place.port, line, faults });
  tell({ event: 'listening', line: row.id, address: `${place.host}:${listener.port}`, port: listener.port });
  return () => listener.close();
}

async function openPlain(row: LineRow, hear: HearPlain, { faults: desk, tell }: FieldOptions): Promise<PlainWire> {
  const faults = desk.wire(row.id);
  const place = placeOf(row);
  if (place.kind === 'serial') {
    tell({ event: 'listening', line: row.id, address: place.path, port: null });
    return serveSerialPlain(serialOf(row, place.path), { hear, faults, onState: linkTeller(row.id, tell) });
  }
  const wire = await serveTcpPlain(row.id, place.host, place.port, hear, faults);
  tell({ event: 'listening', line: row.id, address: `${place.host}:${wire.port}`, port: wire.port });
  return wire;
}

async function openReader(row: ReaderRow, tell: (event: SiteEvent) => void): Promise<ReaderWire> {
  const place = placeOf(row);
  if (place.kind === 'serial') {
    tell({ event: 'listening', line: row.id, address: place.path, port: null });
    return serveSerialReader(serialOf(row, place.path), linkTeller(row.id, tell), row.model);
  }
  const wire = await serveTcpReader(row.id, place.host, place.port, row.model);
  tell({ event: 'listening', line: row.id, address: `${place.host}:${wire.port}`, port: wire.port });
  return wire;
}
