/** `sifen issue`: one roll for one household, through the same story as a card at the reader. */
import type { Command } from 'commander';
import { describeRefusal, languageOf } from '../core/timeline.ts';
import type { DispenserOutcome } from '../workflows/draw.ts';
import { ask, operatorFlag, print, type VillageFlags, villageFlags } from './access.ts';

export function addIssue(program: Command): void {
  const command = program
    .command('issue')
    .option('--card <text>', 'card as the reader would give it')
    .option('--household <id>', 'pseudonym, h-...')
    .option('--dispenser <id>', 'which one, when there are several');
  villageFlags(operatorFlag(command))
    .description('Draw one roll. Without a running gateway the lines are opened here, after whatever was left open has been settled.')
    .addHelpText('after', '\nExit code 1 when refused or not delivered.\nExample:\n  sifen issue --card H1ABCDEFGHJKMNPQRS0 --data sifen-data')
    .action(async (flags: VillageFlags & { card?: string; household?: string; dispenser?: string; operator: string }) => {
      const { card, household, dispenser, operator } = flags;
      const request = {
        operator,
        ...(card === undefined ? {} : { card }),
        ...(household === undefined ? {} : { household }),
        ...(dispenser === undefined ? {} : { dispenser }),
      };
      const outcome = (await ask(flags, 'issue', request, true)) as DispenserOutcome;
      print(flags, outcome, () => describe(outcome));
      if (outcome.kind !== 'issued') process.exitCode = 1;
    });
}

function describe(outcome: DispenserOutcome): string {
  if (outcome.kind === 'issued')
    return `Issued ${outcome.rolls} roll(s) to ${outcome.household}${outcome.rollUnconfirmed ? ' (code unconfirmed)' : ''}, job ${outcome.job}.`;
  if (outcome.kind === 'voided') return `No roll came out (${outcome.reason}); the quota of ${outcome.household} was given back.`;
  if (outcome.kind === 'undecided')
    return 'The dispenser has not answered yet. The roll stays on hold and is settled by reading the board as soon as it answers; do not repeat.';
  return describeRefusal(outcome.code, languageOf(process.env['LANG']));
}
