/** Events of weighings and of points earned. */
import { z } from 'zod';
import { deviceIdSchema, householdIdSchema, materialSchema, postings } from './fields.ts';

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
} as const;
