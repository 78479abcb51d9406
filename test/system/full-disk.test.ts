// Without this a full or read-only disk would look like a fault of the program, or cost what was acknowledged before.
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { startChild } from '../../scripts/village/children.ts';
import { sifen } from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';
import { describeMounting } from './tools.ts';

const root = resolve(import.meta.dirname, '../..');
const endings = endEachTest();
const roster = ['roster', 'import', join(root, 'config/demo-roster.csv')];

/** A village of 365 households, whose ledger has some 500 KiB. */
async function foundVillage(): Promise<string> {
  const data = join(await endings.folder(), 'village');
  const { code, err } = await sifen(...roster, '--data', data, '--site', join(root, 'config/demo.yaml'));
  expect(code, err).toBe(0);
  return data;
}

const headOf = async (data: string) => (JSON.parse((await sifen('events', 'verify', '--json', '--data', data)).out) as { head: number; problem: unknown }).head;

/** Runs a shell script in which "$@" is `sifen` with these arguments. */
async function shell(script: string, args: readonly string[]) {
  const child = startChild(`sifen ${args[0]}`, 'sh', ['-c', script, 'sh', join(root, 'scripts/sifen'), ...args]);
  const { code } = await child.ended;
  return { code, out: child.out.join('\n'), err: child.err.join('\n') };
}

const refused = {
  code: 1,
  out: '',
  err: expect.stringMatching(/^\S+ cannot be written[^\n]*\.\nCheck that the disk is not full, not mounted read-only and not failing[^\n]*\.$/) as string,
};

it('records where the disk takes the write-ahead log, although it does not take the ledger itself', async () => {
  const data = await foundVillage();
  const before = await headOf(data);
  // Files end at 100 KiB (200 blocks of 512 bytes): the ledger, larger than that, cannot be written any more.
  const again = await shell('ulimit -f 200; exec "$@"', [...roster, '--data', data]);
  expect(again).toMatchObject({ code: 0, err: '' });
  expect(await headOf(data)).toBe(before + 1);
}, 180_000);

it('says in one sentence that the disk takes nothing, and goes on where it stopped afterwards', async () => {
  const data = await foundVillage();
  const before = await headOf(data);
  expect(await shell('ulimit -f 8; exec "$@"', [...roster, '--data', data])).toEqual(refused);
  expect(await headOf(data)).toBe(before);
}, 180_000);

describeMounting('on a disk of its own', () => {
  /** Runs `sifen` on a copy of the village, on a disk that was spoilt after the copying. */
  const onDisk = (spoil: string, data: string, args: readonly string[]) => {
    const inside = `mount -t tmpfs -o size=2m tmpfs /mnt && cp -r ${data} /mnt/village && { ${spoil}; } && exec "$@"`;
    return shell(`exec unshare -rm sh -c '${inside}' sh "$@"`, args);
  };

  it.each([
    ['a full one', 'dd if=/dev/zero of=/mnt/fill bs=4k 2>/dev/null || true'],
    ['a read-only one', 'mount -o remount,ro /mnt'],
  ])(
    '%s is called that, whatever was to be done',
    async (_disk, spoil) => {
      const data = await foundVillage();
      for (const args of [['ledger'], roster]) expect(await onDisk(spoil, data, [...args, '--data', '/mnt/village'])).toEqual(refused);
    },
    180_000,
  );
});
