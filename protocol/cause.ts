/**
 * What asked for an event: the key a caller chose for one request, and a keyed digest of what was asked. A request that comes a second time
 * under its key is answered with what is recorded; the same key with another content is a mistake of the caller. The digest stands in public
 * events: under a secret of the gateway, because names and PINs are few enough to be tried out.
 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

/** A key of the caller's own making, new for each request: 8 to 64 letters, digits and hyphens. A UUID fits. */
export const requestKeyPattern = /^[A-Za-z0-9-]{8,64}$/;
/** `cause` in an event: the key, a point, and 64 bits of HMAC-SHA-256 over name and content of the request. */
export const causePattern = /^[A-Za-z0-9-]{8,64}\.[0-9a-f]{16}$/;

/** Names a request. `input` is hashed with its keys in order, so that the order they were written in does not matter. `secret`: at least 16 bytes. */
export function causeOf(key: string, name: string, input: unknown, secret: Uint8Array): string {
  assert(secret.length >= 16);
  const digest = createHmac('sha256', secret).update('sifen request\n').update(name).update('\n').update(canonical(input)).digest('hex').slice(0, 16);
  return `${key}.${digest}`;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`)
    .join(',')}}`;
}
