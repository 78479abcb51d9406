// Without this a poll could go unanswered for a byte, or a jammed column be taken for a roll.
import { describe, expect, it } from 'vitest';
import { dispenserVmc } from '../../../protocol/devices/dispenser-vmc.ts';
import { bytesOf, expectFrame, expectNothing } from '../../support/spelt-frames.ts';

const { fromDevice, toDevice } = dispenserVmc;

describe('VMC frames', () => {
  it('are those of the published protocol', () => {
    expectFrame(fromDevice, 'FA FB 41 00 40', { kind: 'poll' });
    expectFrame(fromDevice, 'FA FB 42 00 43', { kind: 'ack' });
    expectFrame(toDevice, 'FA FB 42 00 43', { kind: 'ack' });
    expectFrame(toDevice, 'FA FB 03 03 01 00 0A 0A', { kind: 'buy', packet: 1, selection: 10 });
    expectFrame(fromDevice, 'FA FB 04 04 07 02 00 0A 0E', { kind: 'dispensing', packet: 7, status: 'success', code: 2, selection: 10 });
  });

  // Section 4.3.1 and 4.2.1 of the protocol give the fields; the checks are worked out by hand.
  it('ask for a selection and read its state', () => {
    expectFrame(toDevice, 'FA FB 01 04 01 00 0A 00 0F', { kind: 'check', packet: 1, selection: 10 });
    expectFrame(fromDevice, 'FA FB 02 04 05 02 00 0A 0A', { kind: 'selection', packet: 5, status: 'outOfStock', code: 2, selection: 10 });
  });

  it('read a slot report, high bytes first', () => {
    const slot = { kind: 'slot', packet: 1, selection: 10, price: 0x01020304, inventory: 7, capacity: 9, product: 0x0506, paused: true } as const;
    expectFrame(fromDevice, 'FA FB 11 0C 01 00 0A 01 02 03 04 07 09 05 06 01 1F', slot);
  });

  it.each([
    [0x01, 'running', 'FA FB 04 04 07 01 00 0A 0D'],
    [0x03, 'jammed', 'FA FB 04 04 07 03 00 0A 0F'],
    [0x04, 'motorDidNotStop', 'FA FB 04 04 07 04 00 0A 08'],
    [0x06, 'noMotor', 'FA FB 04 04 07 06 00 0A 0A'],
    [0xff, 'ended', 'FA FB 04 04 07 FF 00 0A F3'],
    [0x12, 'other', 'FA FB 04 04 07 12 00 0A 1E'],
  ] as const)('read dispensing status %i as %s', (code, status, frame) =>
    expectFrame(fromDevice, frame, { kind: 'dispensing', packet: 7, status, code, selection: 10 }),
  );

  it('take a dispensing with the number of an oven behind it', () => {
    expect(fromDevice.parser().push(bytesOf('FA FB 04 05 07 02 00 0A 00 0F'))).toMatchObject([{ ok: true, message: { status: 'success', selection: 10 } }]);
  });

  it('give what is right but unknown, so that it can be acknowledged', () => {
    expectFrame(fromDevice, 'FA FB 63 01 09 6A', { kind: 'other', packet: 9, command: 0x63, text: [] });
  });

  it.each([
    ['a wrong check', 'FA FB 04 04 07 02 00 0A 0F'],
    ['a poll with a text', 'FA FB 41 01 01 40'],
    ['a packet number of 0', 'FA FB 17 01 00 17'],
    ['selection 0', 'FA FB 04 04 07 02 00 00 04'],
    ['a length beyond what is read', `FA FB 52 41 01 ${'00 '.repeat(64)}13`],
  ])('read nothing from %s', (_what, frame) => expectNothing(fromDevice, frame));

  it('are found again after a damaged length', () => {
    const parser = fromDevice.parser();
    expect(parser.push(bytesOf('FA FB 04 F4 07 02 00 0A 0E FA FB 41 00 40')).filter(({ ok }) => ok)).toMatchObject([{ message: { kind: 'poll' } }]);
  });
});
