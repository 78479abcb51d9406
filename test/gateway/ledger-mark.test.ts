// Without this a ledger put back from a backup would go on under numbers that were used before, and its followers would see a fork.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { placesIn } from '../../gateway/data-folder.ts';
import { loadLedgerMark, saveLedgerMark, wasPutBack } from '../../gateway/ledger-mark.ts';
import { openLog } from '../../gateway/log.ts';
import { openVillage } from '../../gateway/runtime.ts';
import { runOperation } from '../../gateway/web/operations.ts';
import { importNumbers, live, printedCards, removeLedger, villageOptions } from '../support/live-village.ts';
import { makeFolder } from '../support/make-store.ts';

it('opens a new epoch when the ledger is behind its folder, once', async () => {
  const dataDir = makeFolder();
  const ledger = join(dataDir, 'ledger.db');
  const backup = join(makeFolder(), 'ledger.db');
  const first = await live(dataDir);
  copyFileSync(ledger, backup);
  const second = await live(dataDir);
  copyFileSync(backup, ledger);

  const logFile = join(makeFolder(), 'gateway.log');
  const restored = await live(dataDir, undefined, { log: openLog('warn', logFile) });
  // For whoever reads the log: neither number is withheld.
  expect(JSON.parse(readFileSync(logFile, 'utf8'))).toMatchObject({ headSequence: first.head.sequence, markSequence: second.head.sequence });
  expect(restored.opened).toMatchObject([{ reason: 'new' }, { reason: 'restored', operator: null }]);
  expect(restored.head).toMatchObject({ epoch: 2, sequence: first.head.sequence + 2 });
  expect((await live(dataDir)).head.epoch).toBe(2);
});

it('opens a new epoch although the restored ledger has meanwhile grown as long as the lost one', async () => {
  const dataDir = makeFolder();
  const ledger = join(dataDir, 'ledger.db');
  const backup = join(makeFolder(), 'ledger.db');
  await live(dataDir);
  copyFileSync(ledger, backup);
  const lost = await live(dataDir);
  copyFileSync(backup, ledger);
  saveLedgerMark(dataDir, { ...lost.head, leaf: Buffer.alloc(32, 1).toString('base64') });
  expect((await live(dataDir)).head.epoch).toBe(2);
});

it('opens one when a person says that the whole folder was put back', async () => {
  const { opened, head } = await live(makeFolder(), ({ desk }) => runOperation(desk, 'ledger.restored', { operator: 'technician' }));
  expect(opened).toMatchObject([{ reason: 'new' }, { reason: 'restored', operator: 'technician' }]);
  expect(head.epoch).toBe(2);
});

it.each([
  ['mark and names', []],
  ['names', ['ledger-mark.json']],
  ['the mark', ['personal.db']],
])('begins no new ledger in silence where one was lost and %s are left', async (_left, gone) => {
  const dataDir = makeFolder();
  await live(dataDir);
  for (const file of ['ledger.db', ...gone]) rmSync(join(dataDir, file));
  const before = readdirSync(dataDir);
  await expect(live(dataDir)).rejects.toMatchObject({ code: 'store_damaged', hint: expect.stringContaining('--new-ledger') });
  expect(readdirSync(dataDir)).toEqual(before);
});

it('begins a new ledger above all that was used before when told to, and keeps names and cards until the roster is back', async () => {
  const dataDir = makeFolder();
  let printed: unknown;
  await live(dataDir, async (village) => {
    await importNumbers(village, '001');
    printed = await printedCards(village);
  });
  await expect(live(dataDir, undefined, { newLedger: true })).rejects.toMatchObject({ code: 'usage' });
  rmSync(join(dataDir, 'ledger.db'));
  const anew = await live(dataDir, undefined, { newLedger: true });
  expect(anew).toMatchObject({ opened: [{ reason: 'new' }], head: { epoch: 2 } });
  await live(dataDir, async (village) => {
    expect(await importNumbers(village, '001')).toMatchObject({ added: 1, cardsMade: 0 });
    expect(await printedCards(village)).toEqual(printed);
  });
});

it('opens a new epoch when the mark is damaged, and begins no new ledger beside one', async () => {
  const dataDir = makeFolder();
  await live(dataDir);
  const { mark } = placesIn(dataDir);
  writeFileSync(mark, '{"epoch":1');
  expect((await live(dataDir)).opened).toMatchObject([{ reason: 'new' }, { reason: 'restored', operator: null }]);
  expect((await live(dataDir)).head.epoch).toBe(2);

  writeFileSync(mark, '{"epoch":1');
  removeLedger(dataDir);
  expect(() => openVillage({ ...villageOptions(dataDir), newLedger: true })).toThrow('which epoch was the last');
});

it('tells a mark that is there from none and from a damaged one', () => {
  const folder = makeFolder();
  expect(loadLedgerMark(folder)).toBeNull();
  writeFileSync(join(folder, 'ledger-mark.json'), '{"epoch":1');
  expect(loadLedgerMark(folder)).toBe('damaged');
  const mark = { epoch: 3, sequence: 9, leaf: Buffer.alloc(32, 5).toString('base64') };
  saveLedgerMark(folder, mark);
  expect(loadLedgerMark(folder)).toEqual(mark);
  expect(wasPutBack(mark, () => mark.leaf)).toBe(false);
  expect(wasPutBack(mark, () => undefined)).toBe(true);
});
