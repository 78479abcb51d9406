/** Events of households and of the cards they are known by. Names stand in the personal file only. */
import { z } from 'zod';
import { count, credentialHashSchema, householdIdSchema, operatorSchema } from './fields.ts';

export const peopleEvents = {
  'household.registered': z
    .strictObject({ household: householdIdSchema, members: z.int().min(1).max(30), credentials: z.array(credentialHashSchema).max(8) })
    .describe('A household of the roster; credentials are keyed hashes of card and plaque codes.'),
  'household.changed': z.strictObject({ household: householdIdSchema, members: z.int().min(1).max(30) }).describe('The number of members changed.'),
  'credential.added': z.strictObject({ household: householdIdSchema, credential: credentialHashSchema }).describe('A further card or plaque of a household.'),
  'credential.revoked': z
    .strictObject({ household: householdIdSchema, credential: credentialHashSchema, reason: z.enum(['lost', 'replaced']) })
    .describe('A card or plaque that no longer counts.'),
  'roster.imported': z
    .strictObject({ operator: operatorSchema, registered: count, changed: count, credentialsAdded: count })
    .describe('Who imported a roster, and what the events before this one changed.'),
} as const;
