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
