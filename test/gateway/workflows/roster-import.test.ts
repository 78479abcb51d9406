// Without this file an import could write half a village, write it twice, or let a name slip into the ledger.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPersonalFile, type PersonalFile } from '../../../gateway/store/personal.ts';
import { Store } from '../../../gateway/store/store.ts';
import { importRoster, listCards, type RosterImport, type RosterReport } from '../../../gateway/workflows/import-roster.ts';
import { hashCredential, parseCredential } from '../../../protocol/credential.ts';
import { epochMs } from '../../../protocol/units.ts';
import { demoRoster } from '../../../scripts/make-demo-roster.ts';

const credentialKey = Buffer.alloc(32, 7);
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
let folder: string;
let store: Store;
let personal: PersonalFile;

const openStore = () =>
  new Store({
    path: join(folder, 'ledger.db'),
    gateway: 'gw-1',
    signer: { keyid: 'test', privateKey },
    keys: () => publicKey,
    time: () => ({ nowMs: epochMs(1_767_225_600_000), timeq: 'none' }),
  });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sifen-roster-'));
  store = openStore();
  store.append([{ name: 'epoch.opened', subject: 'gw-1', data: { reason: 'new', gateway: 'gw-1', village: 'test', publicKey: '', operator: null } }], {
    epoch: 1,
  });
  personal = openPersonalFile({ path: join(folder, 'personal.db'), masterKey: Buffer.alloc(32, 1) });
});
afterEach(() => {
  store.close();
  personal.close();
  rmSync(folder, { recursive: true });
});

const run = (text: string, more: Partial<RosterImport> = {}): RosterReport =>
  importRoster({ bytes: Buffer.from(text), skipBad: false, operator: 'clerk', personal, store, credentialKey, random: randomBytes, ...more });
/** Everything either file remembers, for comparing before and after. */
const state = () => ({ head: store.head.sequence, households: store.people.households(), people: personal.list() });
const header = '户号,户主,人数,电话,门牌,卡号';

it('takes the demo village whole, proves it, and takes it again without a change', () => {
  const report = run(demoRoster());
  expect(report).toEqual({
    encoding: 'utf-8',
    rows: 365,
    added: 365,
    changed: 0,
    unchanged: 0,
    credentialsAdded: 365,
    cardsMade: 0,
    skipped: 0,
    issues: [],
    notices: [],
    ignoredColumns: [],
    applied: true,
  });
  expect(store.people.households()).toHaveLength(365);
  expect(store.verify()).toEqual({ checked: 367, problem: null });
  for (const { number, card } of listCards(personal)) {
    expect(parseCredential(card)).toMatchObject({ ok: true, own: true });
    expect(store.people.credentialOwner(hashCredential(card, credentialKey))).toBe(personal.find(number));
  }
  const before = state();
  expect(run(demoRoster())).toEqual({ ...report, added: 0, unchanged: 365, credentialsAdded: 0 });
  expect(state()).toEqual(before);
});

it('keeps the demo roster of the repository as its generator makes it', () => {
  expect(readFileSync(new URL('../../../config/demo-roster.csv', import.meta.url), 'utf8')).toBe(demoRoster());
});

it('lets no name, phone, house, number or card into the ledger, not even encrypted', () => {
  run(`${header}\nWXJ-1,竺甲子,3,19900000001,上村秘密1号,PLAINCARD1\nWXJ-2,裘乙丑,2,19900000002,上村秘密2号,`);
  const made = listCards(personal).map(({ card }) => card);
  expect(made).toHaveLength(2);
  const ledger = Buffer.concat(
    readdirSync(folder)
      .filter((name) => name.startsWith('ledger'))
      .map((name) => readFileSync(join(folder, name))),
  );
  const events = [...store.events()].map(({ envelope }) => Buffer.from(JSON.parse(envelope.toString()).payload, 'base64').toString());
  expect(events).toHaveLength(4);
  for (const text of ['竺甲子', '19900000', '上村', 'WXJ', ...made]) {
    expect(ledger.includes(text), text).toBe(false);
    expect(events.join('').includes(text), text).toBe(false);
  }
});

it('applies changes of a later file and nothing else', () => {
  run(`${header}\n001,竺甲子,3,,,CARD-1\n002,裘乙丑,2,,,CARD-2\n003,俞丙寅,1,,,`);
  const before = state();
  const report = run(`户号,户主,人数,卡号\n1,竺甲子,4,CARD-1\n2,裘乙丑,2,CARD-2 CARD-3\n3,俞丙寅,1,`);
  expect(report).toMatchObject({ added: 0, changed: 3, unchanged: 0, credentialsAdded: 1, cardsMade: 0, applied: true });
  const [first, second] = [personal.find('001'), personal.find('002')];
  expect(store.head.sequence - before.head).toBe(3);
  expect([...store.events(store.head.sequence - 1)]).toMatchObject([{ draft: { data: { operator: 'clerk', registered: 0, changed: 3 } } }]);
  expect(store.people.household(first as string)?.members).toBe(4);
  expect(store.people.credentialOwner(hashCredential('CARD-3', credentialKey))).toBe(second);
  // Only the spelling of the number changed for the third household: no event, and the card made for it stays.
  expect(personal.read(personal.find('3') as string)).toMatchObject({ number: '3', cards: before.people.find(({ number }) => number === '003')?.cards });
});

it('takes nothing of a file with a bad row, and the rest of it when told to', () => {
  const before = state();
  const text = `${header}\n1,竺甲子,3,,,\n2,裘乙丑,99,abc,,\n3,俞丙寅,1,,,`;
  const refused = run(text);
  expect(refused).toMatchObject({ rows: 3, added: 0, skipped: 0, applied: false });
  expect(refused.issues.map(({ line, column, code }) => [line, column, code])).toEqual([
    [3, '人数', 'members_shape'],
    [3, '电话', 'phone_shape'],
  ]);
  expect(state()).toEqual(before);
  const skipped = run(text, { skipBad: true });
  expect(skipped).toMatchObject({ rows: 3, added: 2, cardsMade: 2, skipped: 1, issues: refused.issues, applied: true });
  expect(personal.list().map(({ number }) => number)).toEqual(expect.arrayContaining(['1', '3']));
  expect(store.people.households()).toHaveLength(2);
});

it('reports bad cells and cards of other households together, by line', () => {
  run(`${header}\n1,竺甲子,3,,,CARD-1`);
  expect(run(`${header}\n2,裘乙丑,2,,,CARD-1`)).toMatchObject({ applied: false, issues: [{ line: 2, column: '卡号', code: 'card_taken' }] });
  const report = run(`${header}\n2,裘乙丑,2,,,CARD-1\n3,俞丙寅,0,,,`, { skipBad: true });
  expect(report.issues.map(({ line, code }) => [line, code])).toEqual([
    [2, 'card_taken'],
    [3, 'members_shape'],
  ]);
  expect(report).toMatchObject({ added: 0, skipped: 2, applied: true });
});

it('takes nothing of a file it cannot read, whatever it is told', () => {
  const before = state();
  expect(run('不是名册', { skipBad: true })).toMatchObject({ encoding: 'utf-8', rows: 0, applied: false, issues: [{ code: 'file_empty' }] });
  expect(run(`${header}\n1,"竺,3,,,`, { skipBad: true })).toMatchObject({ applied: false, issues: [{ code: 'quotes_unbalanced' }] });
  expect(state()).toEqual(before);
});

it('comes out the same when the power failed between the two files', () => {
  const text = `${header}\n1,竺甲子,3,,,CARD-1\n2,裘乙丑,2,,,`;
  const broken = { people: store.people, append: () => expect.fail('power is gone') };
  expect(() => run(text, { store: broken })).toThrow('power is gone');
  expect(store.people.households()).toEqual([]);
  const left = personal.list();
  expect(left).toHaveLength(2);
  expect(run(text)).toMatchObject({ added: 2, credentialsAdded: 2, cardsMade: 0, applied: true });
  expect(personal.list()).toEqual(left);
  expect(store.people.households().map(({ household }) => household)).toEqual(left.map(({ household }) => household));
});

it('does not take back a card that was reported lost', () => {
  run(`${header}\n1,竺甲子,3,,,CARD-1`);
  const household = personal.find('1') as string;
  const credential = hashCredential('CARD-1', credentialKey);
  store.append([{ name: 'credential.revoked', subject: household, data: { household, credential, reason: 'lost' } }]);
  expect(run(`${header}\n1,竺甲子,3,,,CARD-1`)).toMatchObject({ unchanged: 1, credentialsAdded: 0, notices: [{ line: 2, code: 'card_revoked' }] });
  expect(store.people.credentialOwner(credential)).toBeUndefined();
});

it('lists cards in the order of the household numbers', () => {
  run(`${header}\n10,竺甲子,3,,,CARD-10\n9,裘乙丑,2,,,CARD-9B CARD-9A\n`);
  expect(listCards(personal)).toEqual([
    { number: '9', card: 'CARD-9B' },
    { number: '9', card: 'CARD-9A' },
    { number: '10', card: 'CARD-10' },
  ]);
});

it('refuses more changes than one transaction may hold', () => {
  const cards = (row: number) => Array.from({ length: 8 }, (_, index) => `${row}c${index}`.padStart(7, '0')).join(' ');
  const rows = (withCards: boolean) =>
    Array.from({ length: 3000 }, (_, index) => `${index},竺甲子,${withCards ? 2 : 3},,,${withCards ? cards(index) : `F${String(index).padStart(5, '0')}`}`);
  run(`${header}\n${rows(false).join('\n')}`);
  const before = store.head.sequence;
  expect(
    run(
      `${header}\n${rows(true)
        .map((row) => row.replace(/ \S+$/, ''))
        .join('\n')}`,
      { skipBad: true },
    ),
  ).toMatchObject({ applied: false, issues: [{ code: 'changes_too_many' }] });
  expect(store.head.sequence).toBe(before);
});
