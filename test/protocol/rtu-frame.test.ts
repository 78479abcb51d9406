// Lost if deleted: the standard's example frames in both directions, and 10,000 mutations on each side of which none may be taken for real.
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { functionCodeOf, type ModbusRequest, type ModbusResponse } from '../../protocol/modbus.ts';
import { crc16, decodeRequest, encodeException, encodeResponse, expectedReply, matchReply, requestLength } from '../../protocol/rtu-frame.ts';

/** Another implementation's CRC, to judge accepted mutations with. */
const otherCrc: (bytes: Buffer) => number = createRequire(import.meta.url)('modbus-serial/utils/crc16.js');
const bytes = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const bitsOf = (text: string) => [...text.replaceAll(' ', '')].map((digit) => digit === '1');

/** PDUs are the examples of V1.1b3 sections 6.1 to 6.6, 6.11 and 6.12 as unit 17; CRCs by pymodbus 3. Bits in order of address. */
const examples: readonly (readonly [request: string, decoded: ModbusRequest, response: ModbusResponse, reply: string])[] = [
  [
    '11 01 00 13 00 13 8E 92',
    { kind: 'read', space: 'coil', address: 0x13, count: 19 },
    { kind: 'bits', bits: bitsOf('10110011 11010110 101') },
    '11 01 03 CD 6B 05 40 12',
  ],
  [
    '11 02 00 C4 00 16 BA A9',
    { kind: 'read', space: 'discrete', address: 0xc4, count: 22 },
    { kind: 'bits', bits: bitsOf('00110101 11011011 101011') },
    '11 02 03 AC DB 35 20 18',
  ],
  [
    '11 03 00 6B 00 03 76 87',
    { kind: 'read', space: 'holding', address: 0x6b, count: 3 },
    { kind: 'words', words: [0x22b, 0, 0x64] },
    '11 03 06 02 2B 00 00 00 64 C8 BA',
  ],
  ['11 04 00 08 00 01 B2 98', { kind: 'read', space: 'input', address: 8, count: 1 }, { kind: 'words', words: [10] }, '11 04 02 00 0A F8 F4'],
  ['11 05 00 AC FF 00 4E 8B', { kind: 'writeCoil', address: 0xac, on: true }, { kind: 'written' }, '11 05 00 AC FF 00 4E 8B'],
  // No example of the standard: a relay board's pulse of 700 ms (Waveshare Modbus RTU Relay, flash on), CRC by pymodbus 3.
  ['11 05 02 00 00 07 8F 20', { kind: 'writeCoilWord', address: 0x200, word: 7 }, { kind: 'written' }, '11 05 02 00 00 07 8F 20'],
  ['11 06 00 01 00 03 9A 9B', { kind: 'writeRegister', address: 1, value: 3 }, { kind: 'written' }, '11 06 00 01 00 03 9A 9B'],
  ['11 0F 00 13 00 0A 02 CD 01 BF 0B', { kind: 'writeCoils', address: 0x13, bits: bitsOf('10110011 10') }, { kind: 'written' }, '11 0F 00 13 00 0A 26 99'],
  ['11 10 00 01 00 02 04 00 0A 01 02 C6 F0', { kind: 'writeRegisters', address: 1, words: [10, 0x102] }, { kind: 'written' }, '11 10 00 01 00 02 12 98'],
];

/** A PDU as a frame of unit 17, sealed by the other CRC. */
function frameOf(pdu: string): Buffer {
  const body = bytes(`11 ${pdu}`);
  const tail = Buffer.alloc(2);
  tail.writeUInt16LE(otherCrc(body));
  return Buffer.concat([body, tail]);
}

it('CRC-16/MODBUS of "123456789" is 0x4B37', () => {
  expect(crc16(Buffer.from('123456789'))).toBe(0x4b37);
});

describe('the examples of the standard', () => {
  it.each(examples)('%s', (request, decoded, response, reply) => {
    const [frame, answer] = [bytes(request), bytes(reply)];
    expect(decodeRequest(frame)).toEqual({ ok: true, unit: 17, request: decoded });
    expect(functionCodeOf(decoded)).toBe(frame[1]);
    expect(requestLength(frame)).toBe(frame.length);
    expect(encodeResponse(17, decoded, response)).toEqual(answer);
    expect(expectedReply(frame).length).toBe(answer.length);
    expect(matchReply(frame, answer)).toEqual({ kind: 'match', frame: answer, rest: Buffer.alloc(0) });
    expect(matchReply(frame, Buffer.concat([answer, bytes('00FF')]))).toEqual({ kind: 'match', frame: answer, rest: bytes('00FF') });
    for (let length = 0; length < answer.length; length++) expect(matchReply(frame, answer.subarray(0, length))).toEqual({ kind: 'more' });
  });
  it('exception 2 to a read', () => {
    const frame = bytes('11 83 02 C1 34');
    const [request, decoded] = [bytes('11 03 00 6B 00 03 76 87'), examples[2]?.[1]];
    expect(encodeException(17, 3, 2)).toEqual(frame);
    expect(decoded && encodeResponse(17, decoded, { kind: 'exception', code: 2 })).toEqual(frame);
    expect(matchReply(request, frame)).toEqual({ kind: 'match', frame, rest: Buffer.alloc(0) });
    expect(matchReply(request, frame.subarray(0, 4))).toEqual({ kind: 'more' });
  });
});

describe('the length of a request', () => {
  it('is known from the function, or from the byte count', () => {
    expect(requestLength(bytes(''))).toBe('more');
    expect(requestLength(bytes('11'))).toBe('more');
    expect(requestLength(bytes('11 03'))).toBe(8);
    expect(requestLength(bytes('11 10 00 01 00 02'))).toBe('more');
    expect(requestLength(bytes('11 10 00 01 00 02 04'))).toBe(13);
    expect(requestLength(bytes('11 2B'))).toBe('unknown');
  });
});

describe('a board refuses', () => {
  it.each([
    ['function 0x2B', '2B 0E 01 00', 'function', 'illegalFunction'],
    ['no registers', '03 00 00 00 00', 'value', 'illegalValue'],
    ['126 registers', '03 00 00 00 7E', 'value', 'illegalValue'],
    ['2001 bits', '01 00 00 07 D1', 'value', 'illegalValue'],
    ['a coil more than on', '05 00 00 FF 01', 'value', 'illegalValue'],
    ['a byte count that contradicts the registers', '10 00 01 00 02 02 00 0A', 'value', 'illegalValue'],
    ['a byte count that contradicts the coils', '0F 00 01 00 09 01 FF', 'value', 'illegalValue'],
    ['124 registers to write', `10 00 00 00 7C F8 ${'00'.repeat(248)}`, 'value', 'illegalValue'],
    ['1969 coils to write', `0F 00 00 07 B1 F7 ${'00'.repeat(247)}`, 'value', 'illegalValue'],
    ['no registers to write', '10 00 01 00 00 00', 'value', 'illegalValue'],
    ['a read past 65535', '03 FF FF 00 02', 'address', 'illegalAddress'],
    ['a write past 65535', '10 FF FF 00 02 04 00 01 00 02', 'address', 'illegalAddress'],
  ])('%s', (_name, pdu, fault, exception) => {
    const frame = frameOf(pdu);
    expect(decodeRequest(frame)).toEqual({ ok: false, fault, exception, unit: 17, functionCode: frame[1] });
  });
  it.each([
    ['too few bytes', bytes('11 03 00'), 'length'],
    ['a CRC with its bytes turned round', bytes('11 03 00 6B 00 03 87 76'), 'crc'],
    ['zeros behind a good frame, which keep its CRC right', bytes('11 03 00 6B 00 03 76 87 00 00'), 'length'],
    ['a sealed frame of the wrong length', frameOf('03 00 00 00 01 00'), 'length'],
  ])('%s, in silence', (_name, frame, fault) => {
    expect(decodeRequest(frame)).toEqual({ ok: false, fault, unit: 17, functionCode: 3 });
  });
});

describe('the master refuses', () => {
  const read = bytes('11 03 00 6B 00 03 76 87');
  const write = bytes('11 10 00 01 00 02 04 00 0A 01 02 C6 F0');
  it.each([
    ['another unit', read, '12', 'unit'],
    ['another function', read, '11 04', 'function'],
    ['an exception of another unit', read, '12 83 02 C1 70', 'unit'],
    ['an exception of another function', read, '11 84 02', 'function'],
    ['byte count 0', read, '11 03 00', 'byte count'],
    ['one register too many', read, '11 03 08', 'byte count'],
    ['a wrong CRC', read, '11 03 06 02 2B 00 00 00 64 C8 BB', 'crc'],
    ['an exception with a wrong CRC', read, '11 83 02 C1 35', 'crc'],
    ['an echo of another address', write, '11 10 00 02', 'echo'],
    ['an echo of another quantity', write, '11 10 00 01 00 03', 'echo'],
    ['an echo of another value', bytes('11 05 00 AC FF 00 4E 8B'), '11 05 00 AC 00 00', 'echo'],
  ])('%s', (_name, request, reply, reason) => {
    expect(matchReply(request, bytes(reply))).toEqual({ kind: 'mismatch', reason });
  });
});

describe('10,000 random mutations', () => {
  const seed = Number(process.env['SIFEN_SEED'] ?? Date.now() % 0x7fff_ffff);
  const numRuns = 10_000;
  const word = fc.integer({ min: 0, max: 0xffff });
  const wordHex = (value: number) => value.toString(16).padStart(4, '0');
  const byteHex = (value: number) => value.toString(16).padStart(2, '0');
  const longWrite = fc.tuple(fc.nat(0xff00), fc.array(word, { minLength: 1, maxLength: 123 })).map(([address, words]) => {
    return frameOf(`10${wordHex(address)}${wordHex(words.length)}${byteHex(words.length * 2)}${words.map(wordHex).join('')}`);
  });
  const requests = fc.oneof(fc.constantFrom(...examples.map(([request]) => bytes(request))), longWrite);
  const longRead = fc.array(word, { minLength: 1, maxLength: 125 }).map((words) => {
    const request: ModbusRequest = { kind: 'read', space: 'holding', address: 0, count: words.length };
    return [frameOf(`030000${wordHex(words.length)}`), encodeResponse(17, request, { kind: 'words', words })] as const;
  });
  const exchanges = fc.oneof(fc.constantFrom(...examples.map(([request, , , reply]) => [bytes(request), bytes(reply)] as const)), longRead);
  const fraction = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

  type Mutation = { readonly kind: 'flip' | 'truncate' | 'extend' | 'splice'; readonly places: readonly number[]; readonly tail: Uint8Array };
  const mutations: fc.Arbitrary<Mutation> = fc.record({
    kind: fc.constantFrom('flip', 'truncate', 'extend', 'splice'),
    places: fc.uniqueArray(fraction, { minLength: 1, maxLength: 3 }),
    tail: fc.uint8Array({ minLength: 1, maxLength: 16 }),
  });

  /** `frame` after a mutation; `other` lends the second half of a splice. */
  function mutate(frame: Buffer, other: Buffer, { kind, places, tail }: Mutation): Buffer {
    const [first = 0, second = first] = places;
    if (kind === 'truncate') return frame.subarray(0, Math.floor(first * frame.length));
    if (kind === 'extend') return Buffer.concat([frame, tail]);
    if (kind === 'splice') return Buffer.concat([frame.subarray(0, Math.ceil(first * frame.length)), other.subarray(Math.floor(second * other.length))]);
    const flipped = Buffer.from(frame);
    for (const bit of new Set(places.map((place) => Math.floor(place * frame.length * 8)))) flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return flipped;
  }
  const isSealed = (frame: Buffer) => otherCrc(frame.subarray(0, -2)) === frame.readUInt16LE(frame.length - 2);

  /** Counts what was taken for real, and insists that only splices and sealed frames ever are. */
  class Tally {
    mutated = 0;
    splices = 0;
    sealed = 0;
    take(kind: Mutation['kind'], frame: Buffer, valid: readonly Buffer[]): void {
      expect(kind, `taken for real: ${frame.toString('hex')}`).not.toBe('flip');
      expect(isSealed(frame), frame.toString('hex')).toBe(true);
      if (kind === 'splice' && valid.some((whole) => whole.equals(frame))) this.splices++;
      else this.sealed++;
    }
    print(side: string): void {
      console.info(
        `${side}: ${this.mutated} mutations, seed ${seed}; accepted ${this.splices} splices equal to a valid frame, ${this.sealed} that pass CRC-16`,
      );
    }
  }

  it('of requests: a board acts on none', () => {
    const tally = new Tally();
    const property = fc.property(requests, requests, mutations, (frame, other, mutation) => {
      const mutated = mutate(frame, other, mutation);
      tally.mutated++;
      if (decodeRequest(mutated).ok && !(mutation.kind !== 'splice' && mutated.equals(frame))) tally.take(mutation.kind, mutated, [frame, other]);
    });
    fc.assert(property, { numRuns, seed });
    tally.print('requests');
    expect(tally.mutated).toBe(numRuns);
    expect(tally.sealed).toBeLessThan(5);
  });

  it('of replies: the master takes none', () => {
    const tally = new Tally();
    const property = fc.property(exchanges, exchanges, mutations, ([request, reply], [, other], mutation) => {
      const mutated = mutate(reply, other, mutation);
      tally.mutated++;
      const match = matchReply(request, mutated);
      if (mutation.kind === 'extend') expect(match).toEqual({ kind: 'match', frame: reply, rest: Buffer.from(mutation.tail) });
      else if (mutation.kind === 'truncate') expect(match.kind).toBe('more');
      else if (match.kind === 'match' && match.rest.length === 0) tally.take(mutation.kind, mutated, [reply, other]);
    });
    fc.assert(property, { numRuns, seed });
    tally.print('replies');
    expect(tally.mutated).toBe(numRuns);
    expect(tally.sealed).toBeLessThan(5);
  });
});
