/**
 * Cards, plaques and IC cards of a household: a further one, a lost one, a new one for an old one. The balance stands with the household and
 * never with the card, so nothing of it changes; the old code is refused from the same instant. Events carry keyed hashes only. Pure.
 */
import type { EventDraft } from '../../protocol/events.ts';
import { credentialsPerHouseholdMax } from '../limits.ts';
import { type Refused, refuse } from './refusals.ts';

/** A card by its keyed hash. */
export interface KnownCard {
  readonly credential: string;
  readonly state: 'active' | 'lost' | 'replaced' | 'closed';
}
export interface CardFacts {
  readonly household: string;
  readonly cards: readonly KnownCard[];
  readonly operator: string;
  readonly second: string | null;
}
/** A card to come, and what the ledger knows of its code. */
export interface NewCard {
  readonly credential: string;
  readonly owner: { readonly household: string; readonly state: KnownCard['state'] } | undefined;
}
type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;
type Revoked = { readonly ok: true; readonly revoked: string; readonly drafts: readonly EventDraft[] } | Refused;

const active = (cards: readonly KnownCard[]): readonly KnownCard[] => cards.filter(({ state }) => state === 'active');

/** A code that was somebody's stays theirs for ever, but for cards of a household that is no more. */
export const isFree = ({ owner }: NewCard): boolean => owner === undefined || owner.state === 'closed';

/** a further card. */
export function decideCard({ household, cards, operator, second }: CardFacts, card: NewCard): Drafted {
  if (!isFree(card)) return refuse('card_taken');
  if (active(cards).length >= credentialsPerHouseholdMax) return refuse('cards_too_many', { max: credentialsPerHouseholdMax });
  const data = { operator, second, household, credential: card.credential };
  return { ok: true, drafts: [{ name: 'credential.added', subject: household, data }] };
}

/** a card that no longer counts, from now on. `credential` may be left out where the household has one only. */
export function decideRevocation({ household, cards, operator, second }: CardFacts, credential: string | null, reason: 'lost' | 'replaced'): Revoked {
  const valid = active(cards);
  const meant = credential === null ? valid : valid.filter((card) => card.credential === credential);
  const [card] = meant;
  if (card === undefined) return refuse('card_not_valid');
  if (meant.length > 1) return refuse('card_ambiguous', { count: meant.length });
  const data = { operator, second, household, credential: card.credential, reason };
  return { ok: true, revoked: card.credential, drafts: [{ name: 'credential.revoked', subject: household, data }] };
}

/** a new card for an old one, in one stroke: there is no instant without any and none with both. */
export function decideReplacement(facts: CardFacts, credential: string | null, reason: 'lost' | 'replaced', card: NewCard): Revoked {
  const revoked = decideRevocation(facts, credential, reason);
  if (!revoked.ok) return revoked;
  const left = facts.cards.filter((known) => known.credential !== revoked.revoked);
  const added = decideCard({ ...facts, cards: left }, card);
  return added.ok ? { ...revoked, drafts: [...revoked.drafts, ...added.drafts] } : added;
}
