/** What `sim list` prints: the models that can stand at a site, and every fault by name. */
import { deviceCatalogue } from '../protocol/devices/catalogue.ts';
import { faultTable } from './faults.ts';

/** Rows in columns as wide as their longest cell. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd()).join('\n');
}

export function listAll(): string {
  const models = Object.values(deviceCatalogue).map(({ model, kind, title }) => [model, kind, title]);
  const faults = faultTable.map(({ layer, kind, name, en, parameters }) => [layer, kind, name, parameters.join(','), en]);
  return [
    ...['Models', columns(models)],
    ...[
      '\nFaults (TARGET:FAULT[:PARAMETER=NUMBER,...]; TARGET is a line, reader, device or proxy)',
      columns([['layer', 'kind', 'fault', 'parameters', ''], ...faults]),
    ],
    '\n  p: chance that one answer is spoilt, 1 if not given. times: ends after so many. unit: only its answers. ms, grams: see the text.',
  ].join('\n');
}
