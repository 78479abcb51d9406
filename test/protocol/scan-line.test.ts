// Without this half a card, two glued codes or a scanner's own acknowledgement could be taken for somebody's credential.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScanLineParser, type ScanResult } from '../../protocol/scan-line.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const texts = (results: readonly ScanResult[]) => results.map((result) => (result.ok ? result.text : result.reason));
const parse = (...pieces: readonly Uint8Array[]) => {
  const parser = new ScanLineParser(16);
  return texts(pieces.flatMap((piece) => parser.push(piece)));
};
/** GM65 user manual: what the module answers to a trigger command. */
const acknowledgement = Buffer.from('02000001003331', 'hex');

describe('a scan line', () => {
  it.each(['\r', '\n', '\r\n', '\n\r', '\r\r\n'])('ends with %j', (end) => expect(parse(bytes(`SF1-AB${end}SF1-CD${end}`))).toEqual(['SF1-AB', 'SF1-CD']));

  it('is not given before its end, and not at all when it is abandoned', () => {
    const parser = new ScanLineParser(16);
    expect(parser.push(bytes('SF1-A'))).toEqual([]);
    expect(parser.isUnfinished).toBe(true);
    expect(parser.abandon()).toEqual({ ok: false, reason: 'unfinished', bytes: 5 });
    expect(parser.abandon()).toBeUndefined();
    expect(texts(parser.push(bytes('B\n')))).toEqual(['B']);
  });

  it('loses the trigger acknowledgement glued before it, also when that comes in pieces or twice', () => {
    expect(parse(Buffer.concat([acknowledgement, bytes('SF1\r\n')]))).toEqual(['SF1']);
    expect(parse(acknowledgement.subarray(0, 3), acknowledgement.subarray(3), acknowledgement, bytes('SF1\r\n'))).toEqual(['SF1']);
  });

  it('waits for no text behind an acknowledgement', () => {
    const parser = new ScanLineParser(16);
    parser.push(acknowledgement);
    expect(parser.isUnfinished).toBe(false);
  });

  it('refuses an acknowledgement anywhere but in front', () => {
    expect(parse(Buffer.concat([bytes('A'), acknowledgement, bytes('B\n')]))).toEqual(['not_printable']);
  });

  it('keeps blanks and Chinese exactly as read', () => expect(parse(bytes(' 外小将 1 \n'))).toEqual([' 外小将 1 ']));

  it('refuses what is not UTF-8 or cannot be printed', () => {
    expect(parse(Buffer.of(0xff, 0x41, 0x0a))).toEqual(['not_utf8']);
    expect(parse(Buffer.of(0xc0, 0xaf, 0x0a))).toEqual(['not_utf8']);
    expect(parse(bytes('\u{feff}A\n'), bytes('A\u{0}\n'), bytes('A\u{202e}B\n'), bytes('A\u{85}\n'))).toEqual(Array(4).fill('not_printable'));
  });

  it('throws away a whole line that is too long, and takes the next', () => {
    expect(parse(bytes('0123456789abcdef\n'))).toEqual(['0123456789abcdef']);
    const parser = new ScanLineParser(16);
    expect(parser.push(bytes('0123456789abcdefg-and-more\nSF1\n'))).toEqual([
      { ok: false, reason: 'too_long', bytes: 26 },
      { ok: true, text: 'SF1' },
    ]);
    parser.push(bytes('x'.repeat(100)));
    expect(parser.abandon()).toEqual({ ok: false, reason: 'too_long', bytes: 100 });
  });

  it('gives the same for any way the bytes are cut into pieces', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.uint8Array({ maxLength: 20 }).map((data) => Buffer.from(data).toString('latin1')),
    );
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(7)), (lines, cuts) => {
        const whole = Buffer.from(`${lines.join('\r\n')}\n`, 'latin1');
        const pieces: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          pieces.push(whole.subarray(at, at + cut));
          at += cut;
        }
        expect(parse(...pieces, whole.subarray(at))).toEqual(parse(whole));
      }),
    );
  });

  it('gives every printable text of its size back unchanged', () => {
    const printable = fc.string({ unit: fc.constantFrom(...'ABCxyz019-_:/ 外小将'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(printable, (text) => {
        expect(parse(bytes(`${text}\r`))).toEqual([text]);
      }),
    );
  });
});
