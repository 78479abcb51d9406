/**
 * The secrets of one gateway, as files of mode 0600 in DIR/keys: the key that signs events, the key that keeps names, and the two that make
 * card and bag codes. Made once, at the first start; a missing one is never silently replaced while there is something it belongs to.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './data-folder.ts';
import { writeDurably } from './durable-file.ts';
import { GatewayError } from './errors.ts';

export interface GatewayKeys {
  readonly keyid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** File of the public key, PEM, for whoever verifies. */
  readonly publicKeyFile: string;
  readonly personalMasterKey: Buffer;
  readonly credentialKey: Buffer;
  readonly bagKey: Buffer;
}

/** Name of a public key: `k-` and 16 hex digits of the SHA-256 of its 32 raw bytes. */
export function keyidOf(publicKey: KeyObject): string {
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return `k-${createHash('sha256').update(Buffer.from(x, 'base64url')).digest('hex').slice(0, 16)}`;
}

/** Raw public key, base64 of 32 bytes. */
export const rawPublicKey = (publicKey: KeyObject): string => Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64');

const secretFiles = ['personal-master.key', 'credential.key', 'bag.key'] as const;
const eventKeyFile = 'event-key.pem';
/** Secrets of a gateway, by file. */
export const keyFiles = [eventKeyFile, ...secretFiles] as const;
/** What a village loses with each of its secrets. */
const losses: Readonly<Record<(typeof secretFiles)[number] | typeof eventKeyFile, string>> = {
  [eventKeyFile]: 'without it no event can be signed and the chain ends',
  'personal-master.key': 'without it nobody can read the names, phones and cards in personal.db',
  'credential.key': 'without it no card in use is recognised',
  'bag.key': 'without it no label printed so far is recognised',
};
const publicFile = 'event-key.pub.pem';
/** Of the public key. What this process writes else is for its group at most. */
const publicMode = 0o644;
/** The file of the public key. */
export const publicKeyIn = (folder: string): string => join(folder, publicFile);

/**
 * Makes whatever key is missing in `folder`. @returns whether the event key was new.
 * @throws GatewayError file_unreadable or store_failed when the folder or a file cannot be written.
 */
export function createKeys(folder: string): boolean {
  makeFolder(folder, 0o700);
  for (const file of secretFiles) if (!existsSync(join(folder, file))) writeDurably(join(folder, file), `${randomBytes(32).toString('hex')}\n`, 0o600);
  if (existsSync(join(folder, eventKeyFile))) return false;
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeDurably(join(folder, eventKeyFile), privateKey.export({ format: 'pem', type: 'pkcs8' }), 0o600);
  writePublicKey(publicKeyIn(folder), publicKey);
  return true;
}

/** Writes the public half, which anybody may have: mode 0644, whatever the umask. */
export function writePublicKey(file: string, publicKey: KeyObject): void {
  writeDurably(file, publicKey.export({ format: 'pem', type: 'spki' }), publicMode);
  chmodSync(file, publicMode);
}

/** @throws GatewayError key_missing naming the file that is absent or is no key, and what is lost with it. */
export function loadKeys(folder: string): GatewayKeys {
  const read = <Key>(file: keyof typeof losses, parse: (text: string) => Key): Key =>
    readKey(join(folder, file), parse, `Put ${file} back from the backup of the keys: ${losses[file]}.`);
  const privateKey = read(eventKeyFile, (text) => createPrivateKey(text));
  const publicKey = createPublicKey(privateKey);
  const [personalMasterKey, credentialKey, bagKey] = secretFiles.map((file) => read(file, parseSecret)) as [Buffer, Buffer, Buffer];
  return { keyid: keyidOf(publicKey), privateKey, publicKey, publicKeyFile: publicKeyIn(folder), personalMasterKey, credentialKey, bagKey };
}

/** Reads an Ed25519 public key, PEM. @throws GatewayError key_missing. */
export const loadPublicKey = (file: string): KeyObject =>
  readKey(file, (text) => createPublicKey(text), 'It is made by `sifen keygen` or the first start of the gateway, as DIR/keys/event-key.pub.pem.');

/** Reads a device's MAC key: 32 hex digits. @throws GatewayError key_missing. */
export const loadMacKey = (file: string): Buffer =>
  readKey(file, parseMacKey, 'Put the key of this board there: the 32 hex digits that were set in it when it was commissioned.');

function parseMacKey(text: string): Buffer {
  if (!/^[0-9a-fA-F]{32}$/.test(text.trim())) throw new Error('32 hex digits were expected');
  return Buffer.from(text.trim(), 'hex');
}

function parseSecret(text: string): Buffer {
  if (!/^[0-9a-f]{64}$/.test(text.trim())) throw new Error('64 hex digits were expected');
  return Buffer.from(text.trim(), 'hex');
}

function readKey<Key>(file: string, parse: (text: string) => Key, hint: string): Key {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'it is not there' : code?.startsWith('ERR_OSSL') ? 'it holds no such key in PEM' : message;
    throw new GatewayError('key_missing', `The key file ${file} cannot be used: ${reason}.`, { cause, hint });
  }
}
