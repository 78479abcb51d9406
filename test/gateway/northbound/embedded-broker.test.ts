// Lost without this file: anybody on the village network could speak for the gateway, listen to what they may not, or stall the broker.
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedBroker, openBroker } from '../../../gateway/northbound/embedded-broker.ts';
import { eventually } from '../../support/eventually.ts';

const topic = 'sifen/v1/waixiaojiang/gw-1/status';
let broker: EmbeddedBroker;
let notes: string[];
let clients: MqttClient[];
let sockets: Socket[];

const open = (port = 0) => openBroker({ host: '127.0.0.1', port, note: (_level, message, facts) => notes.push(`${message} ${JSON.stringify(facts)}`) });

beforeEach(async () => {
  [notes, clients, sockets] = [[], [], []];
  broker = await open();
});
afterEach(async () => {
  for (const client of clients) client.end(true);
  for (const socket of sockets) socket.destroy();
  await broker.close();
});

async function connect(options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(broker.url, { reconnectPeriod: 0, ...options }, false);
  clients.push(client);
  return client;
}
const asGateway = () => connect({ ...broker.credentials });
const refusal = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'granted',
    (error: Error) => error.message,
  );

function listen(client: MqttClient): string[] {
  const heard: string[] = [];
  client.on('message', (name, payload) => heard.push(`${name} ${payload}`));
  return heard;
}
const closed = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()));
async function tcp(): Promise<Socket> {
  const socket = connectTcp(broker.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

describe('who may speak', () => {
  it('the gateway is heard, live and retained', async () => {
    const gateway = await asGateway();
    const early = await connect();
    const heard = listen(early);
    await early.subscribeAsync('sifen/v1/#', { qos: 1 });
    await gateway.publishAsync(topic, 'here', { qos: 1, retain: true });
    await eventually(
      () => heard.length === 1,
      () => `heard ${heard}`,
    );
    const late = await connect();
    const heardLate = listen(late);
    await late.subscribeAsync(topic);
    await eventually(
      () => heardLate.length === 1,
      () => `heard ${heardLate}`,
    );
    expect([...heard, ...heardLate]).toEqual([`${topic} here`, `${topic} here`]);
  });
  it('others are acknowledged, discarded and stay connected', async () => {
    const gateway = await asGateway();
    const listener = await connect();
    const heard = listen(listener);
    await listener.subscribeAsync('sifen/v1/#');
    const forger = await connect({ clientId: 'forger', will: { topic, payload: Buffer.from('will'), qos: 1, retain: true } });
    for (const qos of [0, 1, 2] as const) await forger.publishAsync(topic, 'forged', { qos, retain: true });
    expect(forger.connected).toBe(true);
    forger.stream.destroy();
    await closed(forger);
    await gateway.publishAsync(topic, 'true', { qos: 1 });
    await eventually(
      () => heard.length > 0,
      () => 'nothing heard',
    );
    expect(heard).toEqual([`${topic} true`]);
    expect(notes.filter((note) => note.includes('tried to publish'))).toHaveLength(1);
    const late = await connect();
    const heardLate = listen(late);
    await late.subscribeAsync('sifen/v1/#');
    await sleep(100);
    expect(heardLate).toEqual([]);
  });
  it('a wrong password, or the gateway’s name or client id without it, is refused and does not push the gateway out', async () => {
    const gateway = await asGateway();
    const { clientId, username } = broker.credentials;
    for (const options of [{ clientId, username, password: 'x' }, { username, password: 'x' }, { clientId }, { ...broker.credentials, clientId: 'other' }]) {
      expect(await refusal(connect(options))).toMatch(/Connection refused/);
    }
    expect(gateway.connected).toBe(true);
    await gateway.publishAsync(topic, 'still here', { qos: 1 });
  });
});

describe('who may listen to what', () => {
  it.each(['#', '+/v1/#', '$SYS/#', 'sifen/#', 'sifen/v1', '$discarded'])('%s is refused with a note', async (filter) => {
    const client = await connect();
    expect(await refusal(client.subscribeAsync(filter))).not.toBe('granted');
    expect(notes.some((note) => note.includes('A subscription was refused.') && note.includes(JSON.stringify(filter)))).toBe(true);
    expect(client.connected).toBe(true);
  });
  it.each(['sifen/v1/#', 'sifen/v1/+/+/events/#', topic])('%s is granted', async (filter) => {
    expect(await refusal((await connect()).subscribeAsync(filter))).toBe('granted');
  });
  it('33 filters are one too many', async () => {
    const client = await connect();
    const outcomes = [];
    for (let n = 0; n < 33; n += 1) outcomes.push(await refusal(client.subscribeAsync(`sifen/v1/v/g/state/d-${n}`)));
    expect(outcomes.filter((outcome) => outcome === 'granted')).toHaveLength(32);
  });
});

describe('what it withstands', () => {
  it('a stranger who declares 256 MB is cut off at once', async () => {
    const socket = await tcp();
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    await once(socket, 'close');
    expect(notes.join()).toContain('a packet of more than 4096 bytes');
  });
  it('so is a listener whose packets grow', async () => {
    const client = await connect();
    client.publish(topic, Buffer.alloc(20_000));
    await closed(client);
    expect(notes.join()).toContain('a packet of more than 16384 bytes');
  });
  it('65 connections are one too many', async () => {
    const all = await Promise.all(Array.from({ length: 64 }, tcp));
    const extra = await tcp();
    await once(extra, 'close');
    expect(all.every((socket) => !socket.destroyed)).toBe(true);
    expect(notes.join()).toContain('the broker is full');
  });
  it('a listener that stops reading does not hold up the others', async () => {
    const gateway = await asGateway();
    const frozen = await tcp();
    frozen.pause();
    // CONNECT as client "f", keep-alive 60 s; SUBSCRIBE to sifen/v1/# at QoS 1. Source: MQTT 3.1.1 sections 3.1 and 3.8.
    frozen.write(Buffer.from(`100d00044d5154540402003c000166820f0001000a${Buffer.from('sifen/v1/#').toString('hex')}01`, 'hex'));
    const healthy = await connect();
    const heard = listen(healthy);
    await healthy.subscribeAsync('sifen/v1/#', { qos: 1 });
    const payload = Buffer.alloc(12_000, 'x');
    for (let n = 0; n < 1200; n += 1) await gateway.publishAsync(topic, payload, { qos: 1 });
    await eventually(
      () => heard.length === 1200,
      () => `heard ${heard.length} of 1200`,
    );
  });
  it('a kept session is not kept', async () => {
    const options = { clientId: 'keeper', clean: false };
    const first = await connect(options);
    await first.subscribeAsync('sifen/v1/#', { qos: 1 });
    await first.endAsync();
    const gateway = await asGateway();
    await gateway.publishAsync(topic, 'missed', { qos: 1 });
    const again = await connect(options);
    const heard = listen(again);
    await sleep(100);
    expect(heard).toEqual([]);
  });
});

describe('opening and closing', () => {
  it('a taken port says so in one sentence with the way out', async () => {
    await expect(open(broker.port)).rejects.toMatchObject({
      code: 'port_in_use',
      message: `Port ${broker.port} on 127.0.0.1 is taken: another program already listens there.`,
      hint: expect.stringContaining('mqtt.embedded.port'),
    });
  });
  it('an address that is not ours says so too', async () => {
    await expect(openBroker({ host: '192.0.2.1', port: 0, note: () => undefined })).rejects.toMatchObject({ code: 'listen_failed' });
  });
  it('closes with half-open connections and gives the port back', async () => {
    await tcp();
    await connect();
    await broker.close();
    await broker.close();
    const { port } = broker;
    broker = await open(port);
    expect(broker.port).toBe(port);
  });
});
