/** `sifen labels`: the texts to print on rolls, proved by this village's secret, for villages that label their rolls themselves. */
import type { Command } from 'commander';
import { encodeBagCode } from '../../protocol/bag-code.ts';
import { placesIn } from '../data-folder.ts';
import { GatewayError } from '../errors.ts';
import { loadKeys } from '../keys.ts';
import { print, siteOf, type VillageFlags, villageFlags, wholeNumber } from './access.ts';

/** Rolls one village can number. */
const rollMax = 9_999_999;
const countMax = 10_000;

export function addLabels(program: Command): void {
  villageFlags(
    program
      .command('labels')
      .option('--from <n>', 'number of the first roll; a number is never printed twice', wholeNumber('--from', 1, rollMax), 1)
      .option('--count <n>', 'how many', wholeNumber('--count', 1, countMax), 60),
  )
    .description('Print the label texts of rolls, one a line, to be made into QR codes. Scan them at the exit reader with the door open to load a magazine.')
    .addHelpText('after', '\nExample:\n  sifen labels --from 61 --count 60 --data sifen-data')
    .action((flags: VillageFlags & { from: number; count: number }) => {
      if (flags.from + flags.count - 1 > rollMax) throw new GatewayError('usage', `Roll numbers end at ${rollMax}.`);
      const { config } = siteOf(flags);
      const bags = { village: config.village.bagVillage, key: loadKeys(placesIn(flags.data).keys).bagKey };
      const labels = Array.from({ length: flags.count }, (_unused, index) => encodeBagCode(bags, flags.from + index, 0));
      print(flags, labels, () => labels.join('\n'));
    });
}
