/** Events of the recyclables a village hands to a company: sales, and stock that was counted. A company is a code of the village, never a person. */
import { z } from 'zod';
import { deviceIdSchema, materialSchema, postings } from './fields.ts';
import { orderedBy } from './operators.ts';

const amount = z.int().min(1).max(100_000_000);
const price = z.int().min(0).max(100_000).nullable();

export const tradeEvents = {
  'recyclables.sold': z
    .strictObject({
      sale: z.int().min(1).max(0x7fff_ffff),
      company: deviceIdSchema,
      material: materialSchema,
      netGrams: amount.nullable(),
      pieces: amount.nullable(),
      fenPerKg: price,
      fenEach: price,
      fen: z.int().min(0),
      ...orderedBy,
      postings,
    })
    .describe('Recyclables were handed to a company, for a price; grams or pieces, never both.'),
  'recyclables.counted': z
    .strictObject({
      material: materialSchema,
      unit: z.enum(['grams', 'goods']),
      counted: z.int().min(0).max(100_000_000),
      expected: z.int(),
      reason: z.enum(['count', 'moisture', 'spoilt', 'theft']),
      ...orderedBy,
      postings,
    })
    .describe('Two people weighed or counted the stock of a material; the difference is a loss, or a surplus below zero.'),
} as const;
