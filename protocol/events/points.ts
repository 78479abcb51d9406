/** Events of weighings and of points: earned, waiting for the committee, taken, given back and expired. */
import { z } from 'zod';
import { pointSources } from '../rules/points.ts';
import { rulesVersionSchema } from '../village-rules.ts';
import { daySchema, deviceIdSchema, householdIdSchema, materialSchema, periodSchema, postings, referenceSchema, sequenceSchema } from './fields.ts';
import { operatorIdSchema, orderedBy } from './operators.ts';

const points = z.int().min(0).max(100_000_000);
const source = z.enum(pointSources);
const reference = referenceSchema.describe('The weighing, receipt, session, activity or evaluation it comes from.');
/** The day it counts for, and whether the clock was trusted then (invariant 10). */
const dated = { day: daySchema, dateTrusted: z.boolean() };
const byWhichRules = { tariffVersion: z.string().max(32), rulesVersion: rulesVersionSchema };
const askedFor = { operator: operatorIdSchema.nullable(), second: operatorIdSchema.nullable() };

export const pointsEvents = {
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
  'recyclables.received': z
    .strictObject({
      receipt: referenceSchema,
      household: householdIdSchema,
      material: materialSchema,
      netGrams: z.int().min(1).max(10_000_000).nullable(),
      pieces: z.int().min(1).max(100_000).nullable(),
      ...dated,
      ...orderedBy,
      postings,
    })
    .describe('Recyclables an operator counted, or weighed on a scale we do not read; grams or pieces, never both.'),
  'points.awarded': z
    .strictObject({
      household: householdIdSchema,
      source,
      points: points.describe('What the household gets.'),
      tariffPoints: points.describe('The same before the daily cap.'),
      reference,
      material: materialSchema.nullable(),
      netGrams: z.int().min(0).nullable(),
      pieces: z.int().min(0).nullable(),
      pointsPerKg: z.int().min(0).nullable(),
      pointsEach: z.int().min(0).nullable(),
      ...dated,
      ...byWhichRules,
      queued: sequenceSchema.nullable().describe('The `points.queued` it was approved from.'),
      ...askedFor,
      postings,
    })
    .describe('Points earned under a named tariff and named rules, recomputable for ever.'),
  'points.queued': z
    .strictObject({ household: householdIdSchema, source, points: points.min(1), reference, ...dated, ...byWhichRules, ...askedFor })
    .describe('Points beyond the budget of the month: two of the committee approve or reject them.'),
  'points.rejected': z
    .strictObject({ household: householdIdSchema, queued: sequenceSchema, reason: z.enum(['budget', 'error', 'superseded']), ...orderedBy })
    .describe('Points that waited for the committee and are not given.'),
  'points.deducted': z
    .strictObject({
      household: householdIdSchema,
      source,
      points: points.min(1),
      tariffPoints: points.min(1).describe('The same before the monthly limit and before what the household had.'),
      reference,
      ...dated,
      rulesVersion: rulesVersionSchema,
      ...orderedBy,
      postings,
    })
    .describe('Points taken for a low grade; never more than the household has.'),
  'points.clawedback': z
    .strictObject({
      household: householdIdSchema,
      source,
      reverses: sequenceSchema.describe('The `points.awarded` it takes back.'),
      points: points.describe('Less than was awarded where the household would fall below its floor.'),
      reason: z.enum(['error', 'fraud', 'superseded']),
      day: daySchema,
      ...orderedBy,
      postings,
    })
    .describe('An award taken back.'),
  'points.restored': z
    .strictObject({
      household: householdIdSchema,
      source,
      reverses: sequenceSchema.describe('The `points.deducted` it gives back.'),
      points: points.min(1),
      reason: z.enum(['appeal', 'superseded']),
      day: daySchema,
      ...orderedBy,
      postings,
    })
    .describe('A deduction given back.'),
  'points.expired': z
    .strictObject({
      household: householdIdSchema,
      lots: z
        .array(z.strictObject({ year: z.int().min(1970).max(9999), points: points.min(1) }))
        .min(1)
        .max(20),
      points: points.min(1),
      day: daySchema,
      rulesVersion: rulesVersionSchema,
      operator: operatorIdSchema.nullable().describe('Null where the gateway did it by itself.'),
      postings,
    })
    .describe('Points of past years came to their end, oldest first.'),
  'points.budget.warned': z
    .strictObject({
      source,
      month: periodSchema,
      state: z.enum(['warn', 'full']),
      limit: points,
      issued: z.int().min(0).max(1_000_000_000).describe('With the awards before it.'),
    })
    .describe('What a source gave this month came near its budget, or used it up.'),
} as const;
