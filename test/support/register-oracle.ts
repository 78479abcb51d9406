// Register fields read a second time, from the bytes of a reply with Node's own readers, to judge what the codec makes of damaged ones.

import type { ReadSpan } from '../../protocol/read-plan.ts';
import { addressCount, type DeviceMap, type FieldRow, type FieldValue, rowOf, slotOf } from '../../protocol/register-map.ts';

/** The bytes of a field with its most significant first. */
function ordered(map: DeviceMap, bytes: Buffer): Buffer {
  if (map.wordOrder === 'highFirst') return bytes;
  return Buffer.concat(Array.from({ length: bytes.length / 2 }, (_, at) => bytes.subarray(2 * at, 2 * at + 2)).reverse());
}

/** The value the bytes of one register row say; undefined for a word without a label. */
function numberOrText(map: DeviceMap, row: FieldRow, bytes: Buffer): FieldValue | undefined {
  const number = ordered(map, bytes);
  switch (row.kind) {
    case 'u16':
      return number.readUInt16BE(0) * (row.scale ?? 1);
    case 'i16':
      return number.readInt16BE(0) * (row.scale ?? 1);
    case 'u32':
      return number.readUInt32BE(0) * (row.scale ?? 1);
    case 'i32':
      return number.readInt32BE(0) * (row.scale ?? 1);
    case 'u64':
      return Number(number.readBigUInt64BE(0)) * (row.scale ?? 1);
    case 'f32':
      return number.readFloatBE(0);
    case 'hex':
      return bytes.toString('hex');
    case 'enum':
      return Object.entries(row.labels).find(([, word]) => word === bytes.readUInt16BE(0))?.[0];
    case 'bits': {
      // As a string of digits, so that no shift is shared with the codec.
      const digits = bytes.readUInt16BE(0).toString(2).padStart(16, '0');
      const parts = Object.entries(row.bits).map(([name, slot]) => {
        const { bit, width } = slotOf(slot);
        const part = Number.parseInt(digits.slice(16 - bit - width, 16 - bit), 2);
        return [name, typeof slot === 'number' ? part === 1 : part] as const;
      });
      return Object.fromEntries(parts);
    }
    default:
      return undefined;
  }
}

/** What the payload of a reply (behind its byte count) says of every field of `span`. */
export function fieldsIn(map: DeviceMap, span: ReadSpan, payload: Buffer): Readonly<Record<string, FieldValue | undefined>> {
  return Object.fromEntries(
    span.fields.map((name) => {
      const row = rowOf(map, name);
      const at = row.address - span.address;
      if (row.kind === 'bit') return [name, (payload[Math.floor(at / 8)]?.toString(2).padStart(8, '0') ?? '').at(-1 - (at % 8)) === '1'];
      return [name, numberOrText(map, row, payload.subarray(2 * at, 2 * (at + addressCount(row))))];
    }),
  );
}
