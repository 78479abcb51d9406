// Without this a report could be read that nobody signed, that says something else than was signed, or that no verifier can read.
import { describe, expect, it } from 'vitest';
import { acceptanceBytesMax, acceptancePayloadType, encodeAcceptance, openAcceptance } from '../../protocol/acceptance.ts';
import { eventPayloadType, innerBytesMax, openEnvelope, signEnvelope } from '../../protocol/envelope.ts';
import { reportOf, soundPoint, soundReading } from '../support/acceptance.ts';
import { testKeys, testSigner } from '../support/test-keys.ts';

const signed = (inner: Uint8Array, type: string = acceptancePayloadType) => signEnvelope(inner, type, testSigner, acceptanceBytesMax);
const report = reportOf();
const { envelope, leaf } = signed(encodeAcceptance(report));

it('comes back as it was signed, with the leaf that names it', () => {
  expect(openAcceptance(envelope, testKeys)).toEqual({ ok: true, report, leaf, keyid: testSigner.keyid });
});

it('is refused after any flipped bit', () => {
  for (let at = 0; at < envelope.length; at += 1) {
    const flipped = Buffer.from(envelope);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
    expect(openAcceptance(flipped, testKeys).ok, `byte ${at}`).toBe(false);
  }
});

it('may be larger than an event, and no larger than its own bound', () => {
  const bins = Array.from({ length: 64 }, (_unused, bin) => ({
    id: `bin-${bin + 1}`,
    readings: Array.from({ length: 8 }, (_one, index) => soundReading({ compartment: index + 1 })),
  }));
  const large = encodeAcceptance(reportOf(soundPoint({ bins })));
  expect(large.length).toBeGreaterThan(innerBytesMax);
  const { envelope: wire } = signed(large);
  expect(openAcceptance(wire, testKeys).ok).toBe(true);
  // Whoever expects an event reads no more than an event may have.
  expect(openEnvelope(wire, testKeys)).toMatchObject({ ok: false, reason: 'shape' });
  expect(() => signed(Buffer.alloc(acceptanceBytesMax + 1))).toThrow('exceeds');
  expect(openAcceptance(Buffer.alloc(2 * acceptanceBytesMax, 0x20), testKeys)).toMatchObject({ ok: false, reason: 'shape' });
});

describe('what is signed and is no report', () => {
  const open = (value: unknown, type?: string) => openAcceptance(signed(Buffer.from(JSON.stringify(value)), type).envelope, testKeys);
  it.each<[string, unknown, object]>([
    ['a field more', { ...report, household: 'h-0' }, { reason: 'report' }],
    ['a field less', { ...report, verdict: undefined }, { reason: 'report', place: 'verdict' }],
    ['a check of an unknown kind', { ...report, checks: [{ check: 'coffee', result: 'passed', reasons: [] }] }, { reason: 'report', place: 'checks.0.check' }],
    ['no check at all', { ...report, checks: [] }, { reason: 'report', place: 'checks' }],
    ['a fraction', { ...report, startedAtMs: 0.5 }, { reason: 'report' }],
  ])('%s', (_what, value, refusal) => expect(open(value)).toMatchObject({ ok: false, ...refusal }));
  it('an event envelope', () => expect(open(report, eventPayloadType)).toMatchObject({ ok: false, reason: 'payload type' }));
  it('is never written', () => expect(() => encodeAcceptance({ ...report, checks: [] })).toThrow('checks'));
});
