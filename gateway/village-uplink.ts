/**
 * What a village tells its broker: the events of its log through the uplink, and its devices on retained topics. It stands apart from
 * gateway.ts so that a village without pages and sockets can have it too.
 */
import type { Clock } from './clock.ts';
import type { Machine } from './machine.ts';
import type { MqttTarget, OpenBrokerStream } from './northbound/mqtt-connection.ts';
import type { Note } from './northbound/note.ts';
import { startUplink, type Uplink } from './northbound/uplink.ts';
import type { Village } from './runtime.ts';

const cursorName = 'uplink';

export interface VillageUplinkOptions {
  readonly machine: Machine;
  readonly target: MqttTarget;
  readonly note: Note;
  /** How the broker is reached, if not by TCP or TLS of the machine. */
  readonly openStream?: OpenBrokerStream | undefined;
}

/** Starts the session of a village to its broker; every event appended from now on wakes it. @throws GatewayError config_invalid as `startUplink`. */
export function openVillageUplink(village: Village, { machine, target, note, openStream }: VillageUplinkOptions): Uplink {
  const { store, site, time } = village;
  const embedded = site.config.mqtt.uplink.url === null;
  const uplink = startUplink({
    target,
    owner: { village: site.config.village.id, gateway: site.config.gateway.id },
    acknowledge: embedded ? 'unconfirmed' : 'broker',
    log: {
      readAfter: (sequence, limit) => store.readAfter(sequence, limit),
      loadCursor: () => store.loadCursor(cursorName),
      saveCursor: (sequence) => store.saveCursor(cursorName, sequence),
    },
    facts: () => ({ boot: store.head.boot, epoch: store.head.epoch, head: store.head.sequence, timeq: time.quality() }),
    clock: machine.clock,
    random: machine.random,
    note,
    openStream,
  });
  store.onAppended(() => uplink.wake());
  return uplink;
}

/** Device states on their retained topics, looked at once a second and sent when they changed. Returns the way to stop. */
export function startStateTopics(village: Village, uplink: Uplink, wire: Clock): () => Promise<void> {
  const sent = new Map<string, string>();
  const stopping = new AbortController();
  const look = () => {
    for (const device of village.field?.devices() ?? []) {
      const text = JSON.stringify(device);
      if (sent.get(device.id) === text) continue;
      sent.set(device.id, text);
      uplink.publishState(device.id, { ...device, atMs: village.time.clock.now() });
    }
  };
  const task = (async () => {
    while (!stopping.signal.aborted) {
      look();
      await wire.sleep(stateLookMs, 'state topics', stopping.signal).catch(() => undefined);
    }
  })();
  return () => {
    stopping.abort();
    return task;
  };
}

/** Unit: wire ms. */
const stateLookMs = 1000;
