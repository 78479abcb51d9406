/**
 * The registers of one simulated board, built from the same map the gateway reads by: initial values, typed access for the firmware,
 * and strict answers to Modbus requests. It refuses what a strict board would (no such address, half a command, a value out of bounds)
 * and must never decide what a command means: that is firmware.
 * Source: Modbus Application Protocol V1.1b3, sections 6 and 7.
 */
import assert from 'node:assert/strict';
import {
  type ExceptionName,
  exceptionCodes,
  functionCodeOf,
  isBitSpace,
  type ModbusRequest,
  type ModbusResponse,
  type RegisterSpace,
} from '../protocol/modbus.ts';
import { decodeField, encodeField } from '../protocol/register-codec.ts';
import {
  addressCount,
  type DeviceMap,
  type FieldName,
  type FieldsOf,
  type FieldValue,
  fieldsOfBlock,
  initialOf,
  knowsFunction,
  readCountMax,
  rowOf,
  rowsInOrder,
  type WritableOf,
  writeCountMax,
} from '../protocol/register-map.ts';

/** A write that passed access and bound checks, before it is stored. */
export interface BankWrite<M extends DeviceMap> {
  readonly values: Partial<WritableOf<M>>;
  /** Write blocks the request carries, whole. */
  readonly blocks: readonly string[];
  /** Words as received (bits as 0 or 1), first at `address`. */
  readonly words: readonly number[];
  readonly address: number;
}

/** Where firmware looks in. Both run inside the answering of one request, so a master sees all or nothing of what they change. */
export interface BankHooks<M extends DeviceMap> {
  /** Before a read is answered, with the fields it touches: the place to count a snapshot and seal a CRC. */
  readonly beforeRead?: (bank: RegisterBank<M>, fields: readonly string[]) => void;
  /** Judges a write. Returning an exception refuses it and stores nothing. */
  readonly onWrite?: (bank: RegisterBank<M>, write: BankWrite<M>) => ExceptionName | undefined;
}

export interface RegisterBank<M extends DeviceMap> {
  readonly map: M;
  /** The value of a field, write-only ones included (initial, or as last written). */
  get<N extends FieldName<M>>(name: N): FieldsOf<M>[N];
  /** Sets fields from inside the board, whatever their access. @throws RangeError naming the field that cannot hold its value. */
  set(values: Partial<FieldsOf<M>>): void;
  /** Every readable field, as it stands. Asks no firmware. */
  fields(): Readonly<Record<string, FieldValue>>;
  /** Words in address order of a block, as a master would read them. */
  wordsOf(block: string): readonly number[];
  /** Answers one request; never silent. */
  answer(request: ModbusRequest): ModbusResponse;
}

/** Cells of a bank: the map's addresses with their field, and the word (or bit) each holds now. */
interface Cell {
  readonly name: string;
  word: number;
}
type Cells = ReadonlyMap<number, Cell>;
type Refusal = { readonly kind: 'exception'; readonly code: number };

const refuse = (name: ExceptionName): Refusal => ({ kind: 'exception', code: exceptionCodes[name] });

function layOut(map: DeviceMap, space: RegisterSpace): Cells {
  const cells = new Map<number, Cell>();
  for (const [name, row] of rowsInOrder(map).filter(([, { space: own }]) => own === space)) {
    const initial = initialOf(row);
    const words = initial === undefined ? [] : encodeField<DeviceMap, string>(map, name, initial as FieldsOf<DeviceMap>[string]);
    for (let at = 0; at < addressCount(row); at++) cells.set(row.address + at, { name, word: words[at] ?? 0 });
  }
  return cells;
}

type WriteRequest = Exclude<ModbusRequest, { kind: 'read' }>;

/** What an FC05 carries for on (V1.1b3 section 6.5). */
const coilOn = 0xff00;

/** A write as space, address and words, whatever its function code. An FC05 keeps its word: what it means depends on the row. */
function writtenWords(request: WriteRequest): { readonly space: 'coil' | 'holding'; readonly address: number; readonly words: readonly number[] } {
  const { address } = request;
  if (request.kind === 'writeCoil') return { space: 'coil', address, words: [request.on ? coilOn : 0] };
  if (request.kind === 'writeCoilWord') return { space: 'coil', address, words: [request.word] };
  if (request.kind === 'writeCoils') return { space: 'coil', address, words: request.bits.map(Number) };
  return { space: 'holding', address, words: request.kind === 'writeRegister' ? [request.value] : request.words };
}

/** The cells a request touches, or why it may not touch them. */
function cellsTouched(map: DeviceMap, cells: Cells, address: number, count: number, barred: 'r' | 'w'): readonly Cell[] | Refusal {
  if (cells.size === 0) return refuse('illegalFunction');
  const touched = Array.from({ length: count }, (_, at) => cells.get(address + at));
  const open = touched.filter((cell) => cell !== undefined && rowOf(map, cell.name).access !== barred);
  return open.length === count ? (open as Cell[]) : refuse('illegalAddress');
}

/** The words of a write as its cells hold them: a coil takes on or off, a row of another kind the word of an FC05 and nothing else. */
function wordsToStore(map: DeviceMap, touched: readonly Cell[], request: WriteRequest, words: readonly number[]): readonly number[] | Refusal {
  const isSingle = request.kind === 'writeCoil' || request.kind === 'writeCoilWord';
  if (!isSingle && request.kind !== 'writeCoils') return words;
  const areBits = touched.every((cell) => rowOf(map, cell.name).kind === 'bit');
  if (!isSingle) return areBits ? words : refuse('illegalAddress');
  if (!areBits) return words;
  return request.kind === 'writeCoil' ? [Number(request.on)] : refuse('illegalValue');
}

/** The values a write carries; half a field or half a write block is an illegal address, a value outside its row an illegal value. */
function valuesWritten(
  map: DeviceMap,
  names: ReadonlySet<string>,
  address: number,
  words: readonly number[],
): { values: Record<string, unknown>; blocks: string[] } | Refusal {
  const blocks = Object.entries(map.blocks ?? {}).flatMap(([block, mode]) =>
    mode === 'write' && fieldsOfBlock(map, block).some((name) => names.has(name)) ? [block] : [],
  );
  if (blocks.some((block) => fieldsOfBlock(map, block).some((name) => !names.has(name)))) return refuse('illegalAddress');
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const row = rowOf(map, name);
    const own = row.address < address ? [] : words.slice(row.address - address, row.address - address + addressCount(row));
    if (own.length !== addressCount(row)) return refuse('illegalAddress');
    const field = decodeField(map, name, own);
    if (!field.ok) return refuse('illegalValue');
    values[name] = field.value;
  }
  return { values, blocks };
}

/** A bank with the initial values of `map`; a write-only field whose values exclude zero starts as zero words and cannot be read yet. */
export function createBank<M extends DeviceMap>(map: M, hooks: BankHooks<M> = {}): RegisterBank<M> {
  const spaces = { coil: layOut(map, 'coil'), discrete: layOut(map, 'discrete'), input: layOut(map, 'input'), holding: layOut(map, 'holding') };
  const wordsAt = (space: RegisterSpace, address: number, count: number) =>
    Array.from({ length: count }, (_, at) => spaces[space].get(address + at)?.word ?? 0);
  const store = (space: RegisterSpace, address: number, words: readonly number[]) => {
    for (const [at, word] of words.entries()) {
      const cell = spaces[space].get(address + at);
      assert(cell, `${map.model} has nothing at ${space} ${address + at}`);
      cell.word = word;
    }
  };

  const answerRead = ({ space, address, count }: Extract<ModbusRequest, { kind: 'read' }>): ModbusResponse => {
    if (count < 1 || count > readCountMax(map, space)) return refuse('illegalValue');
    const touched = cellsTouched(map, spaces[space], address, count, 'w');
    if ('kind' in touched) return touched;
    hooks.beforeRead?.(bank, [...new Set(touched.map((cell) => cell.name))]);
    const words = wordsAt(space, address, count);
    return isBitSpace(space) ? { kind: 'bits', bits: words.map((word) => word === 1) } : { kind: 'words', words };
  };

  const answerWrite = (request: WriteRequest): ModbusResponse => {
    const { space, address, words: sent } = writtenWords(request);
    if (sent.length < 1 || sent.length > writeCountMax(map, space)) return refuse('illegalValue');
    const touched = cellsTouched(map, spaces[space], address, sent.length, 'r');
    if ('kind' in touched) return touched;
    const words = wordsToStore(map, touched, request, sent);
    if ('kind' in words) return words;
    const written = valuesWritten(map, new Set(touched.map((cell) => cell.name)), address, words);
    if ('kind' in written) return written;
    const { values, blocks } = written;
    const exception = hooks.onWrite?.(bank, { values: values as Partial<WritableOf<M>>, blocks, words, address });
    if (exception !== undefined) return refuse(exception);
    store(space, address, words);
    return { kind: 'written' };
  };

  const bank: RegisterBank<M> = {
    map,
    get(name) {
      const row = rowOf(map, name);
      const field = decodeField(map, name, wordsAt(row.space, row.address, addressCount(row)));
      assert(field.ok, field.ok ? undefined : field.issue);
      return field.value;
    },
    set(values) {
      const given = Object.entries(values as Partial<FieldsOf<DeviceMap>>).filter(([, value]) => value !== undefined);
      const encoded = given.map(
        ([name, value]) => [rowOf(map, name), encodeField<DeviceMap, string>(map, name, value as FieldsOf<DeviceMap>[string])] as const,
      );
      for (const [row, words] of encoded) store(row.space, row.address, words);
    },
    fields() {
      const readable = rowsInOrder(map).filter(([, row]) => row.access !== 'w');
      return Object.fromEntries(readable.map(([name]) => [name, bank.get(name as FieldName<typeof map>) as FieldValue]));
    },
    wordsOf(block) {
      const rows = fieldsOfBlock(map, block).map((name) => rowOf(map, name));
      return rows.flatMap((row) => wordsAt(row.space, row.address, addressCount(row)));
    },
    answer(request) {
      if (!knowsFunction(map, functionCodeOf(request))) return refuse('illegalFunction');
      return request.kind === 'read' ? answerRead(request) : answerWrite(request);
    },
  };
  return bank;
}
