/**
 * What only one handheld can read: HPKE in base mode, one message a box, as X25519, HKDF-SHA256 and AES-128-GCM (RFC 9180, suite 0x0020 0x0001
 * 0x0001). A browser does the same with Web Crypto. This file draws no random number: whoever seals hands in fresh ones, never used twice.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { z } from 'zod';

/** X25519 public key of a handheld: 32 bytes as 64 hex digits. */
export const handheldKeySchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'an X25519 public key is 64 hex digits')
  // A point of small order would make the shared secret a constant that everybody knows (RFC 7748 section 6.1).
  .refine((hex) => !smallOrder.has(maskTop(hex)), 'this is no key of its own')
  .meta({ title: 'public key of a handheld' });

/** Source: RFC 7748 section 6.1 and the list of curve25519 points of order 1, 2, 4 and 8, little-endian, top bit off. */
const smallOrder: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
]);
const maskTop = (hex: string): string => hex.slice(0, 62) + (Number.parseInt(hex.slice(62), 16) & 0x7f).toString(16).padStart(2, '0');

const keyBytes = 32;
const tagBytes = 16;
const kemSuite = Buffer.concat([Buffer.from('KEM'), Buffer.from([0x00, 0x20])]);
const suite = Buffer.concat([Buffer.from('HPKE'), Buffer.from([0x00, 0x20, 0x00, 0x01, 0x00, 0x01])]);
const none = Buffer.alloc(0);
/** Wrappings of raw keys. Source: RFC 8410. */
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex');
const spkiHead = Buffer.from('302a300506032b656e032100', 'hex');

const privateKeyOf = (raw: Uint8Array) => createPrivateKey({ key: Buffer.concat([pkcs8Head, raw]), format: 'der', type: 'pkcs8' });
const publicKeyOf = (raw: Uint8Array) => createPublicKey({ key: Buffer.concat([spkiHead, raw]), format: 'der', type: 'spki' });
/** Public key of 32 raw bytes. */
export const sealedBoxPublicKey = (secret: Uint8Array): Buffer =>
  createPublicKey(privateKeyOf(secret)).export({ format: 'der', type: 'spki' }).subarray(-keyBytes);

const extract = (salt: Uint8Array, of: Uint8Array, label: string, input: Uint8Array): Buffer =>
  createHmac('sha256', salt)
    .update(Buffer.concat([Buffer.from('HPKE-v1'), of, Buffer.from(label), input]))
    .digest();

/** At most one block of SHA-256. */
function expand(secret: Uint8Array, of: Uint8Array, label: string, info: Uint8Array, length: number): Buffer {
  assert(length <= 32);
  const labelled = Buffer.concat([Buffer.from([0, length]), Buffer.from('HPKE-v1'), of, Buffer.from(label), info, Buffer.from([1])]);
  return createHmac('sha256', secret).update(labelled).digest().subarray(0, length);
}

/** Key and nonce both sides come to; each serves one message. */
function schedule(shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array, info: Uint8Array): { readonly key: Buffer; readonly nonce: Buffer } {
  const secretOfKem = expand(extract(none, kemSuite, 'eae_prk', shared), kemSuite, 'shared_secret', Buffer.concat([ephemeral, recipient]), keyBytes);
  const context = Buffer.concat([Buffer.from([0]), extract(none, suite, 'psk_id_hash', none), extract(none, suite, 'info_hash', info)]);
  const secret = extract(secretOfKem, suite, 'secret', none);
  return { key: expand(secret, suite, 'key', context, 16), nonce: expand(secret, suite, 'base_nonce', context, 12) };
}

/** `ephemeral`: 32 fresh random bytes. `info` and `bound` are public and must be the same at the other end. @throws Error for a key of small order. */
export function sealBox(
  {
    recipient,
    ephemeral,
    info,
    bound,
  }: { readonly recipient: Uint8Array; readonly ephemeral: Uint8Array; readonly info: Uint8Array; readonly bound: Uint8Array },
  plain: Uint8Array,
): { readonly enc: Buffer; readonly sealed: Buffer } {
  assert(recipient.length === keyBytes && ephemeral.length === keyBytes);
  const enc = sealedBoxPublicKey(ephemeral);
  const shared = diffieHellman({ privateKey: privateKeyOf(ephemeral), publicKey: publicKeyOf(recipient) });
  const { key, nonce } = schedule(shared, enc, recipient, info);
  const cipher = createCipheriv('aes-128-gcm', key, nonce).setAAD(bound);
  return { enc, sealed: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]) };
}

/** What was sealed for the holder of `secret`. @throws Error when it was altered, or is for somebody else. */
export function openBox(
  { secret, enc, info, bound }: { readonly secret: Uint8Array; readonly enc: Uint8Array; readonly info: Uint8Array; readonly bound: Uint8Array },
  sealed: Uint8Array,
): Buffer {
  const shared = diffieHellman({ privateKey: privateKeyOf(secret), publicKey: publicKeyOf(enc) });
  const { key, nonce } = schedule(shared, enc, sealedBoxPublicKey(secret), info);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAAD(bound).setAuthTag(sealed.subarray(-tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
}
