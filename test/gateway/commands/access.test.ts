// Without this a data folder named by mistake would become a village, or end a command with a stack instead of a sentence; an order given
// while no gateway runs would stand in the ledger without a start before it; and whoever is logged in would be signed for in every event.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, it, test } from 'vitest';
import { ask, isReading, keepSite, operatorFlag } from '../../../gateway/commands/access.ts';
import { loadSite } from '../../../gateway/config-file.ts';
import { isOperation, operations, runOperation } from '../../../gateway/web/operations.ts';
import { makeDesk } from '../../support/make-desk.ts';
import { makeFolder } from '../../support/make-store.ts';
import { sampleDrafts } from '../../support/village-drafts.ts';

const site = 'config/demo.yaml';
const fileBase64 = Buffer.from('户号,户主,人数\n001,甲,3\n').toString('base64');
const roster = { fileBase64, skipBad: false, operator: 'clerk' };

const all = Object.keys(operations).filter(isOperation);
const others = all.filter((name) => name !== 'roster.import');
test.each(others)('%s makes no village out of a folder named by mistake', async (name) => {
  const data = join(makeFolder(), 'vilage');
  await expect(ask({ data, site }, name, {})).rejects.toMatchObject({ code: 'usage', message: `There is no village in ${data}.` });
  expect(existsSync(data)).toBe(false);
});

it('founds a village with its first roster, and is told the site once', async () => {
  const data = join(makeFolder(), 'village');
  expect(await ask({ data, site }, 'roster.import', roster)).toMatchObject({ added: 1, applied: true });
  expect(await ask({ data }, 'roster.cards', {})).toMatchObject([{ number: '001' }]);
});

it('says that there is a file where the data folder should be', async () => {
  const folder = makeFolder();
  const data = join(folder, 'village');
  writeFileSync(data, 'not a folder');
  const expected = { code: 'file_unreadable', message: `The folder ${data} cannot be made: there is a file in its place.` };
  await expect(ask({ data, site }, 'roster.import', roster)).rejects.toMatchObject(expected);
  await expect(ask({ data, site }, 'ledger.show', {})).rejects.toMatchObject({ code: 'usage' });
  expect(() => keepSite(data, loadSite(site))).toThrow(expect.objectContaining(expected));
  expect(readdirSync(folder)).toEqual(['village']);
});

/** How often a gateway started on `data`, as its ledger has it. */
const starts = async (data: string) => ((await ask({ data }, 'events.list', { limit: 1000, name: 'gateway.started' })) as object[]).length;

it('every operation that may record something is preceded by a start, and none that only reads', async () => {
  const data = join(makeFolder(), 'village');
  await ask({ data, site }, 'roster.import', roster);
  expect(await starts(data)).toBe(1);
  const [readers, writers] = [all.filter(isReading), all.filter((name) => !isReading(name))];
  // The input is wrong for most of them: what counts is what is written before it is looked at.
  for (const name of readers) await ask({ data }, name, {}).catch(() => undefined);
  expect(await starts(data)).toBe(1);
  for (const name of writers) await ask({ data }, name, {}).catch(() => undefined);
  expect(await starts(data)).toBe(1 + writers.length);
  expect(writers).toEqual(expect.arrayContaining(['device.settle', 'device.count']));
}, 60_000);

/** A good input of each operation that only reads and takes one. */
const inputs: Readonly<Record<string, object>> = {
  'events.show': { sequence: 1 },
  'line.borrow': { line: 'dispenser-line', operator: 'technician' },
  'line.keep': { token: 1 },
  'line.return': { token: 1 },
  'view.read': { view: 'rules.show', input: {}, operator: 'founder' },
};

test.each(all.filter(isReading))('%s appends nothing', async (name) => {
  const desk = makeDesk();
  desk.store.append([sampleDrafts['household.registered']]);
  const before = desk.store.head;
  const done = runOperation(desk, name, inputs[name] ?? {});
  if (name.startsWith('line.')) await expect(done).rejects.toThrow('No gateway runs');
  else await done;
  expect(desk.store.head).toEqual(before);
});

it('an order nobody put a name to is the operator’s, never whose login it is', () => {
  const command = operatorFlag(new Command());
  expect(command.parse([], { from: 'user' }).opts()).toEqual({ operator: 'operator' });
  expect(command.parse(['--operator', 'badge 7'], { from: 'user' }).opts()).toEqual({ operator: 'badge 7' });
});
