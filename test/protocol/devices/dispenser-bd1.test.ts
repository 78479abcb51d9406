// Lost if deleted: the sealed bytes of the dispense command and status block (CRC by pymodbus, MAC by OpenSSL) that both ends must agree on.
import { describe, expect, it } from 'vitest';
import { checkStatusBlock, type DispenserCommand, dispenserBd1, openCommand, sealCommand, statusFields } from '../../../protocol/devices/dispenser-bd1.ts';
import { dispenseResults } from '../../../protocol/events/bags.ts';
import { planReads } from '../../../protocol/read-plan.ts';
import { encodeWrites } from '../../../protocol/register-codec.ts';

const seal = { key: Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex'), nonce: 0xa1b2c3d4 };
const command: DispenserCommand = { jobId: 0x1_0000_0007, opcode: 'dispense', quantity: 1, expectLastJob: 0x1_0000_0006, expectCtrOut: 41 };
const words = [0, 1, 0, 7, 1, 1, 0, 1, 0, 6, 0, 41, 0xd85f, 0xd0ca, 0xe70a, 0x350f, 0x4f12];
const status = [1, 3, 5, 0xa1b2, 0xc3d4, 0, 1, 0, 6, 1, 2, 0, 41, 0, 43, 0, 2, 4, 17, 0x4eb1];

describe('the command block', () => {
  it('goes out as one FC16 at 0x0100 with the bytes of OpenSSL and pymodbus', () => {
    expect(encodeWrites(dispenserBd1, sealCommand(command, seal))).toEqual([{ kind: 'writeRegisters', address: 0x0100, words }]);
  });
  it('opens with the same key and nonce', () => {
    expect(openCommand(words, seal)).toEqual({ ok: true, command });
  });
  it('carries zeros where no key is set, and then takes nothing else', () => {
    const bare = [...words.slice(0, 13), 0, 0, 0, 0];
    expect(encodeWrites(dispenserBd1, sealCommand(command, { ...seal, key: null }))).toEqual([{ kind: 'writeRegisters', address: 0x0100, words: bare }]);
    expect(openCommand(bare, { ...seal, key: null })).toEqual({ ok: true, command });
    expect(openCommand(words, { ...seal, key: null })).toEqual({ ok: false, flaw: 'mac' });
    expect(openCommand(bare, seal)).toEqual({ ok: false, flaw: 'mac' });
  });
  it('is refused with another key, another nonce or another length', () => {
    expect(openCommand(words, { ...seal, nonce: seal.nonce + 1 })).toEqual({ ok: false, flaw: 'mac' });
    expect(openCommand(words, { ...seal, key: Buffer.alloc(16) })).toEqual({ ok: false, flaw: 'mac' });
    expect(openCommand(words.slice(1), seal)).toEqual({ ok: false, flaw: 'length' });
  });
  it('is refused with any single bit turned', () => {
    for (let bit = 0; bit < words.length * 16; bit++) {
      const turned = words.map((word, at) => (at === bit >> 4 ? word ^ (1 << (bit & 15)) : word));
      expect(openCommand(turned, seal)).toEqual({ ok: false, flaw: bit < 13 * 16 ? 'crc' : 'mac' });
    }
  });
  it('never seals or opens a quantity that does not suit the opcode', () => {
    expect(() => sealCommand({ ...command, quantity: 0 }, seal)).toThrow(new RangeError('BD-1.quantity: 0 does not suit dispense'));
    expect(() => sealCommand({ ...command, quantity: 11 }, seal)).toThrow(new RangeError('BD-1.quantity: 11 roll is outside 0..10'));
    expect(() => sealCommand({ ...command, opcode: 'fence' }, seal)).toThrow(new RangeError('BD-1.quantity: 1 does not suit fence'));
    expect(() => sealCommand({ ...command, jobId: 0 }, seal)).toThrow('BD-1.jobId: 0 job number is outside 1..');
    // CRC of the same words with opcode fence, by pymodbus; no key, so only the value check is left to refuse it.
    const fenceOfOne = [...words.slice(0, 4), 2, ...words.slice(5, 12), 0xd91c, 0, 0, 0, 0];
    expect(openCommand(fenceOfOne, { ...seal, key: null })).toEqual({ ok: false, flaw: 'value' });
  });
});

describe('the status block', () => {
  it('is one read of 20 registers from 0', () => {
    expect(planReads(dispenserBd1, ['state'])).toEqual([{ space: 'holding', address: 0, count: 20, fields: statusFields }]);
    expect(planReads(dispenserBd1)).toEqual(planReads(dispenserBd1, ['state']));
  });
  it('decodes the golden words', () => {
    expect(checkStatusBlock(status)).toEqual({
      ok: true,
      values: {
        protocolVersion: 1,
        state: 'done',
        bootCount: 5,
        nonce: 0xa1b2c3d4,
        lastJob: 0x1_0000_0006,
        doneRolls: 1,
        result: 'ok',
        ctrOut: 41,
        ctrStart: 43,
        ctrTest: 2,
        flags: { throatBlocked: false, doorOpen: false, rollLow: true, tamper: false },
        snapshot: 17,
        statusCrc: 0x4eb1,
      },
    });
  });
  it('is refused with any single bit turned, torn or short', () => {
    for (let bit = 0; bit < status.length * 16; bit++) {
      const turned = status.map((word, at) => (at === bit >> 4 ? word ^ (1 << (bit & 15)) : word));
      expect(checkStatusBlock(turned).ok).toBe(false);
    }
    expect(checkStatusBlock(status.slice(1))).toEqual({ ok: false, issues: ['BD-1: a status block has 20 registers, got 19'] });
    expect(checkStatusBlock([...status.slice(0, 19), 1])).toEqual({ ok: false, issues: ['BD-1.statusCrc: 1 is not 20145'] });
  });
  it('names results as events do', () => {
    expect(Object.keys(dispenserBd1.fields.result.labels)).toEqual(dispenseResults);
  });
});
