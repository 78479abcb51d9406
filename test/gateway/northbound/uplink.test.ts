// Lost without this file: events could be lost, reordered or sent for ever when brokers vanish, refuse, hang or come back.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { villageClock, wireClock } from '../../../gateway/clock.ts';
import { type EmbeddedBroker, openBroker } from '../../../gateway/northbound/embedded-broker.ts';
import { backOffMs } from '../../../gateway/northbound/mqtt-connection.ts';
import { startUplink, type Uplink, type UplinkOptions } from '../../../gateway/northbound/uplink.ts';
import { epochMs } from '../../../protocol/units.ts';
import { uplinkStatusSchema } from '../../../protocol/uplink-status.ts';
import { makeEvents } from '../../support/event-chain.ts';
import { eventually } from '../../support/eventually.ts';
import { MemoryLog } from '../../support/memory-log.ts';
import { packetType, readFrames, readPublish } from '../../support/mqtt-frames.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

const owner = { village: 'waixiaojiang', gateway: 'gw-test' };
const root = 'sifen/v1/waixiaojiang/gw-test';
const history = makeEvents(300);
/** 60 ms of network time a millisecond: what takes 15 s takes a quarter of one. Sockets do not notice. */
const fastClock = villageClock(epochMs(0), 60);
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const openTestBroker = async (port = 0): Promise<EmbeddedBroker> => {
  const broker = await openBroker({ host: '127.0.0.1', port, note: () => undefined });
  ends.push(() => broker.close());
  return broker;
};
function start(log: MemoryLog, options: Pick<UplinkOptions, 'target'> & Partial<UplinkOptions>): { uplink: Uplink; notes: string[] } {
  const notes: string[] = [];
  const uplink = startUplink({
    owner,
    acknowledge: 'unconfirmed',
    log,
    facts: () => ({ boot: 3, epoch: 1, head: log.head, timeq: 'ntp' }),
    clock: wireClock,
    random: () => 0,
    note: (_level, message) => notes.push(message),
    ...options,
  });
  ends.push(() => uplink.close().catch(() => undefined));
  return { uplink, notes };
}
const targetOf = (broker: EmbeddedBroker): UplinkOptions['target'] => ({ url: broker.url, protocol: 4, ...broker.credentials });

interface Heard {
  readonly payloads: (topic: string) => string[];
  readonly events: () => string[];
}
async function listen(broker: EmbeddedBroker): Promise<Heard> {
  const client = await connectAsync(broker.url, { reconnectPeriod: 0 });
  ends.push(() => client.end(true));
  const messages: (readonly [string, string])[] = [];
  client.on('message', (topic, payload) => messages.push([topic, payload.toString()]));
  await client.subscribeAsync('sifen/v1/#', { qos: 1 });
  return {
    payloads: (topic) => messages.filter(([name]) => name === topic).map(([, payload]) => payload),
    events: () => messages.filter(([name]) => name.startsWith(`${root}/events/`)).map(([, payload]) => payload),
  };
}
const wires = (from: number, to: number) => history.slice(from, to).map(({ envelope }) => envelope.toString());

/** A broker that accepts everybody and then does as told with each packet after CONNECT. */
async function openOddBroker(
  answer: (socket: Socket, connections: number) => void,
): Promise<{ url: string; connections: () => number; openSockets: () => number }> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('data', () => answer(socket, connections));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections, openSockets: () => sockets.size };
}
const oddTarget = (url: string): UplinkOptions['target'] => ({ url, protocol: 4, clientId: 'gw-test' });
/** Acknowledges every QoS 1 publish and returns the packet types it saw. */
function acknowledgeAll(socket: Socket): number[] {
  const types: number[] = [];
  const feed = readFrames((type, body) => {
    types.push(type);
    if (type !== packetType.publish) return;
    const { id } = readPublish(body);
    socket.write(Buffer.of(packetType.puback << 4, 2, id >> 8, id & 255));
  });
  socket.on('data', feed);
  return types;
}
/** CONNACK, MQTT 3.1.1 section 3.2. */
const connack = (returnCode: number) => Buffer.from([0x20, 2, 0, returnCode]);

describe('forwarding', () => {
  it('sends a backlog in order, then what is appended, byte for byte, and saves how far it came', async () => {
    const broker = await openTestBroker();
    const heard = await listen(broker);
    const log = new MemoryLog(history.slice(0, 200));
    const { uplink } = start(log, { target: targetOf(broker) });
    await eventually(
      () => heard.events().length >= 200 && log.cursor === 200,
      () => `${heard.events().length} events, cursor ${log.cursor}`,
    );
    log.append(...history.slice(200, 210));
    uplink.wake();
    await eventually(
      () => heard.events().length >= 210 && log.cursor === 210,
      () => `${heard.events().length} events, cursor ${log.cursor}`,
    );
    expect(heard.events()).toEqual(wires(0, 210));
    expect(heard.payloads(`${root}/events/device/health`)).toEqual(wires(0, 210).filter((_, index) => index % 2 === 1));
    expect(uplink.report()).toEqual({ state: 'online', cursor: 210, backlog: 0, failure: undefined });
  });
  it('goes on from a saved cursor', async () => {
    const broker = await openTestBroker();
    const heard = await listen(broker);
    const log = new MemoryLog(history.slice(0, 20));
    log.cursor = 15;
    start(log, { target: targetOf(broker) });
    await eventually(
      () => log.cursor === 20,
      () => `cursor ${log.cursor}`,
    );
    expect(heard.events()).toEqual(wires(15, 20));
  });
  it('loses nothing, in order, when the connection is torn after any number of bytes, twenty times', async () => {
    const broker = await openTestBroker();
    const heard = await listen(broker);
    const tornAfterBytes = Array.from({ length: 20 }, (_, index) => 300 + ((index * 7919) % 20_000));
    const proxy = await startTcpProxy(broker.port, () => tornAfterBytes.shift() ?? Number.POSITIVE_INFINITY);
    ends.push(proxy.stop);
    const log = new MemoryLog(history);
    const { uplink, notes } = start(log, { target: { ...targetOf(broker), url: `mqtt://127.0.0.1:${proxy.port}` }, clock: fastClock });
    uplink.publishState('scale-1', { grams: 1 });
    await eventually(
      () => log.cursor === 300 && tornAfterBytes.length === 0,
      () => `cursor ${log.cursor}, ${tornAfterBytes.length} tears to come`,
      25_000,
    );
    expect([...new Set(heard.events())]).toEqual(wires(0, 300));
    expect(uplink.report()).toMatchObject({ state: 'online', backlog: 0 });
    expect(notes.length).toBeGreaterThan(3);
    // The broker may have forgotten: each connection tells the state again.
    expect(heard.payloads(`${root}/state/scale-1`).length).toBeGreaterThan(1);
  });
  it('a store that fails ends it, loudly', async () => {
    const broker = await openTestBroker();
    const log = new MemoryLog(history.slice(0, 3));
    log.saveCursor = () => {
      throw new Error('disk full');
    };
    const { uplink } = start(log, { target: targetOf(broker) });
    await expect(uplink.done).rejects.toThrow('disk full');
    expect(uplink.report().state).toBe('offline');
  });
});

describe('status and states', () => {
  it('the status topic tells the truth while online, and offline when told goodbye', async () => {
    const broker = await openTestBroker();
    const heard = await listen(broker);
    const log = new MemoryLog(history.slice(0, 5));
    const { uplink } = start(log, { target: targetOf(broker) });
    await eventually(
      () => heard.payloads(`${root}/status`).length > 0,
      () => 'no status',
    );
    const [status = ''] = heard.payloads(`${root}/status`);
    expect(uplinkStatusSchema.parse(JSON.parse(status))).toEqual({
      state: 'online',
      boot: 3,
      epoch: 1,
      head: 5,
      backlog: 5,
      timeq: 'ntp',
      acknowledge: 'unconfirmed',
    });
    await uplink.close();
    await eventually(
      () => heard.payloads(`${root}/status`).at(-1) === '{"state":"offline"}',
      () => `${heard.payloads(`${root}/status`)}`,
    );
  });
  it('a stop takes what is acknowledged along, and leaves with DISCONNECT', async () => {
    const seen: number[][] = [];
    const odd = await openOddBroker((socket) => {
      seen.push(acknowledgeAll(socket));
      socket.write(connack(0));
    });
    const log = new MemoryLog(history.slice(0, 20));
    const { uplink } = start(log, { target: oddTarget(odd.url) });
    await eventually(
      () => (seen[0]?.length ?? 0) > 0,
      () => 'nothing published',
    );
    await uplink.close();
    expect(log.cursor).toBe(20);
    // 20 events, the status and the goodbye.
    expect(seen).toEqual([[...Array.from({ length: 22 }, () => packetType.publish), packetType.disconnect]]);
  });
  it('the last will says offline when the gateway is cut off', async () => {
    const broker = await openTestBroker();
    const heard = await listen(broker);
    const log = new MemoryLog();
    log.readAfter = () => {
      throw new Error('power cut');
    };
    const { uplink } = start(log, { target: targetOf(broker) });
    await expect(uplink.done).rejects.toThrow('power cut');
    await eventually(
      () => heard.payloads(`${root}/status`).at(-1) === '{"state":"offline"}',
      () => `${heard.payloads(`${root}/status`)}`,
    );
  });
  it('a status that stays behind is brought up to date, not more often than every 5 s', async () => {
    const broker = await openTestBroker();
    const heard = await listen(broker);
    const log = new MemoryLog(history.slice(0, 50));
    start(log, { target: targetOf(broker), clock: fastClock });
    const statuses = () => heard.payloads(`${root}/status`).map((text) => JSON.parse(text));
    await eventually(
      () => statuses().at(-1)?.backlog === 0,
      () => JSON.stringify(statuses()),
    );
    expect(statuses().length).toBeLessThanOrEqual(4);
  });
  it('device states are retained, and only the latest counts', async () => {
    const broker = await openTestBroker();
    const { uplink } = start(new MemoryLog(), { target: targetOf(broker) });
    for (let grams = 0; grams <= 1000; grams += 1) uplink.publishState('scale-1', { grams });
    uplink.publishState('bin-1', { state: 'offline' });
    await eventually(
      () => uplink.report().state === 'online',
      () => 'not online',
    );
    for (let grams = 1000; grams <= 2000; grams += 1) uplink.publishState('scale-1', { grams });
    const heard = await listen(broker);
    const grams = () => heard.payloads(`${root}/state/scale-1`).map((text) => JSON.parse(text).grams);
    await eventually(
      () => grams().at(-1) === 2000,
      () => `${grams()}`,
    );
    expect(grams().length).toBeLessThanOrEqual(3);
    expect(heard.payloads(`${root}/state/bin-1`)).toEqual(['{"state":"offline"}']);
  });
});

describe('brokers that misbehave', () => {
  it('one that refuses is asked again, politely, and named in one note', async () => {
    const odd = await openOddBroker((socket) => socket.end(connack(5)));
    const { uplink, notes } = start(new MemoryLog(history.slice(0, 1)), { target: oddTarget(odd.url), clock: fastClock });
    await eventually(
      () => odd.connections() >= 5,
      () => `${odd.connections()} connections`,
    );
    expect(uplink.report()).toMatchObject({
      state: expect.stringMatching(/offline|connecting/),
      failure: expect.stringContaining('Connection refused: Not authorized'),
    });
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(new URL(odd.url).host);
  });
  it('one that never acknowledges is replaced after 15 s, and the same event comes again', async () => {
    const received: Buffer[] = [];
    const odd = await openOddBroker((socket, connections) => {
      received[connections - 1] = Buffer.alloc(0);
      socket.on('data', (bytes) => {
        received[connections - 1] = Buffer.concat([received[connections - 1] ?? Buffer.alloc(0), bytes]);
      });
      socket.write(connack(0));
    });
    const log = new MemoryLog(history.slice(0, 2));
    const { notes } = start(log, { target: oddTarget(odd.url), clock: fastClock });
    // On a busy machine this fast clock may replace a connection before anything was sent on it.
    await eventually(
      () => received.filter((bytes) => bytes.includes(history[0]?.envelope ?? 'missing')).length >= 2,
      () => `${odd.connections()} connections, ${notes}`,
    );
    expect(notes.join()).toContain('does not acknowledge');
    expect(log.cursor).toBe(0);
  });
  it.each([1, 3])('one that announces a Receive Maximum of %d never sees more unacknowledged', async (receiveMaximum) => {
    let waiting = 0;
    let most = 0;
    const odd = await openOddBroker((socket) => {
      // CONNACK with one property, MQTT 5 section 3.2.2.3.3.
      socket.write(Buffer.of(0x20, 6, 0, 0, 3, 0x21, 0, receiveMaximum));
      const feed = readFrames((type, body) => {
        if (type !== packetType.publish) return;
        const { id } = readPublish(body);
        waiting += 1;
        most = Math.max(most, waiting);
        setTimeout(() => {
          waiting -= 1;
          socket.write(Buffer.of(packetType.puback << 4, 2, id >> 8, id & 255));
        }, 5);
      });
      socket.on('data', feed);
    });
    const log = new MemoryLog(history.slice(0, 20));
    const { uplink } = start(log, { target: { ...oddTarget(odd.url), protocol: 5 } });
    uplink.publishState('scale-1', { grams: 1 });
    await eventually(
      () => log.cursor === 20,
      () => `cursor ${log.cursor}`,
    );
    expect(most).toBe(receiveMaximum);
  });
  it('one that goes silent is replaced after three keep-alives', async () => {
    const odd = await openOddBroker((socket, connections) => {
      socket.write(connack(0));
      if (connections === 1) acknowledgeAll(socket);
    });
    const { notes } = start(new MemoryLog(), { target: oddTarget(odd.url), clock: fastClock });
    await eventually(
      () => odd.connections() >= 2,
      () => `${odd.connections()} connections`,
    );
    expect(notes.join()).toContain('went silent');
  });
  it('one that accepts and says nothing at all is given up after 10 s', async () => {
    const odd = await openOddBroker(() => undefined);
    const { notes } = start(new MemoryLog(), { target: oddTarget(odd.url), clock: fastClock });
    await eventually(
      () => odd.connections() >= 2,
      () => `${odd.connections()} connections`,
    );
    expect(notes.join()).toContain('does not answer');
  });
  it('one that talks nonsense does no harm', async () => {
    const odd = await openOddBroker((socket) => socket.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const { uplink } = start(new MemoryLog(), { target: oddTarget(odd.url), clock: fastClock });
    await eventually(
      () => odd.connections() >= 3,
      () => `${odd.connections()} connections`,
    );
    await uplink.close();
  });
  it('an address that is none is told before anything starts', () => {
    expect(() => start(new MemoryLog(), { target: oddTarget('mqtt://') })).toThrow('not the address of an MQTT broker');
  });
  it('closing ends it in any state, within bounds', async () => {
    for (const answer of [(socket: Socket) => void socket.write(connack(0)), () => undefined, (socket: Socket) => void socket.destroy()]) {
      const odd = await openOddBroker(answer);
      const { uplink } = start(new MemoryLog(history.slice(0, 3)), { target: oddTarget(odd.url) });
      await eventually(
        () => odd.connections() >= 1,
        () => 'no connection',
      );
      await Promise.all([uplink.close(), uplink.close()]);
      expect(uplink.report().state).toBe('offline');
      await eventually(
        () => odd.openSockets() === 0,
        () => 'a socket stays open',
      );
    }
  });
});

it('the pause between attempts doubles up to 30 s, with full jitter and never none', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 8, 1000].map((failures) => backOffMs(failures, () => 1));
  expect(longest).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  expect(new Set([0, 5, 1000].map((failures) => backOffMs(failures, () => 0)))).toEqual(new Set([250]));
  expect(backOffMs(6, () => 0.5)).toBe(8125);
});
