// Without this file a repeated import could register a household twice, forget a card after a crash, or give back a lost one.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CredentialOwner, decideRosterImport, householdKey, type PersonalRecord, type RosterFacts, type RosterRow } from '../../../gateway/core/roster.ts';
import { eventSchemas } from '../../../protocol/events.ts';

const hash = (card: string) => createHash('sha256').update(card).digest('hex').slice(0, 32);
const id = (index: number) => `h-${String(index).padStart(20, '0')}`;
const row = (more: Partial<RosterRow> = {}): RosterRow => ({
  line: 2,
  number: '7',
  head: '竺甲子',
  members: 3,
  phone: '19900000001',
  house: '上村7号',
  cards: ['CARD-1'],
  ...more,
});
const record = (more: Partial<PersonalRecord> = {}): PersonalRecord => ({
  household: id(1),
  number: '7',
  head: '竺甲子',
  phone: '19900000001',
  house: '上村7号',
  cards: ['CARD-1'],
  ...more,
});

interface Known {
  readonly records?: readonly PersonalRecord[];
  readonly members?: Readonly<Record<string, number>>;
  readonly owners?: Readonly<Record<string, CredentialOwner>>;
  readonly closed?: readonly string[];
}
/** A household fully known to both files, unless told otherwise. */
const settled: Known = { records: [record()], members: { [id(1)]: 3 }, owners: { 'CARD-1': { household: id(1), revoked: false } } };
function decide(rows: readonly RosterRow[], { records = [], members = {}, owners = {}, closed = [] }: Known = {}) {
  const facts: RosterFacts = {
    rows,
    cardColumn: '卡号',
    recordOf: (number) => records.find((each) => householdKey(each.number) === householdKey(number)),
    membersOf: new Map(Object.entries(members)),
    isClosed: (household) => closed.includes(household),
    ownerOf: (credential) => Object.entries(owners).find(([card]) => hash(card) === credential)?.[1],
    hashCredential: hash,
    newHouseholds: rows.map((_, index) => id(100 + index)),
    newCards: rows.map((_, index) => `NEW-${index}`),
  };
  const decision = decideRosterImport(facts);
  for (const draft of decision.drafts) eventSchemas[draft.name].parse(draft.data);
  return decision;
}
const nothing = { added: 0, changed: 0, unchanged: 0, credentialsAdded: 0, cardsMade: 0 };

describe('a new household', () => {
  it('is registered under a fresh pseudonym with hashed cards; who it is goes to the personal file only', () => {
    const decision = decide([row()]);
    expect(decision.drafts).toEqual([
      { name: 'household.registered', subject: id(100), data: { household: id(100), members: 3, credentials: [hash('CARD-1')] } },
    ]);
    expect(decision.records).toEqual([record({ household: id(100) })]);
    expect(decision.counts).toEqual({ ...nothing, added: 1, credentialsAdded: 1 });
    expect(JSON.stringify(decision.drafts)).not.toMatch(/竺|1990|上村|CARD/);
  });

  it('without a card gets one', () => {
    const decision = decide([row({ number: '1' }), row({ number: '2', cards: [] })]);
    expect(decision.records.map(({ cards }) => cards)).toEqual([['CARD-1'], ['NEW-1']]);
    expect(decision.drafts[1]?.data).toMatchObject({ household: id(101), credentials: [hash('NEW-1')] });
    expect(decision.counts).toMatchObject({ added: 2, credentialsAdded: 2, cardsMade: 1 });
  });
});

describe('a known household', () => {
  it('that did not change costs nothing, also when the spreadsheet lost a column', () => {
    for (const same of [row(), row({ phone: undefined, house: undefined, cards: [] })]) {
      expect(decide([same], settled)).toEqual({ drafts: [], records: [], issues: [], notices: [], counts: { ...nothing, unchanged: 1 } });
    }
  });

  it('with other members is an event; with another name or phone only a personal row', () => {
    const members = decide([row({ members: 4 })], settled);
    expect(members.drafts).toEqual([{ name: 'household.changed', subject: id(1), data: { household: id(1), members: 4 } }]);
    expect(members.records).toEqual([]);
    const name = decide([row({ head: '裘乙丑', phone: null })], settled);
    expect(name.drafts).toEqual([]);
    expect(name.records).toEqual([record({ head: '裘乙丑', phone: null })]);
    expect([members.counts, name.counts]).toEqual([
      { ...nothing, changed: 1 },
      { ...nothing, changed: 1 },
    ]);
  });

  it('with a further card keeps the old one and says that the file does not list it', () => {
    const decision = decide([row({ cards: ['CARD-2'] })], settled);
    expect(decision.drafts).toEqual([{ name: 'credential.added', subject: id(1), data: { household: id(1), credential: hash('CARD-2') } }]);
    expect(decision.records[0]?.cards).toEqual(['CARD-1', 'CARD-2']);
    expect(decision.notices).toMatchObject([{ line: 2, column: '卡号', code: 'card_not_listed' }]);
  });

  it('does not get a lost card back', () => {
    const decision = decide([row()], { ...settled, owners: { 'CARD-1': { household: id(1), revoked: true } } });
    expect(decision.drafts).toEqual([]);
    expect(decision.notices).toMatchObject([{ code: 'card_revoked' }]);
    expect(decision.counts).toEqual({ ...nothing, unchanged: 1 });
  });

  it('does not mind that a lost card is missing from the file', () => {
    const known: Known = {
      records: [record({ cards: ['CARD-1', 'CARD-2'] })],
      members: { [id(1)]: 3 },
      owners: { 'CARD-1': { household: id(1), revoked: true }, 'CARD-2': { household: id(1), revoked: false } },
    };
    expect(decide([row({ cards: ['CARD-2'] })], known).notices).toEqual([]);
  });
});

describe('after a crash between the personal file and the ledger', () => {
  it('registers the household under the pseudonym it was given', () => {
    const decision = decide([row()], { records: [record()] });
    expect(decision.drafts).toEqual([{ name: 'household.registered', subject: id(1), data: { household: id(1), members: 3, credentials: [hash('CARD-1')] } }]);
    expect(decision.records).toEqual([]);
    expect(decision.counts).toMatchObject({ added: 1 });
  });

  it('adds the card whose event was never written, the made one too', () => {
    const known: Known = { ...settled, records: [record({ cards: ['CARD-1', 'CARD-2'] })] };
    expect(decide([row({ cards: ['CARD-1', 'CARD-2'] })], known).drafts).toMatchObject([{ name: 'credential.added', data: { credential: hash('CARD-2') } }]);
    const made = decide([row({ cards: [] })], { records: [record({ cards: ['MADE'] })], members: { [id(1)]: 3 } });
    expect(made.drafts).toMatchObject([{ name: 'credential.added', data: { credential: hash('MADE') } }]);
    expect(made.counts).toMatchObject({ credentialsAdded: 1, cardsMade: 0 });
  });
});

describe('a row that cannot be taken', () => {
  it('leaves no trace and does not stop the others', () => {
    const decision = decide([row({ line: 5, number: '8' }), row({ line: 6, number: '9', cards: ['CARD-9'] })], settled);
    expect(decision.issues).toMatchObject([{ line: 5, column: '卡号', code: 'card_taken' }]);
    expect(decision.drafts.map(({ subject }) => subject)).toEqual([id(101)]);
    expect(decision.records.map(({ number }) => number)).toEqual(['9']);
  });

  it('is one that takes a card another row just got from the personal file', () => {
    const known: Known = { records: [record({ cards: ['CARD-1', 'CARD-2'] })] };
    expect(decide([row(), row({ line: 3, number: '8', cards: ['CARD-2'] })], known).issues).toMatchObject([{ line: 3, code: 'card_taken' }]);
  });

  it('is one whose number belongs to a household that was closed', () => {
    const decision = decide([row(), row({ line: 3, number: '9', cards: ['CARD-9'] })], { ...settled, closed: [id(1)] });
    expect(decision.issues).toMatchObject([{ line: 2, code: 'household_closed' }]);
    expect(decision.drafts.map(({ subject }) => subject)).toEqual([id(101)]);
  });

  it('is one that would bring a household above eight cards', () => {
    const cards = ['1', '2', '3', '4', '5', '6', '7'].map((digit) => `MORE-${digit}`);
    expect(decide([row({ cards })], settled).issues).toEqual([]);
    expect(decide([row({ cards: [...cards, 'MORE-8'] })], settled).issues).toMatchObject([{ code: 'cards_too_many' }]);
  });
});

it('tells numbers apart by everything but leading zeros', () => {
  expect(['007', '7', '0', '000', 'A07', '70'].map(householdKey)).toEqual(['7', '7', '0', '0', 'A07', '70']);
});
