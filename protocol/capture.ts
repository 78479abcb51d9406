/**
 * What a capture of one wire looks like: a text file, one JSON object a line, a header first. It holds what passed, with the time of each piece, so that
 * the simulator can play it back; it holds nothing a person could be found by. Codes a reader gave are replaced by stand-ins, equal ones by equal ones
 * within one capture, and bytes that made no code are only counted. The key of the stand-ins is never written and forgotten when the capture ends.
 * A capture that outgrew its bound is in two files, NAME.1.jsonl (older) and NAME.jsonl, each with its header; `part` counts them, so that a reader knows
 * when even older ones are gone. What else lies in the folder, so that a gateway can live through it again, is in capture-folder.ts.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { hashCredential } from './credential.ts';
import { deviceIdSchema } from './events/fields.ts';
import { parseScan, type ScanContext } from './scan.ts';

export const captureIdSchema = z.string().regex(/^[0-9a-f]{32}$/);
export const capturePartSchema = z.int().min(1).describe('1 for the first file of this capture; those before the last two are gone.');

/** First line of each file. `capture` is the same in all files of one run. */
export const captureHeaderSchema = z.strictObject({
  format: z.literal('sifen-capture-1'),
  capture: captureIdSchema,
  part: capturePartSchema,
  wire: deviceIdSchema.describe('Line or reader of the site file.'),
  kind: z.enum(['serial', 'tcp', 'rtu-over-tcp', 'modbus-tcp']),
  baud: z.int().nullable().describe('Null on a TCP connection.'),
  startedAtMs: z.int().describe('Wall clock when the capture began. Unit: ms since 1970.'),
});

/** Since the capture began, on the monotonic clock, the same beginning in all files. Unit: ms, to the microsecond. */
export const captureTimeSchema = z.number().min(0);
const atMs = captureTimeSchema;
const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/);

/** Every further line. A piece is what the machine handed over at once, not always a whole frame. */
export const captureEntrySchema = z.discriminatedUnion('event', [
  z.strictObject({ atMs, event: z.literal('opened') }),
  z.strictObject({ atMs, event: z.literal('unopened'), reason: z.string() }).describe('A try to open it failed: the first since it was open last.'),
  z
    .strictObject({ atMs, event: z.literal('lost'), reason: z.string(), ours: z.boolean() })
    .describe('`ours`: the gateway let go of it; else it was taken from us.'),
  z.strictObject({ atMs, event: z.literal('sent'), hex }).describe('Handed to the wire by the gateway.'),
  z.strictObject({ atMs, event: z.literal('received'), hex }),
  z
    .strictObject({ atMs, event: z.literal('scan'), text: z.string() })
    .describe('A whole code from a reader: itself when it names goods, a roll or a bag, else a stand-in.'),
  z.strictObject({ atMs, event: z.literal('unread'), bytes: z.int().min(1), reason: z.string() }).describe('Bytes of a reader that made no code.'),
  z.strictObject({ atMs, event: z.literal('dropped'), entries: z.int().min(1) }).describe('There was no room for this many entries: a slow disk.'),
  z.strictObject({ atMs, event: z.literal('ended') }).describe('The capture was closed in good order; last line of its last file.'),
]);

export const captureLineSchema = z.union([captureHeaderSchema, captureEntrySchema]);

export type CaptureHeader = z.infer<typeof captureHeaderSchema>;
export type CaptureEntry = z.infer<typeof captureEntrySchema>;
/** An entry before it has its time. */
export type CaptureFact = CaptureEntry extends infer Entry ? (Entry extends CaptureEntry ? Omit<Entry, 'atMs'> : never) : never;

/** `standIn`: 32 random bytes of this capture alone; `credential`: the secret of the gateway that keeps the cards. */
export interface RedactionKeys {
  readonly standIn: Uint8Array;
  readonly credential: Uint8Array;
}

const standInOf = (kind: 'card' | 'unknown', text: string, key: Uint8Array): string =>
  `${kind}-${createHmac('sha256', key).update(text).digest('hex').slice(0, 24)}`;

/** What a capture shows instead of a card: the same from the text a reader gave and from the hash the ledger knows it by. It is itself a readable card. */
export const cardStandIn = (credential: string, standIn: Uint8Array): string => standInOf('card', credential, standIn);

/** What a capture may show of a code: goods, rolls and bags as they are, anything else, be it a card or unknown, as a stand-in. */
export function redactScan(text: string, context: ScanContext, keys: RedactionKeys): string {
  const scan = parseScan(text, context);
  if (!scan.ok) return standInOf('unknown', text, keys.standIn);
  return scan.kind === 'card' ? cardStandIn(hashCredential(scan.code, keys.credential), keys.standIn) : text;
}
