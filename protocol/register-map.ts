/**
 * One description of a device, from which everything else follows: types, codec, read plan, simulator bank and REFERENCE.md.
 * A map is plain data; `defineDevice` refuses a wrong one while the program loads, naming model and field of every fault at once.
 * This file must never know a wire, a clock or a particular device.
 * Source: Modbus Application Protocol V1.1b3, section 4.4 (data model) and section 6 (quantities).
 */
import assert from 'node:assert/strict';
import { isBitSpace, maxReadCount, maxWriteCount, type RegisterSpace } from './modbus.ts';

/** The four spaces in the order tables and plans list them. */
export const registerSpaces = ['coil', 'discrete', 'input', 'holding'] as const satisfies readonly RegisterSpace[];

/** Words and raw bounds of each numeric kind. u64 stops at 2^53 - 1, the last whole number a JavaScript number holds exactly. */
export const numericKinds = {
  u16: { words: 1, min: 0, max: 0xffff },
  i16: { words: 1, min: -0x8000, max: 0x7fff },
  u32: { words: 2, min: 0, max: 0xffff_ffff },
  i32: { words: 2, min: -0x8000_0000, max: 0x7fff_ffff },
  u64: { words: 4, min: 0, max: Number.MAX_SAFE_INTEGER },
} as const;
export type NumericKind = keyof typeof numericKinds;

/** `status` is polled as often as the line allows, `slow` now and then, `never` only when somebody asks. */
export type PollClass = 'status' | 'slow' | 'never';

interface RowBase {
  readonly space: RegisterSpace;
  /** Zero-based protocol address of the first word or bit, 0..65535 (manuals often print it plus one, or plus 40001). */
  readonly address: number;
  /** `r` the device reports it, `w` a command that cannot be read back, `rw` both. */
  readonly access: 'r' | 'rw' | 'w';
  /** Absent means `never`. */
  readonly poll?: PollClass;
  /** Name of the block of the map this row belongs to. */
  readonly block?: string;
  /** One line for the reference: meaning, unit traps, polarity. */
  readonly doc: string;
  /** Page or section, where it differs from the source of the whole map. */
  readonly source?: string;
}
/** A whole number. Value = raw count times `scale`; `min`, `max` and `initial` are values, in `unit`. */
export interface NumberRow extends RowBase {
  readonly kind: NumericKind;
  /** Unit of the value: `ms`, `%`, `0.1 degC`; `count` for bare counts. */
  readonly unit: string;
  /** Whole, 1 or more, so that no value is ever a fraction. Absent means 1. */
  readonly scale?: number;
  readonly min?: number;
  readonly max?: number;
  readonly initial?: number;
}
/** One word that holds one of the named values; any other word is a fault of the device, not a value. */
export interface EnumRow extends RowBase {
  readonly kind: 'enum';
  readonly labels: Readonly<Record<string, number>>;
  readonly initial?: string;
}
/** A part of a word: bit number 0..15 for a flag, or `width` bits from `bit` upwards for a small number. */
export type BitSlot = number | { readonly bit: number; readonly width: number };
/** One word of flags and small numbers, decoded to an object. Bits without a name are ignored when read and zero when written. */
export interface BitsRow extends RowBase {
  readonly kind: 'bits';
  readonly bits: Readonly<Record<string, BitSlot>>;
  readonly initial?: Readonly<Record<string, boolean | number>>;
}
/** `words` registers in address order as lower case hex, four digits each; never subject to the word order. */
export interface HexRow extends RowBase {
  readonly kind: 'hex';
  readonly words: number;
  readonly initial?: string;
}
/** One coil or discrete input. */
export interface BitRow extends RowBase {
  readonly kind: 'bit';
  readonly initial?: boolean;
}
export type FieldRow = NumberRow | EnumRow | BitsRow | HexRow | BitRow;
/** What a field may hold once decoded. */
export type FieldValue = number | string | boolean | Readonly<Record<string, boolean | number>>;

/** A device model as data. */
export interface DeviceMap {
  /** Model name as the site file spells it: `BD-1`. */
  readonly model: string;
  readonly kind: 'dispenser' | 'scale' | 'bin';
  readonly title: string;
  readonly source: { readonly document: string; readonly revision: string };
  /** Order of the words of a u32, i32 or u64. A property of the device, never of a field. Bytes in a word are always high first. */
  readonly wordOrder: 'highFirst' | 'lowFirst';
  /** Unit numbers the device can be set to, within 1..247. */
  readonly units: { readonly first: number; readonly last: number };
  /** Reply deadline after the last byte of the request. Unit: ms. */
  readonly timeoutMs: number;
  /** Latest moment a reply given up on may still arrive, after its deadline. Unit: ms. The line stays quiet that long. */
  readonly guardMs: number;
  /** Dispensers only. A: job register and counters; B: counter only; C: blind. */
  readonly reliability?: 'A' | 'B' | 'C';
  /** Groups of rows that go in ONE request: `read` as a consistent snapshot, `write` as one command, all or nothing. */
  readonly blocks?: Readonly<Record<string, 'read' | 'write'>>;
  readonly fields: Readonly<Record<string, FieldRow>>;
}

/** The decoded type of one row. */
export type ValueOf<R extends FieldRow> = R extends NumberRow
  ? number
  : R extends EnumRow
    ? Extract<keyof R['labels'], string>
    : R extends BitsRow
      ? { readonly [B in keyof R['bits']]: R['bits'][B] extends number ? boolean : R['bits'][B] extends object ? number : boolean | number }
      : R extends HexRow
        ? string
        : boolean;
type NameWithout<M extends DeviceMap, A extends FieldRow['access']> = Extract<
  { [F in keyof M['fields']]: M['fields'][F]['access'] extends A ? never : F }[keyof M['fields']],
  string
>;
/** Names of all fields. */
export type FieldName<M extends DeviceMap> = Extract<keyof M['fields'], string>;
/** Names of the fields that can be read. */
export type ReadableName<M extends DeviceMap> = NameWithout<M, 'w'>;
/** Names of the fields that can be written. */
export type WritableName<M extends DeviceMap> = NameWithout<M, 'r'>;
/** Every field of a map, decoded. */
export type FieldsOf<M extends DeviceMap> = { readonly [F in FieldName<M>]: ValueOf<M['fields'][F]> };
/** The fields of a map that can be read, decoded. */
export type ReadingOf<M extends DeviceMap> = { readonly [F in ReadableName<M>]: ValueOf<M['fields'][F]> };
/** The fields of a map that can be written. */
export type WritableOf<M extends DeviceMap> = { readonly [F in WritableName<M>]: ValueOf<M['fields'][F]> };

/** How many addresses a row takes: registers, or 1 for a bit. */
export function addressCount(row: FieldRow): number {
  if (row.kind === 'hex') return row.words;
  return row.kind === 'bit' || row.kind === 'enum' || row.kind === 'bits' ? 1 : numericKinds[row.kind].words;
}

/** Rows of a map with their names, by space and address. */
export function rowsInOrder(map: DeviceMap): readonly (readonly [name: string, row: FieldRow])[] {
  const rank = (row: FieldRow) => registerSpaces.indexOf(row.space) * 0x1_0000 + row.address;
  return Object.entries(map.fields).sort(([, a], [, b]) => rank(a) - rank(b));
}

/** The row called `name`. A name the map does not have is our own mistake. */
export function rowOf(map: DeviceMap, name: string): FieldRow {
  const row = Object.hasOwn(map.fields, name) ? map.fields[name] : undefined;
  assert(row, `${map.model} has no field ${name}`);
  return row;
}

/** Names of the readable fields of a poll class, in address order. */
export function fieldsPolled<M extends DeviceMap>(map: M, poll: PollClass): readonly ReadableName<M>[] {
  const polled = rowsInOrder(map).filter(([, row]) => row.access !== 'w' && (row.poll ?? 'never') === poll);
  return polled.map(([name]) => name as ReadableName<M>);
}

/** Names of the rows of a block, in address order. */
export function fieldsOfBlock(map: DeviceMap, block: string): readonly string[] {
  const names = rowsInOrder(map).filter(([, row]) => row.block === block);
  return names.map(([name]) => name);
}

/** Lowest and highest value of a number row, in its unit. */
export function boundsOf(row: NumberRow): { readonly min: number; readonly max: number } {
  const { min, max } = numericKinds[row.kind];
  const scale = row.scale ?? 1;
  return { min: row.min ?? min * scale, max: row.max ?? max * scale };
}

/** A flag is one bit wide; a small number as wide as its slot says. */
export const slotOf = (slot: BitSlot): { readonly bit: number; readonly width: number } => (typeof slot === 'number' ? { bit: slot, width: 1 } : slot);

function illegalNumber(row: NumberRow, value: unknown): string | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return `${String(value)} is not a whole number`;
  const { min, max } = boundsOf(row);
  if (value < min || value > max) return `${value} ${row.unit} is outside ${min}..${max}`;
  return value % (row.scale ?? 1) === 0 ? undefined : `${value} ${row.unit} is not a multiple of ${row.scale}`;
}

function illegalBits(row: BitsRow, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return `${String(value)} is not a set of bits`;
  const given: Readonly<Record<string, unknown>> = { ...value };
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(row.bits, name));
  if (stranger !== undefined) return `has no bit ${stranger}`;
  for (const [name, slot] of Object.entries(row.bits)) {
    const part = given[name];
    if (typeof slot === 'number' ? typeof part !== 'boolean' : !Number.isInteger(part)) return `${name} is ${String(part)}`;
    const most = 2 ** slotOf(slot).width - 1;
    if (Number(part) < 0 || Number(part) > most) return `${name} ${String(part)} is outside 0..${most}`;
  }
  return undefined;
}

/** Why `value` cannot stand in this row, as the end of a sentence that starts with the field; undefined when it can. */
export function illegalBecause(row: FieldRow, value: unknown): string | undefined {
  switch (row.kind) {
    case 'enum':
      return typeof value === 'string' && Object.hasOwn(row.labels, value) ? undefined : `${String(value)} is none of ${Object.keys(row.labels).join(', ')}`;
    case 'bits':
      return illegalBits(row, value);
    case 'hex':
      return typeof value === 'string' && value.length === row.words * 4 && /^[0-9a-f]*$/.test(value)
        ? undefined
        : `${String(value)} is not ${row.words * 4} lower case hex digits`;
    case 'bit':
      return typeof value === 'boolean' ? undefined : `${String(value)} is not true or false`;
    default:
      return illegalNumber(row, value);
  }
}

/** What a row holds after power-up: its `initial`, else all bits zero. undefined when zero is no value of this row. */
export function initialOf(row: FieldRow): FieldValue | undefined {
  if (row.initial !== undefined) return row.initial;
  switch (row.kind) {
    case 'enum':
      return Object.keys(row.labels).find((label) => row.labels[label] === 0);
    case 'bits':
      return Object.fromEntries(Object.entries(row.bits).map(([name, slot]) => [name, typeof slot === 'number' ? false : 0]));
    case 'hex':
      return '0'.repeat(row.words * 4);
    case 'bit':
      return false;
    default:
      return illegalNumber(row, 0) === undefined ? 0 : undefined;
  }
}

const rowKeys = new Set(['space', 'address', 'access', 'poll', 'block', 'doc', 'source', 'kind', 'initial']);
const kindKeys: Readonly<Record<string, readonly string[]>> = { enum: ['labels'], bits: ['bits'], hex: ['words'], bit: [] };
const numberKeys = ['unit', 'scale', 'min', 'max'];
const isWhole = (value: unknown, min: number, max: number): value is number => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;

function* faultsOfNumber(row: NumberRow): Generator<string> {
  if (!row.unit?.trim()) yield 'has no unit';
  const raw = numericKinds[row.kind];
  const scale = row.scale ?? 1;
  if (!isWhole(scale, 1, 1_000_000)) return yield `scale ${scale} is not a whole number of 1 or more`;
  const { min, max } = boundsOf(row);
  if (min > max) yield `min ${min} is above max ${max}`;
  for (const bound of [min, max]) {
    const holds = Number.isSafeInteger(bound) && bound % scale === 0 && bound / scale >= raw.min && bound / scale <= raw.max;
    if (!holds) yield `bound ${bound} cannot be held by ${row.kind} with scale ${scale}`;
  }
}

function* faultsOfEnum(row: EnumRow): Generator<string> {
  const values = Object.values(row.labels);
  if (values.length === 0) yield 'has no labels';
  for (const [label, value] of Object.entries(row.labels)) {
    if (!isWhole(value, 0, 0xffff)) yield `label ${label} is ${value}, outside 0..65535`;
    if (values.indexOf(value) !== Object.keys(row.labels).indexOf(label)) yield `label ${label} repeats value ${value}`;
  }
}

function* faultsOfBits(row: BitsRow): Generator<string> {
  const taken = new Map<number, string>();
  if (Object.keys(row.bits).length === 0) yield 'has no bits';
  for (const [name, slot] of Object.entries(row.bits)) {
    const { bit, width } = slotOf(slot);
    if (!isWhole(bit, 0, 15) || !isWhole(width, 1, 16 - bit)) {
      yield `bit ${name} is outside 0..15`;
      continue;
    }
    for (let at = bit; at < bit + width; at++) {
      const other = taken.get(at);
      if (other !== undefined) yield `bits ${other} and ${name} share bit ${at}`;
      taken.set(at, name);
    }
  }
}

/** Faults of the part of a row that belongs to its kind alone. */
function* faultsOfKind(row: FieldRow): Generator<string> {
  if (row.kind === 'enum') yield* faultsOfEnum(row);
  else if (row.kind === 'bits') yield* faultsOfBits(row);
  else if (row.kind === 'hex') {
    if (!isWhole(row.words, 1, maxWriteCount('holding'))) yield `words ${row.words} is outside 1..${maxWriteCount('holding')}`;
  } else if (row.kind !== 'bit') yield* faultsOfNumber(row);
}

function* faultsOfPlace(row: FieldRow): Generator<string> {
  if ((row.kind === 'bit') !== isBitSpace(row.space)) yield `kind ${row.kind} cannot stand in space ${row.space}`;
  if (row.access !== 'r' && (row.space === 'discrete' || row.space === 'input')) yield `space ${row.space} cannot be written`;
  if (row.access === 'w' && row.poll !== undefined && row.poll !== 'never') yield 'is polled but cannot be read';
  const last = row.address + addressCount(row) - 1;
  if (!isWhole(row.address, 0, 0xffff) || last > 0xffff) yield `takes addresses ${row.address}..${last}, outside 0..65535`;
}

function faultOfInitial(row: FieldRow): string | undefined {
  const initial = initialOf(row);
  if (initial === undefined) return row.access === 'w' ? undefined : 'needs an initial value: zero is not one of its values';
  const because = illegalBecause(row, initial);
  return because === undefined ? undefined : `initial ${because}`;
}

const keysOf = (row: FieldRow) => kindKeys[row.kind] ?? (Object.hasOwn(numericKinds, row.kind) ? numberKeys : undefined);

/** Faults that leave nothing else to be checked in this map. */
function faultOfShape(row: FieldRow): string | undefined {
  if (keysOf(row) === undefined) return `kind ${row.kind} is unknown`;
  return registerSpaces.includes(row.space) ? undefined : `space ${row.space} is unknown`;
}

function* faultsOfRow(row: FieldRow): Generator<string> {
  const own = keysOf(row) ?? [];
  for (const key of Object.keys(row)) if (!rowKeys.has(key) && !own.includes(key)) yield `a row of kind ${row.kind} has no property ${key}`;
  const ofKind = [...faultsOfKind(row)];
  yield* ofKind;
  yield* faultsOfPlace(row);
  const ofInitial = ofKind.length === 0 ? faultOfInitial(row) : undefined;
  if (ofInitial !== undefined) yield ofInitial;
}

function* faultsOfOverlap(map: DeviceMap): Generator<string> {
  let widest: { name: string; space: RegisterSpace; end: number } | undefined;
  for (const [name, row] of rowsInOrder(map)) {
    const rowEnd = row.address + addressCount(row);
    const sameSpace = widest !== undefined && widest.space === row.space;
    if (widest !== undefined && sameSpace && row.address < widest.end) yield `${map.model}.${name}: overlaps ${widest.name} at ${row.space} ${row.address}`;
    if (widest === undefined || !sameSpace || rowEnd > widest.end) widest = { name, space: row.space, end: rowEnd };
  }
}

function* faultsOfBlock(map: DeviceMap, block: string, mode: 'read' | 'write'): Generator<string> {
  const rows = fieldsOfBlock(map, block).map((name) => [name, rowOf(map, name)] as const);
  const barred = mode === 'read' ? 'w' : 'r';
  let count = 0;
  for (const [index, [name, row]] of rows.entries()) {
    const before = rows[index - 1]?.[1];
    if (before !== undefined && (before.space !== row.space || before.address + addressCount(before) !== row.address))
      yield `${map.model}.${name}: leaves a gap in block ${block}`;
    if (row.access === barred) yield `${map.model}.${name}: cannot be ${mode === 'read' ? 'read' : 'written'}, as block ${block} must`;
    count += addressCount(row);
  }
  if (rows.length === 0) yield `${map.model}.${block}: block has no rows`;
  const isCoils = rows[0]?.[1].space === 'coil';
  const most = mode === 'read' ? maxReadCount(rows[0]?.[1].space ?? 'holding') : maxWriteCount(isCoils ? 'coil' : 'holding');
  if (count > most) yield `${map.model}.${block}: block takes ${count} addresses, more than ${most} in one request`;
}

function* faultsOfMap(map: DeviceMap): Generator<string> {
  const { first, last } = map.units;
  if (!isWhole(first, 1, 247) || !isWhole(last, first, 247)) yield `${map.model}: units ${first}..${last} are not within 1..247`;
  if (!isWhole(map.timeoutMs, 1, 60_000)) yield `${map.model}: timeoutMs ${map.timeoutMs} is outside 1..60000`;
  if (!isWhole(map.guardMs, 0, 60_000)) yield `${map.model}: guardMs ${map.guardMs} is outside 0..60000`;
  if ((map.kind === 'dispenser') !== (map.reliability !== undefined)) yield `${map.model}: reliability is for dispensers, and every dispenser needs one`;
  const rows = Object.entries(map.fields);
  const shapeless = rows.filter(([, row]) => faultOfShape(row) !== undefined);
  for (const [name, row] of shapeless) yield `${map.model}.${name}: ${faultOfShape(row)}`;
  if (shapeless.length > 0) return;
  for (const [name, row] of rows) {
    for (const fault of faultsOfRow(row)) yield `${map.model}.${name}: ${fault}`;
    if (row.block !== undefined && map.blocks?.[row.block] === undefined) yield `${map.model}.${name}: block ${row.block} is not declared`;
  }
  yield* faultsOfOverlap(map);
  for (const [block, mode] of Object.entries(map.blocks ?? {})) yield* faultsOfBlock(map, block, mode);
}

/**
 * Takes a device model as data and gives it back with its literal types.
 * @throws AssertionError listing every fault of the map: a wrong map must stop the program while it loads.
 */
export function defineDevice<const M extends DeviceMap>(map: M): M {
  const faults = [...faultsOfMap(map)];
  assert(faults.length === 0, `the register map has faults:\n${faults.join('\n')}`);
  return map;
}
