/** `sifen ledger`: balances, the proof that they add up, and the rebuild from the log. */
import type { Command } from 'commander';
import type { BalanceRow, DispenserCount, LedgerProblem } from '../store/ledger-facts.ts';
import type { RebuildReport } from '../store/store.ts';
import { ask, operatorFlag, print, type VillageFlags, villageFlags } from './access.ts';

interface Books {
  readonly balances: readonly (BalanceRow & { readonly kind?: string; readonly accounts?: number })[];
  readonly unitSums: Readonly<Record<string, number>>;
  readonly problems: readonly LedgerProblem[];
  readonly dispensers: readonly DispenserCount[];
}

export function addLedger(program: Command): void {
  const ledger = program.command('ledger').description('Balances and their proof.');
  villageFlags(ledger.command('show', { isDefault: true }).option('--account <name>', 'one account, such as household/h-0123456789abcdef0123'))
    .description('Balances by kind of account, the sum per unit, and everything that does not add up.')
    .action(async (flags: VillageFlags & { account?: string }) => {
      const books = (await ask(flags, 'ledger.show', flags.account === undefined ? {} : { account: flags.account })) as Books;
      const isUnknown = flags.account !== undefined && books.balances.length === 0;
      print(flags, books, () => (isUnknown ? `There is no account ${flags.account}.\nAn account begins with the first posting on it.` : describe(books)));
      if (isUnknown || books.problems.length > 0) process.exitCode = 1;
    });
  villageFlags(ledger.command('rebuild'))
    .description('Derive every table again from the verified log, say whether it came out the same, and replace what differs.')
    .action(async (flags: VillageFlags) => {
      const report = (await ask(flags, 'ledger.rebuild', {})) as RebuildReport;
      print(flags, report, () =>
        report.identical
          ? `${report.events} events: every table came out the same.`
          : `${report.events} events: these tables differed and were replaced: ${report.differing.join(', ')}.`,
      );
      if (!report.identical) process.exitCode = 1;
    });
  villageFlags(operatorFlag(ledger.command('restored')))
    .description('Say that the ledger was put back from a backup: opens a new epoch, so that dispensers that are ahead of it are fenced, not locked.')
    .addHelpText(
      'after',
      '\nNeeded only when the whole data folder was put back; a ledger that is behind its own folder is noticed at the start.\nRolls drawn since the backup appear in suspense.',
    )
    .action(async (flags: VillageFlags & { operator: string }) => {
      const { epoch } = (await ask(flags, 'ledger.restored', { operator: flags.operator })) as { epoch: number };
      print(flags, { epoch }, () => `Epoch ${epoch} is open.`);
    });
}

function describe({ balances, unitSums, problems, dispensers }: Books): string {
  const rows = balances.map(
    (row) =>
      `${(row.kind ?? row.account).padEnd(28)} ${String(row.amount).padStart(12)} ${row.unit}${row.accounts === undefined ? '' : `  (${row.accounts} account(s))`}`,
  );
  const sums = Object.entries(unitSums).map(([unit, sum]) => `${unit} ${sum}`);
  const counts = dispensers.map(
    (row) =>
      `${row.device}: ${row.posted} issued + ${row.purged + row.service} wasted + ${row.suspense} in suspense; its counters must show ${row.ctrOut} out, ${row.ctrTest} test`,
  );
  const proof =
    problems.length === 0
      ? `Sound: all units add up to zero (${sums.join(', ') || 'nothing posted'}).`
      : problems.map((problem) => `WRONG ${problem.check}: ${problem.detail}`).join('\n');
  return [...rows, ...counts, proof].join('\n');
}
