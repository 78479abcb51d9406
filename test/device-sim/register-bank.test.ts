// Lost if deleted: the proof that a simulated board refuses what a strict board refuses, and shows firmware's changes all or not at all.
import { describe, expect, it } from 'vitest';
import { createBank } from '../../device-sim/register-bank.ts';
import { defineDevice } from '../../protocol/define-device.ts';
import { bin4 } from '../../protocol/devices/bin-4.ts';
import { checkStatusBlock, dispenserBd1, openCommand, sealCommand, serviceKey, statusCrcOf } from '../../protocol/devices/dispenser-bd1.ts';
import { scaleWcn } from '../../protocol/devices/scale-wcn.ts';
import type { ModbusRequest } from '../../protocol/modbus.ts';
import { encodeWrites } from '../../protocol/register-codec.ts';

const exception = (code: number) => ({ kind: 'exception', code });
const [illegalFunction, illegalAddress, illegalValue, busy] = [1, 2, 3, 6].map(exception);
const read = (space: 'coil' | 'discrete' | 'input' | 'holding', address: number, count: number): ModbusRequest => ({ kind: 'read', space, address, count });
const write = (address: number, ...words: number[]): ModbusRequest => ({ kind: 'writeRegisters', address, words });

describe('a bank', () => {
  it('starts with the initial values of its map and answers them', () => {
    const bank = createBank(scaleWcn);
    expect(bank.get('slaveAddress')).toBe(1);
    expect(bank.get('status').decimals).toBe(2);
    expect(bank.answer(read('holding', 0x56, 3))).toEqual({ kind: 'words', words: [0, 3000, 6] });
    expect(createBank(bin4).answer(read('input', 0, 1))).toEqual({ kind: 'words', words: [0b1111] });
  });

  it('takes values from inside whatever their access, all or none', () => {
    const bank = createBank(scaleWcn);
    bank.set({ gross: -15889, divisionCode: 6 });
    expect(bank.answer(read('holding', 0x50, 2))).toEqual({ kind: 'words', words: [0xffff, 0xc1ef] });
    expect(() => bank.set({ gross: 1, divisionCode: 18 })).toThrow(new RangeError('W-CN.divisionCode: 18 code is outside 0..17'));
    expect(bank.get('gross')).toBe(-15889);
  });

  it('answers bits', () => {
    const bank = createBank(bin4);
    bank.set({ recyclableDoorOpen: true, residualSmoke: true });
    expect(bank.answer(read('discrete', 0, 8))).toEqual({ kind: 'bits', bits: [false, true, false, false, false, false, false, true] });
  });

  it.each([
    ['a gap', read('holding', 0x09, 1), illegalAddress],
    ['across a gap', read('holding', 0x08, 2), illegalAddress],
    ['sealed calibration', read('holding', 0x26, 2), illegalAddress],
    ['a write-only command', read('holding', 0x5e, 1), illegalAddress],
    ['a space it does not have', read('input', 0, 1), illegalFunction],
    ['126 registers', read('holding', 0, 126), illegalValue],
    ['nothing', read('holding', 0, 0), illegalValue],
  ])('refuses to read %s', (_name, request, answer) => {
    expect(createBank(scaleWcn).answer(request)).toEqual(answer);
  });

  it.each([
    ['a read-only register', write(0x50, 0, 1), illegalAddress],
    ['half a number', write(0x54, 0), illegalAddress],
    ['the second half of a number', write(0x55, 0), illegalAddress],
    ['by FC06 half a number', { kind: 'writeRegister', address: 0x54, value: 1 } as const, illegalAddress],
    ['past the end of a writable field', write(0x54, 0, 0, 0), illegalAddress],
    ['sealed calibration', write(0x2a, 0, 1), illegalAddress],
    ['a value out of bounds', write(0x5e, 0), illegalValue],
    ['a coil where there are none', { kind: 'writeCoil', address: 0, on: true } as const, illegalFunction],
  ])('refuses to write %s and keeps what it had', (_name, request, answer) => {
    const bank = createBank(scaleWcn);
    const before = bank.answer(read('holding', 0x50, 9));
    expect(bank.answer(request)).toEqual(answer);
    expect(bank.answer(read('holding', 0x50, 9))).toEqual(before);
  });

  it('stores a write, by FC16 and by FC06', () => {
    const bank = createBank(scaleWcn);
    expect(bank.answer(write(0x54, 0x7fff, 0xffff))).toEqual({ kind: 'written' });
    expect(bank.get('tare')).toBe(0x7fff_ffff);
    expect(bank.answer({ kind: 'writeRegister', address: 0x5e, value: 1 })).toEqual({ kind: 'written' });
    expect(bank.get('executeZero')).toBe(1);
  });

  it('stores coils, by FC05 and by FC15', () => {
    const { model, kind, title, source, wordOrder, units, timeoutMs, guardMs } = bin4;
    const lamp = { space: 'coil', kind: 'bit', access: 'rw', doc: 'A lamp.' } as const;
    const bank = createBank(
      defineDevice({
        model,
        kind,
        title,
        source,
        wordOrder,
        units,
        timeoutMs,
        guardMs,
        fields: { left: { ...lamp, address: 5 }, right: { ...lamp, address: 6 } },
      }),
    );
    expect(bank.answer({ kind: 'writeCoil', address: 6, on: true })).toEqual({ kind: 'written' });
    expect(bank.answer(read('coil', 5, 2))).toEqual({ kind: 'bits', bits: [false, true] });
    expect(bank.answer({ kind: 'writeCoils', address: 5, bits: [true, false] })).toEqual({ kind: 'written' });
    expect([bank.get('left'), bank.get('right')]).toEqual([true, false]);
    expect(bank.answer({ kind: 'writeCoils', address: 6, bits: [true, true] })).toEqual(illegalAddress);
  });
});

describe('firmware in a bank', () => {
  const seal = { key: null, nonce: 9 };
  const command = { jobId: 7, opcode: 'dispense', quantity: 1, expectLastJob: 0, expectCtrOut: 0 } as const;
  const [commandWrite] = encodeWrites(dispenserBd1, sealCommand(command, seal));
  if (commandWrite?.kind !== 'writeRegisters') throw new Error('a command is one FC16');

  it('gets a command block whole, with its words, and may refuse it', () => {
    const seen: unknown[] = [];
    let isBusy = false;
    const bank = createBank(dispenserBd1, {
      onWrite(own, { blocks, words, address, values }) {
        seen.push([blocks, address, values.jobId, openCommand(words, seal)]);
        if (isBusy) return 'busy';
        own.set({ lastJob: values.jobId ?? 0, state: 'armed' });
        return undefined;
      },
    });
    expect(bank.answer(commandWrite)).toEqual({ kind: 'written' });
    expect(seen).toEqual([[['command'], 0x0100, 7, { ok: true, command }]]);
    expect([bank.get('lastJob'), bank.get('state'), bank.get('jobId')]).toEqual([7, 'armed', 7]);
    isBusy = true;
    expect(bank.answer({ ...commandWrite, words: commandWrite.words.map((word, at) => (at === 3 ? 8 : word)) })).toEqual(busy);
    expect([bank.get('lastJob'), bank.get('jobId')]).toEqual([7, 7]);
  });

  it('never sees half a command', () => {
    const bank = createBank(dispenserBd1, {
      onWrite() {
        throw new Error('half a command reached the firmware');
      },
    });
    expect(bank.answer({ ...commandWrite, words: commandWrite.words.slice(0, 12) })).toEqual(illegalAddress);
    expect(bank.answer(write(0x0104, 1))).toEqual(illegalAddress);
    expect(bank.answer(write(0x0120, 1))).toEqual(illegalAddress);
    expect(bank.answer(write(0x0120, 1, serviceKey + 1))).toEqual(illegalValue);
  });

  it('seals a fresh snapshot for every served read', () => {
    const bank = createBank(dispenserBd1, {
      beforeRead(own, fields) {
        expect(fields).toContain('statusCrc');
        own.set({ snapshot: (own.get('snapshot') + 1) & 0xffff });
        own.set({ statusCrc: statusCrcOf(own.wordsOf('status')) });
      },
    });
    const snapshots = [1, 2].map(() => {
      const answer = bank.answer(read('holding', 0, 20));
      const status = checkStatusBlock(answer.kind === 'words' ? answer.words : []);
      return status.ok ? status.values.snapshot : status.issues;
    });
    expect(snapshots).toEqual([1, 2]);
    bank.answer(read('holding', 20, 1));
    expect(bank.get('snapshot')).toBe(2);
  });
});
