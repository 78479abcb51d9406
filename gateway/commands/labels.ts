/** `sifen labels`: what to print on rolls and bags, proved by this village's secret, for villages that label their rolls themselves. */
import type { Command } from 'commander';
import { encodeBagCode, formatRollCode } from '../../protocol/bag-code.ts';
import { batchSchema } from '../../protocol/events/rolls.ts';
import { signManifest } from '../../protocol/roll-manifest.ts';
import { placesIn } from '../data-folder.ts';
import { writeDurably } from '../durable-file.ts';
import { GatewayError } from '../errors.ts';
import { loadKeys } from '../keys.ts';
import { print, siteOf, type VillageFlags, villageFlags, wholeNumber } from './access.ts';
import { drawSheets, grouped } from './label-sheet.ts';

/** Rolls one village can number. */
const rollMax = 9_999_999;
const countMax = 10_000;
/** Symbols in one file of sheets: 420 sheets, which a browser still prints. */
const symbolsMax = 10_080;
/** Rolls a manifest names at most. */
const manifestMax = 2000;
const bagsPerRollMax = 99;
const bagsPerRollUsual = 30;

interface LabelFlags extends VillageFlags {
  readonly from: number;
  readonly count: number;
  readonly bags?: number;
  readonly sheet?: string;
  readonly manifest?: string;
  readonly batch?: string;
}

export function addLabels(program: Command): void {
  villageFlags(
    program
      .command('labels')
      .option('--from <n>', 'number of the first roll; a number is never printed twice', wholeNumber('--from', 1, rollMax), 1)
      .option('--count <n>', 'how many', wholeNumber('--count', 1, countMax), 60)
      .option('--bags <n>', 'print the codes of this many bags of each roll too', wholeNumber('--bags', 1, bagsPerRollMax))
      .option('--sheet <file>', 'write A4 sheets of QR symbols with their codes, as an HTML page to print')
      .option('--manifest <file>', 'write the list of the rolls, signed by this gateway, for `sifen bag import --signed @FILE`')
      .option('--batch <name>', 'name of the print run in the manifest'),
  )
    .description('Print the label texts of rolls, one a line, to be made into QR codes. Scan them at the exit reader with the door open to load a magazine.')
    .addHelpText(
      'after',
      '\nExamples:\n  sifen labels --from 61 --count 60 --data sifen-data\n  sifen labels --from 61 --count 20 --bags 30 --sheet bags.html --manifest bags.json --batch 2027-A',
    )
    .action(printLabels);
}

function printLabels(flags: LabelFlags): void {
  const { from, count, bags = 0 } = flags;
  if (from + count - 1 > rollMax) throw new GatewayError('usage', `Roll numbers end at ${rollMax}.`);
  const { config } = siteOf(flags);
  const keys = loadKeys(placesIn(flags.data).keys);
  const site = { village: config.village.bagVillage, key: keys.bagKey };
  const rolls = Array.from({ length: count }, (_unused, index) => from + index);
  const codes = rolls.flatMap((roll) => Array.from({ length: bags + 1 }, (_unused, bag) => ({ roll, bag, code: encodeBagCode(site, roll, bag) })));
  if (flags.sheet !== undefined) {
    if (codes.length > symbolsMax) throw new GatewayError('usage', `One file holds ${symbolsMax} symbols; these would be ${codes.length}.`);
    const items = codes.map(({ roll, bag, code }) => ({ code, words: [grouped(code), bag === 0 ? `卷 roll ${roll}` : `卷 roll ${roll} · 袋 bag ${bag}`] }));
    writeDurably(flags.sheet, drawSheets(`${config.village.name} ${from}-${from + count - 1}`, items), 0o640);
  }
  if (flags.manifest !== undefined) {
    const batch = batchSchema.safeParse(flags.batch);
    if (!batch.success) throw new GatewayError('usage', 'A manifest needs the name of its print run, letters, digits, dots and hyphens: --batch NAME.');
    if (count > manifestMax) throw new GatewayError('usage', `One manifest names ${manifestMax} rolls at most.`);
    const named = rolls.map((roll) => formatRollCode(site.village, roll));
    const manifest = { batch: batch.data, bagsPerRoll: bags === 0 ? bagsPerRollUsual : bags, rolls: named };
    writeDurably(flags.manifest, signManifest(manifest, keys), 0o640);
  }
  const texts = codes.map(({ code }) => code);
  print(flags, texts, () => texts.join('\n'));
}
