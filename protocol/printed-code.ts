/**
 * What all our printed codes share: an alphabet without look-alikes for random and proving parts, the ISO check character for codes a
 * person may have to type, and the one way to say where a code is wrong. It must never know what a code is for.
 */

/** Why a text is not the code it looks like. `position` counts characters from 1. */
export interface CodeRefusal {
  readonly ok: false;
  readonly reason: 'length' | 'character' | 'village' | 'check' | 'unknown';
  readonly position: number;
  readonly detail: string;
}

export const refuseCode = (reason: CodeRefusal['reason'], position: number, detail: string): CodeRefusal => ({ ok: false, reason, position, detail });

/** Source: D. Crockford, "Base 32": no I, L, O, U. */
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const alphanumeric = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The first `characters` x 5 bits of `bytes`, most significant first. */
export function encodeCrockford(bytes: Uint8Array, characters: number): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  const spare = BigInt(bytes.length * 8 - characters * 5);
  return Array.from({ length: characters }, (_, index) => crockford[Number((bits >> (spare + BigInt((characters - 1 - index) * 5))) & 31n)]).join('');
}

/** A stretch of a code and what it is made of. */
export interface CodePart {
  readonly name: string;
  readonly length: number;
  readonly alphabet: string;
}
const digits = '0123456789';
export const crockfordPart = (name: string, length: number): CodePart => ({ name, length, alphabet: crockford });
export const alphanumericPart = (name: string, length: number): CodePart => ({ name, length, alphabet: alphanumeric });
export const digitsPart = (name: string, length: number): CodePart => ({ name, length, alphabet: digits });

/** Cuts `text` into its parts, or names the first character that does not belong. Nothing is folded, trimmed or guessed. */
export function splitCode(text: string, parts: readonly CodePart[]): { readonly ok: true; readonly values: readonly string[] } | CodeRefusal {
  const values: string[] = [];
  let at = 0;
  for (const { name, length, alphabet } of parts) {
    const value = text.slice(at, at + length);
    const bad = Array.from({ length: value.length }, (_, index) => index).find((index) => !alphabet.includes(value.charAt(index)));
    if (bad !== undefined) return refuseCode('character', at + bad + 1, `not a character of the ${name}`);
    if (value.length < length) return refuseCode('length', text.length + 1, `ends inside the ${name}`);
    values.push(value);
    at += length;
  }
  return text.length > at ? refuseCode('length', at + 1, 'text after the end of the code') : { ok: true, values };
}

/**
 * Check character of ISO 7064 MOD 37,36 for a text of digits and capitals; it finds every single wrong character.
 * Source: ISO/IEC 7064:2003 section 8 (hybrid systems).
 */
export function checkCharacter(text: string): string {
  let product = 36;
  for (const character of text) {
    const sum = (product + alphanumeric.indexOf(character)) % 36 || 36;
    product = (sum * 2) % 37;
  }
  return alphanumeric.charAt((37 - product) % 36);
}
