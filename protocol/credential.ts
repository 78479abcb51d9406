/**
 * Cards and door plaques. Ours carry 80 random bits and a check character; whatever card a household already has may serve too. A code
 * is an identifier, never a secret, and only its keyed hash enters an event. This file must never know whose card it is.
 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { alphanumericPart, type CodeRefusal, checkCharacter, crockfordPart, encodeCrockford, refuseCode, splitCode } from './printed-code.ts';

/** Prefixes of our own printed codes; a card somebody else made cannot begin with one. */
const credentialPrefix = 'H1';
const reservedPrefixes = [credentialPrefix, 'K1', 'M1'] as const;

const parts = [{ name: 'prefix H1', length: 2, alphabet: 'H1' }, crockfordPart('card number', 16), alphanumericPart('check character', 1)] as const;
const foreignMin = 4;
const foreignMax = 64;
const randomBytes = 10;

/** Prints one of our codes from 80 fresh random bits: 19 characters, QR version 1 at level M. */
export function encodeCredential(random: Uint8Array): string {
  assert.equal(random.length, randomBytes);
  const body = credentialPrefix + encodeCrockford(random, 16);
  return body + checkCharacter(body);
}

/** Reads a card: ours with its check character, or any other of 4 to 64 visible ASCII characters, taken exactly as it stands. */
export function parseCredential(text: string): { readonly ok: true; readonly code: string; readonly own: boolean } | CodeRefusal {
  if (text.startsWith(credentialPrefix)) return parseOwn(text);
  const reserved = reservedPrefixes.find((prefix) => text.startsWith(prefix));
  if (reserved !== undefined) return refuseCode('unknown', 1, `${reserved} does not begin a card code`);
  const bad = /[^\x21-\x7e]/.exec(text);
  if (bad !== null) return refuseCode('character', bad.index + 1, 'not a visible ASCII character');
  if (text.length < foreignMin) return refuseCode('length', text.length + 1, `a card code has at least ${foreignMin} characters`);
  if (text.length > foreignMax) return refuseCode('length', foreignMax + 1, `a card code has at most ${foreignMax} characters`);
  return { ok: true, code: text, own: false };
}

function parseOwn(text: string): { readonly ok: true; readonly code: string; readonly own: true } | CodeRefusal {
  const split = splitCode(text, parts);
  if (!split.ok) return split;
  if (checkCharacter(text.slice(0, -1)) !== text.at(-1)) return refuseCode('check', text.length, 'the check character does not belong to this code');
  return { ok: true, code: text, own: true };
}

/**
 * What events and the ledger know a card by: 32 hex digits of HMAC-SHA-256 under a secret of this gateway of at least 16 bytes, so that
 * a list of card numbers cannot be tried against a leaked log.
 */
export const hashCredential = (code: string, key: Uint8Array): string => keyedHash('', code, key);

/** What events know a badge by. Another hash than that of the same card in a household's hand, so that neither tells of the other. */
export const hashBadge = (code: string, key: Uint8Array): string => keyedHash('badge\n', code, key);

/** What events know the own household of an operator by: nobody but this gateway can tell whose it is. */
export const hashOwnHousehold = (household: string, key: Uint8Array): string => keyedHash('own household\n', household, key);

/** What events know a farm by, or whoever signs for a receiver: a keyed hash of the name as it was typed, which itself is kept nowhere. */
export const hashNamed = (what: 'farm' | 'receiver', name: string, key: Uint8Array): string => keyedHash(`${what}\n`, name.normalize('NFKC').trim(), key);

function keyedHash(purpose: string, text: string, key: Uint8Array): string {
  assert(key.length >= 16);
  return createHmac('sha256', key).update(purpose).update(text).digest('hex').slice(0, 32);
}
