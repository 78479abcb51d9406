/**
 * The registers of one simulated board, built from the same map the gateway reads by: initial values, typed access for the firmware,
 * and strict answers to Modbus requests. It refuses what a strict board would (no such address, half a command, a value out of bounds)
 * and must never decide what a command means: that is firmware.
 * Source: Modbus Application Protocol V1.1b3, sections 6 and 7.
 */
import { exceptionCodes, type ExceptionName, type ModbusRequest, type ModbusResponse, type RegisterSpace } from '../protocol/modbus.ts';
import { decodeField, encodeField } from '../protocol/register-codec.ts';
import {
  addressCount,
  type DeviceMap,
  type FieldName,
  type FieldsOf,
  type FieldValue,
  fieldsOfBlock,
  initialOf,
  maxReadBits,
  maxReadWords,
  maxWriteBits,
  maxWriteWords,
  rowOf,
  rowsInOrder,
  type WritableOf,
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
  /** Words in address order of a block, as a master would read them. */
  wordsOf(block: string): readonly number[];
  /** Answers one request; never silent. */
  answer(request: ModbusRequest): ModbusResponse;
}
