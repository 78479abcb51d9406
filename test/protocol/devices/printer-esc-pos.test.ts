// Without this a printer out of paper would look healthy, and Chinese slips be rubbish.
import { describe, expect, it } from 'vitest';
import { printerEscPos, printerReplies, readPrinterStatus } from '../../../protocol/devices/printer-esc-pos.ts';
import { bytesOf, expectFrame, expectNothing, hexOf } from '../../support/spelt-frames.ts';

const healthy = { offline: false, coverOpen: false, error: false, paper: 'enough' } as const;
const all = (bits: number) => ({ printer: { bits }, offline: { bits }, error: { bits }, paper: { bits } });

describe('ESC/POS', () => {
  it('asks with DLE EOT and takes 12 for healthy', () => {
    expectFrame(printerEscPos.toDevice, '10 04 01', { kind: 'status', question: 'printer' });
    expectFrame(printerEscPos.toDevice, '10 04 04', { kind: 'status', question: 'paper' });
    expectFrame(printerEscPos.fromDevice, '12', { bits: 0x12 });
    expect(readPrinterStatus(all(0x12))).toEqual(healthy);
  });

  // Epson command reference, DLE EOT: bits 2-3 of paper are the near-end sensor, 5-6 the end sensor; 3 of printer is offline; 2 of offline the cover.
  it('reads paper, cover, offline and error from their bits', () => {
    expect(readPrinterStatus({ ...all(0x12), paper: { bits: 0x1e } })).toMatchObject({ paper: 'nearEnd' });
    expect(readPrinterStatus({ ...all(0x12), paper: { bits: 0x7e } })).toMatchObject({ paper: 'out' });
    expect(readPrinterStatus({ ...all(0x12), printer: { bits: 0x1a } })).toMatchObject({ offline: true });
    expect(readPrinterStatus({ ...all(0x12), offline: { bits: 0x16 } })).toMatchObject({ coverOpen: true });
    expect(readPrinterStatus({ ...all(0x12), error: { bits: 0x32 } })).toMatchObject({ error: true });
  });

  it.each([
    healthy,
    { ...healthy, paper: 'nearEnd' },
    { ...healthy, paper: 'out', offline: true },
    { ...healthy, coverOpen: true, offline: true },
    { ...healthy, error: true },
  ] as const)('gives the bytes of a printer that is %j', (status) => expect(readPrinterStatus(printerReplies(status))).toEqual(status));

  it.each(['11', '13', '10', '92', '02'])('takes %s for no status', (byte) => expectNothing(printerEscPos.fromDevice, byte));

  // The bytes of the text are those of Python's gbk codec.
  it('prints Chinese in GBK, resets before and cuts after', () => {
    const frame = '1B 40 1C 26 CB C4 B7 D6 20 31 2E 32 33 34 20 6B 67 0A BB FD B7 D6 0A 1D 56 42 00';
    expectFrame(printerEscPos.toDevice, frame, { kind: 'slip', lines: ['四分 1.234 kg', '积分'] });
  });

  it('refuses lines that do not fit and text that is none', () => {
    const slip = (line: string) => () => printerEscPos.toDevice.encode({ kind: 'slip', lines: [line] });
    expect(slip('字'.repeat(17))).toThrow();
    expect(slip('a\nb')).toThrow();
    expect(slip('\u{1f600}')).toThrow();
    expect(hexOf(printerEscPos.toDevice.encode({ kind: 'slip', lines: ['字'.repeat(16)] }))).toContain('1D 56 42 00');
  });

  it('answers a question in the middle of nothing else', () => {
    expect(
      printerEscPos.toDevice
        .parser()
        .push(bytesOf('10 04 02 10 04 03'))
        .map((result) => result.ok),
    ).toEqual([true, true]);
  });
});
