/** `sifen roster ...`: the households of a village, from the table the village keeps. */
import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { type Language, languageOf } from '../core/timeline.ts';
import { writeDurably } from '../durable-file.ts';
import { GatewayError } from '../errors.ts';
import { rosterBytesMax } from '../limits.ts';
import { type PrintableCard, type RosterReport, reportTooLarge } from '../workflows/import-roster.ts';
import { ask, operatorFlag, print, type VillageFlags, villageFlags } from './access.ts';
import { drawSheets, grouped } from './label-sheet.ts';

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
      print(flags, report, () => describe(file, report, languageOf(process.env['LANG'])));
      if (!report.applied) process.exitCode = 1;
    });
  villageFlags(roster.command('cards').option('--sheet <file>', 'write A4 sheets of QR symbols for plaques and cards, as an HTML page to print'))
    .description('List household numbers with the text of their cards, for printing.')
    .action(async (flags: VillageFlags & { sheet?: string }) => {
      const cards = (await ask(flags, 'roster.cards', {})) as PrintableCard[];
      // No name on a plaque: everybody walks past it. The file says which card is whose, so nobody else reads it.
      if (flags.sheet !== undefined) {
        const items = cards.map(({ number, card }) => ({ code: card, words: [`户号 ${number}`, grouped(card)] }));
        writeDurably(flags.sheet, drawSheets('承诺牌 Plaques', items), 0o600);
      }
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

function describe(file: string, report: RosterReport, language: Language): string {
  const place = (issue: RosterReport['issues'][number]) =>
    `${file}${issue.line === null ? '' : `:${issue.line}`}${issue.column === null ? '' : ` ${issue.column}`}: ${language === 'zh' ? issue.messageZh : issue.message}`;
  const { added, changed, unchanged, skipped, credentialsAdded, cardsMade, ignoredColumns, rows } = report;
  const zh = language === 'zh';
  const ignored = zh ? `未使用的列：${ignoredColumns.join('、')}。` : `Not used: column(s) ${ignoredColumns.join(', ')}.`;
  const counts = zh
    ? `共 ${rows} 行：新增 ${added}，更改 ${changed}，未变 ${unchanged}，跳过 ${skipped}；新卡 ${credentialsAdded} 张。`
    : `${rows} row(s): ${added} added, ${changed} changed, ${unchanged} as before, ${skipped} skipped; ${credentialsAdded} new card(s).`;
  const made = zh
    ? `为没有卡的农户生成了 ${cardsMade} 张卡，打印：sifen roster cards`
    : `${cardsMade} card(s) were made for households without one; print them with: sifen roster cards`;
  const nothing = zh
    ? '什么也没有导入。请改正这些行，或用 --skip-bad 只导入其余的行。'
    : 'Nothing was imported. Correct these rows, or import the others with --skip-bad.';
  const sum = report.applied ? [counts, ...(cardsMade === 0 ? [] : [made])] : [nothing];
  const notices = report.notices.map((notice) => `${zh ? '注意：' : 'Note: '}${place(notice)}`);
  return [...report.issues.map(place), ...notices, ...(ignoredColumns.length === 0 ? [] : [ignored]), ...sum].join('\n');
}
