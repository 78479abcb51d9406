/** Events of deposits at a bin with a reader: a session opens one hatch for one household, and says at its end what came in, as far as known. */
import { z } from 'zod';
import { deviceIdSchema, householdIdSchema, referenceSchema } from './fields.ts';
import { wasteClassSchema } from './pickups.ts';

/** Why a session ended. */
export const depositEnds = ['shut', 'quiet', 'timeout', 'reidentified', 'restarted'] as const;
const place = {
  session: referenceSchema,
  bin: deviceIdSchema,
  compartment: z.int().min(1).max(8),
  wasteClass: wasteClassSchema,
  household: householdIdSchema.nullable().describe('Null where it did not agree to be traced.'),
};
const percent = z.int().min(0).max(100).nullable();
const grams = z.int().min(-1_000_000).max(1_000_000).nullable();

export const depositEvents = {
  'deposit.session.opened': z.strictObject({ ...place, levelPercent: percent }).describe('A hatch was opened for a household.'),
  'deposit.session.closed': z
    .strictObject({
      ...place,
      ended: z.enum(depositEnds).describe('`timeout`: the hatch may still be open. `restarted`: the gateway was off meanwhile.'),
      measuredBy: z.enum(['scale', 'level', 'none']),
      risePercent: z.int().min(-100).max(100).nullable(),
      netGrams: grams,
    })
    .describe('The session is over; nobody else can use it.'),
} as const;
