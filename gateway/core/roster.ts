/**
 * What a roster file means for the ledger and for the personal file: who is new, who changed, which cards count from now on. Pure.
 * A household is found again by its number and nothing else; a card that vanished from the file is reported, never silently revoked.
 * Events made here carry pseudonyms and keyed hashes only; names, phones and card codes leave only in the records.
 */
import assert from 'node:assert/strict';
import type { EventDraft } from '../../protocol/events.ts';
import { credentialsPerHouseholdMax } from '../limits.ts';
import { type RosterIssue, rosterIssue } from './roster-issues.ts';

/** One good row of a roster file. `undefined` means the file has no such column, `null` that the cell is empty. */
export interface RosterRow {
  /** Physical line the row starts on, from 1. */
  readonly line: number;
  readonly number: string;
  readonly head: string;
  readonly members: number;
  readonly phone: string | null | undefined;
  readonly house: string | null | undefined;
  /** Card and plaque codes as the reader will send them, each once. */
  readonly cards: readonly string[];
}

/** What the personal file keeps of one household, in clear. Lives in memory only while it is needed. */
export interface PersonalRecord {
  readonly household: string;
  readonly number: string;
  readonly head: string;
  readonly phone: string | null;
  readonly house: string | null;
  readonly cards: readonly string[];
}

/** A card the ledger knows. */
export interface CredentialOwner {
  readonly household: string;
  readonly revoked: boolean;
}

export interface RosterFacts {
  readonly rows: readonly RosterRow[];
  /** Header of the card column in the file, or null when it has none. */
  readonly cardColumn: string | null;
  /** The personal file's answer for a household number. */
  readonly recordOf: (number: string) => PersonalRecord | undefined;
  /** The ledger's households: pseudonym to number of members. */
  readonly membersOf: ReadonlyMap<string, number>;
  /** Whether the ledger closed it, so that its number waits until the record is erased. */
  readonly isClosed: (household: string) => boolean;
  /** The ledger's answer for a credential hash. */
  readonly ownerOf: (credential: string) => CredentialOwner | undefined;
  readonly hashCredential: (card: string) => string;
  /** Fresh random pseudonyms and card codes, at least one of each per row. */
  readonly newHouseholds: readonly string[];
  readonly newCards: readonly string[];
}

export interface RosterDecision {
  readonly drafts: readonly EventDraft[];
  /** Personal rows that differ from what the personal file holds; written before the drafts. */
  readonly records: readonly PersonalRecord[];
  readonly counts: {
    readonly added: number;
    readonly changed: number;
    readonly unchanged: number;
    readonly credentialsAdded: number;
    readonly cardsMade: number;
  };
  /** Rows that cannot be taken; nothing of them is in `drafts` or `records`. */
  readonly issues: readonly RosterIssue[];
  /** Rows that were taken and have something a person should know. */
  readonly notices: readonly RosterIssue[];
}

/**
 * What identifies a household number: leading zeros of an all-digit number do not count, because spreadsheets drop them.
 */
export const householdKey = (number: string): string => (/^\d+$/.test(number) ? number.replace(/^0+(?=\d)/, '') : number);

/** Decides a whole file at once. A file that was imported before yields no drafts and no records. */
export function decideRosterImport(facts: RosterFacts): RosterDecision {
  assert(facts.newHouseholds.length >= facts.rows.length && facts.newCards.length >= facts.rows.length, 'one spare pseudonym and card per row');
  const drafts: EventDraft[] = [];
  const records: PersonalRecord[] = [];
  const issues: RosterIssue[] = [];
  const notices: RosterIssue[] = [];
  const counts = { added: 0, changed: 0, unchanged: 0, credentialsAdded: 0, cardsMade: 0 };
  const claimed = new Map<string, CredentialOwner>();
  facts.rows.forEach((row, index) => {
    const known = facts.recordOf(row.number);
    const household = known?.household ?? (facts.newHouseholds[index] as string);
    if (facts.isClosed(household)) {
      issues.push(rosterIssue('household_closed', row.line, null));
      return;
    }
    const wallet = decideCards(facts, row, household, known?.cards ?? [], facts.newCards[index] as string, claimed);
    if ('issue' in wallet) {
      issues.push(wallet.issue);
      return;
    }
    const record = recordFor(row, household, known, wallet.cards);
    const recordChanged = known === undefined || !sameRecord(known, record);
    const membersBefore = facts.membersOf.get(household);
    const events = draftsFor(household, row.members, membersBefore, wallet.fresh);
    if (recordChanged) records.push(record);
    drafts.push(...events);
    notices.push(...wallet.notices);
    for (const credential of wallet.fresh) claimed.set(credential, { household, revoked: false });
    counts.credentialsAdded += wallet.fresh.length;
    counts.cardsMade += wallet.made;
    counts[membersBefore === undefined ? 'added' : recordChanged || events.length > 0 ? 'changed' : 'unchanged'] += 1;
  });
  return { drafts, records, counts, issues, notices };
}

interface Wallet {
  /** Every card of the household, known first, as the personal file will hold them. */
  readonly cards: readonly string[];
  /** Hashes the ledger does not have yet. */
  readonly fresh: readonly string[];
  readonly made: 0 | 1;
  readonly notices: readonly RosterIssue[];
}

/**
 * Cards of one household after the import. What is new is asked of the ledger and not of the personal file: after a crash between the
 * two the personal file may already hold a card whose event was never written.
 */
function decideCards(
  facts: RosterFacts,
  row: RosterRow,
  household: string,
  knownCards: readonly string[],
  spare: string,
  claimed: ReadonlyMap<string, CredentialOwner>,
): Wallet | { readonly issue: RosterIssue } {
  const listed = [...new Set([...knownCards, ...row.cards])];
  const made = listed.length === 0 ? 1 : 0;
  const cards = made === 1 ? [spare] : listed;
  if (cards.length > credentialsPerHouseholdMax) return { issue: rosterIssue('cards_too_many', row.line, facts.cardColumn, credentialsPerHouseholdMax) };
  const fresh: string[] = [];
  const notices: RosterIssue[] = [];
  let absent = 0;
  for (const card of cards) {
    const credential = facts.hashCredential(card);
    const owner = claimed.get(credential) ?? facts.ownerOf(credential);
    if (owner !== undefined && owner.household !== household) return { issue: rosterIssue('card_taken', row.line, facts.cardColumn) };
    if (owner === undefined) fresh.push(credential);
    if (owner?.revoked && row.cards.includes(card)) notices.push(rosterIssue('card_revoked', row.line, facts.cardColumn));
    if (!owner?.revoked && row.cards.length > 0 && !row.cards.includes(card)) absent += 1;
  }
  if (absent > 0) notices.push(rosterIssue('card_not_listed', row.line, facts.cardColumn, absent));
  return { cards, fresh, made, notices };
}

/** A column the file does not have keeps what is known; an empty cell clears it. */
function recordFor(row: RosterRow, household: string, known: PersonalRecord | undefined, cards: readonly string[]): PersonalRecord {
  return {
    household,
    number: row.number,
    head: row.head,
    phone: row.phone === undefined ? (known?.phone ?? null) : row.phone,
    house: row.house === undefined ? (known?.house ?? null) : row.house,
    cards,
  };
}

function sameRecord(a: PersonalRecord, b: PersonalRecord): boolean {
  const sameCards = a.cards.length === b.cards.length && a.cards.every((card, index) => card === b.cards[index]);
  return sameCards && a.number === b.number && a.head === b.head && a.phone === b.phone && a.house === b.house;
}

function draftsFor(household: string, members: number, membersBefore: number | undefined, fresh: readonly string[]): EventDraft[] {
  if (membersBefore === undefined) return [{ name: 'household.registered', subject: household, data: { household, members, credentials: [...fresh] } }];
  const added = fresh.map((credential): EventDraft => ({ name: 'credential.added', subject: household, data: { household, credential } }));
  if (members === membersBefore) return added;
  return [{ name: 'household.changed', subject: household, data: { household, members } }, ...added];
}
