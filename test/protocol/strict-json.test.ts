// Lost without this file: the guarantee that a signed text has one reading, whoever parses it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../protocol/strict-json.ts';

const parse = (text: string, depthMax = 6) => parseStrictJson(Buffer.from(text), depthMax);

/** Values of our dialect: whole numbers, well-formed strings, no -0. */
const value = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.maxSafeInteger().map((n) => n + 0),
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.constant(null),
  ),
  node: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('node'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).node;

it('reads what JSON.stringify writes, with or without white space', () => {
  fc.assert(
    fc.property(value, fc.constantFrom(0, 2), (original, indent) => {
      const text = JSON.stringify(original, null, indent);
      expect(parse(text, 20)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
  );
});
it('never accepts what JSON.parse refuses, nor reads it differently', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0123tfn-. eE\n') }), (text) => {
      const read = parse(text, 20);
      if (read.ok) expect(read.value).toEqual(JSON.parse(text));
      else expect(read.place).toMatch(/^character \d+$/);
    }),
    { numRuns: 5000 },
  );
});
it('keeps a key such as __proto__ an ordinary key', () => {
  const read = parse('{"__proto__":{"polluted":1}}');
  expect(read.ok && Object.keys(read.value as object)).toEqual(['__proto__']);
});

describe('refuses, with the place', () => {
  it.each([
    ['a key twice', '{"a":1,"b":2,"a":3}', 14],
    ['a key twice, once escaped', '{"a":1,"\\u0061":3}', 8],
    ['a float', '{"a":1.5}', 6],
    ['an exponent', '[1e3]', 2],
    ['minus zero', '[-0]', 2],
    ['2^53', '[9007199254740992]', 2],
    ['a leading zero', '[01]', 2],
    ['half a surrogate pair', '["\\ud800"]', 2],
    ['a raw control character', '["a\u0001"]', 2],
    ['a bad escape', '["\\x"]', 2],
    ['text after the end', '{} {}', 4],
    ['a trailing comma', '[1,]', 4],
    ['an open object', '{"a":1', 7],
    ['nothing', '', 1],
    ['a byte order mark', '\ufeff{}', 1],
    ['seven levels', '[[[[[[[1]]]]]]]', 7],
  ])('%s', (_name, text, character) => {
    expect(parse(text)).toMatchObject({ ok: false, place: `character ${character}` });
  });
  it('bytes that are not UTF-8', () => {
    expect(parseStrictJson(Buffer.from([0x22, 0xff, 0x22]), 6)).toMatchObject({ ok: false, detail: 'not UTF-8' });
    expect(parseStrictJson(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 6).ok).toBe(false);
  });
});
