/** Stories of collection rounds: set out, collect or skip a house, come home. */
import { z } from 'zod';
import { deviceIdSchema } from '../../../protocol/events/fields.ts';
import { wasteClassSchema } from '../../../protocol/events/pickups.ts';
import { roundNumberSchema, skipReasonSchema } from '../../../protocol/events/rounds.ts';
import { mayBeTraced } from '../../core/consent.ts';
import { type Refused, refuse } from '../../core/refusals.ts';
import { decideRoundClose, decideRoundStart, decideSkip, decideStop } from '../../core/rounds.ts';
import { isKnown } from '../awarding.ts';
import { householdMeant, identify, type WhoComes } from '../recipient.ts';
import { type Books, defineStory } from '../story.ts';
import { oneOfTwo, who } from './bags.ts';

const collectors = { by: ['collector', 'stationMaster'] } as const;
const round = roundNumberSchema.describe('As `round.start` named it.');
const cartStable = z.boolean().describe('The operator’s word that the cart stands still.');
const meant = (input: WhoComes, books: Books) => householdMeant(books, input);

/** The house at whose door the collector stands. Nothing is given away there, so its name takes no second person. */
function houseOf(books: Books, whose: WhoComes): { readonly ok: true; readonly household: string; readonly identifiedBy: 'plaque' | 'named' } | Refused {
  if (whose.card !== undefined) {
    const scanned = identify(books, whose, null);
    return scanned.ok ? { ok: true, household: scanned.household, identifiedBy: 'plaque' } : scanned;
  }
  const { household } = whose;
  return household !== undefined && isKnown(books)(household) ? { ok: true, household, identifiedBy: 'named' } : refuse('household_unknown');
}

export const roundStories = {
  'round.start': defineStory({
    title: { zh: '收运出发', en: 'Set out on a round' },
    rules: ['R-42'],
    authority: collectors,
    input: z.strictObject({ cart: deviceIdSchema, tareGrams: z.int().min(0).max(2_000_000).describe('The empty cart.'), cartStable }),
    decide({ store }, wanted, { when, orderedBy }) {
      const facts = { open: store.rounds.open(wanted.cart), next: store.rounds.next('round'), day: when.day, dateTrusted: when.dateTrusted };
      return decideRoundStart(wanted, facts, orderedBy);
    },
  }),
  'round.stop': defineStory({
    title: { zh: '收一户', en: 'Collect from a house' },
    rules: ['R-42', 'R-02'],
    authority: collectors,
    input: oneOfTwo(
      z.strictObject({
        round,
        ...who,
        loads: z
          .array(z.strictObject({ wasteClass: wasteClassSchema, netGrams: z.int().min(1).max(500_000) }))
          .min(1)
          .max(4)
          .refine((loads) => new Set(loads.map(({ wasteClass }) => wasteClass)).size === loads.length, 'a class stands once'),
        cartStable,
      }),
    ),
    concerns: meant,
    decide(books, { round: number, loads, cartStable: isStable, ...whose }, { when, orderedBy }) {
      const { store, rules } = books;
      const house = houseOf(books, whose);
      if (!house.ok) return house;
      const { household, identifiedBy } = house;
      const traced = mayBeTraced(store.people.standing(household), rules(when.day).rules.people);
      const facts = { household, identifiedBy, loads, cartStable: isStable, mayBeTraced: traced, visited: store.rounds.visit(number, household) };
      return decideStop(store.rounds.one(number), facts, orderedBy);
    },
  }),
  'round.skip': defineStory({
    title: { zh: '一户未收', en: 'Skip a house' },
    rules: ['R-42'],
    authority: collectors,
    input: oneOfTwo(z.strictObject({ round, ...who, reason: skipReasonSchema })),
    concerns: meant,
    decide(books, { round: number, reason, ...whose }, { orderedBy }) {
      const { store } = books;
      const house = houseOf(books, whose);
      if (!house.ok) return house;
      const { household } = house;
      return decideSkip(store.rounds.one(number), { household, reason, visited: store.rounds.visit(number, household) }, orderedBy);
    },
  }),
  'round.close': defineStory({
    title: { zh: '收运结束', en: 'End a round' },
    rules: ['R-42', 'R-44'],
    authority: collectors,
    input: z.strictObject({
      round,
      endGrams: z.int().min(0).max(50_000_000).nullable().default(null).describe('Cart with its load; null where it was emptied on the way.'),
      cartStable,
    }),
    decide: ({ store, rules }, { round: number, ...end }, { when, orderedBy }) =>
      decideRoundClose(store.rounds.one(number), end, rules(when.day).rules.collection, orderedBy),
  }),
} as const;
