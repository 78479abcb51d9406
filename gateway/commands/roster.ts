/** `sifen roster ...`: the households of a village, from the table the village keeps. */
import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { GatewayError } from '../errors.ts';
import { rosterBytesMax } from '../limits.ts';
import { type PrintableCard, type RosterReport, reportTooLarge } from '../workflows/import-roster.ts';
import { ask, operatorFlag, print, type VillageFlags, villageFlags } from './access.ts';

export function addRoster(program: Command): void {
  const roster = program.command('roster').description('Import households, and list the cards made for them.');
  const importing = roster
    .command('import')
    .argument('<file>', 'CSV: UTF-8 or GB18030, Chinese or English headers')
    .option('--skip-bad', 'take the good rows although others are bad', false);
  villageFlags(operatorFlag(importing))
    .description('Import a roster. All or nothing unless --skip-bad; importing the same file again changes nothing.')
    .addHelpText(
      'after',
      '\nColumns: 户号 number, 户主 head, 人数 members, 电话 phone, 门牌 house, 卡号 cards. Names stay in the encrypted personal file.\nExample:\n  sifen roster import 外小将.csv --data sifen-data',
    )
    .action(async (file: string, flags: VillageFlags & { skipBad: boolean; operator: string }) => {
      const { skipBad, operator } = flags;
      const bytes = readFile(file);
      const report =
        bytes === null ? reportTooLarge() : ((await ask(flags, 'roster.import', { fileBase64: bytes.toString('base64'), skipBad, operator })) as RosterReport);
      print(flags, report, () => describe(file, report));
      if (!report.applied) process.exitCode = 1;
    });
  villageFlags(roster.command('cards'))
    .description('List household numbers with the text of their cards, for printing.')
    .action(async (flags: VillageFlags) => {
      const cards = (await ask(flags, 'roster.cards', {})) as PrintableCard[];
      print(flags, cards, () => cards.map((card) => Object.values(card).join('\t')).join('\n'));
    });
}

/** Null when the file is larger than a roster may be. */
function readFile(file: string): Buffer | null {
  try {
    if (statSync(file).size > rosterBytesMax) return null;
    return readFileSync(file);
  } catch (cause) {
    throw new GatewayError('file_unreadable', `The roster ${file} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`, { cause });
  }
}

function describe(file: string, report: RosterReport): string {
  const place = (issue: RosterReport['issues'][number]) =>
    `${file}${issue.line === null ? '' : `:${issue.line}`}${issue.column === null ? '' : ` ${issue.column}`}: ${issue.message}`;
  const { added, changed, unchanged, skipped, credentialsAdded, cardsMade, ignoredColumns } = report;
  const ignored = ignoredColumns.length === 0 ? [] : [`Not used: column(s) ${ignoredColumns.join(', ')}.`];
  const sum = report.applied
    ? [
        `${report.rows} row(s): ${added} added, ${changed} changed, ${unchanged} as before, ${skipped} skipped; ${credentialsAdded} new card(s).`,
        ...(cardsMade === 0 ? [] : [`${cardsMade} card(s) were made for households without one; print them with: sifen roster cards`]),
      ]
    : ['Nothing was imported. Correct these rows, or import the others with --skip-bad.'];
  return [...report.issues.map(place), ...report.notices.map((notice) => `Note: ${place(notice)}`), ...ignored, ...sum].join('\n');
}
