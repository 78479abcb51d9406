/** `sifen device ...`: what a person does after having looked at a locked dispenser or a fire alarm. */
import type { Command } from 'commander';
import { ask, print, type VillageFlags, villageFlags, wholeNumber } from './access.ts';

export function addDevice(program: Command): void {
  const device = program.command('device').description('Devices a person has to look at.');
  villageFlags(
    device
      .command('rebaseline')
      .argument('<device>', 'dispenser, as in the site file')
      .requiredOption('--operator <name>', 'who looked; recorded in the event, so use a function or badge, not a villager’s name'),
  )
    .description('Count from the board’s present counters, close an undecided job, and lift the lock (board swapped or its memory lost).')
    .action(async (id: string, flags: VillageFlags & { operator: string }) => {
      const done = await ask(flags, 'device.rebaseline', { device: id, operator: flags.operator }, true);
      print(flags, done, () => `${id} counts from here.`);
    });
  villageFlags(
    device
      .command('settle')
      .argument('<job>', 'job number, as in bag.issue.indeterminate', wholeNumber('the job', 1, Number.MAX_SAFE_INTEGER))
      .requiredOption('--outcome <outcome>', 'issued: the villager has the roll; void: no roll came out')
      .requiredOption('--operator <name>', 'who found out; a function or badge'),
  )
    .description('Say what became of a roll that a board of class B or C could not tell the end of.')
    .action(async (job: number, flags: VillageFlags & { operator: string; outcome: string }) => {
      await ask(flags, 'device.settle', { job, outcome: flags.outcome, operator: flags.operator }, true);
      print(flags, { job, outcome: flags.outcome }, () => `Job ${job} is settled: ${flags.outcome}.`);
    });
  villageFlags(
    device
      .command('count')
      .argument('<device>', 'dispenser of class B or C')
      .requiredOption('--rolls <n>', 'rolls in the magazine, those in the throat included', wholeNumber('the rolls', 0, 10_000))
      .requiredOption('--operator <name>', 'who counted; a function or badge'),
  )
    .description('Record a count of the magazine; it settles undecided rolls where it can.')
    .action(async (id: string, flags: VillageFlags & { operator: string; rolls: number }) => {
      const done = await ask(flags, 'device.count', { device: id, rolls: flags.rolls, operator: flags.operator }, true);
      print(flags, done, () => `${id}: ${flags.rolls} rolls counted.`);
    });
  villageFlags(
    device
      .command('reset-alarm')
      .argument('<bin>', 'bin, as in the site file')
      .argument('<compartment>', 'counted from 1', wholeNumber('the compartment', 1, 8))
      .requiredOption('--operator <name>', 'who looked; a function or badge'),
  )
    .description('Record that a person looked at a fire alarm and that it is over. No alarm ever ends by itself.')
    .action(async (bin: string, compartment: number, flags: VillageFlags & { operator: string }) => {
      const done = await ask(flags, 'alarm.reset', { bin, compartment, operator: flags.operator });
      print(flags, done, () => `The alarm of ${bin} compartment ${compartment} is reset.`);
    });
  villageFlags(
    device
      .command('open')
      .argument('<bin>', 'bin, as in the site file')
      .argument('<compartment>', 'counted from 1', wholeNumber('the compartment', 1, 8))
      .requiredOption('--operator <name>', 'who opens it; a function or badge'),
  )
    .description('Pulse the lock of a hatch; the board ends the pulse. Refused while a fire alarm stands.')
    .action(async (bin: string, compartment: number, flags: VillageFlags & { operator: string }) => {
      const done = await ask(flags, 'bin.open', { bin, compartment, operator: flags.operator }, true);
      const { outcome } = done as { outcome: 'obeyed' | 'unknown' };
      const said = outcome === 'obeyed' ? 'is opened' : 'may be open: the board did not confirm it';
      print(flags, done, () => `${bin} compartment ${compartment} ${said}.`);
    });
}
