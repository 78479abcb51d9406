/**
 * The field bus in figures: which line is full and which device costs it. One report serves /metrics, the status API and whoever looks for a fault; it
 * names devices and lines, and nothing that was said on them.
 */
import type { PortStats } from '../southbound/frame-wire.ts';
import type { LineStats } from '../southbound/line.ts';
import type { TrafficStats } from '../southbound/traffic.ts';
import type { Metric } from './metrics.ts';

/** Counters since the start; units in southbound/traffic.ts. */
export interface BusReport {
  readonly lines: readonly (LineStats & { readonly id: string })[];
  readonly devices: readonly (TrafficStats & { readonly id: string; readonly line: string; readonly unit: number })[];
  /** Devices with a port of their own. */
  readonly ports: readonly (PortStats & { readonly id: string })[];
}

type Row<Item> = readonly [name: string, type: Metric['type'], help: string, pick: (item: Item) => number];

const trafficRows: readonly Row<TrafficStats>[] = [
  ['requests_total', 'counter', 'Requests sent.', ({ sent }) => sent],
  ['exceptions_total', 'counter', 'Requests refused by the device.', ({ exceptions }) => exceptions],
  ['timeouts_total', 'counter', 'Requests nobody answered.', ({ timeouts }) => timeouts],
  ['garbled_total', 'counter', 'Replies that were not valid.', ({ garbled }) => garbled],
  ['doubled_total', 'counter', 'Replies behind which another came that nobody asked for.', ({ doubled }) => doubled],
  ['lost_total', 'counter', 'Requests under way when the line was lost.', ({ lost }) => lost],
  ['unsent_total', 'counter', 'Requests called off, refused or left out before they were sent.', ({ unsent }) => unsent],
  ['reply_mean_seconds', 'gauge', 'Mean time from request to reply.', ({ meanMs }) => meanMs / 1000],
  ['reply_max_seconds', 'gauge', 'Longest time from request to reply.', ({ worstMs }) => worstMs / 1000],
  ['busy_seconds_total', 'counter', 'Time the line was taken, with gaps and guards.', ({ busyMs }) => busyMs / 1000],
  ['line_share', 'gauge', 'Share of the time of the line, 0 to 1, over about a minute.', ({ utilisation }) => utilisation],
];
const lineRows: readonly Row<LineStats>[] = [
  ...trafficRows,
  ['open', 'gauge', '1 while the wire is there.', ({ open }) => (open ? 1 : 0)],
  ['waiting', 'gauge', 'Requests waiting.', ({ waiting }) => waiting],
  ['reopened_total', 'counter', 'Reopenings on purpose, after a timeout on TCP.', ({ reopened }) => reopened],
  ['stray_bytes_total', 'counter', 'Bytes nobody asked for.', ({ strayBytes }) => strayBytes],
];

export function busMetrics({ lines, devices, ports }: BusReport): Metric[] {
  // A port is named as the device on it, which has no line.
  const everybody = [...devices, ...ports.map((port) => ({ ...port, line: '' }))];
  return [
    ...lineRows.map(([name, type, help, pick]) => ({
      ...{ name: `sifen_line_${name}`, type, help },
      samples: lines.map((line) => ({ labels: { line: line.id }, value: pick(line) })),
    })),
    ...trafficRows.map(([name, type, help, pick]) => ({
      ...{ name: `sifen_device_${name}`, type, help },
      samples: everybody.map((device) => ({ labels: { device: device.id, line: device.line }, value: pick(device) })),
    })),
  ];
}
