/** Events of the two-level grid: which party member looks after which household, and which cadre after which party member. */
import { z } from 'zod';
import { householdIdSchema } from './fields.ts';
import { operatorIdSchema, orderedBy } from './operators.ts';

export const gridEvents = {
  'grid.assigned': z
    .strictObject({ ...orderedBy, household: householdIdSchema, partyMember: operatorIdSchema.nullable() })
    .describe('The party member who looks after a household, in place of any before; null: nobody does.'),
  'grid.cadre.assigned': z
    .strictObject({ ...orderedBy, partyMember: operatorIdSchema, cadre: operatorIdSchema.nullable() })
    .describe('The cadre a party member reports to, in place of any before; null: nobody.'),
} as const;
