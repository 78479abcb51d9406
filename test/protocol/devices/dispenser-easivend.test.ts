// Without this an Easivend board could be asked for a motion we meant as a question, or its failure read as a roll.
import { describe, expect, it } from 'vitest';
import { dispenserEasivend, type EasivendReply } from '../../../protocol/devices/dispenser-easivend.ts';
import { bytesOf, expectFrame, expectNothing } from '../../support/spelt-frames.ts';

const quiet = { failed: false, busy: false, notHome: false, notTurned: false, notReturned: false, nothingDropped: false, sensorFaulty: false };
const reply = (flags: Partial<EasivendReply>): EasivendReply => ({ kind: 'dispense', sequence: 0x11, column: 3, ...quiet, ...flags });

describe('Easivend frames', () => {
  it('are those of the published protocol', () => {
    expectFrame(dispenserEasivend.toDevice, 'ED 08 11 70 03 00 00 87', { kind: 'dispense', sequence: 0x11, column: 3 });
    expectFrame(dispenserEasivend.fromDevice, 'EE 21 11 70 03 00 00 AD', reply({ failed: true, nothingDropped: true }));
  });

  // API_channelProtocol.h names the bits; the check is the exclusive or of seven bytes worked out by hand.
  it.each([
    ['EE 00 11 70 03 00 00 8C', {}],
    ['EE 02 11 70 03 00 00 8E', { busy: true }],
    ['EE 05 11 70 03 00 00 89', { failed: true, notHome: true }],
    ['EE 09 11 70 03 00 00 85', { failed: true, notTurned: true }],
    ['EE 11 11 70 03 00 00 9D', { failed: true, notReturned: true }],
    ['EE 81 11 70 03 00 00 0D', { failed: true, sensorFaulty: true }],
  ])('read each status bit: %s', (frame, flags) => expectFrame(dispenserEasivend.fromDevice, frame, reply(flags)));

  it.each([
    ['a wrong check', 'EE 21 11 70 03 00 00 AC'],
    ['sequence 0', 'EE 21 00 70 03 00 00 BC'],
    ['a column the board does not have', 'EE 21 11 70 51 00 00 FF'],
    ['a type of another command', 'EE 21 11 71 03 00 00 AC'],
    ['a status bit that does not exist', 'EE 40 11 70 03 00 00 CC'],
    ['data where there is none', 'EE 21 11 70 03 01 01 AD'],
    ['our own request come back', 'ED 08 11 70 03 00 00 87'],
  ])('read nothing from %s', (_what, frame) => expectNothing(dispenserEasivend.fromDevice, frame));

  it('answer a request only under its sequence', () => {
    const asked = { kind: 'dispense', sequence: 0x11, column: 3 } as const;
    expect(dispenserEasivend.isReplyTo?.(asked, reply({}))).toBe(true);
    expect(dispenserEasivend.isReplyTo?.(asked, reply({ sequence: 0x12 }))).toBe(false);
  });

  it('are found behind the rest of another frame', () => {
    const parser = dispenserEasivend.fromDevice.parser();
    expect(parser.push(bytesOf('70 03 EE 00 00 AD EE 21 11 70 03 00 00 AD')).filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('never carry a sequence that the board would not recognise again', () => {
    expect(() => dispenserEasivend.toDevice.encode({ kind: 'dispense', sequence: 0, column: 1 })).toThrow();
    expect(() => dispenserEasivend.toDevice.encode({ kind: 'dispense', sequence: 1, column: 81 })).toThrow();
  });
});
