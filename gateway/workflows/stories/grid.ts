/** Stories of the two-level grid: who looks after which household, and who after whom. */
import { z } from 'zod';
import { householdIdSchema } from '../../../protocol/events/fields.ts';
import { operatorIdSchema } from '../../../protocol/events/operators.ts';
import { decideAssignment, decideCadre } from '../../core/grid.ts';
import { gridHouseholdsMax } from '../../limits.ts';
import { defineStory } from '../story.ts';

export const gridStories = {
  'grid.assign': defineStory({
    title: { zh: '分配联系户', en: 'Assign households to a party member' },
    rules: ['R-39'],
    authority: { by: ['committee'] },
    input: z.strictObject({
      partyMember: operatorIdSchema.nullable().describe('Null where nobody looks after them any more.'),
      households: z.array(householdIdSchema).min(1).max(gridHouseholdsMax),
    }),
    decide: ({ store }, wanted, { orderedBy }) =>
      decideAssignment({ ...orderedBy, operators: store.operators.list() }, wanted, {
        isKnown: (household) => store.people.household(household) !== undefined,
        partyMemberOf: (household) => store.grid.partyMemberOf(household),
      }),
  }),
  'grid.cadre': defineStory({
    title: { zh: '分配联系干部', en: 'Assign a party member to a cadre' },
    rules: ['R-39'],
    authority: { by: ['committee'] },
    input: z.strictObject({ partyMember: operatorIdSchema, cadre: operatorIdSchema.nullable().describe('Null where nobody does any more.') }),
    decide: ({ store }, { partyMember, cadre }, { orderedBy }) =>
      decideCadre({ ...orderedBy, operators: store.operators.list() }, { partyMember, cadre, before: store.grid.cadreOf(partyMember) }),
  }),
} as const;
