/** `sifen check FILE`: is this site file right, before anybody drives up the mountain with it? */
import type { Command } from 'commander';
import { loadSite } from '../config-file.ts';
import { planBudget } from '../core/bus-budget.ts';
import { GatewayError } from '../errors.ts';
import { budgetLines, describeBudget } from './bus-table.ts';

export function addCheck(program: Command): void {
  program
    .command('check')
    .argument('<file>', 'site file (YAML or JSON)')
    .option('--json', 'print the file with every default filled in, and the budget of each line')
    .description('Check a site file and the tariff it names: every mistake with file, line and field, and whether each line has time for its devices.')
    .addHelpText('after', '\nExample:\n  sifen check config/demo.yaml')
    .action((file: string, flags: { json?: boolean }) => {
      const { config, tariffs, digest } = loadSite(file);
      const lines = budgetLines(config);
      const { text, findings } = describeBudget(lines);
      const budget = lines.map((line) => ({ line: line.id, ...planBudget(line) }));
      if (flags.json) process.stdout.write(`${JSON.stringify({ config, tariffs, digest, budget, findings })}\n`);
      else process.stdout.write(`${text}${findings.map(({ kind, message }) => (kind === 'warning' ? `warning: ${message}\n` : '')).join('')}`);
      const openTo = isLoopback(config.http.host)
        ? []
        : [`warning: http.host ${config.http.host} lets badges, PINs and sessions travel in clear over the network: put a proxy with TLS before it.\n`];
      if (!flags.json) process.stdout.write(openTo.join(''));
      const refused = findings.filter((finding) => finding.kind === 'refused').map(({ message }) => message);
      if (refused.length > 0)
        throw new GatewayError('config_invalid', refused.join('\n'), { hint: 'As it is, every device on it would be polled late, and alarms told late.' });
      if (flags.json) return;
      const { dispensers, vending, scales, bins, readers } = config;
      const parts = [
        `${lines.length} line(s)`,
        `${dispensers.length + vending.length} dispenser(s)`,
        `${scales.length} scale(s)`,
        `${bins.length} bin(s)`,
        `${readers.length} reader(s)`,
      ];
      process.stdout.write(`${file} is right: ${config.village.name}, gateway ${config.gateway.id}, ${parts.join(', ')}, tariff ${tariffs[0]?.version}.\n`);
    });
}

/** The machine itself: what is said there passes no cable. */
const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');
