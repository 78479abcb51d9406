/** Stories of cards, plaques and IC cards of a household: a further one, a lost one, a new one for an old one. */
import { z } from 'zod';
import { hashCredential } from '../../../protocol/credential.ts';
import { credentialHashSchema, householdIdSchema } from '../../../protocol/events/fields.ts';
import { type CardFacts, decideCard, decideReplacement, decideRevocation } from '../../core/cards.ts';
import { type Refused, refuse } from '../../core/refusals.ts';
import type { PersonalRecord } from '../../core/roster.ts';
import { newCards, requireIdentified } from '../household-books.ts';
import { type Asked, type Books, defineStory } from '../story.ts';
import { registrars } from './households.ts';
import { cardSchema } from './person-fields.ts';

const household = householdIdSchema;
const card = cardSchema.nullable().default(null).describe('The new card as its reader sends it; a plaque code is made where none is given.');
const credential = credentialHashSchema
  .nullable()
  .default(null)
  .describe('Which card, by its hash in `household.statement`; may be left out where there is one only.');
const concerns = ({ household: id }: { readonly household: string }) => [id];

function factsOf(
  { store, personal }: Books,
  id: string,
  { orderedBy }: Asked,
): { readonly ok: true; readonly facts: CardFacts; readonly record: PersonalRecord } | Refused {
  const record = personal.read(id);
  if (record === undefined || store.people.household(id) === undefined) return refuse('household_unknown');
  return { ok: true, facts: { ...orderedBy, household: id, cards: store.people.credentials(id) }, record };
}

/** The record without the codes of a card that no longer counts. */
const without = ({ credentialKey }: Books, record: PersonalRecord, revoked: string): PersonalRecord => ({
  ...record,
  cards: record.cards.filter((code) => hashCredential(code, credentialKey) !== revoked),
});

export const cardStories = {
  'card.add': defineStory({
    title: { zh: '加一张卡', en: 'Give a household a further card' },
    rules: ['R-03'],
    authority: registrars,
    concerns,
    input: z.strictObject({ household, card }),
    decide(books, { household: id, card: given }, asked) {
      const known = factsOf(books, id, asked);
      if (!known.ok) return known;
      const { codes, cards } = newCards(books, given === null ? [] : [given]);
      const decision = decideCard(known.facts, cards[0] as (typeof cards)[number]);
      if (!decision.ok) return decision;
      return { ...decision, before: () => books.personal.put([{ ...known.record, cards: [...known.record.cards, ...codes] }]) };
    },
  }),
  'card.revoke': defineStory({
    title: { zh: '挂失', en: 'Revoke a lost card' },
    rules: ['R-03'],
    authority: registrars,
    concerns,
    input: z.strictObject({ household, credential }),
    decide(books, { household: id, credential: meant }, asked) {
      const known = factsOf(books, id, asked);
      if (!known.ok) return known;
      const decision = decideRevocation(known.facts, meant, 'lost');
      if (!decision.ok) return decision;
      return { ...decision, after: () => books.personal.put([without(books, known.record, decision.revoked)]) };
    },
  }),
  'card.replace': defineStory({
    title: { zh: '换卡', en: 'Give a new card for an old one' },
    rules: ['R-03'],
    authority: registrars,
    concerns,
    input: z.strictObject({ household, credential, reason: z.enum(['lost', 'replaced']), card }),
    decide(books, { household: id, credential: meant, reason, card: given }, asked) {
      const known = factsOf(books, id, asked);
      if (!known.ok) return known;
      // Who brings the old card shows it; who lost it is known by two people.
      const unknown = reason === 'lost' ? requireIdentified(books, id, asked) : null;
      if (unknown !== null) return unknown;
      const { codes, cards } = newCards(books, given === null ? [] : [given]);
      const decision = decideReplacement(known.facts, meant, reason, cards[0] as (typeof cards)[number]);
      if (!decision.ok) return decision;
      const record = { ...known.record, cards: [...known.record.cards, ...codes] };
      return { ...decision, before: () => books.personal.put([record]), after: () => books.personal.put([without(books, record, decision.revoked)]) };
    },
  }),
} as const;
