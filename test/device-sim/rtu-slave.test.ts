// Without this, the simulated boards could execute frames no real slave would: damaged, spliced, or meant for somebody else.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../device-sim/faulty-wire.ts';
import { type BoardLine, RtuSlave } from '../../device-sim/rtu-slave.ts';
import type { ModbusRequest } from '../../protocol/modbus.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
// From the W-CN transmitter manual: read gross, its answer 132, the zero command. The echo by V1.1b3 section 6.12, its CRC by pymodbus.
const readGross = hex('01 03 00 50 00 02 C4 1A');
const gross132 = hex('01 03 04 00 00 00 84 FA 50');
const zero = hex('01 10 00 5E 00 01 02 00 01 6A EE');
const zeroed = hex('01 10 00 5E 00 01 60 1B');

const replies = (heard: readonly Exchange[]) => heard.map(({ reply }) => reply);

/** A line with unit 1 that weighs 132 and keeps what it was asked. */
function scaleLine(): BoardLine & { readonly asked: ModbusRequest[] } {
  const asked: ModbusRequest[] = [];
  return {
    asked,
    hasUnit: (unit) => unit === 1,
    service(_unit, request) {
      asked.push(request);
      return request.kind === 'read' ? { kind: 'words', words: [0, 132].slice(0, request.count) } : { kind: 'written' };
    },
  };
}

describe('frames of the manual', () => {
  test('are answered byte for byte', () => {
    const slave = new RtuSlave(scaleLine());
    expect(replies(slave.push(readGross))).toEqual([gross132]);
    expect(replies(slave.push(zero))).toEqual([zeroed]);
    expect(slave.awaitsQuiet).toBe(false);
  });

  test('may come in pieces of any size', () => {
    for (let cut = 1; cut < zero.length; cut += 1) {
      const line = scaleLine();
      const slave = new RtuSlave(line);
      expect(replies(slave.push(zero.subarray(0, cut)))).toEqual([]);
      expect(slave.awaitsQuiet).toBe(true);
      expect(replies(slave.push(zero.subarray(cut)))).toEqual([zeroed]);
    }
  });

  test('may come two at a time', () => {
    expect(replies(new RtuSlave(scaleLine()).push(Buffer.concat([readGross, zero, readGross])))).toEqual([gross132, zeroed, gross132]);
  });

  test('of other units, and broadcasts, are heard in silence', () => {
    const line = scaleLine();
    const slave = new RtuSlave(line);
    // Unit 2 and unit 0, CRC by the same standard (computed with pymodbus).
    expect(replies(slave.push(hex('02 03 00 50 00 02 C4 29')))).toEqual([]);
    expect(line.asked).toEqual([]);
    expect(replies(slave.push(readGross))).toEqual([gross132]);
  });
});

describe('what is not a whole right frame', () => {
  test('silences the line until it was quiet, then the next frame counts', () => {
    const line = scaleLine();
    const slave = new RtuSlave(line);
    expect(replies(slave.push(Buffer.concat([hex('FF 00 37'), zero])))).toEqual([]);
    expect(replies(slave.push(zero))).toEqual([]);
    expect(slave.endFrame()).toEqual([]);
    expect(line.asked).toEqual([]);
    expect(replies(slave.push(zero))).toEqual([zeroed]);
  });

  test('behind a damaged frame even a right one is not executed before the quiet', () => {
    const line = scaleLine();
    const slave = new RtuSlave(line);
    const damaged = Buffer.concat([readGross.subarray(0, 7), hex('00')]);
    expect(replies(slave.push(damaged))).toEqual([]);
    expect(replies(slave.push(zero))).toEqual([]);
    expect(slave.awaitsQuiet).toBe(true);
    slave.endFrame();
    expect(replies(slave.push(Buffer.concat([damaged, zero])))).toEqual([]);
    slave.endFrame();
    expect(line.asked).toEqual([]);
    expect(replies(slave.push(zero))).toEqual([zeroed]);
  });

  test('half a frame is forgotten in the quiet', () => {
    const line = scaleLine();
    const slave = new RtuSlave(line);
    slave.push(zero.subarray(0, 6));
    expect(slave.endFrame()).toEqual([]);
    expect(replies(slave.push(zero.subarray(6)))).toEqual([]);
    slave.endFrame();
    expect(line.asked).toEqual([]);
    expect(replies(slave.push(readGross))).toEqual([gross132]);
  });

  test('any one to three flipped bits: never executed, never answered', () => {
    fc.assert(
      fc.property(fc.constantFrom(readGross, zero), fc.uniqueArray(fc.nat(8 * readGross.length - 1), { minLength: 1, maxLength: 3 }), (frame, bits) => {
        const line = scaleLine();
        const slave = new RtuSlave(line);
        const damaged = Buffer.from(frame);
        for (const bit of bits) damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(replies(slave.push(damaged))).toEqual([]);
        expect(slave.endFrame()).toEqual([]);
        expect(line.asked).toEqual([]);
        expect(replies(slave.push(readGross))).toEqual([gross132]);
      }),
      { numRuns: 3_000 },
    );
  });

  test('a flood without an end is bounded', () => {
    const slave = new RtuSlave(scaleLine());
    for (let burst = 0; burst < 100; burst += 1) slave.push(Buffer.alloc(1_000, 0x2b));
    slave.endFrame();
    expect(replies(slave.push(readGross))).toEqual([gross132]);
  });
});

describe('requests a board refuses', () => {
  test.each([
    // Modbus Application Protocol V1.1b3 section 7; CRCs computed with pymodbus.
    ['a function it does not know', '01 2B 0E 01 00 70 77', '01 AB 01 9E F0'],
    ['a quantity no request may have', '01 03 00 50 00 7E C5 FB', '01 83 03 01 31'],
  ])('%s: answered with an exception', (_what, request, reply) => {
    const slave = new RtuSlave(scaleLine());
    expect(replies([...slave.push(hex(request)), ...slave.endFrame()])).toEqual([hex(reply)]);
  });
});
