/** `sifen handheld sync`: the day of a handheld that came on a stick or a cable, item by item; the same over the network is `POST /api/v1/handheld/sync`. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Refused, sayRefusal } from '../core/refusals.ts';
import { languageOf } from '../core/timeline.ts';
import { GatewayError } from '../errors.ts';
import type { Synced } from '../web/sync.ts';
import { ask, operatorFlag, print, type VillageFlags, villageFlags } from './access.ts';

type Flags = VillageFlags & { readonly operator: string; readonly device: string; readonly items: string };

/** To be added after the stories, which make the group. */
export function addSync(program: Command): void {
  const group = program.commands.find((command) => command.name() === 'handheld');
  if (group === undefined) throw new Error('stories of handhelds come before their sync');
  const command = group
    .command('sync')
    .description('Tell what a handheld recorded without a network, each item by itself; sent again it changes nothing (上传手持机一天的记录), R-49.')
    .requiredOption('--device <name>', 'handheld it comes from')
    .requiredOption('--items <file>', 'JSON: a list of {key, story, input, atMs}');
  villageFlags(operatorFlag(command)).action(async (flags: Flags) => {
    const answer = (await ask(flags, 'handheld.sync', { device: flags.device, items: itemsOf(flags.items), operator: flags.operator })) as Synced | Refused;
    const zh = languageOf(process.env['LANG']) === 'zh';
    if (!answer.ok) {
      const said = sayRefusal(answer.refusal);
      print(flags, answer, () => (zh ? said.zh : said.en));
      process.exitCode = 1;
      return;
    }
    print(flags, answer, () => answer.answers.map((item) => `${item.key ?? '-'}  ${item.outcome}${why(item, zh)}`).join('\n'));
    if (answer.answers.some(({ outcome }) => outcome === 'refused' || outcome === 'malformed')) process.exitCode = 1;
  });
}

function why(item: Synced['answers'][number], zh: boolean): string {
  if (item.outcome === 'refused') return `  ${zh ? item.zh : item.en}`;
  return item.outcome === 'malformed' ? `  ${item.issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}` : '';
}

function itemsOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new GatewayError('file_unreadable', `${file} cannot be read as JSON: ${(cause as Error).message}.`, { cause });
  }
}
