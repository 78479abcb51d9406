// Without this a restart could sign with another key, a stranger could read a secret, or a lost key could be replaced without a word.
import { createPublicKey, sign, verify } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { createKeys, keyidOf, loadKeys, loadMacKey, loadPublicKey, rawPublicKey } from '../../gateway/keys.ts';
import { makeFolder } from '../support/make-store.ts';
import { testPublicKey } from '../support/test-keys.ts';

const losses: Record<string, string> = { 'event-key.pem': 'chain', 'personal-master.key': 'names', 'credential.key': 'card', 'bag.key': 'label' };
const secrets = Object.keys(losses);
const made = () => {
  const folder = join(makeFolder(), 'keys');
  expect(createKeys(folder)).toBe(true);
  return folder;
};
const bytesOf = (folder: string) => Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'hex')]));

describe('the keys of a gateway', () => {
  it('are made once: the second start finds the same bytes', () => {
    const folder = made();
    const before = bytesOf(folder);
    expect(createKeys(folder)).toBe(false);
    expect(bytesOf(folder)).toEqual(before);
    expect(Object.keys(before).sort()).toEqual([...secrets, 'event-key.pub.pem'].sort());
  });

  it('are four different secrets nobody else on the machine can read', () => {
    const folder = made();
    for (const name of secrets) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const { personalMasterKey, credentialKey, bagKey } = loadKeys(folder);
    const other = loadKeys(made());
    const all = [personalMasterKey, credentialKey, bagKey, other.personalMasterKey, other.credentialKey, other.bagKey];
    expect(new Set(all.map((key) => key.toString('hex'))).size).toBe(6);
    for (const key of all) expect(key).toHaveLength(32);
  });

  it('have a public half anybody may read, under the umask of a gateway too', () => {
    const before = process.umask(0o027);
    try {
      const folder = made();
      expect(statSync(join(folder, 'event-key.pub.pem')).mode & 0o777).toBe(0o644);
      for (const name of secrets) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  it('sign so that the holder of the public file can verify', () => {
    const { privateKey, publicKeyFile, keyid } = loadKeys(made());
    const text = Buffer.from('four sorts');
    const published = loadPublicKey(publicKeyFile);
    expect(verify(null, text, published, sign(null, text, privateKey))).toBe(true);
    expect(keyidOf(published)).toBe(keyid);
    expect(readFileSync(publicKeyFile, 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  });

  it('are named by the SHA-256 of the raw public key', () => {
    // RFC 8032 section 7.1 test 1; the digest is `xxd -r -p | sha256sum` of its public key.
    expect(keyidOf(testPublicKey)).toBe('k-21fe31dfa154a261');
    expect(rawPublicKey(testPublicKey)).toBe('11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=');
  });

  test.each([...secrets])('when %s is gone or spoiled, loading names it and puts nothing in its place', (name) => {
    const folder = made();
    writeFileSync(join(folder, name), 'no key at all\n');
    expect(() => loadKeys(folder)).toThrow(expect.objectContaining({ code: 'key_missing', message: expect.stringContaining(name) }));
    rmSync(join(folder, name));
    expect(() => loadKeys(folder)).toThrow(expect.objectContaining({ code: 'key_missing', message: expect.stringContaining(name) }));
    expect(readdirSync(folder)).not.toContain(name);
    expect(() => loadKeys(folder)).toThrow(expect.objectContaining({ hint: expect.stringContaining(losses[name] ?? '?') }));
  });

  it('are not written where a file stands in the way', () => {
    const path = join(makeFolder(), 'keys');
    writeFileSync(path, '');
    expect(() => createKeys(path)).toThrow(expect.objectContaining({ code: 'file_unreadable' }));
  });
});

describe('the key shared with a board', () => {
  const load = (text: string) => {
    const file = join(makeFolder(), 'mac.key');
    writeFileSync(file, text);
    return loadMacKey(file);
  };
  it('is 32 hex digits', () => {
    expect(load('2b7e151628aed2a6abf7158809CF4F3C\n').toString('hex')).toBe('2b7e151628aed2a6abf7158809cf4f3c');
  });
  test.each(['', '2b7e', `${'2b'.repeat(16)}00`, 'zz'.repeat(16)])('and nothing else: "%s"', (text) => {
    expect(() => load(text)).toThrow(expect.objectContaining({ code: 'key_missing' }));
  });
});

describe('a public key', () => {
  it('that is not one is refused by name', () => {
    const file = join(makeFolder(), 'platform.pem');
    writeFileSync(file, 'not PEM');
    expect(() => loadPublicKey(file)).toThrow(expect.objectContaining({ code: 'key_missing', message: expect.stringContaining('platform.pem') }));
    writeFileSync(file, testPublicKey.export({ format: 'pem', type: 'spki' }));
    expect(loadPublicKey(file).equals(createPublicKey(testPublicKey.export({ format: 'pem', type: 'spki' })))).toBe(true);
  });
});
