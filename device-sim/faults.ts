/**
 * Every fault the simulator can make, by layer and name, and how a person writes one down: `line-1:crc-bit:p=0.2,times=3`. One table for the
 * command line, typed lines, scenarios and the panel. What a fault does is in wire-faults.ts, board-faults.ts and broker-proxy.ts.
 */
import { z } from 'zod';
import { boardFaults } from './board-faults.ts';
import { wireFaults } from './wire-faults.ts';

/** Faults of a cable, whatever hangs on it: a line or a reader. */
const cableFaults = {
  'cable-pulled': { zh: '线缆拔出', en: 'the cable is out: nothing is heard, nothing leaves, nobody is told' },
} as const;

/** Faults of the network between gateway and broker; they need a proxy (`--proxy`). */
const networkFaults = {
  down: { zh: '服务器断开', en: 'the broker is gone: connections are cut and refused' },
  'half-open': { zh: '半开连接', en: 'connections stay, but nothing passes' },
  slow: { zh: '网络缓慢', en: 'everything passes ms later' },
} as const;

/** Faults of the machine the gateway runs on. They exist only where gateway and site run in one process. */
const hostFaults = {
  'slow-disk': { zh: '磁盘缓慢', en: 'every commit takes ms longer' },
  'clock-jump': { zh: '时钟跳变', en: 'the wall clock jumps by ms; once' },
} as const;

export const faultLayers = ['wire', 'cable', 'board', 'network', 'host'] as const;
export type FaultLayer = (typeof faultLayers)[number];

/** One row of the table. `parameters` beside none are optional. */
export interface FaultRow {
  readonly layer: FaultLayer;
  readonly name: string;
  /** The kind of wire fault, or the kinds of board it befalls. */
  readonly kind: string;
  readonly zh: string;
  readonly en: string;
  readonly parameters: readonly (keyof FaultParameters)[];
}

const wireParameters = ['p', 'times', 'unit'] as const;
/** All faults, in the order they are listed to people. */
export const faultTable: readonly FaultRow[] = [
  ...Object.entries(wireFaults).map(([name, row]) => ({
    ...{ layer: 'wire' as const, name, kind: row.kind, zh: row.zh, en: row.en },
    parameters: 'takesMs' in row ? [...wireParameters, 'ms' as const] : wireParameters,
  })),
  ...plainRows('cable', cableFaults),
  ...Object.entries(boardFaults).map(([name, row]) => ({
    ...{ layer: 'board' as const, name, kind: row.on.join(', '), zh: row.zh, en: row.en },
    parameters: (['grams', 'ms'] as const).filter((parameter) => parameter in row),
  })),
  ...plainRows('network', networkFaults),
  ...plainRows('host', hostFaults),
];

function plainRows(layer: FaultLayer, rows: Readonly<Record<string, { readonly zh: string; readonly en: string }>>): FaultRow[] {
  const takesMs = ['slow', 'slow-disk', 'clock-jump'];
  return Object.entries(rows).map(([name, { zh, en }]) => ({ layer, name, kind: layer, zh, en, parameters: takesMs.includes(name) ? ['ms'] : [] }));
}

const parametersSchema = z.strictObject({
  p: z.number().gt(0).max(1).optional(),
  times: z.int().min(1).max(1_000_000).optional(),
  unit: z.int().min(1).max(247).optional(),
  ms: z.number().min(-1e12).max(1e12).optional(),
  grams: z.number().min(-1_000_000).max(1_000_000).optional(),
});
export type FaultParameters = z.infer<typeof parametersSchema>;
/** Every wait but the way of a clock: no timer runs longer than 2^31 ms, and nobody waits for an hour. */
const waitSchema = parametersSchema.extend({ ms: z.number().min(0).max(3_600_000).optional() });

/** A fault as it is asked for: where, what, how. */
export interface FaultOrder {
  readonly target: string;
  readonly row: FaultRow;
  readonly parameters: FaultParameters;
}
type Parsed<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly reason: string };

const refuse = (reason: string) => ({ ok: false, reason }) as const;

/** Reads `TARGET:NAME[:PARAMETER=NUMBER,...]`. Whether the target has that fault is for whoever has the target. */
export function parseFault(text: string): Parsed<FaultOrder> {
  const [target = '', name = '', rest, ...more] = text.split(':');
  if (target === '' || name === '' || more.length > 0) return refuse(`${text} is not TARGET:FAULT or TARGET:FAULT:PARAMETER=NUMBER,...`);
  const row = faultTable.find((one) => one.name === name);
  if (row === undefined) return refuse(`there is no fault ${name}; \`npm run sim -- list\` names them all`);
  const given = rest === undefined ? [] : rest.split(',').map((part) => part.split('='));
  const broken = given.find((part) => part.length !== 2 || part[1] === '' || Number.isNaN(Number(part[1])));
  if (broken !== undefined) return refuse(`${broken.join('=')} is not PARAMETER=NUMBER`);
  const stranger = given.find(([parameter]) => !row.parameters.some((known) => known === parameter));
  if (stranger !== undefined) return refuse(`${name} takes ${row.parameters.length === 0 ? 'no parameter' : row.parameters.join(', ')}, not ${stranger[0]}`);
  const parameters = (name === 'clock-jump' ? parametersSchema : waitSchema).safeParse(
    Object.fromEntries(given.map(([parameter, value]) => [parameter, Number(value)])),
  );
  if (!parameters.success) return refuse(parameters.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  return { ok: true, value: { target, row, parameters: parameters.data } };
}

/** The text `parseFault` reads. */
export function writeFault(target: string, name: string, parameters: FaultParameters = {}): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return [target, name, ...(given.length === 0 ? [] : [given.map(([parameter, value]) => `${parameter}=${value}`).join(',')])].join(':');
}
