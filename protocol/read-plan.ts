/**
 * From field names to the fewest requests that read them: neighbours are merged, gaps are never read across (a board may refuse an
 * address it does not have), a field or block is never split between two requests.
 * Pure planning; sending is the bus's work and decoding register-codec.ts's.
 */
import type { ModbusRequest, RegisterSpace } from './modbus.ts';
import { addressCount, type DeviceMap, fieldsOfBlock, type ReadableName, readCountMax, rowOf, rowsInOrder } from './register-map.ts';

/** One read request and the fields its answer holds, in address order. */
export interface ReadSpan<Name extends string = string> {
  readonly space: RegisterSpace;
  readonly address: number;
  /** Registers 1..125, or bits 1..2000; fewer where the device takes fewer. */
  readonly count: number;
  readonly fields: readonly Name[];
}

const end = (span: ReadSpan) => span.address + span.count;

/** The stretch of addresses that must be read together with `name`: its block, or itself. */
function spanAround<M extends DeviceMap>(map: M, name: string): ReadSpan<ReadableName<M>> {
  const { block } = rowOf(map, name);
  const fields = block !== undefined && map.blocks?.[block] === 'read' ? fieldsOfBlock(map, block) : [name];
  const rows = fields.map((field) => rowOf(map, field));
  const { space, address } = rows[0] ?? rowOf(map, name);
  return { space, address, count: rows.reduce((sum, row) => sum + addressCount(row), 0), fields: fields as readonly ReadableName<M>[] };
}

/**
 * Plans the reads for the named fields, or for every readable field. Asking for one field of a read block reads the whole block.
 * The answer is in order of space and address and never overlaps.
 */
export function planReads<M extends DeviceMap>(map: M, fieldNames?: readonly ReadableName<M>[]): readonly ReadSpan<ReadableName<M>>[] {
  const wanted = new Set<string>(fieldNames ?? rowsInOrder(map).flatMap(([name, row]) => (row.access === 'w' ? [] : [name])));
  const spans: ReadSpan<ReadableName<M>>[] = [];
  const planned = new Set<string>();
  for (const [name] of rowsInOrder(map)) {
    if (!wanted.has(name) || planned.has(name)) continue;
    const next = spanAround(map, name);
    for (const field of next.fields) planned.add(field);
    const last = spans.at(-1);
    const joins = last !== undefined && last.space === next.space && end(last) === next.address && last.count + next.count <= readCountMax(map, next.space);
    if (joins) spans[spans.length - 1] = { ...last, count: last.count + next.count, fields: [...last.fields, ...next.fields] };
    else spans.push(next);
  }
  return spans;
}

/** The request that reads a span. */
export const readRequest = (span: ReadSpan): ModbusRequest => ({ kind: 'read', space: span.space, address: span.address, count: span.count });
