/**
 * Every event the gateway can record, as zod schemas: the one source of the TypeScript types, the JSON Schema and REFERENCE.md.
 * An event carries its postings, so whoever holds the verified stream can recompute every balance without our database.
 * Payloads hold whole numbers and pseudonyms only: no names, no card codes, no floats. This file must never do I/O.
 */
import { z } from 'zod';

/** Pseudonym of a household: `h-` and 80 random bits in hex. Never derived from an ID number, phone or card. */
export const householdIdSchema = z
  .string()
  .regex(/^h-[0-9a-f]{20}$/, 'a household pseudonym looks like h-0123456789abcdef0123')
  .meta({ title: 'household pseudonym' });
/** Name of a device, dispenser or line in the site file. Lower case letters, digits and hyphens, 1..32 characters, as in topics. */
export const deviceIdSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'use 1 to 32 lower case letters, digits and hyphens')
  .meta({ title: 'device name' });
/** Job or fence number: epoch in the high 32 bits, counter in the low 32. Bounds: 1 .. 2^53 - 1, so epochs up to 2^21 - 1. */
export const jobIdSchema = z.int().min(1).max(Number.MAX_SAFE_INTEGER).meta({ title: 'job number' });
/** Code on the label of a roll: `K1`, village (5), roll (7); bag-code.ts makes and checks it. */
export const rollCodeSchema = z
  .string()
  .regex(/^K1[0-9A-Z]{5}[0-9]{7}$/, 'a roll code is K1, five village characters and seven digits')
  .meta({ title: 'roll code' });
/** Calendar month of the village, Asia/Shanghai. */
export const periodSchema = z
  .string()
  .regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, 'a period is YYYY-MM')
  .meta({ title: 'quota period' });
/** Key of a tariff row: cardboard, paper, plasticBottle ... */
export const materialSchema = z
  .string()
  .regex(/^[a-z][a-zA-Z]{1,31}$/, 'a material is a camelCase word of 2 to 32 letters')
  .meta({ title: 'material' });

/** Who did it: a function or badge, never a villager's name. */
export const operatorSchema = z.string().min(1).max(64).meta({ title: 'operator' });

const u32 = z.int().min(0).max(0xffff_ffff);
const count = z.int().min(0).max(1_000_000);
const code = z.string().regex(/^[a-z][a-z_]{1,47}$/);

/** What an acceptance report can end with. */
export const acceptanceVerdicts = ['accepted', 'accepted_with_remarks', 'not_accepted'] as const;

/** Units the ledger balances, each on its own. */
export const ledgerUnits = ['points', 'fen', 'rolls', 'grams', 'goods'] as const;
export type LedgerUnit = (typeof ledgerUnits)[number];

/** One leg of a double entry. The legs of one event sum to zero per unit. `amount` is whole and never zero. */
export const postingSchema = z.strictObject({
  account: z
    .string()
    .regex(/^[a-z][a-z-]*(?:\/[A-Za-z0-9-]{1,40})?$/)
    .max(64),
  unit: z.enum(ledgerUnits),
  amount: z.int().refine((amount) => amount !== 0, 'a posting of zero moves nothing'),
});
export type Posting = z.infer<typeof postingSchema>;
const postings = z.array(postingSchema).max(32);

/** Why a device will not move anything until a person has looked (assurance: lock, never guess). */
const lockReasons = [
  'board_replaced',
  'counter_behind',
  'throat_blocked',
  'fault_persists',
  'protocol_version',
  'job_number_exhausted',
  'commands_refused',
  'foreign_job',
] as const;
/** What a dispenser board says of its last job. */
export const dispenseResults = ['none', 'armed', 'ok', 'jam', 'indeterminate', 'fenced'] as const;

/** Name of each event (CloudEvents `type` is the name plus `.v1`) and the shape of its `data`. */
const checkSchema = z.strictObject({
  scale: deviceIdSchema,
  operator: operatorSchema,
  nominalGrams: z.int().min(1),
  readGrams: z.int(),
  limitGrams: z.int().min(1).describe('Largest error allowed in service at this load: OIML R 76-1, class III.'),
  intervalGrams: z.int().min(1),
  model: z.string().max(32),
  profile: z.string().regex(/^[0-9a-f]{16}$/),
  stableSource: z.enum(['device', 'derived']),
  rawHex: z.array(z.string().max(256)).min(2).max(8),
  core: z.string().max(16),
});

export const eventSchemas = {
  'epoch.opened': z
    .strictObject({
      reason: z.enum(['new', 'restored', 'rekeyed']),
      gateway: deviceIdSchema,
      village: deviceIdSchema,
      publicKey: z.string().max(64),
      operator: operatorSchema.nullable(),
    })
    .describe('A new stretch of the chain begins: first start, restore or new key. `operator` is null when the gateway found out by itself.'),
  'gateway.started': z
    .strictObject({ version: z.string().max(32), boot: u32, lastSequence: z.int().min(0) })
    .describe('The gateway process came up; `boot` counts its starts.'),
  'config.activated': z
    .strictObject({ digest: z.string().regex(/^[0-9a-f]{64}$/), tariffVersion: z.string().max(32), rollsPerPeriod: count })
    .describe('Rules in force from here on, named by the SHA-256 of rules and tariff as parsed.'),
  'clock.adjusted': z
    .strictObject({
      fromMs: z.int().min(0),
      toMs: z.int().min(0),
      reason: z.enum(['behind', 'ahead', 'back_in_line', 'network', 'confirmed']),
      operator: operatorSchema.nullable(),
    })
    .describe(
      'The wall clock did not go on where village time was: found behind or ahead and not believed, back in line, set by the network, or confirmed by a clerk.',
    ),

  'acceptance.reported': z
    .strictObject({
      verdict: z.enum(acceptanceVerdicts),
      operator: operatorSchema,
      failed: count,
      remarks: count,
      leaf: z
        .string()
        .regex(/^[A-Za-z0-9+/]{43}=$/)
        .describe('Leaf of the envelope of the report: SHA-256 of a zero byte and the bytes that were signed, base64.'),
    })
    .describe('A technician examined the sorting point, and the report that came out was signed. It is kept as a file, outside the ledger.'),

  'household.registered': z
    .strictObject({ household: householdIdSchema, members: z.int().min(1).max(30), credentials: z.array(z.string().regex(/^[0-9a-f]{32}$/)).max(8) })
    .describe('A household of the roster; credentials are keyed hashes of card and plaque codes.'),
  'household.changed': z.strictObject({ household: householdIdSchema, members: z.int().min(1).max(30) }).describe('The number of members changed.'),
  'credential.added': z
    .strictObject({ household: householdIdSchema, credential: z.string().regex(/^[0-9a-f]{32}$/) })
    .describe('A further card or plaque of a household.'),
  'credential.revoked': z
    .strictObject({ household: householdIdSchema, credential: z.string().regex(/^[0-9a-f]{32}$/), reason: z.enum(['lost', 'replaced']) })
    .describe('A card or plaque that no longer counts.'),

  'roster.imported': z
    .strictObject({ operator: operatorSchema, registered: count, changed: count, credentialsAdded: count })
    .describe('Who imported a roster, and what the events before this one changed.'),

  'bag.roll.stocked': z
    .strictObject({ roll: rollCodeSchema, dispenser: deviceIdSchema, postings })
    .describe('A roll label was scanned into the magazine, behind the rolls already there.'),
  'bag.issue.requested': z
    .strictObject({
      job: jobIdSchema,
      dispenser: deviceIdSchema,
      household: householdIdSchema,
      rolls: z.int().min(1).max(10),
      period: periodSchema,
      expectLastJob: z.int().min(0),
      expectCtrOut: u32,
      nonce: u32,
      operator: operatorSchema.nullable(),
      postings,
    })
    .describe('Intent, written before anything moves; the rolls are held. `operator` is null when a card was shown at the reader.'),
  'bag.issue.ordered': z
    .strictObject({
      job: jobIdSchema,
      dispenser: deviceIdSchema,
      household: householdIdSchema,
      rolls: z.literal(1),
      period: periodSchema,
      reliability: z.enum(['B', 'C']),
      sequence: z.int().min(1).max(255),
      operator: operatorSchema.nullable(),
      postings,
    })
    .describe('Intent at a board without a job register, written before anything moves; the roll is held. Class B keeps its last result, class C is blind.'),
  'bag.issue.indeterminate': z
    .strictObject({
      job: jobIdSchema,
      dispenser: deviceIdSchema,
      household: householdIdSchema,
      period: periodSchema,
      reliability: z.enum(['B', 'C']),
      cause: code,
    })
    .describe('Nobody can say whether a roll came out: it stays held until a person or a stock count settles the job.'),
  'bag.issue.settled': z
    .strictObject({
      job: jobIdSchema,
      dispenser: deviceIdSchema,
      outcome: z.enum(['issued', 'void']),
      by: z.enum(['person', 'stock_count']),
      operator: operatorSchema,
    })
    .describe('An indeterminate job was settled; the event after this one moves the roll.'),
  'bag.stock.counted': z
    .strictObject({ dispenser: deviceIdSchema, counted: count, expected: count, held: count, operator: operatorSchema, postings })
    .describe(
      'The rolls in a magazine were counted by hand. `expected` leaves out the rolls held for indeterminate jobs; what neither explains goes to suspense.',
    ),
  'bag.roll.issued': z
    .strictObject({
      job: jobIdSchema,
      dispenser: deviceIdSchema,
      household: householdIdSchema,
      period: periodSchema,
      rolls: z
        .array(z.strictObject({ roll: rollCodeSchema.nullable(), confirmed: z.boolean() }))
        .min(1)
        .max(10),
      voided: count,
      result: z.enum(dispenseResults),
      rollUnconfirmed: z.boolean(),
      postings,
    })
    .describe('Rolls counted past the exit for this job; `voided` is what the hold gave back.'),
  'bag.issue.voided': z
    .strictObject({
      job: jobIdSchema,
      dispenser: deviceIdSchema,
      household: householdIdSchema,
      period: periodSchema,
      rolls: z.int().min(1).max(10),
      reason: z.enum(['fenced', 'jam', 'indeterminate', 'refused', 'none']),
      postings,
    })
    .describe('The job ended with nothing delivered; the whole hold was given back.'),
  'bag.roll.wasted': z
    .strictObject({ dispenser: deviceIdSchema, rolls: z.int().min(1), reason: z.enum(['service', 'purged']), ctrTest: u32, postings })
    .describe('Rolls that left the magazine for nobody: service dispense or purge.'),
  'bag.roll.unattributed': z
    .strictObject({ dispenser: deviceIdSchema, rolls: z.int(), ctrOut: u32, expectedCtrOut: u32, postings })
    .describe('The board counted rolls the ledger knows nothing of; held in suspense for a person.'),
  'device.fenced': z
    .strictObject({ device: deviceIdSchema, fence: jobIdSchema, job: jobIdSchema.nullable(), reason: z.enum(['open_job', 'start_up']) })
    .describe('A fence number was taken: jobs below it can never run on this board.'),
  'device.rebaselined': z
    .strictObject({
      device: deviceIdSchema,
      reason: z.enum(['first_seen', 'board_replaced', 'counters_reset']),
      nonce: u32,
      ctrOut: u32,
      ctrTest: u32,
      operator: operatorSchema.nullable(),
    })
    .describe('Counters of this board count from here.'),
  'device.locked': z.strictObject({ device: deviceIdSchema, reason: z.enum(lockReasons) }).describe('The device moves nothing until a person has looked.'),
  'device.unlocked': z
    .strictObject({ device: deviceIdSchema, operator: operatorSchema.nullable() })
    .describe('The lock was lifted: by a person, or because its cause is gone.'),
  'device.health': z
    .strictObject({ device: deviceIdSchema, state: z.enum(['online', 'offline']), cause: code.nullable() })
    .describe('A device came back or stopped answering.'),

  'weigh.committed': z
    .strictObject({
      weighing: z.string().max(48),
      scale: deviceIdSchema,
      alibi: z.int().min(1),
      household: householdIdSchema.nullable(),
      material: materialSchema,
      grossGrams: z.int(),
      tareGrams: z.int(),
      netGrams: z.int().min(1),
      intervalGrams: z.int().min(1),
      maxGrams: z.int().min(1),
      minimumGrams: z.int().min(1),
      model: z.string().max(32),
      profile: z
        .string()
        .regex(/^[0-9a-f]{16}$/)
        .describe('Names the description the bytes were read by.'),
      certificate: z.string().max(64).nullable().describe('Verification certificate of the scale; null when there was none in force.'),
      stableSource: z.enum(['device', 'derived']),
      zeroAgeMs: z.int().min(0),
      rawHex: z.array(z.string().max(256)).min(2).max(8),
      core: z.string().max(16),
      method: z.enum(['tray', 'difference']),
      postings,
    })
    .describe('A weighing that settled: two consecutive equal stable readings.'),
  'scale.check.passed': checkSchema.describe('A check weight was put on a scale, and what it showed is within the errors allowed in service.'),
  'scale.check.failed': checkSchema.describe('A check weight was put on a scale, and what it showed is not. The scale awards nothing until a check passes.'),
  'points.awarded': z
    .strictObject({
      household: householdIdSchema,
      source: z.enum(['recyclables', 'learning', 'volunteering', 'evaluation']),
      points: z.int().min(0),
      weighing: z.string().max(48).nullable(),
      material: materialSchema.nullable(),
      netGrams: z.int().min(0).nullable(),
      pointsPerKg: z.int().min(0).nullable(),
      tariffVersion: z.string().max(32),
      postings,
    })
    .describe('Points earned under a named tariff, recomputable for ever.'),

  'bin.level.changed': z
    .strictObject({
      bin: deviceIdSchema,
      compartment: z.int().min(1).max(8),
      wasteClass: z.enum(['food', 'recyclable', 'hazardous', 'residual']),
      levelPercent: z.int().min(0).max(100).nullable().describe('Null: the bin says full or not, never how full.'),
      fillState: z.enum(['normal', 'plan', 'full']),
    })
    .describe('A compartment crossed 80 % (plan a pick-up), 95 % (full) or was emptied; or a bin that knows only full and room changed from one to the other.'),
  'alarm.fire': z
    .strictObject({
      bin: deviceIdSchema,
      compartment: z.int().min(1).max(8),
      smoke: z.boolean().nullable(),
      temperatureDeciC: z.int().min(-500).max(2000).nullable(),
    })
    .describe('Smoke or heat in a compartment; never cleared by itself.'),
  'alarm.notified': z
    .strictObject({
      bin: deviceIdSchema,
      compartment: z.int().min(1).max(8),
      outcome: z.enum(['sent', 'partly_sent', 'failed']),
      tries: z.int().min(1).max(100),
    })
    .describe('Short messages about a fire alarm: taken by the network for all numbers, some or none. The numbers are in the site file only.'),
  'alarm.cleared': z
    .strictObject({ bin: deviceIdSchema, compartment: z.int().min(1).max(8), operator: operatorSchema.nullable() })
    .describe('A person looked and reset the alarm.'),
  'bin.hatch.opened': z
    .strictObject({ bin: deviceIdSchema, compartment: z.int().min(1).max(8), outcome: z.enum(['obeyed', 'unknown']), operator: operatorSchema.nullable() })
    .describe('The lock of a hatch was pulsed, by whom; unknown: nobody knows whether the board heard it.'),
} as const;

export type EventName = keyof typeof eventSchemas;
export type EventPayload<Name extends EventName = EventName> = z.infer<(typeof eventSchemas)[Name]>;
/** An event before it has a place in the chain. `subject` is a pseudonym or a device name, never a person. */
export type EventDraft<Name extends EventName = EventName> = {
  [N in Name]: { readonly name: N; readonly subject: string; readonly data: EventPayload<N> };
}[Name];

/** Names in a fixed order, for generated documents and exhaustive tables. */
export const eventNames = Object.keys(eventSchemas) as readonly EventName[];
/** CloudEvents `type` of an event name. */
export const eventType = (name: EventName): string => `${name}.v1`;
/** Name behind a CloudEvents `type`, or undefined for one this version does not know. */
export function eventNameOf(type: string): EventName | undefined {
  const name = type.endsWith('.v1') ? type.slice(0, -3) : '';
  return Object.hasOwn(eventSchemas, name) ? (name as EventName) : undefined;
}
/** Postings of an event, empty for the kinds that move nothing. */
export function postingsOf(draft: EventDraft): readonly Posting[] {
  return 'postings' in draft.data ? draft.data.postings : [];
}
