/**
 * What asked for an event: the key a caller chose for one request, and a digest of what was asked. A request that comes a second time under
 * its key is answered with what is recorded; the same key with another content is a mistake of the caller. Never holds what was asked.
 */
import { createHash } from 'node:crypto';

/** A key of the caller's own making, new for each request: 8 to 64 letters, digits and hyphens. A UUID fits. */
export const requestKeyPattern = /^[A-Za-z0-9-]{8,64}$/;
/** `cause` in an event: the key, a point, and 64 bits of SHA-256 over name and content of the request. */
export const causePattern = /^[A-Za-z0-9-]{8,64}\.[0-9a-f]{16}$/;

/** Names a request. `input` is hashed with its keys in order, so that the order they were written in does not matter. */
export function causeOf(key: string, name: string, input: unknown): string {
  const digest = createHash('sha256').update(name).update('\n').update(canonical(input)).digest('hex').slice(0, 16);
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
