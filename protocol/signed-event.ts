/**
 * The body of an event: a CloudEvents 1.0 object with our chain attributes, written as exact bytes and read back with suspicion.
 * Kinds of event this version does not know pass as opaque data, so that an old verifier follows a newer gateway; their numbers and
 * postings are checked all the same. This file must never sign, send or store.
 */
import assert from 'node:assert/strict';
import { z } from 'zod';
import { causePattern } from './cause.ts';
import { type EnvelopeRefusal, innerBytesMax, type KeyLookup, openEnvelope } from './envelope.ts';
import { deviceIdSchema, type Posting, postingSchema } from './events/fields.ts';
import { type EventDraft, eventNameOf, eventSchemas, eventType } from './events.ts';
import { type JsonObject, parseStrictJson } from './strict-json.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';
import type { EpochMs } from './units.ts';

/** How far the wall clock was trusted: NTP, battery clock, a person, running on since the last trust, or not at all. */
export const timeQualities = ['ntp', 'rtc', 'operator', 'hold', 'none'] as const;
export type TimeQuality = (typeof timeQualities)[number];

/** `prev` of the very first event of a gateway: 32 zero bytes. */
export const firstPrev = Buffer.alloc(32).toString('base64');
const innerDepthMax = 6;
const sequenceDigits = 16;

/** Where and when an event stands. */
export interface EventPlace {
  /** Name of the gateway, as in `urn:sifen:gw:<gateway>`. */
  readonly gateway: string;
  /** One more on every restore, re-image or key loss. Bounds: 1 .. 2^31 - 1. */
  readonly epoch: number;
  /** Bounds: 1 .. 2^53 - 1. Consecutive within an epoch. */
  readonly sequence: number;
  /** Leaf of the event before, base64 of 32 bytes. */
  readonly prev: string;
  /** Wall time; informative only, never orders anything. */
  readonly timeMs: EpochMs;
  /** Hybrid logical clock: 12 hex digits of milliseconds, 4 of counter. */
  readonly hlc: string;
  /** Starts of the gateway process so far. */
  readonly boot: number;
  readonly timeq: TimeQuality;
  /** The request that asked for it (cause.ts); null for what happened by itself. */
  readonly cause: string | null;
}

/** An event as read. `draft` is undefined when this version does not know its type; `data` is then the verbatim object. */
export interface SignedEvent extends EventPlace {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly data: JsonObject;
  readonly draft: EventDraft | undefined;
  readonly postings: readonly Posting[];
}
export interface EventRefusal {
  readonly ok: false;
  readonly reason: 'event';
  readonly detail: string;
  readonly place: string;
}
export type ParsedEvent = { readonly ok: true; readonly event: SignedEvent } | EventRefusal;
/** A verified event with its leaf and the key that signed it. */
export type OpenedEvent = { readonly ok: true; readonly event: SignedEvent; readonly leaf: string; readonly keyid: string } | EnvelopeRefusal | EventRefusal;

const sourcePrefix = 'urn:sifen:gw:';
const bodySchema = z.strictObject({
  specversion: z.literal('1.0'),
  id: z.string().max(80),
  source: z.string().startsWith(sourcePrefix).max(64),
  type: z
    .string()
    .regex(/^[a-z]+(?:\.[a-z]+){1,4}\.v[1-9]\d?$/, 'dotted lower case words and a version')
    .max(64),
  subject: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'a pseudonym or a device name'),
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  sequence: z.string().regex(/^\d{16}$/, '16 digits'),
  epoch: z.int().min(1).max(0x7fff_ffff),
  prev: z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'base64 of 32 bytes'),
  hlc: z.string().regex(/^[0-9a-f]{16}$/, '16 hex digits'),
  boot: z.int().min(0).max(0xffff_ffff),
  timeq: z.enum(timeQualities),
  cause: z.string().regex(causePattern, 'a key of 8 to 64 characters, a point and 16 hex digits').optional(),
  data: z.record(z.string(), z.unknown()),
});
type Body = z.infer<typeof bodySchema>;

const idOf = (gateway: string, epoch: number, sequence: number): string => `${gateway}.${epoch}.${sequence}`;

/**
 * Writes the inner bytes of an event: no white space, the attributes in the order of the type above.
 * An event we would refuse to read ourselves (unknown field, postings that do not cancel, over 8 KiB) is our own mistake (assertion).
 */
export function encodeEvent(place: EventPlace, draft: EventDraft): Buffer {
  const body: Body = {
    specversion: '1.0',
    id: idOf(place.gateway, place.epoch, place.sequence),
    source: sourcePrefix + place.gateway,
    type: eventType(draft.name),
    subject: draft.subject,
    time: formatTimestamp(place.timeMs),
    datacontenttype: 'application/json',
    sequence: String(place.sequence).padStart(sequenceDigits, '0'),
    epoch: place.epoch,
    prev: place.prev,
    hlc: place.hlc,
    boot: place.boot,
    timeq: place.timeq,
    ...(place.cause !== null && { cause: place.cause }),
    data: draft.data,
  };
  const text = JSON.stringify(body);
  const inner = Buffer.from(text);
  // What a reader would look at, but for the syntax: JSON.stringify writes no other.
  const judged = inner.length > innerBytesMax || !text.isWellFormed() ? refuse('too large, or half a character', 'the event') : judgeBody(body);
  assert(judged.ok, judged.ok ? '' : `event ${body.id} ${body.type}: ${judged.place}: ${judged.detail}`);
  return inner;
}

/** Reads the inner bytes of an envelope. Refuses without throwing, naming the first bad place. */
export function parseEvent(inner: Uint8Array): ParsedEvent {
  if (inner.length > innerBytesMax) return refuse(`more than ${innerBytesMax} bytes`, 'the event');
  const json = parseStrictJson(inner, innerDepthMax);
  if (!json.ok) return refuse(json.detail, json.place);
  return judgeBody(json.value);
}

function judgeBody(value: unknown): ParsedEvent {
  const body = bodySchema.safeParse(value);
  return body.success ? readBody(body.data) : refuseIssue(body.error, '');
}

function readBody(body: Body): ParsedEvent {
  const gateway = body.source.slice(sourcePrefix.length);
  if (!deviceIdSchema.safeParse(gateway).success) return refuse('not the name of a gateway', 'source');
  const sequence = Number(body.sequence);
  if (!Number.isSafeInteger(sequence) || sequence < 1) return refuse('a sequence number is 1 to 2^53 - 1', 'sequence');
  if (body.id !== idOf(gateway, body.epoch, sequence)) return refuse(`${body.id} is not the id of this source, epoch and sequence`, 'id');
  const timeMs = parseTimestamp(body.time);
  if (timeMs === undefined) return refuse('not a UTC time with milliseconds', 'time');
  const name = eventNameOf(body.type);
  const checked = z.safeParse(name === undefined ? opaqueSchema : eventSchemas[name], body.data);
  if (!checked.success) return refuseIssue(checked.error, 'data.');
  const postings = 'postings' in checked.data ? (checked.data.postings as readonly Posting[]) : [];
  const unbalanced = findUnbalancedUnit(postings);
  if (unbalanced !== undefined) return refuse(`the legs in ${unbalanced} do not sum to zero`, 'data.postings');
  const data = body.data as JsonObject;
  const draft = name === undefined ? undefined : ({ name, subject: body.subject, data: checked.data } as EventDraft);
  const { id, source, type, subject, epoch, prev, hlc, boot, timeq, cause = null } = body;
  return { ok: true, event: { id, source, type, subject, gateway, epoch, sequence, prev, timeMs, hlc, boot, timeq, cause, data, draft, postings } };
}

/** What is asked of data we do not know: if it moves anything, it says so in postings like everybody else. */
const opaqueSchema = z.looseObject({
  postings: z
    .array(postingSchema)
    .max(32)
    .optional()
    .transform((postings) => postings ?? []),
});

function findUnbalancedUnit(postings: readonly Posting[]): string | undefined {
  const sums = new Map<string, bigint>();
  for (const { unit, amount } of postings) sums.set(unit, (sums.get(unit) ?? 0n) + BigInt(amount));
  return [...sums].find(([, sum]) => sum !== 0n)?.[0];
}

/** Verifies an envelope and reads the event in it: all a consumer has to call before chain.ts. */
export function openEvent(envelope: Uint8Array, keys: KeyLookup): OpenedEvent {
  const opened = openEnvelope(envelope, keys);
  if (!opened.ok) return opened;
  const parsed = parseEvent(opened.inner);
  return parsed.ok ? { ok: true, event: parsed.event, leaf: opened.leaf, keyid: opened.keyid } : parsed;
}

function refuse(detail: string, place: string): EventRefusal {
  return { ok: false, reason: 'event', detail, place };
}
function refuseIssue(error: z.ZodError, prefix: string): EventRefusal {
  const issue = error.issues[0];
  return refuse(issue?.message ?? 'not an event', prefix + (issue?.path.join('.') ?? '') || 'the event');
}
