/** `sifen scale ...`: what a keeper does with a scale once a month. */
import type { Command } from 'commander';
import { kg } from '../core/line.ts';
import { describeRefusal, languageOf } from '../core/timeline.ts';
import type { CheckOutcome } from '../workflows/check-scale.ts';
import type { GoodsOutcome } from '../workflows/weigh-for-points.ts';
import { ask, operatorFlag, print, type VillageFlags, villageFlags, wholeNumber } from './access.ts';

type CheckFlags = VillageFlags & { grams: number; operator: string };

export function addScale(program: Command): void {
  const scale = program.command('scale').description('Scales: the monthly check weight, and goods weighed for cash.');
  addWeigh(scale);
  operatorFlag(
    villageFlags(
      scale
        .command('check')
        .argument('<scale>', 'scale, as in the site file')
        .requiredOption('--grams <n>', 'what the check weight weighs', wholeNumber('the check weight', 1, 10_000_000)),
    ),
  )
    .description('Weigh a known weight by the same rules as goods, and record whether the scale is within the errors allowed in service.')
    .addHelpText('after', '\nExit code 1 when it failed or nothing was weighed. A scale that failed awards nothing until a check passes.')
    .action(async (id: string, flags: CheckFlags) => {
      process.stderr.write(`Clear the tray of ${id}, wait until it shows zero, then put on ${flags.grams} g. Nobody is served meanwhile.\n`);
      const outcome = (await ask(flags, 'scale.check', { scale: id, grams: flags.grams, operator: flags.operator }, true)) as CheckOutcome;
      print(flags, outcome, () => describe(id, flags.grams, outcome));
      if (outcome.kind !== 'passed') process.exitCode = 1;
    });
}

function describe(id: string, grams: number, outcome: CheckOutcome): string {
  if (outcome.kind === 'refused') return `Nothing was checked: ${describeRefusal(outcome.code, languageOf(process.env['LANG']))}.`;
  const shown = `${id} shows ${outcome.readGrams} g for ${grams} g; ${outcome.limitGrams} g may be wrong in service.`;
  return outcome.kind === 'passed' ? `${shown} It passed.` : `${shown} IT FAILED: it awards nothing until a check passes. Call for service.`;
}

function addWeigh(scale: Command): void {
  const command = scale.command('weigh').argument('<scale>', 'scale, as in the site file').requiredOption('--material <material>', 'what lies on the tray');
  operatorFlag(villageFlags(command))
    .description('Weigh goods to be bought for cash, by a verified scale, and record the weight; `sifen cash pay --weighing ...` pays for it once.')
    .action(async (id: string, flags: VillageFlags & { material: string; operator: string }) => {
      process.stderr.write(`Clear the tray of ${id}, wait until it shows zero, then put the goods on. Nobody else is served meanwhile.\n`);
      const { material, operator } = flags;
      const outcome = (await ask(flags, 'scale.weigh', { scale: id, material, operator }, true)) as GoodsOutcome;
      print(flags, outcome, () =>
        outcome.kind === 'weighed'
          ? `${outcome.weighing}: ${kg(outcome.netGrams)} kg of ${material}.`
          : `Nothing was weighed: ${describeRefusal(outcome.code, languageOf(process.env['LANG']))}.`,
      );
      if (outcome.kind === 'refused') process.exitCode = 1;
    });
}
