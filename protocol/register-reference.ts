/**
 * The register maps as markdown tables, for the generated protocol/REFERENCE.md. Everything printed comes from the rows the driver and the
 * simulator use, so the document cannot drift. It must never add a fact the maps do not hold.
 */
import { deviceCatalogue, deviceModels } from './devices/catalogue.ts';
import { type FunctionCode, functionCodes, type RegisterSpace, readCodes } from './modbus.ts';
import {
  addressCount,
  boundsOf,
  type DeviceMap,
  type FieldRow,
  initialOf,
  knowsFunction,
  numericKinds,
  registerSpaces,
  rowsInOrder,
  slotOf,
} from './register-map.ts';

const spaceNames = { coil: 'Coils', discrete: 'Discrete inputs', input: 'Input registers', holding: 'Holding registers' } as const;
const functionName = (code: FunctionCode) => `FC${String(code).padStart(2, '0')}`;

/** The function codes the driver uses on this space: the reading one, and of the writing ones those the device knows. */
function spaceTitle(map: DeviceMap, space: RegisterSpace): string {
  const rows = Object.values(map.fields).filter((row) => row.space === space);
  const read = rows.some((row) => row.access !== 'w') ? [`${functionName(readCodes[space])} read`] : [];
  const writing = space === 'coil' ? ([5, 15] as const).filter((code) => knowsFunction(map, code)) : [knowsFunction(map, 16) ? (16 as const) : (6 as const)];
  const write = rows.some((row) => row.access !== 'r') ? [`${writing.map(functionName).join('/')} write`] : [];
  return `${spaceNames[space]} (${[...read, ...write].join(', ')})`;
}

const hex = (value: number) => `0x${value.toString(16).toUpperCase().padStart(4, '0')}`;
const cell = (text: string) => text.replaceAll('|', '\\|');

function addressText(row: FieldRow): string {
  const last = row.address + addressCount(row) - 1;
  return last === row.address ? hex(row.address) : `${hex(row.address)}-${hex(last)}`;
}

/** What the row can hold: bounds with unit and scale, labels, bits or length. */
function valuesText(row: FieldRow): string {
  switch (row.kind) {
    case 'enum':
      return Object.entries(row.labels)
        .map(([label, value]) => `${value} ${label}`)
        .join(', ');
    case 'bits':
      return Object.entries(row.bits)
        .map(([name, slot]) => {
          const { bit, width } = slotOf(slot);
          return width === 1 ? `bit ${bit} ${name}` : `bits ${bit}-${bit + width - 1} ${name}`;
        })
        .join(', ');
    case 'hex':
      return `${row.words * 4} hex digits`;
    case 'bit':
      return '0, 1';
    default: {
      const { min, max } = boundsOf(row);
      const scale = row.kind === 'f32' || row.scale === undefined ? '' : `, one count is ${row.scale} ${row.unit}`;
      const bounds = row.kind === 'f32' && row.min === undefined && row.max === undefined ? 'any finite' : `${min}..${max}`;
      return `${bounds} ${row.unit}${scale}`;
    }
  }
}

function initialText(row: FieldRow): string {
  const initial = row.access === 'w' ? undefined : initialOf(row);
  if (initial === undefined) return '';
  if (typeof initial !== 'object') return String(initial);
  const set = Object.entries(initial).filter(([, value]) => value !== false && value !== 0);
  return set.length === 0 ? 'all 0' : set.map(([name, value]) => (value === true ? name : `${name} ${value}`)).join(', ');
}

function describeRow(name: string, row: FieldRow): string {
  const edge = row.trigger === undefined ? '' : ' Obeyed at the change from 0: written as 0 and then the value.';
  const wears = row.wears === undefined ? '' : ' Kept in memory that wears: never written in a loop.';
  const meaning = `${row.doc}${edge}${wears}${row.source === undefined ? '' : ` (${row.source})`}`;
  const columns = [addressText(row), `\`${name}\``, row.kind, row.access, row.poll ?? 'never', row.block ?? '', valuesText(row), initialText(row), meaning];
  return `| ${columns.map(cell).join(' | ')} |`;
}

/** Where the source's own numbers stand against the zero-based ones of the tables. */
function addressing({ printedBase = 0 }: DeviceMap): string {
  return printedBase === 0 ? 'Addresses are zero-based.' : `Addresses are zero-based; the source prints ${printedBase} for 0x0000.`;
}

function describeDevice(map: DeviceMap): string {
  const { document, revision } = map.source;
  const facts = [
    `Source: ${document}, ${revision}. Kind: ${map.kind}${map.reliability === undefined ? '' : `, reliability class ${map.reliability}`}.`,
    `Units ${map.units.first}..${map.units.last}. ${map.turnaroundMs === undefined ? 'Reply' : `Usually answers after ${map.turnaroundMs} ms. Reply`} within ${map.timeoutMs} ms; after a missed reply the line stays quiet for ${map.guardMs} ms.`,
    `Numbers of several words: ${map.wordOrder === 'highFirst' ? 'high' : 'low'} word first. ${addressing(map)}`,
    ...(map.functions === undefined
      ? []
      : [`Function codes it answers: ${[...map.functions].sort((a, b) => a - b).join(', ')} of ${functionCodes.join(', ')}.`]),
    ...(map.registersPerRequestMax === undefined ? [] : [`At most ${map.registersPerRequestMax} registers in one request.`]),
  ];
  const notes = (map.notes ?? []).map((note) => `- ${note}`);
  const blocks = Object.entries(map.blocks ?? {}).map(([block, mode]) => `- Block \`${block}\` is ${mode === 'read' ? 'read' : 'written'} in one request.`);
  const tables = registerSpaces.flatMap((space) => {
    const rows = rowsInOrder(map).filter(([, row]) => row.space === space);
    if (rows.length === 0) return [];
    const head = ['| Address | Field | Kind | Access | Poll | Block | Values | Initial | Meaning |', '| --- | --- | --- | --- | --- | --- | --- | --- | --- |'];
    return [`#### ${spaceTitle(map, space)}`, [...head, ...rows.map(([name, row]) => describeRow(name, row))].join('\n')];
  });
  return [
    `### ${map.model}: ${map.title}`,
    facts.join('\n'),
    ...[blocks, notes].filter((list) => list.length > 0).map((list) => list.join('\n')),
    ...tables,
  ].join('\n\n');
}

/** All device models as a markdown section, headed `## Devices`. The same text at every call. */
export function describeDevices(): string {
  const kinds = [...Object.entries(numericKinds).map(([kind, { words }]) => `${kind} ${words}`), 'f32 (IEEE 754 single) 2'];
  const legend = `Access: r read, w write, rw both. Registers per number: ${kinds.join(', ')}.`;
  return `${['## Devices', legend, ...deviceModels.map((model) => describeDevice(deviceCatalogue[model]))].join('\n\n')}\n`;
}
