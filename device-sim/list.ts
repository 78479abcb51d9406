/** What `sim list` prints: the models that can stand at a site, the scenarios at hand, and every fault by name. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deviceCatalogue, frameCatalogue } from '../protocol/devices/catalogue.ts';
import { type FaultLayer, faultTable } from './faults.ts';
import { loadScenario, needsOneProcess } from './scenario.ts';

/** Rows in columns as wide as their longest cell. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd()).join('\n');
}

/** Where the faults of a layer can be had. In one process: `npm run simulate -- --play FILE`. */
const places: Readonly<Record<FaultLayer, string>> = {
  wire: 'everywhere',
  cable: 'everywhere',
  board: 'everywhere',
  network: '--proxy; one process',
  host: 'one process',
};

/** `scenarios` is the folder of the scenario files. */
export function listAll(scenarios: string): string {
  const models = [...Object.values(deviceCatalogue), ...frameCatalogue].map(({ model, kind, title }) => [model, kind, title]);
  const files = readdirSync(scenarios).filter((file) => file.endsWith('.yaml'));
  const faults = faultTable.map(({ layer, kind, name, en, parameters }) => [layer, kind, name, parameters.join(','), places[layer], en]);
  return [
    ...['Models', columns(models)],
    ...[
      '\nScenarios (npm run sim -- play FILE)',
      columns(files.map((file) => [`config/scenarios/${file}`, needsOneProcess(loadScenario(join(scenarios, file))) ? 'in one process' : ''])),
    ],
    ...[
      '\nFaults (TARGET:FAULT[:PARAMETER=NUMBER,...]; TARGET is a line, reader, device or proxy; in one process also broker and gateway)',
      columns([['layer', 'kind', 'fault', 'parameters', 'to be had', ''], ...faults]),
    ],
    '\n  everywhere: command line, typed lines, panel and scenarios. one process: `npm run simulate -- --play FILE`.',
    '  p: chance that one answer is spoilt, 1 if not given. times: ends after so many. unit: only its answers. ms, grams: see the text.',
  ].join('\n');
}
