// Without this a reader could be left open to set-up codes, so that a cereal box reconfigures it, or its flash be worn by every start.
import { describe, expect, it } from 'vitest';
import { gm65SetUp, readerGm65 } from '../../../protocol/devices/reader-gm65.ts';
import { newlandSetUp, readerNewland } from '../../../protocol/devices/reader-newland.ts';
import { bytesOf, expectFrame, expectNothing, hexOf } from '../../support/spelt-frames.ts';

describe('GM65 set-up frames', () => {
  it('are those of the manual, section 8', () => {
    expectFrame(readerGm65.toDevice, '7E 00 07 01 00 0A 01 EE 8A', { kind: 'read', zone: 0x0a, count: 1 });
    expectFrame(readerGm65.fromDevice, '02 00 00 01 3E E4 AC', { data: [0x3e] });
    expectFrame(readerGm65.toDevice, '7E 00 08 01 00 0A 3E 4C CF', { kind: 'write', zone: 0x0a, value: 0x3e });
    expectFrame(readerGm65.fromDevice, '02 00 00 01 00 33 31', { data: [0] });
  });

  // The manual's own check, binascii.crc_hqx of Python.
  it('close set-up codes and put a CR behind each code, in memory only', () => {
    const sent = gm65SetUp.map((zone) => hexOf(readerGm65.toDevice.encode({ kind: 'write', ...zone })));
    expect(sent).toEqual(['7E 00 08 01 00 03 02 01 88', '7E 00 08 01 00 60 01 6F 92']);
  });

  it('read nothing from a wrong check or from an answer that is no success', () => {
    expectNothing(readerGm65.toDevice, '7E 00 07 01 00 0A 01 11 22');
    expectNothing(readerGm65.fromDevice, '02 00 00 01 3E E4 AD');
    expectNothing(readerGm65.fromDevice, '02 00 01 01 00 00 00');
  });

  it('leave the code alone that is glued to an answer', () => {
    const results = readerGm65.fromDevice.parser().push(bytesOf('02 00 00 01 00 33 31 41 42 0D'));
    expect(results[0]).toMatchObject({ ok: true, message: { data: [0] } });
  });
});

describe('Newland set-up frames', () => {
  it('are those of the manual', () => {
    // NLS-HR52 manual: prefix ~<SOH>0000, # for temporary, suffix ;<ETX>; the answer repeats the command with ACK, NAK or ENQ behind it.
    expectFrame(readerNewland.toDevice, '7E 01 30 30 30 30 23 53 43 4E 54 52 47 31 3B 03', { command: 'SCNTRG1' });
    expectFrame(readerNewland.fromDevice, '02 01 30 30 30 30 23 53 43 4E 54 52 47 31 06 3B 03', { command: 'SCNTRG1', result: 'ok' });
    expectFrame(readerNewland.fromDevice, '02 01 30 30 30 30 23 53 43 4E 54 52 47 31 15 3B 03', { command: 'SCNTRG1', result: 'refused' });
    expectFrame(readerNewland.fromDevice, '02 01 30 30 30 30 23 53 43 4E 54 52 47 31 05 3B 03', { command: 'SCNTRG1', result: 'unknown' });
  });

  it('never ask for permanent storage', () => {
    for (const command of newlandSetUp) expect(hexOf(readerNewland.toDevice.encode({ command }))).toMatch(/^7E 01 30 30 30 30 23 /);
    expectNothing(readerNewland.toDevice, '7E 01 30 30 30 30 40 53 43 4E 54 52 47 31 3B 03');
  });

  it('count only for the command they name', () => {
    expect(readerNewland.isReplyTo?.({ command: 'SETUPE0' }, { command: 'SETUPE0', result: 'ok' })).toBe(true);
    expect(readerNewland.isReplyTo?.({ command: 'SETUPE0' }, { command: 'SETUPE1', result: 'ok' })).toBe(false);
  });
});
