/** `sifen clock`: what time the village lives by, how far it is trusted, and a clerk's word for the date. */
import type { Command } from 'commander';
import type { TimeQuality } from '../../protocol/signed-event.ts';
import { formatLocal, parseLocal } from '../core/calendar.ts';
import { GatewayError } from '../errors.ts';
import { ask, operatorFlag, print, type VillageFlags, villageFlags } from './access.ts';

interface ClockAnswer {
  readonly atMs: number;
  readonly timeq: TimeQuality;
}

const meanings: Readonly<Record<TimeQuality, string>> = {
  ntp: 'set from the network',
  rtc: 'battery clock, in line with where this village stopped',
  operator: 'confirmed by a person',
  hold: 'the wall clock jumped; time runs on from the last trusted instant until the network or `sifen clock confirm` says what day it is',
  none: 'nobody knows the date: the battery clock does not fit where this village stopped; wait for the network or use `sifen clock confirm`',
};

export function addClock(program: Command): void {
  const clock = program.command('clock').description('The village’s time, and how far it is trusted.');
  villageFlags(clock.command('show', { isDefault: true }))
    .description('Date, time and their quality.')
    .action(async (flags: VillageFlags) => {
      const answer = (await ask(flags, 'clock.show', {})) as ClockAnswer;
      print(flags, answer, () => describe(answer));
    });
  villageFlags(operatorFlag(clock.command('confirm').argument('<time>', '"YYYY-MM-DD HH:MM", as on the wall')))
    .description('Say what day and time it is, when the clock is not trusted. Until then nobody who has drawn gets the next month’s roll.')
    .addHelpText(
      'after',
      '\nHolds until the next restart, unless the clock of the machine is set too (timedatectl set-time).\nExample:\n  sifen clock confirm "2026-12-01 08:30"',
    )
    .action(async (text: string, flags: VillageFlags & { operator: string }) => {
      const atMs = parseLocal(text);
      if (atMs === undefined) throw new GatewayError('usage', `${text} is not a time.`, { hint: 'Write it like "2026-12-01 08:30".' });
      const answer = (await ask(flags, 'clock.confirm', { atMs, operator: flags.operator })) as ClockAnswer;
      print(flags, answer, () => describe(answer));
    });
}

const describe = ({ atMs, timeq }: ClockAnswer): string => `${formatLocal(atMs)} (${timeq}: ${meanings[timeq]})`;
