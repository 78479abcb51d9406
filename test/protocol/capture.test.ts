// Without this a capture sent in with a bug report could carry the card code of a villager, or take two households for one.
import { expect, it } from 'vitest';
import { encodeBagCode } from '../../protocol/bag-code.ts';
import { cardStandIn, redactScan } from '../../protocol/capture.ts';
import { encodeCredential, hashCredential } from '../../protocol/credential.ts';
import { encodeMaterialCode } from '../../protocol/scan.ts';

const bags = { village: 'WXJ01', key: Buffer.alloc(32, 7) };
const context = { bags, materials: ['cardboard'] };
const key = Buffer.alloc(32, 1);
const credential = Buffer.alloc(32, 9);
const card = encodeCredential(Buffer.alloc(10, 3));
const redact = (text: string, withKey = key) => redactScan(text, context, { standIn: withKey, credential });

it.each([encodeBagCode(bags, 12, 0), encodeBagCode(bags, 12, 3), encodeMaterialCode('cardboard')])('shows %s, which names no person', (text) => {
  expect(redact(text)).toBe(text);
});

it.each([
  ['our own card', card, /^card-[0-9a-f]{24}$/],
  ['a card of another system', '0006921387', /^card-[0-9a-f]{24}$/],
  ['a bag of another village', encodeBagCode({ ...bags, key: Buffer.alloc(32, 8) }, 12, 3), /^unknown-[0-9a-f]{24}$/],
  ['a text nobody knows', '张三 13800000000 外小将 12', /^unknown-[0-9a-f]{24}$/],
])('shows a stand-in for %s', (_what, text, shape) => {
  expect(redact(text)).toMatch(shape);
  expect(redact(text)).not.toContain(text);
});

it('gives one card one stand-in in one capture, and another in the next', () => {
  expect(redact(card)).toBe(redact(card));
  expect(redact(card)).not.toBe(redact(encodeCredential(Buffer.alloc(10, 4))));
  expect(redact(card)).not.toBe(redact(card, Buffer.alloc(32, 2)));
});

it('gives a card of the ledger, known by its hash, the stand-in a reader would give', () => {
  expect(cardStandIn(hashCredential(card, credential), key)).toBe(redact(card));
});
