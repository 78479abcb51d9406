/** `sifen export to DIR`: every table of the village as a CSV file of its own, page by page, with names only where two people ask for them. */
import { randomUUID } from 'node:crypto';
import { appendFileSync, closeSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { sayRefusal } from '../core/refusals.ts';
import { languageOf } from '../core/timeline.ts';
import { makeFolder } from '../data-folder.ts';
import { GatewayError } from '../errors.ts';
import type { Told } from '../workflows/story.ts';
import type { Seen } from '../workflows/view.ts';
import { ask, operatorFlag, print, type VillageFlags, villageFlags } from './access.ts';
import { askSecret } from './secret-prompt.ts';

type Flags = VillageFlags & { readonly operator: string; readonly names?: true; readonly secondBadge?: string };
interface Page {
  readonly csv: string;
  readonly next: string | null;
}

/** To be added after the stories, whose views make the group. */
export function addExport(program: Command): void {
  const group = program.commands.find((command) => command.name() === 'export');
  if (group === undefined) throw new Error('views of exports come before their command');
  const command = group
    .command('to')
    .argument('<dir>', 'folder for the files; none of them may be there yet')
    .description('Take everything the village owns along as CSV, a file a table (导出全部数据). Households stand under pseudonyms.')
    .option('--names', 'people.csv too: names, numbers, phones and houses; takes two people and is recorded')
    .option('--second-badge <code>', 'badge of the second person; the PIN is asked for, or taken from SIFEN_SECOND_PIN');
  villageFlags(operatorFlag(command)).action(async (dir: string, flags: Flags) => {
    makeFolder(dir);
    const see = async (view: string, input: object): Promise<unknown> =>
      shownIn((await ask(flags, 'view.read', { view, input, operator: flags.operator })) as Seen);
    // Asked first: whoever may not take names along should not find half an export.
    const named = flags.names === true ? await askForNames(flags) : null;
    const files: string[] = [];
    for (const table of (await see('export.tables', {})) as readonly string[])
      files.push(await save(dir, table, (after) => see('export.csv', { table, after }) as Promise<Page>));
    if (named !== null) files.push(await save(dir, 'people', () => see('export.people', { export: named }) as Promise<Page>));
    print(flags, { files }, () => `${files.length} file(s) in ${dir}.`);
  });
}

/** Number of the event that says who asked. */
async function askForNames(flags: Flags): Promise<number> {
  const { secondBadge, operator } = flags;
  const second = secondBadge === undefined ? null : { badge: secondBadge, pin: await askSecret('SIFEN_SECOND_PIN', 'PIN of the second person: ') };
  const told = (await ask(flags, 'story.tell', { story: 'village.export', input: {}, operator, second, key: randomUUID() })) as Told;
  const sequence = told.ok ? told.events[0]?.sequence : undefined;
  return sequence ?? no(told as Extract<Told, { ok: false }>);
}

const shownIn = (seen: Seen): unknown => (seen.ok ? seen.shown : no(seen));

/** @throws GatewayError usage with the sentence of the refusal. */
function no(answer: Exclude<Seen, { ok: true }>): never {
  const text = 'issues' in answer ? answer.issues.map(({ message }) => message).join('; ') : sayRefusal(answer.refusal)[languageOf(process.env['LANG'])];
  throw new GatewayError('usage', text, { hint: 'Nothing more was written.' });
}

/** A file a table, synced. Only its owner and group read it. @throws GatewayError file_unreadable when it is there already, or the disk is full. */
async function save(dir: string, table: string, page: (after: string | null) => Promise<Page>): Promise<string> {
  const file = join(dir, `${table}.csv`);
  const first = await page(null);
  try {
    const handle = openSync(file, 'wx', table === 'people' ? 0o600 : 0o640);
    try {
      for (let { csv, next } = first; ; { csv, next } = await page(next)) {
        appendFileSync(handle, csv);
        if (next === null) break;
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('file_unreadable', `${file} cannot be written: ${(cause as Error).message}.`, { cause, hint: 'Name a folder of its own.' });
  }
  return file;
}
