/** Events of volunteering: an organiser lists who helped, a second person confirms. */
import { z } from 'zod';
import { daySchema, deviceIdSchema, householdIdSchema } from './fields.ts';
import { operatorIdSchema, orderedBy } from './operators.ts';

/** Name of a volunteering activity: letters, digits and hyphens. */
export const activityIdSchema = deviceIdSchema.meta({ title: 'activity name' });
/** Most households of one list. */
export const volunteersMax = 100;
/** What a confirmation led to. */
export const volunteerOutcomes = ['awarded', 'queued', 'capped', 'noConsent'] as const;

export const volunteeringEvents = {
  'volunteer.listed': z
    .strictObject({ activity: activityIdSchema, day: daySchema, households: z.array(householdIdSchema).min(1).max(volunteersMax), ...orderedBy })
    .describe('Who helped, as the organiser lists them. It earns nothing until somebody else confirms it.'),
  'volunteer.confirmed': z
    .strictObject({ activity: activityIdSchema, household: householdIdSchema, outcome: z.enum(volunteerOutcomes), listedBy: operatorIdSchema, ...orderedBy })
    .describe('A listed household helped, says a person other than the organiser.'),
  'volunteer.rejected': z.strictObject({ activity: activityIdSchema, ...orderedBy }).describe('A list that is not confirmed.'),
} as const;
