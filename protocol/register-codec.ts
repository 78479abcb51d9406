/**
 * Words on the wire to typed values and back, by the rows of a device map. Both ends use it: the gateway to read and command, the
 * simulator's bank to answer, so they cannot disagree. Nothing is ever clamped, rounded or guessed: a word outside its row is an issue
 * that names model, field and value. Pure; it sends nothing.
 * Source: Modbus Application Protocol V1.1b3, section 4.2 (big-endian words).
 */
import assert from 'node:assert/strict';
import { isBitSpace, type ModbusRequest } from './modbus.ts';
import type { ReadSpan } from './read-plan.ts';
import {
  addressCount,
  type BitsRow,
  type DeviceMap,
  type FieldName,
  type FieldRow,
  type FieldsOf,
  type FieldValue,
  fieldsOfBlock,
  illegalBecause,
  knowsFunction,
  type NumberRow,
  numericKinds,
  type ReadableName,
  type ReadingOf,
  rowOf,
  rowsInOrder,
  slotOf,
  type WritableOf,
  writeCountMax,
} from './register-map.ts';

/** What decoding gives: values, or every reason why there are none. */
export type Decoded<T> = { readonly ok: true; readonly values: T } | { readonly ok: false; readonly issues: readonly string[] };

const hexOf = (words: readonly number[]) => words.map((word) => word.toString(16).padStart(4, '0')).join('');
const isHighFirst = (map: DeviceMap) => map.wordOrder === 'highFirst';

function encodeNumber(map: DeviceMap, row: NumberRow, value: number): readonly number[] {
  const { words: count } = numericKinds[row.kind];
  const words: number[] = [];
  let rest = value / (row.scale ?? 1);
  for (let n = 0; n < count; n++) {
    const low = ((rest % 0x1_0000) + 0x1_0000) % 0x1_0000;
    words.push(low);
    rest = (rest - low) / 0x1_0000;
  }
  return isHighFirst(map) ? words.reverse() : words;
}

function encodeFloat(map: DeviceMap, value: number): readonly number[] {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setFloat32(0, value);
  const words = [bytes.getUint16(0), bytes.getUint16(2)];
  return isHighFirst(map) ? words : words.reverse();
}

function encodeBits(row: BitsRow, value: Readonly<Record<string, boolean | number>>): number {
  return Object.entries(row.bits).reduce((word, [name, slot]) => word | (Number(value[name]) << slotOf(slot).bit), 0);
}

/**
 * The words of one field in address order; a bit is one word of 0 or 1.
 * @throws RangeError naming model, field and value when the row cannot hold the value.
 */
export function encodeField<M extends DeviceMap, N extends FieldName<M>>(map: M, name: N, value: FieldsOf<M>[N]): readonly number[] {
  const row: FieldRow = rowOf(map, name);
  const because = illegalBecause(row, value);
  if (because !== undefined) throw new RangeError(`${map.model}.${name}: ${because}`);
  const held = value as FieldValue;
  switch (row.kind) {
    case 'enum':
      return [row.labels[String(held)] ?? 0];
    case 'bits':
      return [encodeBits(row, held as Readonly<Record<string, boolean | number>>)];
    case 'hex':
      return (String(held).match(/.{4}/g) ?? []).map((digits) => Number.parseInt(digits, 16));
    case 'bit':
      return [Number(held)];
    case 'f32':
      return encodeFloat(map, Number(held));
    default:
      return encodeNumber(map, row, Number(held));
  }
}

/** The words of several fields, in address order and without gaps between them: what a CRC or MAC is taken over. */
export function encodeFields<M extends DeviceMap>(map: M, values: Partial<FieldsOf<M>>): readonly number[] {
  const names = rowsInOrder(map).map(([name]) => name as FieldName<M>);
  return names.flatMap((name) => (values[name] === undefined ? [] : encodeField(map, name, values[name] as FieldsOf<M>[FieldName<M>])));
}

function decodeNumber(map: DeviceMap, row: NumberRow, words: readonly number[]): number {
  const { min, words: count } = numericKinds[row.kind];
  const highFirst = isHighFirst(map) ? words : [...words].reverse();
  const raw = highFirst.reduce((sum, word) => sum * 0x1_0000 + word, 0);
  const signed = min < 0 && raw >= 0x8000 * 0x1_0000 ** (count - 1) ? raw - 0x1_0000 ** count : raw;
  return signed * (row.scale ?? 1);
}

function decodeFloat(map: DeviceMap, words: readonly number[]): number {
  const [high = 0, low = 0] = isHighFirst(map) ? words : [...words].reverse();
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setUint16(0, high);
  bytes.setUint16(2, low);
  return bytes.getFloat32(0);
}

function decodeBits(row: BitsRow, word: number): Readonly<Record<string, boolean | number>> {
  const parts = Object.entries(row.bits).map(([name, slot]) => {
    const { bit, width } = slotOf(slot);
    const part = (word >> bit) & (2 ** width - 1);
    return [name, typeof slot === 'number' ? part === 1 : part] as const;
  });
  return Object.fromEntries(parts);
}

function decodeRow(map: DeviceMap, row: FieldRow, words: readonly number[]): FieldValue | undefined {
  const [word = 0] = words;
  switch (row.kind) {
    case 'enum':
      return Object.keys(row.labels).find((label) => row.labels[label] === word);
    case 'bits':
      return decodeBits(row, word);
    case 'hex':
      return hexOf(words);
    case 'bit':
      return word === 1;
    case 'f32':
      return decodeFloat(map, words);
    default:
      return decodeNumber(map, row, words);
  }
}

/** One field from its words (a bit from one word of 0 or 1). Refuses a wrong length, an unknown label and a value out of bounds. */
export function decodeField<M extends DeviceMap, N extends FieldName<M>>(
  map: M,
  name: N,
  words: readonly number[],
): { readonly ok: true; readonly value: FieldsOf<M>[N] } | { readonly ok: false; readonly issue: string } {
  const row = rowOf(map, name);
  const count = addressCount(row);
  if (words.length !== count) return { ok: false, issue: `${map.model}.${name}: needs ${count} words, got ${words.length}` };
  const most = row.kind === 'bit' ? 1 : 0xffff;
  const stray = words.find((word) => !Number.isInteger(word) || word < 0 || word > most);
  if (stray !== undefined) return { ok: false, issue: `${map.model}.${name}: ${stray} is not a word of 0..${most}` };
  const value = decodeRow(map, row, words);
  if (value === undefined) return { ok: false, issue: `${map.model}.${name}: 0x${hexOf(words)} has no label` };
  const because = illegalBecause(row, value);
  return because === undefined ? { ok: true, value: value as FieldsOf<M>[N] } : { ok: false, issue: `${map.model}.${name}: ${because}` };
}

/** Decodes the answer to `readRequest(span)`: all its fields, or every reason against it. `answer` holds words, or bits of a bit space. */
export function decodeSpan<M extends DeviceMap>(
  map: M,
  span: ReadSpan<ReadableName<M>>,
  answer: readonly number[] | readonly boolean[],
): Decoded<Partial<ReadingOf<M>>> {
  if (answer.length !== span.count) return { ok: false, issues: [`${map.model}.${span.fields.join('+')}: asked for ${span.count}, got ${answer.length}`] };
  const isBitSpan = isBitSpace(span.space);
  if (answer.some((item) => (typeof item === 'boolean') !== isBitSpan)) {
    return { ok: false, issues: [`${map.model}.${span.fields.join('+')}: got ${isBitSpan ? 'words for bits' : 'bits for words'}`] };
  }
  const words = answer.map(Number);
  const values: Record<string, unknown> = {};
  const issues: string[] = [];
  for (const name of span.fields) {
    const row = rowOf(map, name);
    const at = row.address - span.address;
    const field = decodeField(map, name, words.slice(at, at + addressCount(row)));
    if (field.ok) values[name] = field.value;
    else issues.push(field.issue);
  }
  return issues.length > 0 ? { ok: false, issues } : { ok: true, values: values as Partial<ReadingOf<M>> };
}

/** Joins the decoded spans of a plan into the reading it was made for. A field missing is our own mistake. */
export function joinReadings<M extends DeviceMap, N extends ReadableName<M>>(
  map: M,
  names: readonly N[],
  parts: readonly Partial<ReadingOf<M>>[],
): Pick<ReadingOf<M>, N> {
  const values: Partial<ReadingOf<M>> = Object.assign({}, ...parts);
  for (const name of names) assert(values[name] !== undefined, `${map.model}.${name} was not read`);
  return values as Pick<ReadingOf<M>, N>;
}

/** Names that must be written together with `name`: its write block, or itself. */
function writtenWith(map: DeviceMap, name: string): readonly string[] {
  const { block } = rowOf(map, name);
  return block !== undefined && map.blocks?.[block] === 'write' ? fieldsOfBlock(map, block) : [name];
}

function wordsToWrite(map: DeviceMap, name: string, value: unknown): readonly number[] {
  const row = rowOf(map, name);
  if (row.access === 'r') throw new RangeError(`${map.model}.${name}: cannot be written`);
  if (value === undefined) throw new RangeError(`${map.model}.${name}: is missing; block ${row.block} is written whole`);
  return encodeField<DeviceMap, string>(map, name, value as FieldsOf<DeviceMap>[string]);
}

/** A stretch of neighbouring addresses to write, or one row that must go alone. */
interface WriteRun {
  readonly space: 'coil' | 'holding';
  readonly address: number;
  readonly words: readonly number[];
  readonly alone?: 'coilWord' | 'edge';
}

/** Whether `next` may go in the request of `last`. */
function joins(map: DeviceMap, last: WriteRun | undefined, next: WriteRun): last is WriteRun {
  if (last === undefined || last.alone !== undefined || next.alone !== undefined || last.space !== next.space) return false;
  return last.address + last.words.length === next.address && last.words.length + next.words.length <= writeCountMax(map, next.space);
}

/** One run in the function codes the device knows: the whole at once where it can, else word by word. */
function requestsOf(map: DeviceMap, { space, address, words, alone }: WriteRun): readonly ModbusRequest[] {
  const [word = 0] = words;
  if (alone === 'coilWord') return [{ kind: 'writeCoilWord', address, word }];
  if (alone === 'edge') return [words.map(() => 0), words].flatMap((each) => requestsOf(map, { space, address, words: each }));
  if (space === 'holding') {
    if (knowsFunction(map, 16)) return [{ kind: 'writeRegisters', address, words }];
    return words.map((value, at) => ({ kind: 'writeRegister', address: address + at, value }));
  }
  const bits = words.map((bit) => bit === 1);
  const together = knowsFunction(map, 15) && (bits.length > 1 || !knowsFunction(map, 5));
  return together ? [{ kind: 'writeCoils', address, bits }] : bits.map((on, at) => ({ kind: 'writeCoil', address: address + at, on }));
}

/**
 * The fewest requests that write these fields, in order of address: neighbours in one FC16 or FC15, a lone coil by FC05, and FC06 only for a
 * device that knows no FC16 (several boards know no FC06). An edge-triggered row goes alone, as zero and then the value.
 * @throws RangeError naming model and field for a value out of bounds, a read-only field or part of a write block; nothing is clamped.
 */
export function encodeWrites<M extends DeviceMap>(map: M, values: Partial<WritableOf<M>>): readonly ModbusRequest[] {
  const given: Readonly<Record<string, unknown>> = { ...values };
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(map.fields, name));
  if (stranger !== undefined) throw new RangeError(`${map.model}.${stranger}: no such field`);
  const runs: WriteRun[] = [];
  const done = new Set<string>();
  for (const [name, row] of rowsInOrder(map)) {
    const together = writtenWith(map, name);
    if (done.has(name) || together.every((one) => given[one] === undefined)) continue;
    for (const one of together) done.add(one);
    const words = together.flatMap((one) => wordsToWrite(map, one, given[one]));
    const space = row.space === 'coil' ? 'coil' : 'holding';
    const alone = space === 'coil' && row.kind !== 'bit' ? 'coilWord' : row.trigger;
    const run: WriteRun = alone === undefined ? { space, address: row.address, words } : { space, address: row.address, words, alone };
    const last = runs.at(-1);
    if (joins(map, last, run)) runs[runs.length - 1] = { ...last, words: [...last.words, ...words] };
    else runs.push(run);
  }
  return runs.flatMap((run) => requestsOf(map, run));
}
