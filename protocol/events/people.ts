/** Events of households and of the cards they are known by. Names stand in the personal file only. */
import { z } from 'zod';
import { count, credentialHashSchema, householdIdSchema, operatorSchema } from './fields.ts';
import { perhapsOrderedBy } from './operators.ts';

export const peopleEvents = {
  'household.registered': z
    .strictObject({ ...perhapsOrderedBy, household: householdIdSchema, members: z.int().min(1).max(30), credentials: z.array(credentialHashSchema).max(8) })
    .describe('A household of the roster; credentials are keyed hashes of card and plaque codes.'),
  'household.changed': z
    .strictObject({ ...perhapsOrderedBy, household: householdIdSchema, members: z.int().min(1).max(30) })
    .describe('The number of members changed, or nothing but what the personal file holds.'),
  'credential.added': z
    .strictObject({ ...perhapsOrderedBy, household: householdIdSchema, credential: credentialHashSchema })
    .describe('A further card or plaque of a household; one of a closed household may begin again.'),
  'credential.revoked': z
    .strictObject({ ...perhapsOrderedBy, household: householdIdSchema, credential: credentialHashSchema, reason: z.enum(['lost', 'replaced', 'closed']) })
    .describe('A card or plaque that no longer counts.'),
  'roster.imported': z
    .strictObject({ operator: operatorSchema, registered: count, changed: count, credentialsAdded: count })
    .describe('Who imported a roster, and what the events before this one changed.'),
} as const;
