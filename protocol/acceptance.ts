/**
 * The acceptance report of a sorting point: what was examined, what was measured, which bound it had to keep, and what came out. It is signed
 * as a whole in an envelope of its own type and kept as a file; the ledger holds its leaf. Codes and whole numbers only, so that one report
 * reads in any language; of people it holds the function or badge of who examined. This file must never judge, sign or print.
 */
import assert from 'node:assert/strict';
import { z } from 'zod';
import { wasteClasses } from './bin-reading.ts';
import { type EnvelopeRefusal, type KeyLookup, openEnvelope } from './envelope.ts';
import { deviceIdSchema, operatorSchema } from './events/fields.ts';
import { acceptanceVerdicts } from './events/village.ts';
import { timeQualities } from './signed-event.ts';
import { parseStrictJson } from './strict-json.ts';

/** `payloadType` of the envelope. */
export const acceptancePayloadType = 'application/vnd.sifen.acceptance.v1+json';
/** Most bytes of one report: the fullest site file has some 500 checks of at most 400 bytes. Unit: byte. */
export const acceptanceBytesMax = 256 * 1024;
const checksMax = 1024;
/** Report, checks, check, list, item, and one to spare. */
const depthMax = 6;

/** Why a check did not simply pass. What doctor finds comes first, then what a person had to do, then what only this visit can see. */
export const acceptanceReasons = [
  ...['disk_full', 'disk_low', 'key_missing', 'port_missing', 'gateway_not_running', 'ledger_unsound', 'date_uncertain', 'uplink_down', 'backlog_high'],
  ...['wire_missing', 'line_full', 'unasked_bytes', 'device_locked', 'no_answer', 'answers_lost', 'fire_alarm'],
  ...['not_examined', 'left_out'],
  ...['few_answers', 'answers_mostly_lost', 'slow_answers', 'unreadable_answers', 'duplicate_address', 'noise', 'garbled'],
  ...['nothing_weighed', 'scale_off'],
  ...['no_service_key', 'service_key_unpressed', 'dispenser_unreachable', 'dispenser_locked', 'dispenser_fault', 'magazine_empty'],
  ...['no_roll', 'too_many_rolls', 'not_booked', 'board_replaced'],
  ...['bin_unreadable', 'level_unreadable', 'temperature_implausible', 'smoke_seen', 'door_open'],
] as const;
export type AcceptanceReason = (typeof acceptanceReasons)[number];

const whole = z.int().min(0);
const permille = z.int().min(0).max(1000);
const judged = {
  result: z.enum(['passed', 'remark', 'failed']),
  reasons: z.array(z.enum(acceptanceReasons)).max(16).describe('Worst first; empty when it passed.'),
};

/** One thing that was looked at, by kind. */
export const acceptanceCheckSchemas = {
  disk: z
    .strictObject({ check: z.literal('disk'), freeMegabytes: whole, leastMegabytes: whole, ...judged })
    .describe('Room on the disk of the data folder. Unit: MiB.'),
  keys: z.strictObject({ check: z.literal('keys'), present: whole, needed: whole, ...judged }).describe('Key files of the gateway.'),
  ports: z
    .strictObject({ check: z.literal('ports'), missing: z.array(deviceIdSchema).max(16), ...judged })
    .describe('Serial ports of the site file; `missing` names the lines whose port does not exist.'),
  ledger: z.strictObject({ check: z.literal('ledger'), sound: z.boolean(), ...judged }).describe('Whether the books add up.'),
  clock: z.strictObject({ check: z.literal('clock'), timeq: z.enum(timeQualities), ...judged }).describe('How far the date is trusted.'),
  uplink: z
    .strictObject({ check: z.literal('uplink'), state: z.enum(['connecting', 'online', 'offline', 'none']), backlog: whole, mostBacklog: whole, ...judged })
    .describe('Connection to the broker, and events that wait. `none`: no gateway was running.'),
  line: z
    .strictObject({
      ...{ check: z.literal('line'), line: deviceIdSchema, open: z.boolean(), busyPermille: permille, mostBusyPermille: permille },
      strayBytes: whole.describe('Bytes nobody asked for, since this examination began.'),
      ...judged,
    })
    .describe('One line: its wire, and the share of its time that is taken.'),
  device: z
    .strictObject({
      check: z.literal('device'),
      device: deviceIdSchema,
      model: z.string().max(32),
      line: deviceIdSchema.nullable().describe('Null for a device with a port of its own.'),
      unit: z.int().min(1).max(247).nullable(),
      state: z.enum(['unknown', 'online', 'offline']),
      identity: z
        .array(z.strictObject({ field: z.string().max(32), value: z.int() }))
        .max(8)
        .describe('What the device says of itself: firmware, serial number, nonce.'),
      tries: whole.describe('Requests since this examination began that had an end; of a device that talks unasked, its frames.'),
      lost: whole.describe('Of those, unanswered or spoilt.'),
      mostLostPermille: permille,
      meanMicros: whole.nullable().describe('Mean time from request to answer since this examination began. Null without any. Unit: us.'),
      deadlineMs: whole.nullable().describe('The longest answer its model allows. Unit: ms.'),
      ...judged,
    })
    .describe('One device: whether it answers, how fast, and how much of its traffic is lost.'),
  scale: z
    .strictObject({
      ...{ check: z.literal('scale'), scale: deviceIdSchema, nominalGrams: z.int().min(1).nullable(), readGrams: z.int().nullable() },
      limitGrams: z.int().min(1).nullable().describe('Largest error allowed in service at this load: OIML R 76-1, class III.'),
      refusal: z
        .string()
        .regex(/^[a-z][a-z_]{1,47}$/)
        .nullable()
        .describe('Why nothing was weighed, by the code of the weighing.'),
      event: z.int().min(1).nullable().describe('Sequence number of the check in the ledger.'),
      ...judged,
    })
    .describe('A known weight, weighed by the rules of goods. Unit: gram. Nulls: nothing was weighed.'),
  dispenser: z
    .strictObject({
      ...{ check: z.literal('dispenser'), dispenser: deviceIdSchema, reliability: z.enum(['A', 'B', 'C']) },
      ctrTestBefore: whole.nullable(),
      ctrTestAfter: whole.nullable().describe('Must be one more.'),
      event: z.int().min(1).nullable().describe('Sequence number of the event that booked the roll.'),
      ...judged,
    })
    .describe('One roll dispensed with the service key of the board, counted by the board and booked by the gateway.'),
  compartment: z
    .strictObject({
      ...{ check: z.literal('compartment'), bin: deviceIdSchema },
      compartment: z.int().min(1).max(8).nullable().describe('Null: nothing of the bin could be read.'),
      wasteClass: z.enum(wasteClasses).nullable(),
      levelPercent: z.int().min(0).max(100).nullable(),
      full: z.boolean().nullable().describe('Of a bin that says full or not, never how full.'),
      doorOpen: z.boolean().nullable(),
      smoke: z.boolean().nullable(),
      temperatureDeciC: z.int().nullable().describe('Unit: a tenth of a degree Celsius.'),
      ...judged,
    })
    .describe('One look at one compartment of a bin. Nulls: not fitted, or not measured.'),
} as const;

export type CheckKind = keyof typeof acceptanceCheckSchemas;
export type AcceptanceCheck<Kind extends CheckKind = CheckKind> = z.infer<(typeof acceptanceCheckSchemas)[Kind]>;

export const acceptanceSchema = z.strictObject({
  format: z.literal('sifen-acceptance-1'),
  village: deviceIdSchema,
  villageName: z.string().min(1).max(32),
  gateway: deviceIdSchema,
  keyid: z
    .string()
    .regex(/^k-[0-9a-f]{16}$/)
    .describe('Key that signs.'),
  version: z.string().max(32).describe('Of the gateway.'),
  rulesDigest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('Rules and tariff in force, as in config.activated.'),
  operator: operatorSchema.describe('Who examined: a function or badge.'),
  startedAtMs: whole.describe('Village time. Unit: ms since 1970.'),
  finishedAtMs: whole.describe('Village time. Unit: ms since 1970.'),
  timeq: z.enum(timeQualities).describe('How far that time is trusted.'),
  ledger: z
    .strictObject({ epoch: z.int().min(1), sequence: z.int().min(1), leaf: z.string().max(64) })
    .describe('The newest event when the report was written.'),
  verdict: z.enum(acceptanceVerdicts),
  checks: z
    .array(z.discriminatedUnion('check', Object.values(acceptanceCheckSchemas) as [(typeof acceptanceCheckSchemas)[CheckKind]]))
    .min(1)
    .max(checksMax),
});
export type AcceptanceReport = z.infer<typeof acceptanceSchema>;

/** Why a report is not read. `place` names the field. */
export interface AcceptanceRefusal {
  readonly ok: false;
  readonly reason: 'report';
  readonly detail: string;
  readonly place: string;
}
type ParsedAcceptance = { readonly ok: true; readonly report: AcceptanceReport } | AcceptanceRefusal;
/** A verified report, with the leaf that names its signed bytes and the key that signed them. */
export type OpenedAcceptance =
  | { readonly ok: true; readonly report: AcceptanceReport; readonly leaf: string; readonly keyid: string }
  | EnvelopeRefusal
  | AcceptanceRefusal;

/** Writes the inner bytes of a report: no white space. One we would refuse to read ourselves is our own mistake (assertion). */
export function encodeAcceptance(report: AcceptanceReport): Buffer {
  const inner = Buffer.from(JSON.stringify(report));
  const readBack = parseAcceptance(inner);
  assert(readBack.ok, readBack.ok ? '' : `acceptance report: ${readBack.place}: ${readBack.detail}`);
  return inner;
}

/** Reads the inner bytes of an envelope. Refuses without throwing, naming the first bad place. */
function parseAcceptance(inner: Uint8Array): ParsedAcceptance {
  const refuse = (detail: string, place: string): ParsedAcceptance => ({ ok: false, reason: 'report', detail, place });
  if (inner.length > acceptanceBytesMax) return refuse(`more than ${acceptanceBytesMax} bytes`, 'the report');
  const json = parseStrictJson(inner, depthMax);
  if (!json.ok) return refuse(json.detail, json.place);
  const parsed = acceptanceSchema.safeParse(json.value);
  if (parsed.success) return { ok: true, report: parsed.data };
  const issue = parsed.error.issues[0];
  return refuse(issue?.message ?? 'not a report', issue?.path.join('.') || 'the report');
}

/** Verifies the envelope of a report and reads it. Refuses without throwing, whatever the bytes. */
export function openAcceptance(envelope: Uint8Array, keys: KeyLookup): OpenedAcceptance {
  const opened = openEnvelope(envelope, keys, acceptancePayloadType, acceptanceBytesMax);
  if (!opened.ok) return opened;
  const parsed = parseAcceptance(opened.inner);
  return parsed.ok ? { ok: true, report: parsed.report, leaf: opened.leaf, keyid: opened.keyid } : parsed;
}
