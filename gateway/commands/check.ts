/** `sifen check FILE`: is this site file right, before anybody drives up the mountain with it? */
import type { Command } from 'commander';
import { loadSite } from '../config-file.ts';

export function addCheck(program: Command): void {
  program
    .command('check')
    .argument('<file>', 'site file (YAML or JSON)')
    .option('--json', 'print the file with every default filled in')
    .description('Check a site file and the tariff it names; every mistake is told with file, line and field.')
    .addHelpText('after', '\nExample:\n  sifen check config/demo.yaml')
    .action((file: string, flags: { json?: boolean }) => {
      const { config, tariffs, digest } = loadSite(file);
      if (flags.json) return void process.stdout.write(`${JSON.stringify({ config, tariffs, digest })}\n`);
      const { lines, dispensers, scales, bins, readers } = config;
      const parts = [
        `${lines.length} line(s)`,
        `${dispensers.length} dispenser(s)`,
        `${scales.length} scale(s)`,
        `${bins.length} bin(s)`,
        `${readers.length} reader(s)`,
      ];
      process.stdout.write(`${file} is right: ${config.village.name}, gateway ${config.gateway.id}, ${parts.join(', ')}, tariff ${tariffs[0]?.version}.\n`);
    });
}
