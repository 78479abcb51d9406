/**
 * The `sifen` command: hands the arguments to one subcommand and turns its end into an exit code: 0 done, 1 failed, 2 wrong usage,
 * 70 our own mistake. The only place of the gateway that ends the process.
 */
import { Command, CommanderError } from 'commander';
import { addCheck } from './commands/check.ts';
import { addClock } from './commands/clock.ts';
import { addCommission } from './commands/commission.ts';
import { addDemo } from './commands/demo.ts';
import { addDevice } from './commands/device.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvents } from './commands/events.ts';
import { addExport } from './commands/export.ts';
import { addIssue } from './commands/issue.ts';
import { addKeygen } from './commands/keygen.ts';
import { addLabels } from './commands/labels.ts';
import { addLedger } from './commands/ledger.ts';
import { addProbe } from './commands/probe.ts';
import { addRoster } from './commands/roster.ts';
import { addRun } from './commands/run.ts';
import { addScale } from './commands/scale.ts';
import { addStories } from './commands/stories.ts';
import { addSync } from './commands/sync.ts';
import { addWatch } from './commands/watch.ts';
import { isGatewayError } from './errors.ts';
import { version } from './version.ts';

// Nothing this process writes is for everybody on the machine: 0640 for files, 0750 for folders.
process.umask(0o027);

const program = new Command('sifen')
  .description('Gateway of a village waste-sorting point: bags, weights and points, decided here and provable anywhere.')
  .version(version)
  .showHelpAfterError('(see sifen --help)')
  .exitOverride()
  // What stands behind a command is its own: `sifen rules change --version` does not ask for ours.
  .enablePositionalOptions()
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed or refused, 2 wrong usage, 70 a fault of sifen itself (report it).\nCommands use a running gateway through DIR/sifen.sock, and open the files themselves when none runs.',
  );
for (const add of [
  addDemo,
  addRun,
  addCheck,
  addScale,
  addRoster,
  addIssue,
  addLabels,
  addLedger,
  addEvents,
  addWatch,
  addDevice,
  addClock,
  addProbe,
  addDoctor,
  addCommission,
  addKeygen,
  addStories,
  addSync,
  addExport,
])
  add(program);
for (const command of program.commands) for (const each of [command, ...command.commands]) each.exitOverride();

async function main(): Promise<number> {
  try {
    await program.parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!isGatewayError(error)) {
      process.stderr.write(`sifen has a fault of its own and stops: ${error instanceof Error ? error.stack : String(error)}\n`);
      return 70;
    }
    process.stderr.write(`${error.message}\n${error.hint}\n`);
    return error.code === 'usage' ? 2 : 1;
  }
}

process.exit(await main());
