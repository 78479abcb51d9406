/**
 * Refuses a wrong register map while the program loads, naming model and field of every fault at once: a map that overlaps, reaches out of
 * its space, holds what its kind cannot, or asks a device for what it does not know never reaches a wire. It judges maps, never devices.
 * Source: Modbus Application Protocol V1.1b3, section 4.4 (data model) and section 6 (quantities).
 */
import assert from 'node:assert/strict';
import { type FunctionCode, functionCodes, isBitSpace, maxWriteCount, type RegisterSpace, readCodes } from './modbus.ts';
import {
  addressCount,
  type BitsRow,
  boundsOf,
  type DeviceMap,
  type EnumRow,
  type FieldRow,
  type FloatRow,
  fieldsOfBlock,
  illegalBecause,
  initialOf,
  knowsFunction,
  type NumberRow,
  numericKinds,
  readCountMax,
  registerSpaces,
  rowOf,
  rowsInOrder,
  slotOf,
  writeCountMax,
} from './register-map.ts';

const rowKeys = new Set(['space', 'address', 'access', 'poll', 'block', 'trigger', 'wears', 'doc', 'source', 'kind', 'initial']);
const kindKeys: Readonly<Record<string, readonly string[]>> = { enum: ['labels'], bits: ['bits'], hex: ['words'], bit: [], f32: ['unit', 'min', 'max'] };
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

function* faultsOfFloat(row: FloatRow): Generator<string> {
  if (!row.unit?.trim()) yield 'has no unit';
  const { min, max } = boundsOf(row);
  if (min > max) yield `min ${min} is above max ${max}`;
  for (const bound of [min, max]) if (Math.fround(bound) !== bound) yield `bound ${bound} is no single precision number`;
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
  else if (row.kind === 'f32') yield* faultsOfFloat(row);
  else if (row.kind === 'bits') yield* faultsOfBits(row);
  else if (row.kind === 'hex') {
    if (!isWhole(row.words, 1, maxWriteCount('holding'))) yield `words ${row.words} is outside 1..${maxWriteCount('holding')}`;
  } else if (row.kind !== 'bit') yield* faultsOfNumber(row);
}

/** The one register kind in a bit space: what an FC05 carries in place of on and off. */
const isCoilWord = (row: FieldRow): row is NumberRow => row.kind === 'u16' && row.space === 'coil' && row.access === 'w';
/** Above it and at zero an FC05 says on or off. */
const coilWordMax = 0xfeff;

/** Function codes any of which writes a row. */
function writersOf(row: FieldRow): readonly FunctionCode[] {
  if (row.kind === 'bit') return [5, 15];
  if (row.space === 'coil') return [5];
  return addressCount(row) === 1 ? [6, 16] : [16];
}

function* faultsOfWriting(map: DeviceMap, row: FieldRow): Generator<string> {
  if (row.access === 'r') {
    if (row.trigger !== undefined || row.wears !== undefined) yield 'says how it is written, and cannot be';
    return;
  }
  const writers = writersOf(row);
  if (!writers.some((code) => knowsFunction(map, code))) yield `can only be written by function ${writers.join(' or ')}, which the device does not know`;
  if (isCoilWord(row)) {
    const { min, max } = boundsOf(row);
    const scale = row.scale ?? 1;
    if (min < scale || max > coilWordMax * scale) yield `is the word of an FC05, so its counts are within 1..${coilWordMax}`;
  }
  if (row.trigger === undefined) return;
  if (row.space !== 'holding' || row.block !== undefined) yield 'is edge-triggered and not a holding register of its own';
  if (!holdsZero(row)) yield 'is edge-triggered and cannot hold zero';
}

/** Whether all words zero is a value of the row. */
function holdsZero(row: FieldRow): boolean {
  if (row.kind === 'enum') return Object.values(row.labels).includes(0);
  return row.kind === 'bits' || row.kind === 'hex' || row.kind === 'bit' || illegalBecause(row, 0) === undefined;
}

function* faultsOfPlace(row: FieldRow): Generator<string> {
  if ((row.kind === 'bit') !== isBitSpace(row.space) && !isCoilWord(row)) yield `kind ${row.kind} cannot stand in space ${row.space}`;
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

function* faultsOfRow(map: DeviceMap, row: FieldRow): Generator<string> {
  const own = keysOf(row) ?? [];
  for (const key of Object.keys(row)) if (!rowKeys.has(key) && !own.includes(key)) yield `a row of kind ${row.kind} has no property ${key}`;
  const ofKind = [...faultsOfKind(row)];
  yield* ofKind;
  yield* faultsOfPlace(row);
  if (ofKind.length === 0) yield* faultsOfWriting(map, row);
  if (row.access !== 'w' && !knowsFunction(map, readCodes[row.space])) yield `is read by function ${readCodes[row.space]}, which the device does not know`;
  const most = readCountMax(map, row.space);
  if (addressCount(row) > most) yield `takes ${addressCount(row)} registers, more than ${most} in one request`;
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
  const space = rows[0]?.[1].space ?? 'holding';
  const most = mode === 'read' ? readCountMax(map, space) : writeCountMax(map, space === 'coil' ? 'coil' : 'holding');
  if (mode === 'write' && count > 1 && !knowsFunction(map, space === 'coil' ? 15 : 16))
    yield `${map.model}.${block}: block is written whole, by a function the device does not know`;
  if (count > most) yield `${map.model}.${block}: block takes ${count} addresses, more than ${most} in one request`;
}

function* faultsOfMap(map: DeviceMap): Generator<string> {
  const { first, last } = map.units;
  if (!isWhole(first, 1, 247) || !isWhole(last, first, 247)) yield `${map.model}: units ${first}..${last} are not within 1..247`;
  if (!isWhole(map.timeoutMs, 1, 60_000)) yield `${map.model}: timeoutMs ${map.timeoutMs} is outside 1..60000`;
  if (map.turnaroundMs !== undefined && !isWhole(map.turnaroundMs, 0, map.timeoutMs - 1))
    yield `${map.model}: turnaroundMs ${map.turnaroundMs} is not within the deadline`;
  if (!isWhole(map.guardMs, 0, 60_000)) yield `${map.model}: guardMs ${map.guardMs} is outside 0..60000`;
  if ((map.kind === 'dispenser') !== (map.reliability !== undefined)) yield `${map.model}: reliability is for dispensers, and every dispenser needs one`;
  const functions = map.functions ?? functionCodes;
  const strange = functions.filter((code, at) => !functionCodes.includes(code) || functions.indexOf(code) !== at);
  if (strange.length > 0) yield `${map.model}: functions ${strange.join(', ')} are unknown or named twice`;
  if (!isWhole(map.registersPerRequestMax ?? 1, 1, 125)) yield `${map.model}: registersPerRequestMax ${map.registersPerRequestMax} is outside 1..125`;
  const rows = Object.entries(map.fields);
  const shapeless = rows.filter(([, row]) => faultOfShape(row) !== undefined);
  for (const [name, row] of shapeless) yield `${map.model}.${name}: ${faultOfShape(row)}`;
  if (shapeless.length > 0) return;
  for (const [name, row] of rows) {
    for (const fault of faultsOfRow(map, row)) yield `${map.model}.${name}: ${fault}`;
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
