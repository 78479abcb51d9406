// Without this the steps of the README could fail in the hands of the first person who follows them.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { startChild } from '../../scripts/village/children.ts';
import { endEachTest } from '../support/endings.ts';

const root = resolve(import.meta.dirname, '../..');
const endings = endEachTest();

/** The commands of "A village of your own", in their order, as they stand there. */
function commandsOf(readme: string, heading: string): string[] {
  const section = readFileSync(join(root, readme), 'utf8')
    .split(/^## /m)
    .find((part) => part.startsWith(heading));
  return [...(section ?? '').matchAll(/`(scripts\/sifen [^`]+)`/g)].map(([, command]) => command as string);
}

/** What the reader has after step 1: a site file and a tariff of their own, and the roster of the village. Ports are free ones. */
async function preparedFolder(): Promise<string> {
  const folder = await endings.folder();
  symlinkSync(join(root, 'scripts'), join(folder, 'scripts'));
  cpSync(join(root, 'config'), join(folder, 'config'), { recursive: true });
  cpSync(join(root, 'config/tariff-xiaojiang.yaml'), join(folder, 'tariff-xiaojiang.yaml'));
  cpSync(join(root, 'config/demo-roster.csv'), join(folder, 'roster.csv'));
  const site = readFileSync(join(root, 'config/demo.yaml'), 'utf8');
  writeFileSync(join(folder, 'village.yaml'), `${site}\nmqtt: { embedded: { port: 0 } }\nhttp: { port: 0 }\n`);
  return folder;
}

it.each([
  ['README.md', 'A village of your own'],
  ['README.zh-CN.md', '自己的村'],
])(
  'the steps of %s work one after the other on a fresh folder',
  async (readme, heading) => {
    const commands = commandsOf(readme, heading);
    expect(commands.map((command) => command.split(' ')[1])).toEqual(expect.arrayContaining(['check', 'keygen', 'roster', 'run', 'commission']));
    // A village that prints its own labels does so before it serves.
    commands.splice(
      commands.findIndex((command) => command.includes(' run ')),
      0,
      'scripts/sifen labels --count 2 --data village',
    );
    const cwd = await preparedFolder();
    for (const command of commands) {
      if (command.startsWith('scripts/sifen run ')) {
        const gateway = startChild(command, 'sh', ['-c', `cd ${cwd} && exec ${command}`]);
        endings.add(() => gateway.kill());
        await gateway.line('"in service"', (line) => line.includes('"msg":"in service"'));
        expect(await gateway.stop(), gateway.err.join('\n')).toEqual({ code: 0, signal: null });
        continue;
      }
      const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8' });
      // No device stands here: the point is not accepted, and the report says so.
      const isAcceptance = command.includes(' commission ');
      expect(status, `${command}\n${stderr}`).toBe(isAcceptance ? 1 : 0);
      if (isAcceptance) expect(readdirSync(join(cwd, 'reports')).map((file) => file.replace(/^acceptance-\d{8}-\d{4}/, ''))).toEqual(['.json', '.txt']);
      if (command.includes(' roster cards ')) expect(stdout.trimEnd().split('\n')).toHaveLength(365);
      if (command.includes(' labels ')) expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    }
  },
  240_000,
);
