// Without this one look at an older ledger would erase the names and cards of a village for good, and a lost file would be replaced by an
// empty one: every household would then get a second pseudonym, and with it a second quota.
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { placesIn } from '../../gateway/data-folder.ts';
import { openPersonalFile } from '../../gateway/store/personal.ts';
import { importNumbers, live, printedCards, putLedger, removeLedger } from '../support/live-village.ts';
import { makeFolder } from '../support/make-store.ts';

const looking = { announce: false, training: 'stored' } as const;
const emptied = (file: string) => writeFileSync(file, '');
const contentOf = (folder: string) => readdirSync(folder).map((name) => [name, statSync(join(folder, name)).size]);

/** A village whose ledger of two households was kept before it had three; gives the folder of that early copy. */
async function growing(dataDir: string): Promise<string> {
  await live(dataDir, (village) => importNumbers(village, '001', '002'));
  const early = makeFolder();
  cpSync(dataDir, early, { recursive: true });
  await live(dataDir, (village) => importNumbers(village, '003'));
  return early;
}

/** A person in the personal file whom the ledger never heard of, as a crash in the middle of an import leaves them. */
async function leaveOver(dataDir: string): Promise<void> {
  await live(dataDir, ({ personal }) =>
    personal.put([{ household: 'h-00000000000000000009', number: '009', head: '甲', phone: null, house: null, cards: [] }]),
  );
}

const names = async (dataDir: string) => {
  let count = 0;
  await live(
    dataDir,
    ({ personal }) => {
      count = personal.list().length;
    },
    looking,
  );
  return count;
};

it.each([
  ['a look at the books', looking],
  ['a start in service', {}],
])('an older ledger costs nobody their name: %s on it, and the right ledger again', async (_what, how) => {
  const dataDir = makeFolder();
  const early = await growing(dataDir);
  const whole = makeFolder();
  cpSync(dataDir, whole, { recursive: true });
  let before: unknown;
  await live(
    dataDir,
    async (village) => {
      before = await printedCards(village);
    },
    looking,
  );

  putLedger(early, dataDir);
  await live(dataDir, undefined, how);
  // And at the starts after that, when nothing tells any more that it is an old one but its epoch.
  await live(dataDir);
  await live(dataDir);
  putLedger(whole, dataDir);
  await live(dataDir, async (village) => {
    expect(await printedCards(village)).toEqual(before);
    expect(await importNumbers(village, '001', '002', '003')).toMatchObject({ applied: true, added: 0, unchanged: 3 });
  });
});

it('what a crash left over is kept, as the next import of that number finds it again', async () => {
  const dataDir = makeFolder();
  await live(dataDir, (village) => importNumbers(village, '001'));
  await leaveOver(dataDir);
  expect(await names(dataDir)).toBe(2);
  await live(dataDir);
  expect(await names(dataDir)).toBe(2);
});

it.each([
  ['its mark', true],
  ['no mark', false],
])('a new ledger with %s beside old names loses none of them, however few households are back', async (_what, marked) => {
  const dataDir = makeFolder();
  await growing(dataDir);
  removeLedger(dataDir);
  if (!marked) rmSync(placesIn(dataDir).mark);
  await live(dataDir, (village) => importNumbers(village, '001'), { newLedger: true });
  await live(dataDir);
  expect(await names(dataDir)).toBe(3);
});

it.each<[string, (file: string) => void]>([
  ['absent', (file) => rmSync(file)],
  ['without a byte', emptied],
])('a personal file that is %s is not replaced while the ledger has households', async (_what, lose) => {
  const dataDir = makeFolder();
  await live(dataDir, (village) => importNumbers(village, '001', '002'));
  lose(placesIn(dataDir).personal);
  const before = contentOf(dataDir);
  for (const how of [{}, looking]) {
    const refused = { code: 'store_damaged', message: expect.stringContaining('personal.db'), hint: expect.stringContaining('--new-ledger') };
    await expect(live(dataDir, undefined, how)).rejects.toMatchObject(refused);
    expect(contentOf(dataDir)).toEqual(before);
  }
});

it('a personal file that was already replaced by an empty one is refused too', async () => {
  const dataDir = makeFolder();
  await live(dataDir, (village) => importNumbers(village, '001'));
  const { personal, keys } = placesIn(dataDir);
  rmSync(personal);
  const masterKey = Buffer.from(readFileSync(join(keys, 'personal-master.key'), 'utf8').trim(), 'hex');
  openPersonalFile({ path: personal, masterKey }).close();
  await expect(live(dataDir)).rejects.toMatchObject({ code: 'store_damaged', message: expect.stringContaining('personal.db') });
});

it('a village that lost its names and has no backup begins anew, with one pseudonym a household', async () => {
  const dataDir = makeFolder();
  await live(dataDir, (village) => importNumbers(village, '001', '002'));
  rmSync(placesIn(dataDir).personal);
  removeLedger(dataDir);
  await live(dataDir, async (village) => expect(await importNumbers(village, '001', '002')).toMatchObject({ added: 2 }), { newLedger: true });
  await live(dataDir, async (village) => {
    expect(village.store.head.epoch).toBe(2);
    expect(village.store.people.households()).toHaveLength(2);
    expect(await printedCards(village)).toHaveLength(2);
  });
});

it('a village without households may lose its empty personal file', async () => {
  const dataDir = makeFolder();
  await live(dataDir);
  rmSync(placesIn(dataDir).personal);
  await live(dataDir, async (village) => expect(await importNumbers(village, '001')).toMatchObject({ added: 1 }));
});

/** A ledger file with its tables and no event, as an earlier version made of one without a byte. */
async function emptyLedger(dataDir: string): Promise<void> {
  const other = makeFolder();
  await live(other);
  removeLedger(other);
  rmSync(placesIn(other).mark);
  rmSync(placesIn(other).personal);
  await live(other, undefined, looking);
  putLedger(other, dataDir);
}

it.each<[string, (dataDir: string) => unknown, readonly ('mark' | 'personal')[]]>([
  ['without a byte beside its mark and names', (dataDir) => emptied(placesIn(dataDir).ledger), []],
  ['without a byte beside its mark', (dataDir) => emptied(placesIn(dataDir).ledger), ['personal']],
  ['without a byte beside names', (dataDir) => emptied(placesIn(dataDir).ledger), ['mark']],
  ['without an event beside its mark and names', emptyLedger, []],
  ['without an event beside its mark', emptyLedger, ['personal']],
  ['without an event beside names', emptyLedger, ['mark']],
])('a ledger file %s is a lost ledger, and --new-ledger is the way out', async (_what, lose, gone) => {
  const dataDir = makeFolder();
  await live(dataDir, (village) => importNumbers(village, '001', '002'));
  await lose(dataDir);
  for (const file of gone) rmSync(placesIn(dataDir)[file]);
  const lost = { code: 'store_damaged', message: expect.stringContaining('ledger.db'), hint: expect.stringContaining('--new-ledger') };
  for (const how of [{}, looking]) await expect(live(dataDir, undefined, how)).rejects.toMatchObject(lost);
  expect(await live(dataDir, undefined, { newLedger: true })).toMatchObject({ opened: [{ reason: 'new' }], head: { epoch: 2 } });
  await expect(live(dataDir, undefined, { newLedger: true })).rejects.toMatchObject({ code: 'usage' });
});

it('a first start that was cut off before its first event is no loss', async () => {
  const dataDir = makeFolder();
  await live(dataDir, undefined, { announce: false });
  expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['ledger.db', 'personal.db']));
  expect(await live(dataDir)).toMatchObject({ opened: [{ reason: 'new' }], head: { epoch: 1 } });
});
