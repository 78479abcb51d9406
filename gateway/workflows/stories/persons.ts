/** What a household may ask for under the law: a copy of all that is kept of it (PIPL 45), and to be forgotten (PIPL 47). */
import { z } from 'zod';
import { householdIdSchema } from '../../../protocol/events/fields.ts';
import { refuse } from '../../core/refusals.ts';
import { decideErasure, decideExport } from '../../core/retention.ts';
import { defineStory } from '../story.ts';
import { registrars } from './households.ts';

const household = householdIdSchema;

export const personStories = {
  'person.export': defineStory({
    title: { zh: '向本户提供全部资料', en: 'Hand a household all that is kept of it' },
    rules: [],
    authority: registrars,
    concerns: ({ household: id }) => [id],
    input: z.strictObject({ household }),
    decide({ store, personal }, { household: id }, { orderedBy }) {
      if (store.people.life(id) === undefined) return refuse('household_unknown');
      return decideExport({ ...orderedBy, household: id, isErased: !personal.has(id) });
    },
  }),
  'person.erase': defineStory({
    title: { zh: '删除个人信息', en: 'Erase the personal record of a closed household' },
    rules: [],
    authority: { by: ['committee', 'supervisor'], second: 'always' },
    concerns: ({ household: id }) => [id],
    input: z.strictObject({ household }),
    decide({ store, personal }, { household: id }, { orderedBy }) {
      const life = store.people.life(id);
      if (life === undefined) return refuse('household_unknown');
      const isErased = store.people.isErased(id);
      const decision = decideErasure({ ...orderedBy, household: id, isClosed: life.closedMs !== null, isErased });
      return decision.ok ? { ...decision, after: () => void personal.erase(id) } : decision;
    },
  }),
} as const;
