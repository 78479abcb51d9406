/**
 * What a capture of one wire looks like: a text file, one JSON object a line, a header first. It holds what passed, with the time of each piece, so that
 * the simulator can play it back; it holds nothing a person could be found by. Codes a reader gave are replaced by stand-ins, equal ones by equal ones
 * within one capture, and bytes that made no code are only counted. The key of the stand-ins is never written and forgotten when the capture ends.
 * A capture that outgrew its bound is in two files, NAME.1.jsonl (older, cut at its beginning) and NAME.jsonl, each with its header.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { deviceIdSchema } from './events.ts';
import { parseScan, type ScanContext } from './scan.ts';

/** First line of each file. `capture` is the same in all files of one run. */
export const captureHeaderSchema = z.strictObject({
  format: z.literal('sifen-capture-1'),
  capture: z.string().regex(/^[0-9a-f]{32}$/),
  wire: deviceIdSchema.describe('Line or reader of the site file.'),
  kind: z.enum(['serial', 'tcp', 'rtu-over-tcp', 'modbus-tcp']),
  baud: z.int().nullable().describe('Null on a TCP connection.'),
  startedAtMs: z.int().describe('Wall clock when the capture began. Unit: ms since 1970.'),
});

/** Since the capture began, on the monotonic clock. Unit: ms, to the microsecond. */
const atMs = z.number().min(0);
const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/);

/** Every further line. A piece is what the machine handed over at once, not always a whole frame. */
export const captureEntrySchema = z.discriminatedUnion('event', [
  z.strictObject({ atMs, event: z.literal('opened') }),
  z.strictObject({ atMs, event: z.literal('lost'), reason: z.string() }),
  z.strictObject({ atMs, event: z.literal('sent'), hex }).describe('Handed to the wire by the gateway.'),
  z.strictObject({ atMs, event: z.literal('received'), hex }),
  z
    .strictObject({ atMs, event: z.literal('scan'), text: z.string() })
    .describe('A whole code from a reader: itself when it names goods, a roll or a bag, else a stand-in.'),
  z.strictObject({ atMs, event: z.literal('unread'), bytes: z.int().min(1), reason: z.string() }).describe('Bytes of a reader that made no code.'),
  z.strictObject({ atMs, event: z.literal('dropped'), entries: z.int().min(1) }).describe('The disk was too slow for this many entries.'),
]);

export const captureLineSchema = z.union([captureHeaderSchema, captureEntrySchema]);

export type CaptureHeader = z.infer<typeof captureHeaderSchema>;
export type CaptureEntry = z.infer<typeof captureEntrySchema>;
/** An entry before it has its time. */
export type CaptureFact = CaptureEntry extends infer Entry ? (Entry extends CaptureEntry ? Omit<Entry, 'atMs'> : never) : never;

/**
 * What a capture may show of a code: goods, rolls and bags as they are, anything else, be it a card or unknown, as a stand-in. `key` 32 random bytes of
 * this capture alone.
 */
export function redactScan(text: string, context: ScanContext, key: Uint8Array): string {
  const scan = parseScan(text, context);
  if (scan.ok && scan.kind !== 'card') return text;
  const standIn = createHmac('sha256', key)
    .update(scan.ok ? scan.code : text)
    .digest('hex')
    .slice(0, 24);
  return `${scan.ok ? 'card' : 'unknown'}-${standIn}`;
}
