/** Events of learning sessions: opened, who attended, and what became of an attendance list. Titles and places of sessions stay outside. */
import { z } from 'zod';
import { daySchema, deviceIdSchema, householdIdSchema } from './fields.ts';
import { orderedBy } from './operators.ts';

/** Name of a learning session: letters, digits and hyphens. */
export const sessionIdSchema = deviceIdSchema.meta({ title: 'session name' });

/** What one attendance led to. */
export const attendanceOutcomes = ['awarded', 'queued', 'gift', 'belowBand', 'capped', 'noConsent'] as const;

/** Why an entry of a list is no attendance. */
export const attendanceRefusals = ['household_unknown', 'already_listed'] as const;

/** Most entries of one list: the answer to all of them fits in one event. */
export const attendanceListMax = 60;

export const learningEvents = {
  'learning.session.opened': z.strictObject({ session: sessionIdSchema, day: daySchema, ...orderedBy }).describe('A learning session of the village.'),
  'learning.attended': z
    .strictObject({
      session: sessionIdSchema,
      household: householdIdSchema,
      score: z.int().min(0).max(100).nullable(),
      outcome: z.enum(attendanceOutcomes),
      ...orderedBy,
    })
    .describe('A household attended; once a session. A gift is recorded instead of points, never beside them.'),
  'learning.list.entered': z
    .strictObject({
      session: sessionIdSchema,
      attended: z.int().min(0).max(attendanceListMax),
      refused: z.array(z.strictObject({ household: householdIdSchema, code: z.enum(attendanceRefusals) })).max(attendanceListMax),
      ...orderedBy,
    })
    .describe('An attendance list was entered whole; what was no attendance is answered here, one by one.'),
} as const;
