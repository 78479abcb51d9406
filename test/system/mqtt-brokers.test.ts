// Lost without this file: our MQTT would only be known to work with our MQTT.
import { afterEach, expect, it } from 'vitest';
import { villageClock } from '../../gateway/clock.ts';
import { openBroker } from '../../gateway/northbound/embedded-broker.ts';
import { startUplink, type Uplink, type UplinkOptions } from '../../gateway/northbound/uplink.ts';
import { watchEvents } from '../../gateway/northbound/watch.ts';
import { openEvent } from '../../protocol/signed-event.ts';
import { epochMs } from '../../protocol/units.ts';
import { makeEvents } from '../support/event-chain.ts';
import { eventually } from '../support/eventually.ts';
import { MemoryLog } from '../support/memory-log.ts';
import { makeMosquitto, startMosquittoSub } from '../support/mosquitto.ts';
import { packetType, readFrames, readPublish } from '../support/mqtt-frames.ts';
import { startTcpProxy, type WireTap } from '../support/tcp-proxy.ts';
import { testKeys } from '../support/test-keys.ts';
import { describeWith } from './tools.ts';

const root = 'sifen/v1/waixiaojiang/gw-test';
const history = makeEvents(600);
/** Makes the pauses between attempts short. */
const fastClock = villageClock(epochMs(0), 20);
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function start(log: MemoryLog, target: Omit<UplinkOptions['target'], 'clientId'> & { clientId?: string }): { uplink: Uplink; notes: string[] } {
  const notes: string[] = [];
  const uplink = startUplink({
    target: { clientId: 'gw-test', ...target },
    owner: { village: 'waixiaojiang', gateway: 'gw-test' },
    acknowledge: 'broker',
    log,
    facts: () => ({ boot: 1, epoch: 1, head: log.head, timeq: 'ntp' }),
    clock: fastClock,
    random: () => 0.5,
    note: (_level, message) => notes.push(message),
  });
  ends.push(() => uplink.close());
  return { uplink, notes };
}
async function startMosquitto(settings?: readonly string[], files?: Readonly<Record<string, string>>) {
  const mosquitto = await makeMosquitto(settings, files);
  ends.push(mosquitto.stop);
  await mosquitto.start();
  return mosquitto;
}
async function subscribe(port: number, filter: string, ...more: readonly string[]) {
  const subscription = await startMosquittoSub(port, filter, ...more);
  ends.push(subscription.stop);
  return subscription.messages;
}
const sequencesOf = (messages: readonly { readonly payload: string }[]): number[] =>
  messages.map(({ payload }) => {
    const opened = openEvent(Buffer.from(payload), testKeys);
    if (!opened.ok) throw new Error(`${opened.reason}: ${opened.detail}`);
    return opened.event.sequence;
  });
/** What goes over the gateway's wire: sequence numbers as published, and as acknowledged by the broker. */
function tapEvents() {
  const sent: number[] = [];
  const taken: number[] = [];
  const tap = (): WireTap => {
    const waiting = new Map<number, number>();
    const up = readFrames((type, body) => {
      if (type !== packetType.publish) return;
      const { topic, id, payload } = readPublish(body);
      if (!topic.startsWith(`${root}/events/`)) return;
      const [sequence = 0] = sequencesOf([{ payload: payload.toString() }]);
      sent.push(sequence);
      waiting.set(id, sequence);
    });
    const down = readFrames((type, body) => {
      const sequence = type === packetType.puback ? waiting.get(body.readUInt16BE(0)) : undefined;
      if (sequence !== undefined) taken.push(sequence);
    });
    return { up, down };
  };
  return { sent, taken, tap };
}
function watchAsPlatform(url: string) {
  const verdicts: string[] = [];
  const sequences: number[] = [];
  let connections = 0;
  const stop = new AbortController();
  const watching = watchEvents({
    target: { url, protocol: 4, clientId: 'platform' },
    keys: testKeys,
    clock: fastClock,
    random: () => 0,
    note: () => undefined,
    signal: stop.signal,
    onReady: () => {
      connections += 1;
    },
    onReport: (report) => {
      verdicts.push(report.verdict);
      if ('sequence' in report) sequences.push(report.sequence);
    },
  });
  ends.push(() => {
    stop.abort();
    return watching;
  });
  return { verdicts, sequences, connections: () => connections };
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describeWith('mosquitto_sub')('mosquitto_sub at the embedded broker', () => {
  it('receives the events as they were signed, and the status it missed', async () => {
    const broker = await openBroker({ host: '127.0.0.1', port: 0, note: () => undefined });
    ends.push(() => broker.close());
    const events = await subscribe(broker.port, 'sifen/v1/+/+/events/#');
    const log = new MemoryLog(history.slice(0, 50));
    start(log, { url: broker.url, protocol: 4, ...broker.credentials });
    await eventually(
      () => events.length >= 50,
      () => `${events.length} events`,
    );
    expect(events).toEqual(
      history.slice(0, 50).map(({ name, envelope }) => ({ topic: `${root}/events/${name.replaceAll('.', '/')}`, payload: envelope.toString() })),
    );
    const status = await subscribe(broker.port, `${root}/status`);
    // A newer one may come right behind the one that was missed.
    await eventually(
      () => status.length > 0,
      () => 'no status',
    );
    expect(JSON.parse(status.at(-1)?.payload ?? '')).toMatchObject({ state: 'online', head: 50 });
  });
});

describeWith('mosquitto', 'mosquitto_sub')('the uplink to a mosquitto', () => {
  it.each([4, 5] as const)('delivers every event in order, MQTT protocol level %d', async (protocol) => {
    const mosquitto = await startMosquitto();
    const events = await subscribe(mosquitto.port, 'sifen/v1/+/+/events/#');
    const log = new MemoryLog(history);
    const { uplink, notes } = start(log, { url: mosquitto.url, protocol });
    uplink.publishState('scale-1', { grams: 0 });
    await eventually(
      () => events.length >= history.length,
      () => `${events.length} events, ${notes}`,
    );
    expect(sequencesOf(events)).toEqual(upTo(history.length));
    // One note, of the one connection: the broker never had to close it for sending more than it announced.
    expect(notes).toHaveLength(1);
    const state = await subscribe(mosquitto.port, `${root}/state/scale-1`);
    await eventually(
      () => state.length > 0,
      () => 'no state',
    );
  });

  it('loses nothing and keeps the order when the mosquitto is killed and restarted, six times', async () => {
    const mosquitto = await startMosquitto();
    const wire = tapEvents();
    let isOpen = true;
    const gate = await startTcpProxy(mosquitto.port, () => (isOpen ? Number.POSITIVE_INFINITY : 0), wire.tap);
    ends.push(gate.stop);
    const platform = watchAsPlatform(mosquitto.url);
    await eventually(
      () => platform.connections() === 1,
      () => 'the platform is not connected',
    );
    const log = new MemoryLog();
    const { uplink } = start(log, { url: `mqtt://127.0.0.1:${gate.port}`, protocol: 4 });
    for (let round = 1; round <= 6; round += 1) {
      log.append(...history.slice((round - 1) * 100, round * 100));
      uplink.wake();
      await eventually(
        () => wire.taken.length >= round * 60,
        () => `${wire.taken.length} events in round ${round}`,
      );
      isOpen = false;
      await mosquitto.kill();
      await mosquitto.start();
      // The gateway is let in again once somebody listens.
      await eventually(
        () => platform.connections() === round + 1,
        () => 'the platform is not back',
      );
      isOpen = true;
    }
    await eventually(
      () => log.cursor === 600 && platform.sequences.includes(600),
      () => `cursor ${log.cursor}, ${platform.sequences.length} events`,
    );
    // Sent in order, each acknowledged by a real mosquitto.
    expect([...new Set(wire.sent)]).toEqual(upTo(600));
    expect(new Set(wire.taken)).toEqual(new Set(upTo(600)));
    // What a kill found unacknowledged was sent again; how much that was is chance.
    expect(wire.sent.length).toBeGreaterThanOrEqual(600);
    // A killed mosquitto may forget what it acknowledged a moment ago: a gap the platform sees and can ask for, never a wrong order.
    const received = [...new Set(platform.sequences)];
    expect(received).toEqual(received.toSorted((a, b) => a - b));
    expect(platform.verdicts.filter((verdict) => !['anchor', 'normal', 'duplicate', 'gap'].includes(verdict))).toEqual([]);
    expect(600 - received.length).toBeLessThan(6 * 32);
  }, 120_000);

  it('says why a user is not let in, and gets in with the right password', async () => {
    // Written by mosquitto_passwd for the password "secret".
    const passwords = 'gw-test:$7$101$S9yyqM2bi8qP+7XD$6/TAQk/M2tuD8qIitiEPuxIGYYMeJGY5b10PAWDbDwR9+MrBz8XE4ATyhXlAfbtTKN983N1ScJ42smf3M3rkGQ==\n';
    const mosquitto = await startMosquitto(['allow_anonymous false', 'password_file @passwords'], { passwords });
    const wrong = start(new MemoryLog(), { url: mosquitto.url, protocol: 4, username: 'gw-test', password: 'wrong' });
    await eventually(
      () => wrong.uplink.report().failure !== undefined,
      () => 'no failure',
    );
    expect(wrong.uplink.report().failure).toBe(`The broker at 127.0.0.1:${mosquitto.port} cannot be used: Connection refused: Not authorized`);
    const log = new MemoryLog(history.slice(0, 3));
    const right = start(log, { url: mosquitto.url, protocol: 4, username: 'gw-test', password: 'secret', clientId: 'gw-right' });
    await eventually(
      () => log.cursor === 3,
      () => `${right.notes}`,
    );
  });

  it('never passes over an event that the broker refuses', async () => {
    const acl = `topic read #\ntopic write ${root}/status\ntopic write ${root}/events/points/#\n`;
    const mosquitto = await startMosquitto(['allow_anonymous true', 'acl_file @acl'], { acl });
    const log = new MemoryLog(history.slice(0, 4));
    const { uplink, notes } = start(log, { url: mosquitto.url, protocol: 5 });
    await eventually(
      () => notes.some((note) => note.includes('did not take a message')),
      () => `${notes}`,
    );
    expect(log.cursor).toBeLessThanOrEqual(1);
    expect(uplink.report().backlog).toBeGreaterThanOrEqual(3);
  });
});
