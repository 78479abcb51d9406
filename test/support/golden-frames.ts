// Published frames beside what a register map makes of them. Without it every device test would carry its own half of a Modbus codec.
import { expect } from 'vitest';
import type { ModbusRequest } from '../../protocol/modbus.ts';
import { planReads, readRequest } from '../../protocol/read-plan.ts';
import { decodeSpan, encodeWrites, joinReadings } from '../../protocol/register-codec.ts';
import type { DeviceMap, ReadableName, ReadingOf, WritableOf } from '../../protocol/register-map.ts';
import { decodeRequest, matchReply } from '../../protocol/rtu-frame.ts';

const bytes = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** The request in a published RTU frame of `unit`. */
export function requestIn(frame: string, unit = 1): ModbusRequest {
  const decoded = decodeRequest(bytes(frame));
  expect(decoded, frame).toMatchObject({ ok: true, unit });
  if (!decoded.ok) throw new Error(`${frame} is no request`);
  return decoded.request;
}

/** Registers, or bits, of a published reply to a published request; its CRC and shape are checked on the way. */
function answerIn(request: string, reply: string): readonly number[] | readonly boolean[] {
  const match = matchReply(bytes(request), bytes(reply));
  expect(match.kind, reply).toBe('match');
  const body = bytes(reply).subarray(3, -2);
  const asked = requestIn(request, bytes(request)[0]);
  if (asked.kind !== 'read') return [];
  const isBits = asked.space === 'coil' || asked.space === 'discrete';
  return Array.from({ length: asked.count }, (_, at) => (isBits ? (((body[at >> 3] ?? 0) >> (at & 7)) & 1) === 1 : body.readUInt16BE(2 * at)) as never);
}

/** Published exchanges that read `names`: the map asks with these requests and no others, and this is what it makes of the replies. */
export function readingIn<M extends DeviceMap, N extends ReadableName<M>>(
  map: M,
  names: readonly N[],
  exchanges: readonly (readonly [request: string, reply: string])[],
): Pick<ReadingOf<M>, N> {
  const spans = planReads(map, names);
  expect(spans.map(readRequest)).toEqual(exchanges.map(([request]) => requestIn(request)));
  const parts = spans.map((span, at) => {
    const [request = '', reply = ''] = exchanges[at] ?? [];
    const decoded = decodeSpan(map, span, answerIn(request, reply));
    if (!decoded.ok) throw new Error(decoded.issues.join('; '));
    return decoded.values;
  });
  return joinReadings(map, names, parts);
}

/** The map writes `values` with exactly these published frames, in this order. */
export function expectWrites<M extends DeviceMap>(map: M, values: Partial<WritableOf<M>>, frames: readonly string[]): void {
  expect(encodeWrites(map, values)).toEqual(frames.map((frame) => requestIn(frame)));
}
