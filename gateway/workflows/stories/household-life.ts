/** Stories of households that become one, become two, move or are no more: two officers each time, with a reason. */
import { z } from 'zod';
import { householdIdSchema } from '../../../protocol/events/fields.ts';
import type { Authority } from '../../core/authority.ts';
import { decideClosing, decideMerge, decideMove, decideSplit, membersMax } from '../../core/households.ts';
import { refuse } from '../../core/refusals.ts';
import { monthsOf, newCards, newHousehold, stateOf } from '../household-books.ts';
import { defineStory } from '../story.ts';
import { registrars } from './households.ts';
import { cardsSchema, headSchema, houseSchema, membersSchema, numberSchema, phoneSchema } from './person-fields.ts';

const officers: Authority = { by: ['committee', 'supervisor'], second: 'always' };
const household = householdIdSchema;

export const householdLifeStories = {
  'household.merge': defineStory({
    title: { zh: '并户', en: 'Merge a household into another' },
    rules: ['R-04'],
    authority: officers,
    concerns: ({ household: from, into }) => [from, into],
    input: z.strictObject({
      household: household.describe('The one that is closed.'),
      into: household.describe('The one that goes on.'),
      members: membersSchema.nullable().default(null).describe('Members afterwards; both together if not said.'),
    }),
    decide(books, { household: closing, into: going, members: said }, asked) {
      const [from, into] = [stateOf(books, closing), stateOf(books, going)];
      if (from === undefined || into === undefined) return refuse('household_unknown');
      const members = said ?? from.members + into.members;
      if (members > membersMax) return refuse('members_too_many', { members });
      const months = monthsOf(books, asked, { from, to: { household: going, members } });
      return decideMerge(asked.orderedBy, { from, into, members, months });
    },
  }),
  'household.split': defineStory({
    title: { zh: '分户', en: 'Split a household' },
    rules: ['R-04'],
    authority: officers,
    concerns: ({ household: from }) => [from],
    input: z.strictObject({
      household: household.describe('The one that members leave.'),
      leaving: z
        .int()
        .min(1)
        .max(membersMax - 1)
        .describe('Members who leave.'),
      points: z.int().min(0).max(100_000_000).describe('Points that go with them.'),
      number: numberSchema,
      head: headSchema,
      phone: phoneSchema.default(null),
      house: houseSchema.default(null),
      cards: cardsSchema,
    }),
    decide(books, { household: old, leaving, points, cards: given, ...person }, asked) {
      const from = stateOf(books, old);
      if (from === undefined) return refuse('household_unknown');
      const { store, personal } = books;
      const found = personal.find(person.number);
      const into = found ?? newHousehold(books);
      const { codes, cards } = newCards(books, given);
      const months = monthsOf(books, asked, {
        from: { household: old, members: Math.max(1, from.members - leaving) },
        to: { household: into, members: leaving },
      });
      const isNumberTaken = found !== undefined && store.people.life(found) !== undefined;
      const decision = decideSplit(asked.orderedBy, { from, into, leaving, points, months, isNumberTaken, cards });
      if (!decision.ok) return decision;
      return { ...decision, before: () => personal.put([{ household: into, ...person, cards: codes }]) };
    },
  }),
  'household.move': defineStory({
    title: { zh: '村内搬家', en: 'Move to another house of the village' },
    rules: ['R-04'],
    authority: registrars,
    concerns: ({ household: id }) => [id],
    input: z.strictObject({ household, house: houseSchema }),
    decide({ store, personal }, { household: id, house }, { orderedBy }) {
      const record = personal.read(id);
      if (record === undefined || store.people.household(id) === undefined) return refuse('household_unknown');
      return { ...decideMove(orderedBy, id), before: () => personal.put([{ ...record, house }]) };
    },
  }),
  'household.close': defineStory({
    title: { zh: '销户', en: 'Close a household' },
    rules: ['R-04'],
    authority: officers,
    concerns: ({ household: id, to }) => (to === null ? [id] : [id, to]),
    input: z.strictObject({
      household,
      reason: z.enum(['moved_away', 'death', 'withdrawn']),
      to: household.nullable().default(null).describe('Who takes over the points, where somebody does.'),
      forfeit: z.boolean().default(false).describe('That points nobody takes over are given up.'),
    }),
    decide(books, { household: id, to, reason, forfeit }, { orderedBy }) {
      const from = stateOf(books, id);
      if (from === undefined || (to !== null && books.store.people.household(to) === undefined)) return refuse('household_unknown');
      return decideClosing(orderedBy, { from, to, reason, forfeit });
    },
  }),
} as const;
