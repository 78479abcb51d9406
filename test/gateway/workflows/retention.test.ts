// Lost if deleted: that a name is erased when it is asked for or its time is over and not before, that a file put back from a backup brings nobody back, and
// that a household gets all that is kept of it, written down first.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decideRetention } from '../../../gateway/core/retention.ts';
import { statementPage } from '../../../gateway/core/statement-page.ts';
import { placesIn } from '../../../gateway/data-folder.ts';
import { destroyErased, eraseDue } from '../../../gateway/workflows/keep-retention.ts';
import { statementOf } from '../../../gateway/workflows/statement.ts';
import { importNumbers, live } from '../../support/live-village.ts';
import { makeFolder } from '../../support/make-store.ts';
import { openPeople, soundBooks } from '../../support/people-desk.ts';
import { awarded, sampleDrafts, sampleHousehold } from '../../support/village-drafts.ts';

const close = { reason: 'moved_away', forfeit: true } as const;

it('erases a closed household because it asks, by two, once; the ledger keeps what it did', async () => {
  const village = openPeople();
  const household = await village.register('12');
  village.store.append([awarded(household, 600)]);
  expect(await village.code('person.erase', { household }, village.pair)).toBe('household_open');
  await village.told('household.close', { household, ...close }, village.pair);
  expect(await village.code('person.erase', { household }, { by: 'committee-1' })).toBe('second_person_needed');
  expect(village.personal.read(household)).toBeDefined();
  await village.told('person.erase', { household }, village.pair);
  expect([village.personal.read(household), village.personal.find('12')]).toEqual([undefined, undefined]);
  expect(await village.told('person.erase', { household }, village.pair)).toEqual([]);
  expect(await village.code('person.export', { household })).toBe('person_erased');
  expect([...village.store.events()].filter(({ draft }) => draft.subject === household).map(({ draft }) => draft.name)).toEqual([
    'household.registered',
    'points.awarded',
    'credential.revoked',
    'household.closed',
    'person.erased',
  ]);
  // The number is free again, under another pseudonym.
  expect(await village.register('12', { cards: ['CARD-X'] })).not.toBe(household);
  expect(village.sound()).toEqual(soundBooks);
});

it('erases names 90 days after, never on a date nobody vouches for, and those of operators who left', async () => {
  const village = openPeople();
  const [gone, stays] = [await village.register('12'), await village.register('13')];
  const badge = 'c'.repeat(32);
  const enrolled = { operator: 'founder', second: null, enrolled: 'clerk-9', roles: ['clerk' as const], ownHousehold: null, badge };
  village.store.append([{ name: 'operator.enrolled', subject: 'clerk-9', data: enrolled }]);
  village.personal.operators.put({ operator: 'clerk-9', badge, name: '俞庚申', pin: 'argon2', household: null });
  await village.told('household.close', { household: gone, ...close }, village.pair);
  const left = { operator: 'committee-1', second: 'committee-2', suspended: 'clerk-9', reason: 'left' as const };
  village.store.append([{ name: 'operator.suspended', subject: 'clerk-9', data: left }]);
  village.pass(89);
  expect(eraseDue(village.books)).toBe(0);
  village.pass(1);
  village.made.clock.timeq = 'none';
  expect(eraseDue(village.books)).toBe(0);
  village.made.clock.timeq = 'ntp';
  expect(eraseDue(village.books)).toBe(2);
  expect([village.personal.has(gone), village.personal.has(stays), village.personal.operators.read({ operator: 'clerk-9', badge })]).toEqual([
    false,
    true,
    undefined,
  ]);
  expect(eraseDue(village.books)).toBe(0);
  // A file of before, put back: the start takes away again what the ledger says is gone, and nothing else.
  village.personal.operators.put({ operator: 'clerk-9', badge, name: '俞庚申', pin: 'argon2', household: null });
  expect([destroyErased(village.store, village.personal), destroyErased(village.store, village.personal)]).toEqual([1, 0]);
  expect(village.personal.has(stays)).toBe(true);
  expect(village.sound()).toEqual(soundBooks);
});

it('decides nothing on an untrusted date', () => {
  expect(decideRetention({ dateTrusted: false, households: ['h-00000000000000000001'], operators: ['clerk-1'] })).toEqual([]);
  expect(decideRetention({ dateTrusted: true, households: ['h-00000000000000000001'], operators: ['clerk-1'] }).map(({ name }) => name)).toEqual([
    'person.erased',
    'operator.erased',
  ]);
});

it('brings nobody back when the personal file of before is put back', async () => {
  const dataDir = makeFolder();
  const early = makeFolder();
  let household = '';
  await live(dataDir, (village) => importNumbers(village, '001', '002'));
  cpSync(placesIn(dataDir).personal, join(early, 'personal.db'));
  await live(dataDir, ({ store, personal }) => {
    household = personal.find('001') ?? '';
    const closed = { operator: 'committee-1', second: 'committee-2', household, successor: null, reason: 'withdrawn' as const, forfeited: 0, postings: [] };
    const erased = { operator: 'committee-1', second: 'committee-2', household, reason: 'asked' as const };
    store.append([
      { name: 'household.closed', subject: household, data: closed },
      { name: 'person.erased', subject: household, data: erased },
    ]);
    // As a crash between the event and the key leaves it.
    expect(personal.has(household)).toBe(true);
  });
  const present = async () => {
    let found: unknown;
    await live(dataDir, ({ personal }) => {
      found = [personal.has(household), personal.size];
    });
    return found;
  };
  expect(await present()).toEqual([false, 1]);
  cpSync(join(early, 'personal.db'), placesIn(dataDir).personal);
  expect(await present()).toEqual([false, 1]);
});

it('hands a household all that is kept of it, after it was written down, to whoever asked and on that day only', async () => {
  const village = openPeople();
  const fields = { head: '王<小>明', phone: '13800001234', house: '西岙12号', signedOn: '2026-11-01', consent: true };
  const household = await village.register('12', { ...fields, head: '王小明', cards: ['CARD-ABCD', 'CARD-EFGH'] });
  village.store.append([awarded(household, 600)]);
  const held = sampleDrafts['redemption.held'];
  village.give(household, held.data.points);
  const postings = held.data.postings.map((leg) => ({ ...leg, account: leg.account.replace(sampleHousehold, household) }));
  village.store.append([{ ...held, subject: household, data: { ...held.data, receipt: 1, household, postings } }]);
  const [second] = village.store.people.credentials(household);
  await village.told('card.revoke', { household, credential: second?.credential });
  const [event] = await village.told('person.export', { household });
  const exported = event?.sequence ?? 0;
  const seen = village.see('household.statement', { exported });
  const tail = village.personal.read(household)?.cards[0]?.slice(-4);
  expect(seen).toMatchObject({
    shown: {
      ...{ household, number: '12', head: '王小明', phone: '13800001234', house: '西岙12号', members: 3, balance: 600, printedBy: 'clerk-1' },
      standing: { commitment: { state: 'signed', day: '2026-11-01' }, processing: 'given', honourList: null },
      earned: [{ month: '2026-11', source: 'learning', points: 600 }],
      ...{ grades: [], cash: [] },
      receipts: [{ receipt: 1, goods: expect.stringMatching(/^\S+ × \d+/) as string, state: 'held' }],
      looks: [{ day: '2026-11-23', what: 'exported', operator: 'clerk-1', second: null }],
    },
  });
  const cards = seen.ok ? (seen.shown as { cards: { state: string; ends: string | null }[] }).cards : [];
  expect(cards.map(({ state, ends }) => [state, ends]).sort()).toEqual([
    ['active', tail],
    ['lost', null],
  ]);
  expect(village.see('household.statement', { exported }, 'clerk-2')).toMatchObject({ refusal: { code: 'export_not_yours' } });
  expect(village.see('household.statement', { exported: exported - 1 })).toMatchObject({ refusal: { code: 'export_not_yours' } });
  expect(village.see('household.statement', { exported, format: 'html' })).toMatchObject({ shown: { html: expect.stringContaining('<td>王小明</td>') } });
  village.pass(1);
  expect(village.see('household.statement', { exported })).toMatchObject({ refusal: { code: 'export_not_yours' } });
  // What somebody typed is text on the page, never markup.
  const statement = statementOf(village.books, household, 'clerk-1');
  const page = statement === undefined ? '' : statementPage({ ...statement, head: '<script>"&' });
  expect(page).toContain('&lt;script&gt;&quot;&amp;');
  expect(page).not.toContain('<script');
});
