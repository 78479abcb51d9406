/**
 * What payloads of several subjects are made of: pseudonyms, names of devices, codes, counts and the legs of a double entry.
 * Whole numbers and pseudonyms only; a field that could hold a person's name does not belong here.
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
export const u32 = z.int().min(0).max(0xffff_ffff);
export const count = z.int().min(0).max(1_000_000);
export const code = z.string().regex(/^[a-z][a-z_]{1,47}$/);
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
export const postings = z.array(postingSchema).max(32);
/** What the ledger knows a card, plaque or badge by: 32 hex digits of a keyed hash (credential.ts). */
export const credentialHashSchema = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'a credential is known by 32 hex digits')
  .meta({ title: 'credential hash' });
/** Calendar day of the village, Asia/Shanghai. */
export const daySchema = z.iso.date('a day is YYYY-MM-DD and stands in the calendar').meta({ title: 'day' });
/** What names a weighing, receipt, session, activity or evaluation within its source. */
export const referenceSchema = z
  .string()
  .regex(/^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/, 'a reference is 1 to 64 letters, digits and hyphens')
  .meta({ title: 'reference' });
/** Sequence number of an event of this gateway. */
export const sequenceSchema = z.int().min(1).max(Number.MAX_SAFE_INTEGER).meta({ title: 'sequence number of an event' });
/**
 * When somebody saw what they tell, which a handheld may tell hours later. Unit: ms since 1970, village time. What is out of bounds is looked at no
 * further: a calendar has no such day.
 */
export const observedMsSchema = z.int().min(0, { abort: true }).max(8_640_000_000_000, { abort: true }).meta({ title: 'time of the observation' });
