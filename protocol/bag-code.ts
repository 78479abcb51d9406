/**
 * The codes on bag rolls and bags: `K1`, village (5), roll (7), bag (2) and a proof (10) made with a key of the village. Index 00 is the
 * label of the roll itself. A code says nothing about a person; which household has a roll is in the ledger alone. This file must
 * never keep or log the key.
 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { alphanumericPart, type CodeRefusal, crockfordPart, digitsPart, encodeCrockford, refuseCode, splitCode } from './printed-code.ts';

/** Whose bags: the five characters of the village and its secret of at least 16 bytes, renewed every year. */
export interface BagVillage {
  readonly village: string;
  readonly key: Uint8Array;
}
/** `rollCode` is the name of the roll in events. `bag` is 1 to 99, or 0 for the label of the roll. */
export interface BagCode {
  readonly rollCode: string;
  readonly bag: number;
}

const prefix = { name: 'prefix K1', length: 2 };
const parts = [
  { ...prefix, alphabet: 'K1' },
  alphanumericPart('village', 5),
  digitsPart('roll number', 7),
  digitsPart('bag number', 2),
  crockfordPart('proof', 10),
] as const;
const proofCharacters = 10;
const proofAt = 17;

/** 50 bits of HMAC-SHA-256: a forger has one chance in 2^50 a try, and tries at a counter. Source: RFC 2104 section 5 on truncation. */
const proofOf = (body: string, key: Uint8Array): string => encodeCrockford(createHmac('sha256', key).update(body).digest().subarray(0, 7), proofCharacters);

/** The name of a roll in events. `roll` is 0 to 9,999,999. */
export function formatRollCode(village: string, roll: number): string {
  assert(/^[0-9A-Z]{5}$/.test(village) && Number.isInteger(roll) && roll >= 0 && roll <= 9_999_999, `no roll code for ${village} ${roll}`);
  return `K1${village}${String(roll).padStart(7, '0')}`;
}

/** The printed code of one bag (1 to 99) or of the roll label (0). 26 characters of the QR alphanumeric set: version 2 at level Q. */
export function encodeBagCode(site: BagVillage, roll: number, bag: number): string {
  assert(Number.isInteger(bag) && bag >= 0 && bag <= 99 && site.key.length >= 16, `no bag code for bag ${bag}`);
  const body = formatRollCode(site.village, roll) + String(bag).padStart(2, '0');
  return body + proofOf(body, site.key);
}

/** Reads a printed code, or says at which character it is wrong. Proof and village are compared exactly; case is not folded. */
export function parseBagCode(text: string, site: BagVillage): { readonly ok: true; readonly value: BagCode } | CodeRefusal {
  const split = splitCode(text, parts);
  if (!split.ok) return split;
  const [head, village = '', roll = '', bag = '', proof = ''] = split.values;
  if (head !== 'K1') return refuseCode('character', 1, 'a bag code begins with K1');
  if (village !== site.village) return refuseCode('village', 3, `a bag of village ${village}, not of ${site.village}`);
  if (proofOf(text.slice(0, proofAt - 1), site.key) !== proof) return refuseCode('check', proofAt, 'the proof does not belong to this code');
  return { ok: true, value: { rollCode: head + village + roll, bag: Number(bag) } };
}
