/**
 * A village in service: the open ledger and field, plus the broker, the uplink, the pages and the socket. It is what `sifen run` and the
 * demo start, and it stops in reverse, saying goodbye on the status topic.
 */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Closer, closeAll, closingAfter } from './closers.ts';
import { formatLocal } from './core/calendar.ts';
import { bannerOf } from './core/repairs.ts';
import { formatEvent } from './core/timeline.ts';
import { socketIn } from './data-folder.ts';
import { GatewayError } from './errors.ts';
import { outagesShownMax, recentEventsMax } from './limits.ts';
import type { Log } from './log.ts';
import { openBroker } from './northbound/embedded-broker.ts';
import type { MqttTarget } from './northbound/mqtt-connection.ts';
import type { Note } from './northbound/note.ts';
import type { Uplink } from './northbound/uplink.ts';
import { openVillage, type Village, type VillageOptions } from './runtime.ts';
import { openVillageUplink, startStateTopics } from './village-uplink.ts';
import { busMetrics } from './web/bus-metrics.ts';
import type { Metric } from './web/metrics.ts';
import { openPages, openSocket } from './web/server.ts';

export interface Gateway {
  readonly village: Village;
  readonly uplink: Uplink;
  /** Address of the status page. */
  readonly url: string;
  /** Address of the broker that gets the events. */
  readonly brokerUrl: string;
  close(): Promise<void>;
}

/** @throws GatewayError port_in_use and whatever opening the village can meet; everything opened so far is closed again. */
export async function openGateway(options: VillageOptions): Promise<Gateway> {
  const closers: Closer[] = [];
  try {
    // Everything a start may fail at comes before the ledger is touched: one that cannot serve must not write a boot event.
    const socketPath = socketIn(options.dataDir);
    const broker = await openEmbedded(options);
    if (broker !== null) closers.push(() => broker.close());
    const target = targetOf(options, broker);
    const onBug = (error: unknown) => options.log.error({ err: error }, 'a request met a fault of the gateway');
    const pages = await openPages({ ...options.site.config.http, onBug });
    closers.push(() => pages.close());
    const refusals: Record<string, number> = {};
    const village = openVillage({ ...options, onOutcome: countRefusals(refusals, options.onOutcome) });
    closers.push(() => village.close());
    const uplink = openVillageUplink(village, { machine: options.machine, target, note: noteTo(options.log) });
    closers.push(() => uplink.close());
    const recent = keepRecent(village);
    const status = () => ({ ...statusOf(village, uplink, recent), refusals });
    const unhealthy = () => village.store.ledger.quickProblems()[0]?.detail ?? null;
    const desk = { ...village.desk, status, uplink: () => uplink.report() };
    closers.push(pages.show({ status, metrics: () => metricsOf(village, uplink), unhealthy, village: desk }));
    const socket = await openSocket({ desk, path: socketPath, onBug });
    closers.push(() => socket.close());
    closers.push(startStateTopics(village, uplink, options.machine.clock));
    let closed: Promise<void> | undefined;
    const close = () => {
      socket.refuse();
      // Asked again, it is the same end: a finished village has no books to look into.
      closed ??= closingAfter(
        () => village.finish(),
        () => closeAll(closers),
      );
      return closed;
    };
    return { village, uplink, url: pages.url, brokerUrl: target.url, close };
  } catch (error) {
    // What went wrong first is what is told.
    await closeAll(closers).catch(() => undefined);
    throw error;
  }
}

async function openEmbedded({ site, log }: VillageOptions) {
  const { embedded } = site.config.mqtt;
  return embedded === null ? null : await openBroker({ ...embedded, note: noteTo(log) });
}

function targetOf({ site }: VillageOptions, broker: Awaited<ReturnType<typeof openEmbedded>>): MqttTarget {
  const { uplink } = site.config.mqtt;
  if (uplink.url === null) {
    if (broker === null) throw new Error('neither broker nor uplink; the site file was not cross-checked');
    return { url: broker.url, protocol: 4, ...broker.credentials };
  }
  const password = uplink.passwordFile === undefined ? undefined : readPassword(resolve(dirname(site.file), uplink.passwordFile));
  return { url: uplink.url, protocol: uplink.protocol, clientId: `sifen-${site.config.gateway.id}`, username: uplink.username, password };
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new GatewayError('file_unreadable', `The password file ${file} (mqtt.uplink.passwordFile) cannot be read.`, { cause });
  }
}

const noteTo =
  (log: Log): Note =>
  (level, message, facts) =>
    log[level](facts, message);

/** Counts by code what was refused at the counters since the start: no event, for nothing changed, but a person wants to see it. */
function countRefusals(refusals: Record<string, number>, next: VillageOptions['onOutcome']): NonNullable<VillageOptions['onOutcome']> {
  return (told) => {
    if ('code' in told.outcome) refusals[told.outcome.code] = (refusals[told.outcome.code] ?? 0) + 1;
    next?.(told);
  };
}

function keepRecent(village: Village): string[] {
  const recent: string[] = [];
  village.store.onAppended((event) => {
    recent.unshift(formatEvent(event, 'zh'));
    recent.length = Math.min(recent.length, recentEventsMax);
  });
  return recent;
}

function statusOf(village: Village, uplink: Uplink, recent: readonly string[]): object {
  const { store, site, time, field } = village;
  const { config } = site;
  return {
    villageName: config.village.name,
    village: config.village.id,
    gateway: config.gateway.id,
    time: formatLocal(time.clock.now()),
    timeq: time.quality(),
    head: store.head.sequence,
    epoch: store.head.epoch,
    boot: store.head.boot,
    uplink: uplink.report(),
    problem: store.ledger.quickProblems()[0]?.detail ?? null,
    devices: field?.devices() ?? [],
    bus: field?.bus() ?? null,
    bins: store.bins.state(),
    outOfService: store.oversight.outages(outagesShownMax).map(bannerOf),
    ledger: store.ledger.totals(),
    counts: store.counts(),
    recent,
  };
}

function metricsOf(village: Village, uplink: Uplink): Metric[] {
  const { store, field } = village;
  const report = uplink.report();
  const gauge = (name: string, help: string, value: number): Metric => ({ name, help, type: 'gauge', samples: [{ value }] });
  return [
    {
      name: 'sifen_events_total',
      help: 'Events in the log by name.',
      type: 'counter',
      samples: Object.entries(store.counts()).map(([name, value]) => ({ labels: { name }, value })),
    },
    gauge('sifen_event_head', 'Sequence number of the newest event.', store.head.sequence),
    gauge('sifen_boot', 'Starts of the gateway so far.', store.head.boot),
    gauge('sifen_uplink_backlog', 'Events not yet taken by the broker.', report.backlog),
    gauge('sifen_uplink_online', '1 while connected to the broker.', report.state === 'online' ? 1 : 0),
    gauge('sifen_ledger_problems', 'Things wrong with the books; 0 is sound.', store.ledger.quickProblems().length),
    {
      name: 'sifen_device_online',
      help: '1 while the device answers.',
      type: 'gauge',
      samples: (field?.devices() ?? []).map(({ id, state }) => ({ labels: { device: id }, value: state === 'online' ? 1 : 0 })),
    },
    ...(field ? busMetrics(field.bus()) : []),
    gauge('sifen_memory_bytes', 'Resident set size.', process.memoryUsage.rss()),
  ];
}
