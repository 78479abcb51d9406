// Lost without this file: the claim that anybody can verify our events without our code.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { keyidOf } from '../../gateway/keys.ts';
import { eventPayloadType, signEnvelope } from '../../protocol/envelope.ts';
import { makeEvents } from '../support/event-chain.ts';
import { testPublicKey, testSigner } from '../support/test-keys.ts';
import { describeWith } from './tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'sifen-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pem = join(folder, 'key.pem');
writeFileSync(pem, testPublicKey.export({ format: 'pem', type: 'spki' }));

const script = new URL('../../protocol/verify-event.sh', import.meta.url).pathname;
const verify = (envelope: Uint8Array | string, ...keyid: string[]) => {
  const { status, stdout, stderr } = spawnSync('sh', [script, pem, ...keyid], { input: envelope, encoding: 'utf8' });
  return { status, stdout, stderr };
};
interface Vector {
  readonly name: string;
  readonly valid: boolean;
  readonly wire: string;
  readonly reason?: string;
}
const { vectors }: { vectors: readonly Vector[] } = JSON.parse(readFileSync(new URL('../fixtures/dsse.json', import.meta.url), 'utf8'));

describeWith('openssl')('an event, a shell and OpenSSL', () => {
  const inner = Buffer.from(JSON.parse(makeEvents(1)[0]?.envelope.toString() ?? '').payload, 'base64');
  const { envelope } = signEnvelope(inner, eventPayloadType, { ...testSigner, keyid: keyidOf(testPublicKey) });

  it('takes at most 20 lines', () => {
    expect(readFileSync(script, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  });
  it('verifies, and prints exactly what was signed', () => {
    expect(verify(envelope)).toEqual({ status: 0, stdout: inner.toString(), stderr: '' });
  });
  it('fails for one flipped bit in any part of the message', () => {
    const step = 29;
    for (let at = 0; at < envelope.length; at += step) {
      const flipped = Buffer.from(envelope);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      expect(verify(flipped), `byte ${at}`).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(/^not verified: /) });
    }
  }, 120_000);
  it.each(vectors.filter(({ valid }) => valid))('agrees that $name is good', ({ wire }) => {
    expect(verify(wire, 'gw-test-1')).toMatchObject({ status: 0, stdout: Buffer.from(JSON.parse(wire).payload, 'base64').toString() });
  });
  it.each(vectors.filter(({ valid }) => !valid))('agrees that $name is not', ({ wire }) => {
    expect(verify(wire, 'gw-test-1')).toMatchObject({ status: 1, stdout: '' });
  });
});
