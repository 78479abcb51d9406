/** The budget of every line of a site file, as `sifen check` prints it. It asks core/bus-budget.ts and adds nothing of its own. */
import { binCatalogue, binPartCatalogue, type DeviceModel, deviceCatalogue, scaleCatalogue } from '../../protocol/devices/catalogue.ts';
import { planReads, readRequest } from '../../protocol/read-plan.ts';
import { type DeviceMap, fieldsPolled } from '../../protocol/register-map.ts';
import { expectedReply } from '../../protocol/rtu-frame.ts';
import type { SiteConfig } from '../config.ts';
import { type BudgetDevice, type BudgetFinding, type BudgetLine, judgeBudget, nominalTurnaroundMs, planBudget } from '../core/bus-budget.ts';
import { binPollMs, dispensePollMs, dispenserIdlePollMs, scaleBusyPollMs, scaleIdlePollMs } from '../limits.ts';
import { openTransaction } from '../southbound/modbus-port.ts';

interface Row {
  readonly id: string;
  readonly line: string;
  readonly unit: number;
  readonly model: string;
}
type Pauses = Pick<BudgetDevice, 'idlePauseMs' | 'busyPauseMs'>;

const readsOf = (map: DeviceMap, fields: readonly string[], unit: number) =>
  planReads(map, fields).map((span) => {
    const { frame } = openTransaction(unit, readRequest(span));
    return { requestBytes: frame.length, replyBytes: expectedReply(frame).length, turnaroundMs: map.turnaroundMs };
  });

/** What one poll of a model reads. */
function fieldsRead(model: string, map: DeviceMap): readonly string[] {
  const scale = scaleCatalogue[model];
  if (scale?.speaks === 'registers') return scale.fields;
  return binCatalogue[model]?.fields ?? binPartCatalogue[model]?.fields ?? fieldsPolled(map, 'status');
}

function deviceOf({ id, unit, model }: Row, pauses: Pauses): BudgetDevice[] {
  const scale = scaleCatalogue[model];
  if (scale?.speaks === 'frames') {
    const { timeoutMs, guardMs, toDevice, frameBytesMax } = scale.device;
    const reads = scale.asks(unit).map((request) => ({ requestBytes: toDevice.encode(request).length, replyBytes: frameBytesMax }));
    return reads.length === 0 ? [] : [{ id, timeoutMs, guardMs, reads, ...pauses, isActuator: false }];
  }
  if (!Object.hasOwn(deviceCatalogue, model)) return [];
  const map: DeviceMap = deviceCatalogue[model as DeviceModel];
  const { timeoutMs, guardMs } = map;
  return [{ id, timeoutMs, guardMs, reads: readsOf(map, fieldsRead(model, map), unit), ...pauses, isActuator: map.kind === 'dispenser' }];
}

/** The lines of a site as the budget sees them. Who speaks unasked has a wire of his own and no part in it. */
export function budgetLines({ lines, dispensers, scales, bins, parts }: SiteConfig): BudgetLine[] {
  const pausesOf = [
    ...dispensers.map((row) => [row, { idlePauseMs: dispenserIdlePollMs, busyPauseMs: dispensePollMs }] as const),
    ...scales.map((row) => [row, { idlePauseMs: scaleIdlePollMs, busyPauseMs: scaleBusyPollMs }] as const),
    ...[...bins.flatMap((row) => (row.model === 'PARTS' ? [] : [row])), ...parts.filter((row) => row.model !== 'WKLY')].map(
      (row) => [row, { idlePauseMs: binPollMs, busyPauseMs: binPollMs }] as const,
    ),
  ];
  return lines.map(({ id, transport }) => ({
    id,
    baud: transport.kind === 'modbus-tcp' ? Number.POSITIVE_INFINITY : transport.baud,
    devices: pausesOf.flatMap(([row, pauses]) => (row.line === id ? deviceOf(row, pauses) : [])),
  }));
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const ms = (value: number) => `${Math.round(value)} ms`;

/** The table, one row a line, and what is to be said about it. */
export function describeBudget(lines: readonly BudgetLine[]): { readonly text: string; readonly findings: readonly BudgetFinding[] } {
  if (lines.length === 0) return { text: '', findings: [] };
  const budgets = lines.map((line) => ({ line, budget: planBudget(line) }));
  const head = [
    'line',
    'baud',
    'devices',
    'polls take',
    'all in use',
    'round',
    'round, all silent',
    'command waits',
    'behind a silent one',
    'a dead one takes',
  ];
  const rows = budgets.map(({ line, budget }) => [
    ...[line.id, Number.isFinite(line.baud) ? String(line.baud) : 'TCP', String(line.devices.length)],
    ...[percent(budget.idleLoad), percent(budget.busyLoad), ms(budget.roundMs), ms(budget.silentRoundMs)],
    ...[ms(budget.commandMs), ms(budget.commandBehindSilenceMs), percent(budget.deadShare)],
  ]);
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const text = table.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '));
  const findings = budgets.flatMap(({ line, budget }) => judgeBudget(line, budget));
  const note = `Worst cases, from baud rates, frame sizes, deadlines and guards; boards answering in their usual time, ${nominalTurnaroundMs} ms where none is known.`;
  return { text: `${text.join('\n')}\n${note}\n`, findings };
}
