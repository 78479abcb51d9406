// Lost without this file: the proof that our envelopes are those of the standard, and that no other bytes pass for them.
import { sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePae, eventPayloadType, innerBytesMax, openEnvelope, signEnvelope } from '../../protocol/envelope.ts';
import { testKeys, testSigner } from '../support/test-keys.ts';
import { damaged } from '../support/text-mutations.ts';

interface Vector {
  readonly name: string;
  readonly valid: boolean;
  readonly wire: string;
  readonly leaf?: string;
  readonly reason?: string;
}
const { vectors }: { vectors: readonly Vector[] } = JSON.parse(readFileSync(new URL('../fixtures/dsse.json', import.meta.url), 'utf8'));
const valid = vectors.filter((vector) => vector.valid);
const open = (wire: string | Uint8Array) => openEnvelope(typeof wire === 'string' ? Buffer.from(wire) : wire, testKeys);

describe('vectors of another implementation', () => {
  it('has both kinds', () => {
    expect(valid.length).toBeGreaterThanOrEqual(3);
    expect(vectors.length - valid.length).toBeGreaterThanOrEqual(12);
  });
  it.each(valid)('$name is believed, with its leaf', ({ wire, leaf }) => {
    const inner = Buffer.from(JSON.parse(wire).payload, 'base64');
    expect(open(wire)).toEqual({ ok: true, inner, leaf, keyid: 'gw-test-1' });
  });
  it.each(vectors.filter((vector) => !vector.valid))('$name is refused for its $reason', ({ wire, reason }) => {
    expect(open(wire)).toMatchObject({ ok: false, reason });
  });
  it.each(valid)('$name comes out of our own signer byte for byte', ({ wire, leaf }) => {
    const signed = signEnvelope(Buffer.from(JSON.parse(wire).payload, 'base64'), eventPayloadType, testSigner);
    expect(signed.envelope.toString()).toBe(wire);
    expect(signed.leaf).toBe(leaf);
  });
});

describe('signed bytes', () => {
  it('are the example of the DSSE protocol document', () => {
    expect(encodePae('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });
  it('count bytes, not characters', () => {
    expect(encodePae('a/b', Buffer.from('可')).toString('latin1')).toMatch(/^DSSEv1 3 a\/b 3 /);
  });
});

describe('outer shape', () => {
  const { envelope } = signEnvelope(Buffer.from('{}'), eventPayloadType, testSigner);
  const outer = JSON.parse(envelope.toString());
  const refusalOf = (value: unknown) => open(JSON.stringify(value));

  it('does not depend on order or white space', () => {
    const { payloadType, payload, signatures } = outer;
    expect(open(JSON.stringify({ signatures, payload, payloadType }, null, 2))).toMatchObject({ ok: true });
  });
  it.each([
    ['a further field', { ...outer, extra: 1 }],
    ['no payload type', { payload: outer.payload, signatures: outer.signatures }],
    ['a field in a signature', { ...outer, signatures: [{ ...outer.signatures[0], alg: 'none' }] }],
    ['one key twice', { ...outer, signatures: [outer.signatures[0], outer.signatures[0]] }],
    ['five signatures', { ...outer, signatures: [1, 2, 3, 4, 5].map((n) => ({ ...outer.signatures[0], keyid: `k${n}` })) }],
    ['payload without padding', { ...outer, payload: 'e30' }],
    ['payload in the URL alphabet', { ...outer, payload: '-_-_' }],
    ['payload with stray bits', { ...outer, payload: 'e31=' }],
    ['payload with a line break', { ...outer, payload: 'e30\n=' }],
    ['a payload too long', { ...outer, payload: Buffer.alloc(innerBytesMax + 1).toString('base64') }],
    ['an array', [outer]],
    ['null', null],
  ])('refuses %s', (_name, value) => {
    const refusal = refusalOf(value);
    expect(refusal).toMatchObject({ ok: false, reason: 'shape' });
    expect(refusal.ok || refusal.place.length).toBeGreaterThan(0);
  });
  it('refuses one key given twice: two parsers would read two messages', () => {
    const wire = envelope.toString().replace('{"payloadType"', '{"payload":"e30=","payloadType"');
    expect(open(wire)).toMatchObject({ ok: false, reason: 'shape', detail: 'the key "payload" appears twice' });
  });
  it('refuses megabytes unread', () => {
    expect(open(Buffer.alloc(2_000_000, '['))).toMatchObject({ ok: false, reason: 'shape', place: 'the envelope' });
  });
});

describe('several signatures', () => {
  const inner = Buffer.from('{}');
  const outer = JSON.parse(signEnvelope(inner, eventPayloadType, testSigner).envelope.toString());
  const [good] = outer.signatures;
  const withSignatures = (...signatures: unknown[]) => open(JSON.stringify({ ...outer, signatures }));

  it('passes over a co-signature by a key we do not know', () => {
    expect(withSignatures({ keyid: 'sm2-1', sig: 'AAAA' }, good)).toMatchObject({ ok: true, keyid: 'gw-test-1' });
  });
  it('refuses when one by a key we know is wrong', () => {
    const sig = sign(null, Buffer.from('other'), testSigner.privateKey).toString('base64');
    const both = (keyid: string) => testKeys(keyid.replace('-2', '-1'));
    const wire = Buffer.from(JSON.stringify({ ...outer, signatures: [good, { keyid: 'gw-test-2', sig }] }));
    expect(openEnvelope(wire, both)).toMatchObject({ ok: false, reason: 'signature', place: 'signatures.1.sig' });
  });
});

it('10,000 random mutations: refused with a place, or the very bytes that were signed', () => {
  const originals = valid.map(({ wire }) => Buffer.from(wire));
  const signed = new Set(valid.map(({ wire }) => JSON.parse(wire).payload));
  let accepted = 0;
  fc.assert(
    fc.property(damaged(originals), (bytes) => {
      const opened = open(bytes);
      if (!opened.ok) return opened.place.length > 0 && opened.detail.length > 0;
      accepted += 1;
      const said = JSON.parse(bytes.toString()).payload;
      return signed.has(said) && opened.inner.toString('base64') === said;
    }),
    { numRuns: 10_000 },
  );
  // Some damage undoes itself; most must not.
  expect(accepted).toBeLessThan(1500);
});

it('bytes of any kind never throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => !open(bytes).ok,
    ),
    { numRuns: 2000 },
  );
});

it('a payload too long or a key of another kind is our own mistake', () => {
  expect(() => signEnvelope(Buffer.alloc(innerBytesMax + 1), eventPayloadType, testSigner)).toThrow('exceeds');
  expect(() => signEnvelope(Buffer.from('{}'), eventPayloadType, { ...testSigner, keyid: 'gw test' })).toThrow('keyid');
});
