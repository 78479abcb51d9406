/**
 * PINs of operators as Argon2id hashes. Six digits are few, so guessing is bounded by whoever asks (web/sessions.ts); the hash is for a
 * stolen file. Source: RFC 9106 section 4, and OWASP Password Storage for the parameters of a small machine: 19 MiB, 2 passes, 1 lane.
 */
import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** Six to twelve digits; the keypads of the counter have no letters. */
export const pinSchema = z.string().regex(/^\d{6,12}$/, 'a PIN has 6 to 12 digits');

type Parameters = Omit<Argon2Parameters, 'message'>;

/** In a thread of the pool: the main one goes on with the bus. */
function hash(pin: string, given: Parameters): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  argon2('argon2id', { ...given, message: pin }, (error, tag) => (error === null ? resolve(tag) : reject(error)));
  return promise;
}
const parameters = { memory: 19 * 1024, passes: 2, parallelism: 1, tagLength: 32 } as const;
const saltBytes = 16;

/** `argon2id$<salt>$<tag>`, both base64url. About 20 ms of a core, off the main thread. */
export async function hashPin(pin: string): Promise<string> {
  const nonce = randomBytes(saltBytes);
  const tag = await hash(pin, { ...parameters, nonce });
  return `argon2id$${nonce.toString('base64url')}$${tag.toString('base64url')}`;
}

/** Whether `pin` is what `stored` was made of. */
export async function checkPin(pin: string, stored: string): Promise<boolean> {
  const [, salt = '', wanted = ''] = stored.split('$');
  const tag = await hash(pin, { ...parameters, nonce: Buffer.from(salt, 'base64url') });
  const expected = Buffer.from(wanted, 'base64url');
  return tag.length === expected.length && timingSafeEqual(tag, expected);
}
