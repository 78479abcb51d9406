/** `sifen events`: the log, one line each, one envelope whole, or the whole chain verified. */
import type { Command } from 'commander';
import type { EventDraft } from '../../protocol/events.ts';
import { formatEvent, languageOf } from '../core/timeline.ts';
import { ask, print, type VillageFlags, villageFlags, wholeNumber } from './access.ts';

type Listed = EventDraft & { readonly sequence: number; readonly atMs: number };
type Verified = {
  readonly checked: number;
  readonly head: number;
  readonly leaf: string;
  readonly problem: { readonly sequence: number; readonly detail: string } | null;
};

export function addEvents(program: Command): void {
  const events = program.command('events').description('The event log: list, show, verify.');
  villageFlags(
    events
      .command('list')
      .option('--after <n>', 'start behind this event', wholeNumber('--after', 0, Number.MAX_SAFE_INTEGER), 0)
      .option('--limit <n>', 'at most this many', wholeNumber('--limit', 1, 10_000), 50)
      .option('--name <name>', 'only this kind, such as bag.roll.issued'),
  )
    .description('One readable line an event.')
    .action(async (flags: VillageFlags & { after: number; limit: number; name?: string }) => {
      const { after, limit, name } = flags;
      const listed = (await ask(flags, 'events.list', { after, limit, ...(name === undefined ? {} : { name }) })) as Listed[];
      print(flags, listed, () => listed.map((event) => formatEvent({ ...event, draft: event }, languageOf(process.env['LANG']))).join('\n') || 'No events.');
    });
  villageFlags(events.command('show').argument('<sequence>', 'number of the event', wholeNumber('the event number', 1, Number.MAX_SAFE_INTEGER)))
    .description('The signed envelope exactly as it is published; pipe it to protocol/verify-event.sh.')
    .action(async (sequence: number, flags: VillageFlags) => {
      const shown = (await ask(flags, 'events.show', { sequence })) as { envelope: string };
      print(flags, shown, () => shown.envelope);
    });
  villageFlags(events.command('verify'))
    .description('Check every signature and every link of the chain.')
    .action(async (flags: VillageFlags) => {
      const report = (await ask(flags, 'events.verify', {})) as Verified;
      print(flags, report, () =>
        report.problem === null
          ? `${report.checked} events verified; head ${report.head}, leaf ${report.leaf}.`
          : `Event ${report.problem.sequence} does not verify: ${report.problem.detail}.`,
      );
      if (report.problem !== null) process.exitCode = 1;
    });
}
