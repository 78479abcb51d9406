/** Events of handhelds: which may be given the table for checks without a network, and which no longer. Whose hand one is in stands nowhere. */
import { z } from 'zod';
import { handheldKeySchema } from '../sealed-box.ts';
import { deviceIdSchema } from './fields.ts';
import { orderedBy } from './operators.ts';

export const handheldEvents = {
  'handheld.enrolled': z
    .strictObject({ ...orderedBy, device: deviceIdSchema, publicKey: handheldKeySchema })
    .describe('A handheld may send a day’s work and be given the sealed table of doors.'),
  'handheld.revoked': z
    .strictObject({ ...orderedBy, device: deviceIdSchema, reason: z.enum(['lost', 'broken', 'replaced']) })
    .describe('Nothing is taken from this handheld and nothing given to it from here on.'),
} as const;
