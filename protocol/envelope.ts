/**
 * The signed envelope every event travels in: DSSE with Ed25519, the same bytes on every transport and in every export file.
 * The signature covers the exact inner bytes and their type, so nobody ever has to rebuild bytes from parsed data. This file must
 * never look inside the payload: what an event says is signed-event.ts, where it stands in the chain is chain.ts.
 */
import assert from 'node:assert/strict';
import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { parseStrictJson } from './strict-json.ts';

/** `payloadType` of an event envelope. An acceptance report has its own, as commands and checkpoints will. */
export const eventPayloadType = 'application/vnd.sifen.event.v1+json';
/** Most bytes of inner payload of an event; whoever signs or opens another type names its bound. Unit: byte. */
export const innerBytesMax = 8192;
const signaturesMax = 4;
/** Type, names and four signatures around the payload. Unit: byte. */
const wrappingBytesMax = 1364;
/** Most bytes of a whole envelope: 12 KiB for an event. Unit: byte. */
export const envelopeBytesMax = (innerMax: number): number => Math.ceil(innerMax / 3) * 4 + wrappingBytesMax;
/** Object, array of signatures, signature. */
const depthMax = 3;

/** Finds the public key a `keyid` stands for. The key's own type binds the algorithm; the message never chooses it. */
export type KeyLookup = (keyid: string) => KeyObject | undefined;
/** Who signs. `privateKey` is an Ed25519 key; `keyid` is 1 to 64 letters, digits, dots, colons, underscores or hyphens. */
export interface EnvelopeSigner {
  readonly keyid: string;
  readonly privateKey: KeyObject;
}
/** Why an envelope is not believed. `place` names the field or character. */
export interface EnvelopeRefusal {
  readonly ok: false;
  readonly reason: 'shape' | 'key' | 'signature' | 'payload type';
  readonly detail: string;
  readonly place: string;
}
/** `leaf` is the event's place-holder in the chain: base64 of SHA-256(0x00 || PAE), the same whoever signs. */
export type OpenedEnvelope = { readonly ok: true; readonly inner: Buffer; readonly leaf: string; readonly keyid: string } | EnvelopeRefusal;

const keyidSchema = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/, '1 to 64 letters, digits and . _ : -');
const outerSchema = z.strictObject({
  payloadType: z.string().regex(/^[a-z]+\/[a-z0-9.+-]{1,100}$/, 'a media type was expected'),
  payload: z.string(),
  signatures: z
    .array(z.strictObject({ keyid: keyidSchema, sig: z.string() }))
    .min(1, 'no signature')
    .max(signaturesMax)
    .refine((signatures) => new Set(signatures.map(({ keyid }) => keyid)).size === signatures.length, 'one key signed twice'),
});
type Outer = z.infer<typeof outerSchema>;

/** The bytes that are signed. Source: DSSE protocol.md, "Signature Definition" (PAE). */
export function encodePae(payloadType: string, inner: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${inner.length} `), inner]);
}

const leafOf = (pae: Uint8Array): string => createHash('sha256').update(Uint8Array.of(0)).update(pae).digest('base64');

/**
 * Wraps and signs `inner`. The result has no white space and the key order payloadType, payload, signatures.
 * Bounds: inner at most `innerMax` bytes; a longer one, a key of another kind or a bad keyid is our own mistake (assertion).
 */
export function signEnvelope(
  inner: Uint8Array,
  payloadType: string,
  signer: EnvelopeSigner,
  innerMax = innerBytesMax,
): { readonly envelope: Buffer; readonly leaf: string } {
  assert(inner.length <= innerMax, `inner payload of ${inner.length} bytes exceeds ${innerMax}`);
  assert.equal(signer.privateKey.asymmetricKeyType, 'ed25519');
  assert(keyidSchema.safeParse(signer.keyid).success, `bad keyid ${signer.keyid}`);
  const pae = encodePae(payloadType, inner);
  const sig = sign(null, pae, signer.privateKey).toString('base64');
  const outer: Outer = { payloadType, payload: Buffer.from(inner).toString('base64'), signatures: [{ keyid: signer.keyid, sig }] };
  return { envelope: Buffer.from(JSON.stringify(outer)), leaf: leafOf(pae) };
}

/**
 * Checks an envelope from anywhere and gives back the exact bytes that were signed. Every signature by a key we know must be good and
 * at least one must be; signatures by unknown keys are somebody else's to check. The type is compared only after the signature held.
 * Refuses without throwing, whatever the bytes. Cost bound: four Ed25519 checks.
 */
export function openEnvelope(bytes: Uint8Array, keys: KeyLookup, payloadType: string = eventPayloadType, innerMax = innerBytesMax): OpenedEnvelope {
  const outer = parseOuter(bytes, envelopeBytesMax(innerMax));
  if (!outer.ok) return outer;
  const { value } = outer;
  const inner = decodeBase64(value.payload);
  if (inner === undefined) return refuse('shape', 'not canonical, padded base64', 'payload');
  if (inner.length > innerMax) return refuse('shape', `more than ${innerMax} bytes`, 'payload');
  const pae = encodePae(value.payloadType, inner);
  const signed = checkSignatures(value, pae, keys);
  if (!signed.ok) return signed;
  if (value.payloadType !== payloadType) return refuse('payload type', `${value.payloadType} instead of ${payloadType}`, 'payloadType');
  return { ok: true, inner, leaf: leafOf(pae), keyid: signed.keyid };
}

function parseOuter(bytes: Uint8Array, bytesMax: number): { readonly ok: true; readonly value: Outer } | EnvelopeRefusal {
  if (bytes.length > bytesMax) return refuse('shape', `${bytes.length} bytes, more than ${bytesMax}`, 'the envelope');
  const json = parseStrictJson(bytes, depthMax);
  if (!json.ok) return refuse('shape', json.detail, json.place);
  const outer = outerSchema.safeParse(json.value);
  if (outer.success) return { ok: true, value: outer.data };
  const issue = outer.error.issues[0];
  return refuse('shape', issue?.message ?? 'not an envelope', issue?.path.join('.') || 'the envelope');
}

function checkSignatures(outer: Outer, pae: Uint8Array, keys: KeyLookup): { readonly ok: true; readonly keyid: string } | EnvelopeRefusal {
  let accepted: string | undefined;
  for (const [index, { keyid, sig }] of outer.signatures.entries()) {
    const key = keys(keyid);
    if (key === undefined) continue;
    assert.equal(key.asymmetricKeyType, 'ed25519');
    const signature = decodeBase64(sig);
    if (signature?.length !== 64 || !verify(null, pae, key, signature))
      return refuse('signature', `not a signature of ${keyid} over these bytes`, `signatures.${index}.sig`);
    accepted ??= keyid;
  }
  if (accepted === undefined) return refuse('key', `no key is known for ${outer.signatures.map(({ keyid }) => keyid).join(', ')}`, 'signatures.0.keyid');
  return { ok: true, keyid: accepted };
}

/** Standard alphabet, padded, no stray bits: the text must be exactly what we would write for these bytes (RFC 4648 section 3.5). */
function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

const refuse = (reason: EnvelopeRefusal['reason'], detail: string, place: string): EnvelopeRefusal => ({ ok: false, reason, detail, place });
