/** Stories of bags met outside: whose bag is this, and a bag where it does not belong. Who asked is written down; nobody is punished here. */
import { z } from 'zod';
import { householdIdSchema } from '../../../protocol/events/fields.ts';
import { rollReasons } from '../../../protocol/events/rolls.ts';
import { mayBeTraced } from '../../core/consent.ts';
import { refuse } from '../../core/refusals.ts';
import { decideAnswer, decideFinding, decideTrace } from '../../core/roll-sighting.ts';
import { defineStory } from '../story.ts';
import { bagTextSchema, readBag } from './bags.ts';

/** Who may learn whose bag it is. */
export const tracers = ['collector', 'committee', 'supervisor'] as const;

export const foundBagStories = {
  'bag.trace': defineStory({
    title: { zh: '查询袋的主人', en: 'Trace a bag to its household' },
    rules: ['R-13'],
    authority: { by: tracers },
    input: z.strictObject({ bag: bagTextSchema, purpose: z.enum(rollReasons.trace) }),
    decide(books, { bag: text, purpose }, { orderedBy, when }) {
      const read = readBag(books, text);
      if (!read.ok) return read;
      const { rollCode: roll, bag } = read;
      if (bag === 0) return refuse('label_unreadable');
      const { store, rules } = books;
      const { bags, people } = rules(when.day).rules;
      const mayTrace = (household: string) => mayBeTraced(store.people.standing(household), people);
      const { traceDays } = bags;
      return decideTrace({ ...orderedBy, roll, bag, known: store.rolls.one(roll), day: when.day, traceDays, mayBeTraced: mayTrace, purpose });
    },
  }),
  'bag.report': defineStory({
    title: { zh: '报告捡到的袋', en: 'Report a bag in the wrong place' },
    rules: ['R-13'],
    authority: { by: ['collector', 'stationMaster', 'clerk', 'committee', 'supervisor'] },
    input: z.strictObject({
      bag: bagTextSchema,
      at: householdIdSchema.nullable().default(null).describe('At whose door or bin it was; null for a public place.'),
    }),
    decide(books, { bag: text, at }, { orderedBy }) {
      const read = readBag(books, text);
      if (!read.ok) return read;
      if (read.bag === 0) return refuse('label_unreadable');
      if (at !== null && books.store.people.household(at) === undefined) return refuse('household_unknown');
      return decideFinding({ ...orderedBy, roll: read.rollCode, bag: read.bag, known: books.store.rolls.one(read.rollCode), at });
    },
  }),
  'bag.answer': defineStory({
    title: { zh: '农户对捡到的袋的答复', en: 'What the owner says of a found bag' },
    rules: ['R-10', 'R-13'],
    authority: { by: ['clerk', 'committee', 'supervisor', 'partyMember'] },
    input: z.strictObject({ finding: z.int().min(1).describe('Number of the event that reported it.'), answer: z.enum(['own', 'lost', 'unclear']) }),
    concerns: ({ finding }, { store }) => {
      const owner = store.rolls.finding(finding)?.owner;
      return owner == null ? [] : [owner];
    },
    decide({ store }, { finding: number, answer }, { orderedBy }) {
      const finding = store.rolls.finding(number);
      return decideAnswer({ ...orderedBy, finding, known: finding && store.rolls.one(finding.roll), answer });
    },
  }),
} as const;
