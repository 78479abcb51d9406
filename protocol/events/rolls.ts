/** Events of rolls outside a dispenser: stock, issue by hand, and what becomes of a roll and its bags afterwards. */
import { z } from 'zod';
import { count, deviceIdSchema, householdIdSchema, jobIdSchema, periodSchema, postings, rollCodeSchema } from './fields.ts';
import { orderedBy } from './operators.ts';

/** Rolls one event of a manifest names at most; more come in further parts. */
export const manifestPartMax = 250;
/** Name of a print run: letters, digits, dots and hyphens. */
export const batchSchema = z.string().regex(/^[0-9A-Za-z.-]{1,32}$/, 'letters, digits, dots and hyphens, at most 32');
export const bagNumberSchema = z.int().min(1).max(99);
const extraReasons = ['more_people', 'event', 'hardship', 'error'] as const;
const swapReasons = ['damaged', 'misprinted'] as const;
const voidReasons = ['damaged', 'misprinted', 'missing'] as const;
const tracePurposes = ['sorting', 'found_bag', 'complaint'] as const;
/** Why a household may have more than its quota, a roll is taken back or written off, and a bag is traced. */
export const rollReasons = { extra: extraReasons, swap: swapReasons, void: voidReasons, trace: tracePurposes } as const;

export const rollEvents = {
  'bag.manifest.imported': z
    .strictObject({
      ...orderedBy,
      batch: batchSchema,
      part: z.int().min(1).max(100),
      parts: z.int().min(1).max(100),
      bagsPerRoll: bagNumberSchema,
      signedBy: z.string().max(64).nullable().describe('Key that signed the manifest; null: two persons answer for it.'),
      rolls: z.array(rollCodeSchema).min(1).max(manifestPartMax),
      postings,
    })
    .describe('Rolls of a print run came into stock. Those that were in use before their manifest came are left out.'),
  'bag.roll.handed': z
    .strictObject({
      ...orderedBy,
      household: householdIdSchema,
      roll: rollCodeSchema,
      period: periodSchema,
      reason: z.enum(['counter', 'swap', 'manual']).describe('By quota at the counter; against a bad one; at once after a job nobody can tell the end of.'),
      job: jobIdSchema.nullable().describe('The undecided job a manual roll stands in for.'),
      identifiedBy: z.enum(['card', 'second']).describe('`second`: no card was shown, and a second person answers for who it is.'),
      postings,
    })
    .describe('A roll was given out by hand; its label was scanned.'),
  'bag.roll.confirmed': z
    .strictObject({
      ...orderedBy,
      household: householdIdSchema,
      job: jobIdSchema,
      assumed: rollCodeSchema.nullable(),
      roll: rollCodeSchema,
      exchangedWith: z
        .strictObject({ household: householdIdSchema, job: jobIdSchema })
        .nullable()
        .describe('Of whom `roll` was assumed before; the roll assumed here is assumed there now.'),
      postings,
    })
    .describe('A bag or a person showed which roll came out of an unconfirmed job. The roll that was only assumed takes the place of the other.'),
  'bag.roll.lost': z
    .strictObject({ ...orderedBy, household: householdIdSchema, roll: rollCodeSchema, postings })
    .describe('A household lost its roll: its bags no longer stand for it.'),
  'bag.replacement.granted': z
    .strictObject({
      ...orderedBy,
      household: householdIdSchema,
      roll: rollCodeSchema,
      period: periodSchema,
      terms: z.enum(['free', 'points']),
      points: count,
      postings,
    })
    .describe('One more roll for a lost one, free or for points of the household.'),
  'bag.roll.damaged': z
    .strictObject({
      ...orderedBy,
      household: householdIdSchema,
      roll: rollCodeSchema,
      period: periodSchema,
      reason: z.enum(swapReasons),
      voidBags: z.array(bagNumberSchema).max(99),
      postings,
    })
    .describe('A household gave a bad roll back; its unused bags were scanned and are void. The next event hands out another one.'),
  'bag.roll.returned': z
    .strictObject({ ...orderedBy, household: householdIdSchema, roll: rollCodeSchema, period: periodSchema, postings })
    .describe('A household gave its whole roll back: its right of that month is unused again, and the roll is not issued any more.'),
  'bag.roll.voided': z
    .strictObject({ ...orderedBy, roll: rollCodeSchema, reason: z.enum(voidReasons), postings })
    .describe('A roll in stock was written off by two persons.'),
  'bag.roll.unloaded': z
    .strictObject({ ...orderedBy, roll: rollCodeSchema, dispenser: deviceIdSchema, postings })
    .describe('A roll was taken out of a magazine, back into stock.'),
  'bag.extra.approved': z
    .strictObject({ ...orderedBy, household: householdIdSchema, period: periodSchema, rolls: z.int().min(1).max(10), reason: z.enum(extraReasons) })
    .describe('Two persons gave a household more rolls of a month than its quota.'),
  'bag.found': z
    .strictObject({
      ...orderedBy,
      roll: rollCodeSchema,
      bag: bagNumberSchema,
      owner: householdIdSchema.nullable(),
      at: householdIdSchema.nullable().describe('At whose door or bin; null for a public place.'),
    })
    .describe('A bag was found where it does not belong. Nobody is punished for it.'),
  'bag.finding.answered': z
    .strictObject({
      ...orderedBy,
      finding: z.int().min(1).describe('Number of the event that reported the bag.'),
      household: householdIdSchema,
      answer: z.enum(['own', 'lost', 'unclear']),
    })
    .describe('What the owner said of a found bag: own, of a lost roll, or nothing certain.'),
  'bag.traced': z
    .strictObject({ ...orderedBy, roll: rollCodeSchema, bag: bagNumberSchema, household: householdIdSchema, purpose: z.enum(tracePurposes) })
    .describe('Somebody asked whose bag this is, and was told. The household can see who did.'),
} as const;
