// Lost if deleted: thousands of damaged frames for every register map and wire: with a CRC none is taken for real but what also passes another
// program's CRC, and without one (Modbus TCP) what is taken is read as exactly what its bytes say. Counts are printed per model.
import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { type Random, randomFor } from '../../device-sim/random.ts';
import { frameMbap, frameRtu } from '../../gateway/southbound/framing.ts';
import { openTransaction } from '../../gateway/southbound/modbus-port.ts';
import { deviceCatalogue, deviceModels } from '../../protocol/devices/catalogue.ts';
import { planReads, type ReadSpan, readRequest } from '../../protocol/read-plan.ts';
import { decodeSpan } from '../../protocol/register-codec.ts';
import type { DeviceMap } from '../../protocol/register-map.ts';
import { decodeRequest, encodeResponse } from '../../protocol/rtu-frame.ts';
import { type Damage, damage, damagedFrames, damageSeed, damages, damageTimeoutMs } from '../support/damaged-frames.ts';
import { fieldsIn } from '../support/register-oracle.ts';

/** Another implementation's CRC, to judge accepted frames with. */
const otherCrc: (bytes: Buffer) => number = createRequire(import.meta.url)('modbus-serial/utils/crc16.js');
const isSealed = (frame: Buffer) => frame.length > 2 && otherCrc(frame.subarray(0, -2)) === frame.readUInt16LE(frame.length - 2);
/** CRC-16 finds every damage of this many bits in frames this short. */
const flipsMax = 3;
const unit = 1;
const transactionId = 0x1234;

interface Exchange {
  readonly span: ReadSpan;
  /** Whole RTU frames. */
  readonly request: Buffer;
  readonly reply: Buffer;
}

/** A read of the map and a reply with random words, whether the fields can hold them or not. */
function exchangeOf(asked: readonly Pick<Exchange, 'span' | 'request'>[], random: Random): Exchange {
  const { span, request } = random.pick(asked);
  const isBits = span.space === 'coil' || span.space === 'discrete';
  const word = () => (random.chance(0.5) ? random.whole(0, 3) : random.whole(0, 0xffff));
  const words = Array.from({ length: span.count }, word);
  const response = isBits ? ({ kind: 'bits', bits: words.map((each) => each % 2 === 1) } as const) : ({ kind: 'words', words } as const);
  return { span, request, reply: encodeResponse(unit, readRequest(span), response) };
}

/** What the gateway makes of a whole reply, or why nothing. */
function readBy(map: DeviceMap, span: ReadSpan, request: Buffer, frame: Buffer): Readonly<Record<string, unknown>> | 'exception' | 'refused' {
  const decodedRequest = decodeRequest(request);
  if (!decodedRequest.ok) throw new Error('our own request');
  const response = openTransaction(unit, decodedRequest.request).decode(frame);
  if (response.kind === 'exception') return 'exception';
  const decoded = decodeSpan(map, span, response.kind === 'words' ? response.words : response.kind === 'bits' ? response.bits : []);
  return decoded.ok ? (decoded.values as Readonly<Record<string, unknown>>) : 'refused';
}

/** A frame that was taken: its values are what another reader finds in its bytes, none beside it. */
function expectAsSaid(map: DeviceMap, { span, request }: Exchange, frame: Buffer): void {
  const read = readBy(map, span, request, frame);
  if (read === 'refused') return;
  if (read === 'exception') {
    expect([frame.length, frame[1]]).toEqual([5, (request[1] ?? 0) | 0x80]);
    return;
  }
  const said = fieldsIn(map, span, frame.subarray(3, -2));
  if (!isDeepStrictEqual(read, said)) expect(read, frame.toString('hex')).toEqual(said);
}

interface Damaged {
  readonly exchange: Exchange;
  readonly other: Exchange;
  readonly kind: Damage;
  /** Half of the frames are what a board hears, half what the gateway hears. */
  readonly isRequest: boolean;
}

/** What became of one damaged RTU frame; whatever is taken has passed another program's CRC. */
function rtuFate(map: DeviceMap, { exchange, other, kind, isRequest }: Damaged, random: Random): 'refused' | 'unchanged' | 'sealed' {
  const of = ({ request, reply }: Exchange) => (isRequest ? request : reply);
  const damaged = damage(kind, of(exchange), of(other), random, flipsMax);
  const verdict = isRequest ? decodeRequest(damaged) : frameRtu(exchange.request).judge(damaged);
  if ('ok' in verdict ? !verdict.ok : verdict.kind !== 'reply') return 'refused';
  expect(isSealed(damaged), damaged.toString('hex')).toBe(true);
  if (kind === 'bit flips') expect(damaged.equals(of(exchange)), damaged.toString('hex')).toBe(true);
  if (!isRequest) expectAsSaid(map, exchange, damaged);
  return damaged.equals(of(exchange)) || damaged.equals(of(other)) ? 'unchanged' : 'sealed';
}

const lines: string[] = [];
afterAll(() => {
  console.log(['| model | wire | damaged | taken | of these unchanged | of these passing CRC-16 | read as the bytes say |', ...lines].join('\n'));
});

describe.each(deviceModels.map((model): [string, DeviceMap] => [model, deviceCatalogue[model]]))('%s', (model, map) => {
  const asked = planReads(map).map((span) => ({ span, request: openTransaction(unit, readRequest(span)).frame }));

  it(
    `takes none of ${damagedFrames} damaged RTU frames but what passes CRC-16 of another program`,
    () => {
      const random = randomFor(damageSeed, `${model} RTU`);
      const counts = { unchanged: 0, sealed: 0 };
      let other = exchangeOf(asked, random);
      for (let run = 0; run < damagedFrames; run += 1) {
        const exchange = exchangeOf(asked, random);
        const kind = damages[run % damages.length] as Damage;
        const fate = rtuFate(map, { exchange, other, kind, isRequest: run % 8 >= 4 }, random);
        if (fate !== 'refused') counts[fate] += 1;
        other = exchange;
      }
      const { unchanged, sealed } = counts;
      lines.push(`| ${model} | RTU | ${damagedFrames} | ${unchanged + sealed} | ${unchanged} | ${sealed} | all |`);
      // By chance 1 in 65,536 of what is long enough: 1.5 in 100,000.
      expect(sealed).toBeLessThan(10 + damagedFrames / 10_000);
    },
    damageTimeoutMs,
  );

  it(
    `reads what it takes of ${damagedFrames} damaged Modbus TCP replies as exactly what they say`,
    () => {
      const random = randomFor(damageSeed, `${model} Modbus TCP`);
      let taken = 0;
      let unchanged = 0;
      const adu = ({ reply }: Exchange) => Buffer.concat([mbapHeader(reply), reply.subarray(0, -2)]);
      let other = adu(exchangeOf(asked, random));
      for (let run = 0; run < damagedFrames; run += 1) {
        const exchange = exchangeOf(asked, random);
        const whole = adu(exchange);
        const damaged = damage(damages[run % damages.length] as Damage, whole, other, random, flipsMax);
        const verdict = frameMbap(exchange.request, transactionId).judge(damaged);
        if (verdict.kind === 'reply') {
          taken += 1;
          if (damaged.equals(whole) || damaged.equals(other)) unchanged += 1;
          expect(verdict.frame.subarray(0, -2).equals(damaged.subarray(6))).toBe(true);
          expectAsSaid(map, exchange, verdict.frame);
        }
        other = whole;
      }
      lines.push(`| ${model} | Modbus TCP | ${damagedFrames} | ${taken} | ${unchanged} | no check | all |`);
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThan(damagedFrames / 2);
    },
    damageTimeoutMs,
  );
});

function mbapHeader(reply: Buffer): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt16BE(transactionId, 0);
  header.writeUInt16BE(reply.length - 2, 4);
  return header;
}
