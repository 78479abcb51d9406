/**
 * Events of hazardous waste and pesticide packaging: campaigns, what was taken in and from whom, what was handed to whom. Farms and whoever signs
 * for a receiver are known by a keyed hash. The law keeps these for two years; nothing here is ever deleted.
 */
import { z } from 'zod';
import { hazardousKinds, pesticideKinds, takeBackKindSchema, takeBackStreams } from '../take-back.ts';
import { credentialHashSchema, daySchema, deviceIdSchema, householdIdSchema, postings, referenceSchema } from './fields.ts';
import { orderedBy } from './operators.ts';

const pieces = z.int().min(1).max(1_000_000);
const netGrams = z.int().min(1).max(10_000_000);
const dated = { day: daySchema, dateTrusted: z.boolean() };
const household = householdIdSchema.nullable().describe('Null where none brought it, or it did not agree to be traced.');
const handedOver = {
  transfer: z.int().min(1).max(0x7fff_ffff),
  receiver: deviceIdSchema.describe('A code of the village for whoever takes it.'),
  signature: credentialHashSchema.nullable().describe('Keyed hash of the name that signed for the receiver; null where a second operator signs.'),
  lines: z
    .array(z.strictObject({ kind: takeBackKindSchema, pieces }))
    .min(1)
    .max(7),
  netGrams,
  ...dated,
  ...orderedBy,
  postings,
};

export const takeBackEvents = {
  'campaign.opened': z
    .strictObject({ campaign: referenceSchema, stream: z.enum(takeBackStreams), from: daySchema, to: daySchema, ...orderedBy })
    .describe('Days on which people are asked to bring it, and rewarded.'),
  'campaign.closed': z.strictObject({ campaign: referenceSchema, day: daySchema, ...orderedBy }).describe('A campaign ends before its day.'),
  'pesticide.received': z
    .strictObject({
      receipt: referenceSchema,
      household,
      farm: credentialHashSchema.nullable().describe('Keyed hash of the farm it comes from.'),
      kind: z.enum(pesticideKinds),
      pieces,
      netGrams,
      emptied: z.boolean(),
      rinsed: z.boolean(),
      campaign: referenceSchema.nullable(),
      ...dated,
      ...orderedBy,
      postings,
    })
    .describe('Pesticide packaging was taken in.'),
  'hazard.received': z
    .strictObject({
      receipt: referenceSchema,
      household,
      origin: z.enum(['counter', 'lockedBox', 'station']),
      kind: z.enum(hazardousKinds),
      pieces,
      netGrams,
      campaign: referenceSchema.nullable(),
      ...dated,
      ...orderedBy,
      postings,
    })
    .describe('Hazardous waste was taken in at the counter, out of the locked box, or from what the station sorted out.'),
  'pesticide.handedover': z.strictObject(handedOver).describe('Pesticide packaging went to a receiver, with a counter-signature.'),
  'hazard.handedover': z.strictObject(handedOver).describe('Hazardous waste went to a receiver, with a counter-signature.'),
} as const;
