// Lost without this file: the check character would only agree with itself, not with the standard.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCharacter, encodeCrockford } from '../../protocol/printed-code.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

describe('ISO 7064 MOD 37,36', () => {
  // GRid standard 2.1 (IFPI) and the ISAN user guide print these numbers with their check characters.
  it.each([
    ['A12425GABC1234002', 'M'],
    ['000000018947000000000000', 'D'],
    ['0000000189470000', '8'],
    ['00000000D07A0090', 'Q'],
    ['00000000D07A009000000000', 'X'],
  ])('%s is followed by %s', (body, check) => {
    expect(checkCharacter(body)).toBe(check);
  });
  it('finds every single wrong character', () => {
    const body = 'H1ABCDEFGH01234567';
    const check = checkCharacter(body);
    for (let at = 0; at < body.length; at += 1) {
      for (const wrong of alphabet) {
        if (wrong === body[at]) continue;
        expect(checkCharacter(body.slice(0, at) + wrong + body.slice(at + 1))).not.toBe(check);
      }
    }
  });
  it('finds nearly all swaps of neighbours', () => {
    let swaps = 0;
    let missed = 0;
    for (const a of alphabet) {
      for (const b of alphabet) {
        if (a === b) continue;
        swaps += 1;
        if (checkCharacter(`H1${a}${b}7`) === checkCharacter(`H1${b}${a}7`)) missed += 1;
      }
    }
    expect(missed / swaps).toBeLessThan(0.03);
  });
});

describe('Crockford base 32', () => {
  it('writes bits in order, most significant first', () => {
    expect(encodeCrockford(Uint8Array.of(0x00, 0x44, 0x32, 0x14, 0xc7), 8)).toBe('01234567');
    expect(encodeCrockford(Uint8Array.of(0xff), 1)).toBe('Z');
  });
  it('is base32hex with another alphabet', () => {
    const hex = '0123456789ABCDEFGHIJKLMNOPQRSTUV';
    const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 5, maxLength: 10 }), (bytes) => {
        const characters = Math.floor((bytes.length * 8) / 5);
        const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
        const expected = Array.from({ length: characters }, (_, index) => hex[Number.parseInt(bits.slice(index * 5, index * 5 + 5), 2)]).join('');
        const asHex = [...encodeCrockford(bytes, characters)].map((character) => hex[crockford.indexOf(character)]).join('');
        return asHex === expected;
      }),
    );
  });
});
