/**
 * Importing a roster: read the file, read the facts, decide, write the personal rows, then the events in one transaction. A crash between
 * the two writes leaves personal rows nothing refers to; importing again takes them up. All or nothing, unless the
 * caller asks to skip bad rows. The report carries counts and places, never a name, a phone or a card.
 */
import { encodeCredential, hashCredential } from '../../protocol/credential.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { decideRosterImport, type RosterDecision } from '../core/roster.ts';
import { type RosterIssue, rosterIssue } from '../core/roster-issues.ts';
import { appendEventsMax } from '../limits.ts';
import type { PersonalFile } from '../store/personal.ts';
import type { Store } from '../store/store.ts';
import { parseRoster, type Roster } from './roster-file.ts';
import { fileTooLarge, type RosterEncoding } from './roster-text.ts';

export interface RosterImport {
  readonly bytes: Uint8Array;
  /** Take the good rows although others are bad. */
  readonly skipBad: boolean;
  /** Who imports, by function or badge. */
  readonly operator: string;
  readonly personal: PersonalFile;
  readonly store: Pick<Store, 'append' | 'people'>;
  /** Secret of this gateway for credential hashes, at least 16 bytes. */
  readonly credentialKey: Uint8Array;
  /** Source of pseudonyms and new cards: that many unpredictable bytes. */
  readonly random: (count: number) => Uint8Array;
}

export interface RosterReport {
  /** Null when the bytes are in no encoding we read. */
  readonly encoding: RosterEncoding | null;
  /** Rows with text below the header. */
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly credentialsAdded: number;
  /** Cards made for households without one; `listCards` prints them. */
  readonly cardsMade: number;
  /** Bad rows left out; 0 when nothing was applied. */
  readonly skipped: number;
  readonly issues: readonly RosterIssue[];
  /** Things to know about rows that were taken. */
  readonly notices: readonly RosterIssue[];
  readonly ignoredColumns: readonly string[];
  /** Whether the file counts from now on. False means nothing at all was written. */
  readonly applied: boolean;
}

const nothingApplied = { added: 0, changed: 0, unchanged: 0, credentialsAdded: 0, cardsMade: 0, skipped: 0, notices: [], applied: false } as const;
const pseudonymBytes = 10;
const cardBytes = 10;

/** @throws GatewayError of the two files; nothing of the import counts then. */
export function importRoster(request: RosterImport): RosterReport {
  const parsed = parseRoster(request.bytes);
  if (!parsed.ok) return { ...nothingApplied, encoding: parsed.encoding, rows: 0, issues: parsed.issues, ignoredColumns: [] };
  const roster = parsed.value;
  const decision = decideFor(roster, request);
  const issues = [...roster.issues, ...decision.issues].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  if (decision.drafts.length >= appendEventsMax) issues.unshift(rosterIssue('changes_too_many', null, null, appendEventsMax));
  const facts = { encoding: roster.encoding, rows: roster.rowCount, issues, ignoredColumns: roster.ignoredColumns };
  if (decision.drafts.length >= appendEventsMax || (issues.length > 0 && !request.skipBad)) return { ...nothingApplied, ...facts };
  if (decision.records.length > 0) request.personal.put(decision.records);
  if (decision.drafts.length > 0) request.store.append([...decision.drafts, importedBy(request.operator, decision)]);
  const taken = roster.rows.length - decision.issues.length;
  return { ...facts, ...decision.counts, notices: decision.notices, skipped: roster.rowCount - taken, applied: true };
}

/** The answer to a file of more than 4 MiB, which is not even sent to a gateway. */
export const reportTooLarge = (): RosterReport => ({ ...nothingApplied, encoding: null, rows: 0, issues: [fileTooLarge()], ignoredColumns: [] });

function importedBy(operator: string, { counts }: RosterDecision): EventDraft {
  const { added: registered, changed, credentialsAdded } = counts;
  return { name: 'roster.imported', subject: 'roster', data: { operator, registered, changed, credentialsAdded } };
}

function decideFor(roster: Roster, { personal, store, credentialKey, random }: RosterImport): RosterDecision {
  return decideRosterImport({
    rows: roster.rows,
    cardColumn: roster.cardColumn,
    recordOf: (number) => {
      const household = personal.find(number);
      return household === undefined ? undefined : personal.read(household);
    },
    isClosed: (household) => (store.people.life(household)?.closedMs ?? null) !== null,
    membersOf: new Map(store.people.households().map(({ household, members }) => [household, members])),
    ownerOf: (credential) => {
      const row = store.people.credential(credential);
      // The card of somebody whose household is no more may begin again.
      return row === undefined || row.state === 'closed' ? undefined : { household: row.household, revoked: row.state !== 'active' };
    },
    hashCredential: (card) => hashCredential(card, credentialKey),
    newHouseholds: roster.rows.map(() => `h-${Buffer.from(random(pseudonymBytes)).toString('hex')}`),
    newCards: roster.rows.map(() => encodeCredential(random(cardBytes))),
  });
}

/** One line of the card list: what a printer or a clerk needs and nothing more. */
export interface PrintableCard {
  readonly number: string;
  readonly card: string;
}

/** Household number and code of every card, in the order of the numbers, for printing. Personal data: for the operator's eyes only. */
export function listCards(personal: PersonalFile): PrintableCard[] {
  const order = new Intl.Collator('zh', { numeric: true });
  const cards = personal.list().flatMap(({ number, cards: codes }) => codes.map((card) => ({ number, card })));
  return cards.sort((a, b) => order.compare(a.number, b.number));
}
