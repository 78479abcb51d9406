// Lost without this file: a smudged or forged code could be taken for another roll, card or material.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBagCode, formatRollCode, parseBagCode } from '../../protocol/bag-code.ts';
import { encodeCredential, hashCredential } from '../../protocol/credential.ts';
import { encodeMaterialCode, parseScan } from '../../protocol/scan.ts';
import { damaged } from '../support/text-mutations.ts';

const bags = { village: 'WXJ01', key: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex') };
const materials = ['cardboard', 'paper', 'plasticBottle'];
const scan = (text: string) => parseScan(text, { bags, materials });
const card = encodeCredential(Buffer.from('00112233445566778899', 'hex'));

describe('what a reader may read', () => {
  it('a roll label and a bag', () => {
    const label = encodeBagCode(bags, 42, 0);
    expect(label).toMatch(/^K1WXJ01000004200[0-9A-HJKMNP-TV-Z]{10}$/);
    expect(scan(label)).toEqual({ ok: true, kind: 'roll', rollCode: 'K1WXJ010000042' });
    expect(scan(encodeBagCode(bags, 42, 7))).toEqual({ ok: true, kind: 'bag', rollCode: 'K1WXJ010000042', bag: 7 });
  });
  it('the proof is the first 50 bits of HMAC-SHA-256', () => {
    const mac = createHmac('sha256', bags.key).update('K1WXJ01000004200').digest();
    const bits = [...mac.subarray(0, 7)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const proof = Array.from({ length: 10 }, (_, index) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Number.parseInt(bits.slice(index * 5, index * 5 + 5), 2)]).join(
      '',
    );
    expect(encodeBagCode(bags, 42, 0)).toBe(`K1WXJ01000004200${proof}`);
  });
  it('our own card, and a card from elsewhere as it stands', () => {
    expect(card).toHaveLength(19);
    expect(scan(card)).toEqual({ ok: true, kind: 'card', code: card, own: true });
    expect(scan('04A1B2C3D4')).toEqual({ ok: true, kind: 'card', code: '04A1B2C3D4', own: false });
  });
  it('a square of the material board, in either case', () => {
    expect(encodeMaterialCode('plasticBottle')).toBe('M1:PLASTICBOTTLE');
    expect(scan('M1:PLASTICBOTTLE')).toEqual({ ok: true, kind: 'material', material: 'plasticBottle' });
    expect(scan('M1:plasticbottle')).toEqual({ ok: true, kind: 'material', material: 'plasticBottle' });
  });
  it('every roll and bag reads back', () => {
    fc.assert(
      fc.property(fc.nat(9_999_999), fc.nat(99), (roll, bag) => {
        const read = parseBagCode(encodeBagCode(bags, roll, bag), bags);
        expect(read).toEqual({ ok: true, value: { rollCode: formatRollCode(bags.village, roll), bag } });
      }),
    );
  });
});

describe('refused, naming the position', () => {
  const label = encodeBagCode(bags, 42, 0);
  const foreign = encodeBagCode({ ...bags, village: 'ZZZ99' }, 42, 0);
  const forged = encodeBagCode({ ...bags, key: Buffer.alloc(16, 1) }, 42, 0);
  it.each([
    ['a bag of another village', foreign, 'village', 3],
    ['a proof by another key', forged, 'check', 17],
    ['a letter in the roll number', `${label.slice(0, 9)}O${label.slice(10)}`, 'character', 10],
    ['a look-alike in the proof', `${label.slice(0, 20)}I${label.slice(21)}`, 'character', 21],
    ['lower case', `K1wxj01${label.slice(7)}`, 'character', 3],
    ['a code cut short', label.slice(0, 12), 'length', 13],
    ['a line end left on', `${label}\r`, 'length', 27],
    ['a card cut short', card.slice(0, 10), 'length', 11],
    ['a card with another check character', card.slice(0, -1) + (card.endsWith('A') ? 'B' : 'A'), 'check', 19],
    ['a card twice in one scan', card + card, 'length', 20],
    ['a material nobody buys', 'M1:GOLD', 'unknown', 4],
    ['a sharp s that folds to SS', 'M1:glaß', 'character', 7],
    ['a material without its colon', 'M1CARDBOARD', 'character', 3],
    ['a short foreign card', 'abc', 'length', 4],
    ['a long foreign card', 'x'.repeat(65), 'length', 65],
    ['a space in a card', '04A1 B2C3', 'character', 5],
    ['a name on a card', '王小明王小明', 'character', 1],
    ['nothing', '', 'length', 1],
  ])('%s', (_name, text, reason, position) => {
    expect(scan(text)).toMatchObject({ ok: false, reason, position });
  });
});

it('10,000 damaged codes: refused with their place, or accepted as exactly what they say', () => {
  const originals = [
    encodeBagCode(bags, 42, 0),
    encodeBagCode(bags, 4711, 13),
    card,
    encodeCredential(Buffer.alloc(10, 0xa5)),
    'M1:CARDBOARD',
    'M1:PAPER',
    '04A1B2C3D4',
  ];
  const issued = new Set(originals);
  fc.assert(
    fc.property(damaged(originals.map((text) => Buffer.from(text))), (bytes) => {
      const text = bytes.toString();
      const read = scan(text);
      if (!read.ok) return read.position >= 1 && read.position <= text.length + 1 && read.detail.length > 0;
      switch (read.kind) {
        case 'card':
          return read.code === text;
        case 'material':
          return text.toUpperCase() === encodeMaterialCode(read.material);
        case 'roll':
        case 'bag':
          return issued.has(text);
      }
    }),
    { numRuns: 10_000 },
  );
});

describe('hash of a card', () => {
  it('is HMAC-SHA-256 cut to 128 bits', () => {
    // RFC 4231 test case 6: a key of 131 bytes 0xaa; truncated as in its test case 5.
    expect(hashCredential('Test Using Larger Than Block-Size Key - Hash Key First', Buffer.alloc(131, 0xaa))).toBe('60e431591ee0b67f0d8a26aacbf5b77f');
  });
  it('tells cards and keys apart', () => {
    const key = Buffer.alloc(16, 1);
    expect(new Set([hashCredential('1234', key), hashCredential('1235', key), hashCredential('1234', Buffer.alloc(16, 2))]).size).toBe(3);
    expect(() => hashCredential('1234', Buffer.alloc(8))).toThrow();
  });
});
