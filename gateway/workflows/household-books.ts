/** What stories of households read from the books: how one stands, what a new card would be, and the personal record that goes with it. */
import { encodeCredential, hashCredential } from '../../protocol/credential.ts';
import { monthAfter } from '../core/calendar.ts';
import type { NewCard } from '../core/cards.ts';
import type { HouseholdState } from '../core/households.ts';
import { decideIdentified } from '../core/identification.ts';
import { rollsAllowed } from '../core/quota.ts';
import type { MonthOfTwo } from '../core/quota-carry.ts';
import type { Refused } from '../core/refusals.ts';
import type { Asked, Books } from './story.ts';

const pseudonymBytes = 10;
const cardBytes = 10;

/** A pseudonym nobody had before: 80 random bits. */
export const newHousehold = ({ random }: Books): string => `h-${Buffer.from(random(pseudonymBytes)).toString('hex')}`;

/** Codes as they go into the personal file, and the cards as the ledger will know them. One is made where none is given. */
export function newCards(
  { store, credentialKey, random }: Books,
  given: readonly string[],
): { readonly codes: readonly string[]; readonly cards: readonly NewCard[] } {
  const codes = given.length === 0 ? [encodeCredential(random(cardBytes))] : [...new Set(given)];
  const cards = codes.map((code) => {
    const credential = hashCredential(code, credentialKey);
    return { credential, owner: store.people.credential(credential) };
  });
  return { codes, cards };
}

/**
 * Null where the operator identified the household without a card just now (`household.identify`, two people); else the refusal to give. For any
 * story that takes a household by its pseudonym and should not do so on one person's word.
 */
export const requireIdentified = ({ store, rules }: Books, household: string, { actor, when }: Asked): Refused | null =>
  decideIdentified({ identifiedMs: store.people.identifiedAt(household, actor.operator), nowMs: when.atMs, rules: rules(when.day).rules.people });

/** Undefined for one that is closed or never was. */
export function stateOf({ store }: Books, household: string): HouseholdState | undefined {
  const row = store.people.household(household);
  if (row === undefined) return undefined;
  const points = store.ledger.balance(`household/${household}`, 'points');
  return { ...row, points, pending: store.people.pending(household), cards: store.people.credentials(household) };
}

/** The months whose rolls can be drawn now, this one and the next, as two households stand with the members each has afterwards. */
export function monthsOf(
  { store, rules }: Books,
  { when }: Asked,
  {
    from,
    to,
  }: { readonly from: { readonly household: string; readonly members: number }; readonly to: { readonly household: string; readonly members: number } },
): MonthOfTwo[] {
  const { bags } = rules(when.day).rules;
  const sideOf = ({ household, members }: typeof from, period: string) => {
    const { held, issued, extra } = store.jobs.quota(household, period);
    return { drawn: held + issued, allowed: rollsAllowed(bags, members) + extra };
  };
  return [when.period, monthAfter(when.period)].map((period) => ({ period, from: sideOf(from, period), to: sideOf(to, period) }));
}
