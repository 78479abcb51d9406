// Without this a data folder named by mistake would become a village, or end a command with a stack instead of a sentence.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, test } from 'vitest';
import { ask, keepSite } from '../../../gateway/commands/access.ts';
import { loadSite } from '../../../gateway/config-file.ts';
import { operations } from '../../../gateway/web/operations.ts';
import { makeFolder } from '../../support/make-store.ts';

const site = 'config/demo.yaml';
const fileBase64 = Buffer.from('户号,户主,人数\n001,甲,3\n').toString('base64');
const roster = { fileBase64, skipBad: false, operator: 'clerk' };

const others = (Object.keys(operations) as (keyof typeof operations)[]).filter((name) => name !== 'roster.import');
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
