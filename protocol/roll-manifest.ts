/**
 * What a printer delivers with its rolls: which codes are on them, signed, so that a box of forged rolls does not become stock. The same envelope
 * as an event, with a type of its own. This file must never say which keys may be believed.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { type EnvelopeRefusal, type EnvelopeSigner, type KeyLookup, openEnvelope, signEnvelope } from './envelope.ts';
import { rollCodeSchema } from './events/fields.ts';
import { bagNumberSchema, batchSchema } from './events/rolls.ts';
import { parseStrictJson } from './strict-json.ts';

const manifestPayloadType = 'application/vnd.sifen.roll-manifest.v1+json';
/** Rolls one manifest names at most. */
const manifestRollsMax = 2000;
/** Most bytes of a manifest inside its envelope. Unit: byte. */
const manifestBytesMax = 48 * 1024;

/** Object, list of rolls. */
const manifestDepth = 2;

/** A print run: its rolls, each code once. */
export const rollManifestSchema = z
  .strictObject({
    batch: batchSchema,
    bagsPerRoll: bagNumberSchema,
    rolls: z
      .array(rollCodeSchema)
      .min(1)
      .max(manifestRollsMax)
      .refine((rolls) => new Set(rolls).size === rolls.length, 'a roll is named twice'),
  })
  .meta({ title: 'roll manifest' });
export type RollManifest = z.output<typeof rollManifestSchema>;

/** Signs a manifest; the result is the text of the file that goes with the rolls. */
export function signManifest(manifest: RollManifest, signer: EnvelopeSigner): Buffer {
  const inner = Buffer.from(JSON.stringify(rollManifestSchema.parse(manifest)));
  return signEnvelope(inner, manifestPayloadType, signer, manifestBytesMax).envelope;
}

/** Opens a manifest from anywhere, or says what is wrong with it. Cost bound: four Ed25519 checks and one parse of 48 KiB. */
export function openManifest(
  bytes: Uint8Array,
  keys: KeyLookup,
): { readonly ok: true; readonly manifest: RollManifest; readonly keyid: string } | EnvelopeRefusal {
  const opened = openEnvelope(bytes, keys, manifestPayloadType, manifestBytesMax);
  if (!opened.ok) return opened;
  const json = parseStrictJson(opened.inner, manifestDepth);
  if (!json.ok) return { ok: false, reason: 'shape', detail: json.detail, place: `payload: ${json.place}` };
  const manifest = rollManifestSchema.safeParse(json.value);
  if (manifest.success) return { ok: true, manifest: manifest.data, keyid: opened.keyid };
  const issue = manifest.error.issues[0];
  return { ok: false, reason: 'shape', detail: issue?.message ?? 'not a manifest', place: issue?.path.join('.') || 'payload' };
}

/** An Ed25519 public key of 32 raw bytes in base64; undefined where the text is none. */
export function publicKeyOf(base64: string): KeyObject | undefined {
  const raw = Buffer.from(base64, 'base64');
  if (raw.length !== 32) return undefined;
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
}
