// The published key of RFC 8032 section 7.1 test 1, so that signatures in tests can be compared with other implementations.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { EnvelopeSigner } from '../../protocol/envelope.ts';

const x = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex').toString('base64url');
const d = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex').toString('base64url');

export const testSigner: EnvelopeSigner = { keyid: 'gw-test-1', privateKey: createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x, d } }) };
export const testPublicKey: KeyObject = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
export const testKeys = (keyid: string): KeyObject | undefined => (keyid === testSigner.keyid ? testPublicKey : undefined);
