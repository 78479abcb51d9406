/**
 * From the bytes of a roster file to its cells: which encoding, which separator, which physical line each row starts on. It knows no
 * column and judges no cell. What cannot be read is refused as a whole and named by line and byte; nothing is replaced by a question mark.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { type RosterIssue, rosterIssue } from '../core/roster-issues.ts';
import { rosterBytesMax, rosterRowsMax } from '../limits.ts';

export type RosterEncoding = 'utf-8' | 'gb18030';

/** One row as it stands in the file. `line` counts physical lines from 1. Rows without any text are left out. */
export interface RosterCells {
  readonly line: number;
  readonly cells: readonly string[];
}
export type RosterText =
  | { readonly ok: true; readonly encoding: RosterEncoding; readonly header: RosterCells; readonly rows: readonly RosterCells[] }
  | { readonly ok: false; readonly encoding: RosterEncoding | null; readonly issues: readonly RosterIssue[] };

const newline = 0x0a;
const carriageReturn = 0x0d;
const utf8Mark = [0xef, 0xbb, 0xbf];
const utf16Marks = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];

/** Reads a whole file of at most 4 MiB. The first row with text is the header. */
export function readRosterText(bytes: Uint8Array): RosterText {
  const decoded = decodeRoster(bytes);
  if (!decoded.ok) return { ok: false, encoding: null, issues: [decoded.issue] };
  const { encoding, text } = decoded;
  const table = splitRows(Buffer.from(text), text);
  if (!table.ok) return { ok: false, encoding, issues: [table.issue] };
  const [header, ...rows] = table.rows;
  if (header === undefined || rows.length === 0) return { ok: false, encoding, issues: [rosterIssue('file_empty', null, null)] };
  if (rows.length > rosterRowsMax) return { ok: false, encoding, issues: [rosterIssue('rows_too_many', rows.at(-1)?.line ?? null, null, rosterRowsMax)] };
  return { ok: true, encoding, header, rows };
}

type Decoded = { readonly ok: true; readonly encoding: RosterEncoding; readonly text: string } | { readonly ok: false; readonly issue: RosterIssue };

function decodeRoster(bytes: Uint8Array): Decoded {
  if (bytes.length > rosterBytesMax) return { ok: false, issue: fileTooLarge() };
  if (utf16Marks.some((mark) => startsWith(bytes, mark))) return { ok: false, issue: rosterIssue('encoding_utf16', 1, null) };
  const nul = bytes.indexOf(0);
  if (nul >= 0) return { ok: false, issue: rosterIssue('nul_byte', lineAt(bytes, nul), null, nul + 1) };
  const utf8 = decode(bytes, 'utf-8');
  if (utf8 !== undefined) return { ok: true, encoding: 'utf-8', text: utf8 };
  if (startsWith(bytes, utf8Mark) || isMostlyUtf8(bytes)) return { ok: false, issue: badByte('encoding_damaged', bytes, firstBadByte(bytes, 'utf-8')) };
  const gb18030 = decode(bytes, 'gb18030');
  if (gb18030 !== undefined) return { ok: true, encoding: 'gb18030', text: gb18030 };
  return { ok: false, issue: badByte('encoding_unknown', bytes, Math.max(firstBadByte(bytes, 'utf-8'), firstBadByte(bytes, 'gb18030'))) };
}

/** What is wrong with a file of more than 4 MiB; it is not read. */
export const fileTooLarge = (): RosterIssue => rosterIssue('file_too_large', null, null, rosterBytesMax / 1024 / 1024);

const startsWith = (bytes: Uint8Array, mark: readonly number[]): boolean => mark.every((byte, index) => bytes[index] === byte);
const badByte = (code: 'encoding_damaged' | 'encoding_unknown', bytes: Uint8Array, at: number) => rosterIssue(code, lineAt(bytes, at), null, at + 1);

function decode(bytes: Uint8Array, encoding: RosterEncoding, stream = false): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/**
 * One damaged byte makes a UTF-8 file readable as GB18030, with every name turned into other characters. Real GB18030 text is hardly
 * ever valid UTF-8 line by line, so a file whose lines mostly are was UTF-8 before it was damaged.
 */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  let sound = 0;
  let unsound = 0;
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    if (line.some((byte) => byte >= 0x80)) {
      if (decode(line, 'utf-8') === undefined) unsound += 1;
      else sound += 1;
    }
    start = end + 1;
  }
  return sound > unsound;
}

/** Offset of the byte at which decoding fails, by halving: decoding a prefix fails exactly when it holds that byte. */
function firstBadByte(bytes: Uint8Array, encoding: RosterEncoding): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decode(bytes.subarray(0, middle), encoding, true) === undefined) bad = middle;
    else good = middle;
  }
  return bad - 1;
}

/** Physical line of a byte, from 1. In both encodings 0x0A is never part of another character. */
function lineAt(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(newline); at >= 0 && at < offset; at = bytes.indexOf(newline, at + 1)) line += 1;
  return line;
}

type Split = { readonly ok: true; readonly rows: RosterCells[] } | { readonly ok: false; readonly issue: RosterIssue };

/**
 * Lines are counted here, from the byte where each row starts: csv-parse 7.0.3 counts a CRLF inside quotes twice.
 * Collecting stops one row past the bound; the caller refuses then.
 */
function splitRows(source: Buffer, text: string): Split {
  const rows: RosterCells[] = [];
  let counted = 0;
  let line = 1;
  let start = 0;
  const lineOfStart = () => {
    while (source[start] === newline || source[start] === carriageReturn) start += 1;
    for (let at = source.indexOf(newline, counted); at >= 0 && at < start; at = source.indexOf(newline, at + 1)) line += 1;
    counted = start;
    return line;
  };
  const keepRow = (cells: string[], end: number) => {
    if (rows.length <= rosterRowsMax + 1 && cells.some((cell) => cell.trim() !== '')) rows.push({ line: lineOfStart(), cells });
    start = end;
    return null;
  };
  try {
    parse(source, {
      delimiter: delimiterOf(text),
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (cells: string[], info) => keepRow(cells, info.bytes),
    });
    return { ok: true, rows };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { ok: false, issue: rosterIssue('quotes_unbalanced', lineOfStart(), null, Number(error['index']) + 1) };
  }
}

/** The separator that occurs most in the first line with text, quotes left out. */
function delimiterOf(text: string): string {
  const first = (/[^\r\n]+/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const separators = [',', '\t', ';'].map((mark) => ({ mark, count: first.split(mark).length }));
  return separators.reduce((best, next) => (next.count > best.count ? next : best)).mark;
}
