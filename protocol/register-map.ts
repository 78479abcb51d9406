/**
 * One description of a device, from which everything else follows: types, codec, read plan, simulator bank and REFERENCE.md.
 * A map is plain data; define-device.ts refuses a wrong one while the program loads. A trait a real device has and no row can say is added
 * here as a property every map may use, never as a case in the code. This file must never know a wire, a clock or a particular device.
 * Source: Modbus Application Protocol V1.1b3, section 4.4 (data model) and section 6 (quantities).
 */
import assert from 'node:assert/strict';
import { type FunctionCode, functionCodes, maxReadCount, maxWriteCount, type RegisterSpace } from './modbus.ts';

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
  /** Obeyed only when the word changes from zero: every write goes out as zero and then the value, in two requests. */
  readonly trigger?: 'edge';
  /** Kept by the device over a power cut in memory that wears with every write: never written from a poll loop, only because a person asked. */
  readonly wears?: true;
  /** One line for the reference: meaning, unit traps, polarity. */
  readonly doc: string;
  /** Page or section, where it differs from the source of the whole map. */
  readonly source?: string;
}
/**
 * A whole number. Value = raw count times `scale`; `min`, `max` and `initial` are values, in `unit`. In space coil (u16, write only) it is
 * the word an FC05 carries in place of on and off.
 */
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
/**
 * An IEEE 754 single of two words in the order of the map. The value is what the bits say, a fraction with the error of its format: whoever
 * needs whole grams makes them, or refuses, knowing that. NaN and infinities are no values. Bounds are values, in `unit`.
 */
export interface FloatRow extends RowBase {
  readonly kind: 'f32';
  readonly unit: string;
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
export type FieldRow = NumberRow | FloatRow | EnumRow | BitsRow | HexRow | BitRow;
/** What a field may hold once decoded. */
export type FieldValue = number | string | boolean | Readonly<Record<string, boolean | number>>;

/** A device model as data. */
export interface DeviceMap {
  /** Model name as the site file spells it: `BD-1`. */
  readonly model: string;
  readonly kind: 'dispenser' | 'scale' | 'bin' | 'level' | 'relay' | 'climate';
  readonly title: string;
  readonly source: { readonly document: string; readonly revision: string };
  /** Order of the words of a u32, i32 or u64. A property of the device, never of a field. Bytes in a word are always high first. */
  readonly wordOrder: 'highFirst' | 'lowFirst';
  /** Unit numbers the device can be set to, within 1..247. */
  readonly units: { readonly first: number; readonly last: number };
  /** What it usually takes to answer, where that is much longer than other boards: for the bus budget, and for its simulated twin. Unit: ms. */
  readonly turnaroundMs?: number;
  /** Reply deadline after the last byte of the request. Unit: ms. */
  readonly timeoutMs: number;
  /** Latest moment a reply given up on may still arrive, after its deadline. Unit: ms. The line stays quiet that long. */
  readonly guardMs: number;
  /** What the source prints for the first register or bit; addresses here are always zero-based. Absent means 0. */
  readonly printedBase?: 0 | 1 | 40_001;
  /** Function codes the device answers, where it does not know all of 1 to 6, 15 and 16. */
  readonly functions?: readonly FunctionCode[];
  /** Most registers one request may read or write, where it is less than the standard's. 1: every register goes alone. */
  readonly registersPerRequestMax?: number;
  /** Polarity, decimals, contradictions of the source, what is left out and why: one sentence each. */
  readonly notes?: readonly string[];
  /** Dispensers only. A: job register and counters; B: counter only; C: blind. */
  readonly reliability?: 'A' | 'B' | 'C';
  /** Groups of rows that go in ONE request: `read` as a consistent snapshot, `write` as one command, all or nothing. */
  readonly blocks?: Readonly<Record<string, 'read' | 'write'>>;
  readonly fields: Readonly<Record<string, FieldRow>>;
}

/** The decoded type of one row. */
export type ValueOf<R extends FieldRow> = R extends NumberRow | FloatRow
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
  if (row.kind === 'f32') return 2;
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

/** Whether the device answers a function code. */
export const knowsFunction = (map: DeviceMap, code: FunctionCode): boolean => (map.functions ?? functionCodes).includes(code);

const withinRequest = ({ registersPerRequestMax }: DeviceMap, space: RegisterSpace, standardMax: number) =>
  space === 'holding' || space === 'input' ? Math.min(standardMax, registersPerRequestMax ?? standardMax) : standardMax;
/** Most addresses of a space one request to this device may read. */
export const readCountMax = (map: DeviceMap, space: RegisterSpace): number => withinRequest(map, space, maxReadCount(space));
/** Most addresses of a space one request to this device may write. */
export const writeCountMax = (map: DeviceMap, space: 'coil' | 'holding'): number => withinRequest(map, space, maxWriteCount(space));

/** Largest finite single: (2 - 2^-23) * 2^127. */
const f32Max = (2 - 2 ** -23) * 2 ** 127;

/** Lowest and highest value of a number or float row, in its unit. */
export function boundsOf(row: NumberRow | FloatRow): { readonly min: number; readonly max: number } {
  if (row.kind === 'f32') return { min: row.min ?? -f32Max, max: row.max ?? f32Max };
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

function illegalFloat(row: FloatRow, value: unknown): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${String(value)} is not a finite number`;
  const { min, max } = boundsOf(row);
  if (value < min || value > max) return `${value} ${row.unit} is outside ${min}..${max}`;
  return Math.fround(value) === value ? undefined : `${value} ${row.unit} is no single precision number`;
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
    case 'f32':
      return illegalFloat(row, value);
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
      return illegalBecause(row, 0) === undefined ? 0 : undefined;
  }
}
