/**
 * From a roster file as villages have it to checked rows: which header means what, what each cell may hold, what repeats. Every bad row is
 * named by line, column and reason, and all of them at once; a good row says exactly what the file says. Columns nobody needs are not read
 * (an identity number beside the name never enters the program). Nothing here knows the ledger.
 */
import { parseCredential } from '../../protocol/credential.ts';
import { householdKey, type RosterRow } from '../core/roster.ts';
import { type RosterIssue, type RosterIssueCode, rosterIssue } from '../core/roster-issues.ts';
import { credentialsPerHouseholdMax, rosterFieldMax } from '../limits.ts';
import { type RosterCells, type RosterEncoding, readRosterText } from './roster-text.ts';

/** Headers by meaning, as `canonicalHeader` leaves them; the first is the name used when the column is missing. */
const headers = {
  number: ['户号', '户编号', '农户编号', '家庭编号', 'household', 'householdnumber', 'householdno'],
  head: ['户主', '户主姓名', '姓名', 'head', 'headofhousehold', 'name'],
  members: ['人数', '家庭人数', '人口', '人口数', '户人口', '家庭人口', 'members', 'people', 'persons'],
  phone: ['电话', '联系电话', '电话号码', '手机', '手机号', '手机号码', '联系方式', 'phone', 'phonenumber', 'mobile', 'telephone'],
  house: ['门牌', '门牌号', '门牌号码', '住址', '地址', 'house', 'houselabel', 'housenumber', 'address'],
  card: ['卡号', '卡', '卡码', '卡编号', 'card', 'cards', 'cardcode', 'cardcodes', 'cardnumber'],
} as const;
type Column = keyof typeof headers;
const columns = Object.keys(headers) as readonly Column[];
const required = ['number', 'head', 'members'] as const satisfies readonly Column[];
const headersEchoedMax = 20;

/** A file that could be read. `rows` are the good ones; `issues` say what is wrong with the others, `rowCount` counts both. */
export interface Roster {
  readonly encoding: RosterEncoding;
  readonly rowCount: number;
  readonly rows: readonly RosterRow[];
  readonly issues: readonly RosterIssue[];
  readonly cardColumn: string | null;
  /** Headers of columns that were not read, at most 20 of 40 characters. */
  readonly ignoredColumns: readonly string[];
}
export type ParsedRoster =
  | { readonly ok: true; readonly value: Roster }
  | { readonly ok: false; readonly encoding: RosterEncoding | null; readonly issues: readonly RosterIssue[] };

/** Reads a roster: CSV in UTF-8 or GB18030, separated by comma, semicolon or tab, at most 4 MiB and 5,000 rows. Never throws. */
export function parseRoster(bytes: Uint8Array): ParsedRoster {
  const text = readRosterText(bytes);
  if (!text.ok) return text;
  const { encoding } = text;
  const layout = readHeader(text.header);
  if (!layout.ok) return { ok: false, encoding, issues: layout.issues };
  const rows: RosterRow[] = [];
  const issues: RosterIssue[] = [];
  const seen: Seen = { numbers: new Map(), cards: new Map() };
  for (const cells of text.rows) {
    const reader = new RowReader(layout, cells);
    const row = reader.read(seen);
    if (row === undefined) issues.push(...reader.issues);
    else rows.push(row);
  }
  return { ok: true, value: { encoding, rowCount: text.rows.length, rows, issues, cardColumn: layout.names.card ?? null, ignoredColumns: layout.ignored } };
}

interface Layout {
  readonly width: number;
  readonly at: Partial<Record<Column, number>>;
  /** Headers as the file has them, safe to print. */
  readonly names: Partial<Record<Column, string>>;
  readonly ignored: readonly string[];
}

/** Full-width forms to ASCII: what an input method leaves in digits, brackets and separators. */
export const halfWidth = (text: string): string =>
  text.replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0)).replaceAll('\u3000', ' ');
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\ufffd]/u;
const printable = (header: string): string => header.trim().replaceAll(new RegExp(invisible, 'gu'), '?').slice(0, 40);
/** Case, spaces, hyphens and a remark in brackets do not matter in a header. */
const canonicalHeader = (header: string): string =>
  halfWidth(header)
    .trim()
    .toLowerCase()
    .replace(/\(.*\)$/, '')
    .replace(/[\s_*:.-]/g, '');

function readHeader(header: RosterCells): ({ readonly ok: true } & Layout) | { readonly ok: false; readonly issues: readonly RosterIssue[] } {
  const at: Partial<Record<Column, number>> = {};
  const names: Partial<Record<Column, string>> = {};
  const ignored: string[] = [];
  const issues: RosterIssue[] = [];
  header.cells.forEach((cell, index) => {
    const wanted = canonicalHeader(cell);
    const column = columns.find((key) => headers[key].some((name) => name === wanted));
    if (column === undefined) {
      if (cell.trim() !== '' && ignored.length < headersEchoedMax) ignored.push(printable(cell));
    } else if (at[column] === undefined) {
      at[column] = index;
      names[column] = printable(cell);
    } else issues.push(rosterIssue('column_twice', header.line, printable(cell)));
  });
  const known = Object.values(names);
  // A file without headers has people in its first row: then nothing of it is repeated.
  if (known.length === 0) return { ok: false, issues: [rosterIssue('header_missing', header.line, null)] };
  const seen = [...known, ...ignored].join(', ');
  for (const column of required) if (at[column] === undefined) issues.push(rosterIssue('column_missing', header.line, headers[column][0], seen));
  return issues.length > 0 ? { ok: false, issues } : { ok: true, width: header.cells.length, at, names, ignored };
}

/** First line of each household key and card code. A bad row claims its number too: which of two rows is right is for a person to say. */
interface Seen {
  readonly numbers: Map<string, number>;
  readonly cards: Map<string, number>;
}

/** An identity card number (GB 11643-1999: region, birth date, order, check character); no field may hold one. */
export const identityNumber = /^[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]$/;
export const householdNumber = /^[0-9A-Z\p{Script=Han}][0-9A-Z\p{Script=Han}-]{0,31}$/u;
export const personName = /^\p{L}[\p{L}\p{M} ·・•.'’()（）-]*$/u;
/** Mobile, land line with area code, or a local number of 7 or 8 digits. */
export const phoneNumber = /^(?:1[3-9]\d{9}|0\d{9,11}|[2-8]\d{6,7})$/;

/** Reads one row and collects what is wrong with it. */
class RowReader {
  readonly issues: RosterIssue[] = [];
  readonly #layout: Layout;
  readonly #row: RosterCells;
  constructor(layout: Layout, row: RosterCells) {
    this.#layout = layout;
    this.#row = row;
  }

  /** The row, or undefined when `issues` says why not. */
  read(seen: Seen): RosterRow | undefined {
    const { width } = this.#layout;
    const { cells, line } = this.#row;
    if (cells.length !== width) {
      this.issues.push(rosterIssue('field_count', line, null, `${cells.length} / ${width}`));
      return undefined;
    }
    const number = this.#number(seen);
    const head = this.#head();
    const members = this.#members();
    const phone = this.#phone();
    const house = this.#cell('house')?.replace(/[\uff10-\uff19]/g, halfWidth);
    const cards = this.#cards(seen);
    return this.issues.length > 0 ? undefined : { line, number, head, members, phone, house: house === '' ? null : house, cards };
  }

  #refuse(column: Column, code: RosterIssueCode, detail?: number | string): void {
    this.issues.push(rosterIssue(code, this.#row.line, this.#layout.names[column] ?? null, detail));
  }

  /** The trimmed cell; undefined when the file has no such column. A cell no column may hold is refused here and reads as empty. */
  #cell(column: Column): string | undefined {
    const index = this.#layout.at[column];
    if (index === undefined) return undefined;
    const text = (this.#row.cells[index] ?? '').trim();
    const code = wrongAnywhere(text);
    if (code === undefined) return text;
    this.#refuse(column, code, rosterFieldMax);
    return undefined;
  }

  #number(seen: Seen): string {
    const text = this.#cell('number');
    if (text === undefined) return '';
    const number = halfWidth(text).toUpperCase();
    if (number === '') this.#refuse('number', 'number_missing');
    else if (!householdNumber.test(number)) this.#refuse('number', 'number_shape');
    else {
      const first = claim(seen.numbers, householdKey(number), this.#row.line);
      if (first !== this.#row.line) this.#refuse('number', 'number_twice', first);
    }
    return number;
  }

  #head(): string {
    const head = this.#cell('head');
    if (head === '') this.#refuse('head', 'name_missing');
    else if (head !== undefined && !personName.test(head)) this.#refuse('head', 'name_shape');
    return head ?? '';
  }

  #members(): number {
    const text = this.#cell('members');
    if (text === undefined) return 0;
    const members = /^\d{1,2}$/.test(halfWidth(text)) ? Number(halfWidth(text)) : 0;
    if (members < 1 || members > 30) this.#refuse('members', 'members_shape');
    return members;
  }

  #phone(): string | null | undefined {
    const text = this.#cell('phone');
    if (text === undefined) return undefined;
    const phone = halfWidth(text).replace(/[\s-]/g, '');
    if (phone === '') return null;
    if (!phoneNumber.test(phone)) this.#refuse('phone', 'phone_shape');
    return phone;
  }

  #cards(seen: Seen): readonly string[] {
    const codes = new Set(
      halfWidth(this.#cell('card') ?? '')
        .split(/[、;,|\s]+/)
        .filter((code) => code !== ''),
    );
    if (codes.size > credentialsPerHouseholdMax) this.#refuse('card', 'cards_too_many', credentialsPerHouseholdMax);
    for (const code of codes) {
      const parsed = parseCredential(code);
      if (!parsed.ok) this.#refuse('card', parsed.reason === 'check' ? 'card_check' : 'card_shape');
      else if (identityNumber.test(code)) this.#refuse('card', 'identity_number');
      else {
        const first = claim(seen.cards, parsed.code, this.#row.line);
        if (first !== this.#row.line) this.#refuse('card', 'card_twice', first);
      }
    }
    return [...codes];
  }
}

/** What no cell may hold, whatever its column; undefined for a good one. */
export function wrongAnywhere(text: string): RosterIssueCode | undefined {
  if (text.length > rosterFieldMax) return 'field_too_long';
  if (invisible.test(text)) return 'control_character';
  // Minus and plus start formulas too, in half and full width.
  if (/^[=+@\uff1d\uff0b\uff20]|^[-\uff0d]./.test(text)) return 'formula_cell';
  if (identityNumber.test(halfWidth(text))) return 'identity_number';
  return undefined;
}

/** The line that first used `key`, now or earlier. */
function claim(seen: Map<string, number>, key: string, line: number): number {
  const first = seen.get(key) ?? line;
  seen.set(key, first);
  return first;
}
