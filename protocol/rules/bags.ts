/** Rules of bag rolls as dated data: how many, how often, and what a lost one costs. Numbers in brackets are the business rules. */
import { z } from 'zod';

const rolls = z.int().min(0).max(10_000);

/** Rolls a month by members of the household, from few to many. */
export const rollBandsSchema = z
  .array(z.strictObject({ membersFrom: z.int().min(1).max(30), rolls }))
  .min(1)
  .max(8)
  .refine((bands) => bands[0]?.membersFrom === 1, 'the first band begins with one member')
  .refine((bands) => bands.every((band, index) => index === 0 || band.membersFrom > (bands[index - 1]?.membersFrom ?? 0)), 'bands go up in members');
export const quotaUnitSchema = z.enum(['household', 'resident']);

export const bagRulesSchema = z
  .strictObject({
    bands: rollBandsSchema
      .default([
        { membersFrom: 1, rolls: 1 },
        { membersFrom: 5, rolls: 2 },
      ])
      .describe('Rolls a calendar month by members of the household (R-05).'),
    unit: quotaUnitSchema.default('household').describe('Who has a quota: the household by its band, or each member one roll (R-05).'),
    bagsPerRoll: z.int().min(1).max(99).default(30).describe('Bags on a roll (R-06).'),
    graceDays: z.int().min(0).max(10).default(3).describe('Last days of a month in which the roll of the next one may be drawn (R-07).'),
    magazineRolls: z.int().min(1).max(10_000).default(100).describe('Rolls a full magazine holds (R-09).'),
    lowPercent: z.int().min(1).max(99).default(20).describe('Of a full magazine: warning (R-09).'),
    emptyPercent: z.int().min(0).max(98).default(5).describe('Of a full magazine: warning that it is nearly empty (R-09).'),
    freeReplacementsPerHalfYear: z.int().min(0).max(12).default(1).describe('Lost rolls replaced for nothing (R-10).'),
    replacementPoints: z.int().min(0).max(100_000).default(300).describe('Points a further replacement costs (R-10).'),
    swapMinPercent: z.int().min(1).max(100).default(50).describe('Of the bags of a bad roll that must come back unused for another roll (R-11).'),
    traceDays: z.int().min(0).max(90).default(90).describe('Days after the month of a roll in which its bags can still be traced.'),
    manifestKeys: z
      .array(z.strictObject({ keyid: z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/, '1 to 64 letters, digits and . _ : -'), publicKey: z.base64().length(44) }))
      .max(8)
      .default([])
      .describe('Ed25519 keys of printers whose manifests one person may import; 32 raw bytes in base64.'),
  })
  .prefault({});
