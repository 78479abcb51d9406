/**
 * What lies in the folder of a capture beside its wires (capture.ts), so that another gateway can live through the same hours: `capture.json` says whose
 * they were, `site.json` and `tariff.json` by which rules, `state.jsonl` what the ledger held when they began, and `decisions.jsonl` what was decided in
 * them, with what people ordered and what the wall clock did. Households are pseudonyms and cards are stand-ins, as on the wires.
 */
import { z } from 'zod';
import { captureTimeSchema as atMs, captureIdSchema, capturePartSchema } from './capture.ts';
import { deviceIdSchema } from './events/fields.ts';
import { type EventDraft, eventNames } from './events.ts';
import { timeQualities } from './signed-event.ts';

/** Names of the files. */
export const captureFiles = {
  manifest: 'capture.json',
  site: 'site.json',
  tariff: 'tariff.json',
  state: 'state.jsonl',
  decisions: 'decisions.jsonl',
} as const;

const wallMs = z.int().min(0).describe('Unit: ms since 1970.');

/** `capture.json`. */
export const captureManifestSchema = z.strictObject({
  format: z.literal('sifen-capture-folder-1'),
  capture: captureIdSchema,
  version: z.string().max(32).describe('Software of the gateway that was recorded.'),
  gateway: deviceIdSchema,
  startedAtMs: wallMs.describe('Wall clock when the capture began. Unit: ms since 1970.'),
  villageMs: wallMs.describe('Village time at that moment. Unit: ms since 1970.'),
  pace: z.int().min(1).max(60).nullable().describe('Of training; null in service.'),
  synchronized: z.boolean().describe('Whether the network had set the wall clock.'),
  idlePollMs: z.number().min(0).nullable().describe('Pause between two looks at idle devices; null: that of each station. Unit: ms.'),
  sealed: z.array(deviceIdSchema).describe('Dispensers whose commands carried a MAC; the key is not here.'),
  unrecorded: z.array(deviceIdSchema).describe('Printers and modems: what passes there names people or is a receipt.'),
});
export type CaptureManifest = z.infer<typeof captureManifestSchema>;

const draft = { name: z.enum(eventNames), subject: z.string().max(64), data: z.record(z.string(), z.unknown()) };
const stamp = { villageMs: wallMs, timeq: z.enum(timeQualities) };

/** A line of `state.jsonl`: the events of the ledger in order, then one that says whether they are all there. */
export const stateLineSchema = z.union([
  z.strictObject({ ...draft, ...stamp, epoch: z.int().min(1) }),
  z.strictObject({ end: z.enum(['whole', 'too_large']), events: z.int().min(0) }),
]);
export type StateLine = z.infer<typeof stateLineSchema>;

/** First line of `decisions.jsonl`. */
export const decisionsHeaderSchema = z.strictObject({ format: z.literal('sifen-decisions-1'), capture: captureIdSchema, part: capturePartSchema });
export type DecisionsHeader = z.infer<typeof decisionsHeaderSchema>;

/** Every further line. */
export const decisionEntrySchema = z.discriminatedUnion('event', [
  z
    .strictObject({ atMs, event: z.literal('recorded'), ...draft, ...stamp, asked: z.boolean() })
    .describe('An event was appended to the ledger; `asked`: a person had told a story.'),
  z
    .strictObject({ atMs, event: z.literal('told'), station: deviceIdSchema, outcome: z.record(z.string(), z.unknown()) })
    .describe('What somebody at a counter was told, refusals among it.'),
  z
    .strictObject({ atMs, event: z.literal('ordered'), operation: z.string().max(32), input: z.record(z.string(), z.unknown()) })
    .describe('A person gave an order by a command.'),
  z.strictObject({ atMs, event: z.literal('clock'), wallMs, synchronized: z.boolean() }).describe('The wall clock was set, or the network took charge of it.'),
  z
    .strictObject({ atMs, event: z.literal('late'), sinceMs: atMs })
    .describe('The thread of the gateway had no turn since then: what was due meanwhile came now.'),
  z.strictObject({ atMs, event: z.literal('stopping') }).describe('Nothing new was let begin at the counters.'),
  z.strictObject({ atMs, event: z.literal('closing') }).describe('The gateway let go of its wires; a replay ends here.'),
  z.strictObject({ atMs, event: z.literal('dropped'), entries: z.int().min(1) }),
  z.strictObject({ atMs, event: z.literal('ended') }),
]);
export type DecisionEntry = z.infer<typeof decisionEntrySchema>;
/** An entry before it has its time. */
export type DecisionFact = DecisionEntry extends infer Entry ? (Entry extends DecisionEntry ? Omit<Entry, 'atMs'> : never) : never;

/**
 * Events by which a person changed the roster. A replay takes them as given: the table they came from, with its names, is in no capture.
 */
const rosterEvents: ReadonlySet<string> = new Set([
  'household.registered',
  'household.changed',
  'credential.added',
  'credential.revoked',
  'roster.imported',
] satisfies EventDraft['name'][]);

/** Whether a replay takes an event as given: what a person told is in no capture, for it may name somebody. */
export const isGiven = ({ name, asked }: { readonly name: string; readonly asked: boolean }): boolean => asked || rosterEvents.has(name);

/** The data of an event with each card and badge in it replaced: hashes by stand-ins for a capture, stand-ins by other hashes for a replay. */
export function replaceCredentials(data: Readonly<Record<string, unknown>>, replace: (credential: string) => string): Record<string, unknown> {
  const { credential, credentials, badge } = data;
  return {
    ...data,
    ...(typeof credential === 'string' ? { credential: replace(credential) } : {}),
    ...(typeof badge === 'string' ? { badge: replace(badge) } : {}),
    ...(Array.isArray(credentials) ? { credentials: credentials.map((one) => replace(String(one))) } : {}),
  };
}
