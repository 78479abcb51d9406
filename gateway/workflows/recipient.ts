/** Who stands at the counter: by a card, or by name of the household with a second person to answer for it. Nothing here decides what they may have. */
import { hashCredential, parseCredential } from '../../protocol/credential.ts';
import type { Recipient } from '../core/bag-stock.ts';
import { type Refused, refuse } from '../core/refusals.ts';
import { findCardHolder } from './card-holder.ts';
import type { Books } from './story.ts';

/** One of the two is given. */
export interface WhoComes {
  readonly card?: string | undefined;
  readonly household?: string | undefined;
}

/** Household of a card or of a name; undefined where nobody is meant, or nobody is found. For the rule on the own household. */
export function householdMeant({ store, credentialKey }: Books, { card, household }: WhoComes): readonly string[] {
  const owner = card === undefined ? household : store.people.credential(hashCredential(card, credentialKey))?.household;
  return owner === undefined ? [] : [owner];
}

/** The household, and how it was identified. A villager without a card needs a second person. */
export function identify(books: Books, { card, household }: WhoComes, second: string | null): (Recipient & { readonly ok: true }) | Refused {
  if (card !== undefined) {
    const parsed = parseCredential(card);
    const holder = findCardHolder(books.store.people, books.credentialKey, parsed.ok ? parsed.code : undefined);
    return holder.ok ? { ok: true, household: holder.household, identifiedBy: 'card' } : refuse(holder.code);
  }
  if (household === undefined || books.store.people.household(household) === undefined) return refuse('household_unknown');
  return second === null ? refuse('second_person_needed') : { ok: true, household, identifiedBy: 'second' };
}
