// Without this a request could be encoded wrongly, or the library under our port could hand one register's value to another.
import { describe, expect, it } from 'vitest';
import { openTransaction } from '../../../gateway/southbound/modbus-port.ts';
import type { ModbusRequest } from '../../../protocol/modbus.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** Frames of the W-CN transmitter manual (the request for net follows from the one for gross) and of a lid board: request, reply, meaning. */
const published = [
  ['01 03 00 50 00 02 C4 1A', '01 03 04 00 00 00 84 FA 50', { kind: 'read', space: 'holding', address: 0x50, count: 2 }, { kind: 'words', words: [0, 132] }],
  [
    '01 03 00 52 00 02 65 DA',
    '01 03 04 FF FF C1 EF EA 0B',
    { kind: 'read', space: 'holding', address: 0x52, count: 2 },
    { kind: 'words', words: [0xffff, 0xc1ef] },
  ],
  ['01 10 00 5E 00 01 02 00 01 6A EE', '01 10 00 5E 00 01 60 1B', { kind: 'writeRegisters', address: 0x5e, words: [1] }, { kind: 'written' }],
  ['01 05 00 00 FF 00 8C 3A', '01 05 00 00 FF 00 8C 3A', { kind: 'writeCoil', address: 0, on: true }, { kind: 'written' }],
] as const satisfies readonly (readonly [string, string, ModbusRequest, object])[];

describe('a transaction', () => {
  it.each(published)('puts %s on the wire and reads %s', (request, reply, asked, meant) => {
    const transaction = openTransaction(1, asked);
    expect(transaction.frame).toEqual(hex(request));
    expect(transaction.decode(hex(reply))).toEqual(meant);
  });

  it('reads an exception as an answer', () => {
    // V1.1b3 section 7: function plus 0x80, code 2.
    expect(openTransaction(10, { kind: 'read', space: 'coil', address: 0x4a1, count: 1 }).decode(hex('0A 81 02 B0 53'))).toEqual({
      kind: 'exception',
      code: 2,
    });
  });

  it('gives as many bits as were asked for', () => {
    const transaction = openTransaction(0x11, { kind: 'read', space: 'coil', address: 0x13, count: 37 });
    // Modicon Modbus Protocol Reference Guide PI-MBUS-300, function 01: coils 20 to 56 of slave 17.
    expect(transaction.frame).toEqual(hex('11 01 00 13 00 25 0E 84'));
    expect(transaction.decode(hex('11 01 05 CD 6B B2 0E 1B 45 E6'))).toMatchObject({ kind: 'bits', bits: { length: 37, 0: true, 1: false, 36: true } });
  });

  it.each([
    ['unit 0', 0, { kind: 'read', space: 'holding', address: 0, count: 1 }],
    ['unit 248', 248, { kind: 'read', space: 'holding', address: 0, count: 1 }],
    ['no register', 1, { kind: 'read', space: 'holding', address: 0, count: 0 }],
    ['126 registers', 1, { kind: 'read', space: 'input', address: 0, count: 126 }],
    ['2001 bits', 1, { kind: 'read', space: 'coil', address: 0, count: 2001 }],
    ['addresses past the last', 1, { kind: 'read', space: 'holding', address: 65_535, count: 2 }],
    ['124 words to write', 1, { kind: 'writeRegisters', address: 0, words: Array(124).fill(0) }],
    ['1969 coils to write', 1, { kind: 'writeCoils', address: 0, bits: Array(1969).fill(true) }],
    ['a word of 65536', 1, { kind: 'writeRegister', address: 0, value: 65_536 }],
  ] as const)('refuses %s as our own mistake', (_what, unit, request) => {
    expect(() => openTransaction(unit, request)).toThrow(/beyond|outside|out of range/);
  });
});
