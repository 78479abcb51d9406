/**
 * AES-CMAC with a 128-bit key: proves that a dispense command comes from the gateway this board was paired with.
 * Pure: bytes in, bytes out. It must never hold or log a key.
 * Source: RFC 4493 (identical to NIST SP 800-38B for AES-128).
 */
import { createCipheriv } from 'node:crypto';

const blockBytes = 16;

function encrypt(key: Uint8Array, blocks: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-128-cbc', key, Buffer.alloc(blockBytes)).setAutoPadding(false);
  return Buffer.concat([cipher.update(blocks), cipher.final()]);
}

/** Multiplication by x in GF(2^128), RFC 4493 section 2.3. */
function double(block: Uint8Array): Buffer {
  const shifted = Buffer.alloc(blockBytes);
  for (const [at, byte] of block.entries()) shifted[at] = ((byte << 1) | ((block[at + 1] ?? 0) >> 7)) & 0xff;
  if ((block[0] ?? 0) & 0x80) shifted[blockBytes - 1] = (shifted[blockBytes - 1] ?? 0) ^ 0x87;
  return shifted;
}

/**
 * The 16-byte AES-CMAC of `message`.
 * @throws RangeError when the key is not 16 bytes long.
 */
export function aesCmac(key: Uint8Array, message: Uint8Array): Buffer {
  if (key.length !== blockBytes) throw new RangeError(`an AES-CMAC key has 16 bytes, got ${key.length}`);
  const isWhole = message.length > 0 && message.length % blockBytes === 0;
  const subkey = double(encrypt(key, Buffer.alloc(blockBytes)));
  const mask = isWhole ? subkey : double(subkey);
  const padded = Buffer.alloc(isWhole ? message.length : (Math.floor(message.length / blockBytes) + 1) * blockBytes);
  padded.set(message);
  if (!isWhole) padded[message.length] = 0x80;
  const lastAt = padded.length - blockBytes;
  for (const [at, byte] of mask.entries()) padded[lastAt + at] = (padded[lastAt + at] ?? 0) ^ byte;
  return encrypt(key, padded).subarray(lastAt);
}
