/**
 * What a handheld takes along to check bags and cards without a network, sealed so that only that handheld reads it: rolls that may be
 * traced, houses by their number, and cards as hashes under a key of this one table. Nothing of it stays behind here.
 */
import { hashCredential } from '../../protocol/credential.ts';
import { sealBox } from '../../protocol/sealed-box.ts';
import type { Actor } from '../core/authority.ts';
import { dayAfter, dayOf, monthOf } from '../core/calendar.ts';
import { mayBeTraced } from '../core/consent.ts';
import type { Handheld } from '../core/handhelds.ts';
import { isTraceable } from '../core/roll-sighting.ts';
import { handheldRollsMax, householdsShownMax } from '../limits.ts';
import type { Books } from './story.ts';

/** What the box holds, as JSON in UTF-8. `hash` of a card is 32 hex digits of HMAC-SHA-256 of its text under `cardKey`. */
export interface HandheldTable {
  /** 32 bytes, hex. */
  readonly cardKey: string;
  readonly households: readonly { readonly household: string; readonly number: string; readonly house: string | null; readonly cards: readonly string[] }[];
  readonly rolls: readonly {
    readonly roll: string;
    readonly household: string;
    readonly period: string;
    readonly state: string;
    readonly confirmed: boolean;
  }[];
}

/** What both ends bind a table to: any that is put in the place of another does not open. */
const tableInfo = 'sifen handheld table 1';

/** What this operator may see, in clear. Party members see the households they look after, everybody else all. */
export function tableOf(books: Books, { operator, roles }: Pick<Actor, 'operator' | 'roles'>): HandheldTable {
  const { store, personal, credentialKey, time, rules, random } = books;
  const today = dayOf(time.clock.now());
  const { bags, people } = rules(today).rules;
  const cardKey = Buffer.from(random(32));
  const seesAll = roles.some((role) => role === 'collector' || role === 'clerk');
  const seen = (household: string): boolean => store.people.household(household) !== undefined && (seesAll || store.grid.partyMemberOf(household) === operator);
  const households = personal
    .list()
    .filter(({ household }) => seen(household))
    .slice(0, householdsShownMax)
    .map(({ household, number, house, cards }) => {
      const valid = cards.filter((card) => store.people.credentialOwner(hashCredential(card, credentialKey)) === household);
      return { household, number, house, cards: valid.map((card) => hashCredential(card, cardKey)) };
    });
  const rolls = store.handhelds
    .issuedRolls(monthOf(dayAfter(monthOf(today), -(bags.traceDays + 31))), handheldRollsMax)
    .filter(({ household, period }) => isTraceable(period, today, bags.traceDays) && seen(household) && mayBeTraced(store.people.standing(household), people))
    .map(({ confirmed, ...roll }) => ({ ...roll, confirmed: confirmed === 1 }));
  return { cardKey: cardKey.toString('hex'), households, rolls };
}

/** The same, for this handheld alone. `bound` says which device and up to which event; the handheld binds the box to it. */
export function sealTable(books: Books, { device, publicKey }: Handheld, table: HandheldTable) {
  const { sequence } = books.store.head;
  const bound = `${device} ${sequence}`;
  const { enc, sealed } = sealBox(
    { recipient: Buffer.from(publicKey, 'hex'), ephemeral: books.random(32), info: Buffer.from(tableInfo), bound: Buffer.from(bound) },
    Buffer.from(JSON.stringify(table)),
  );
  const counts = { households: table.households.length, rolls: table.rolls.length };
  return { device, sequence, ...counts, info: tableInfo, bound, enc: enc.toString('base64'), sealed: sealed.toString('base64') };
}
