// Lost without this file: `sifen watch` could call a forged, missing or doubled event a good one.
import { connectAsync } from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { type EmbeddedBroker, openBroker } from '../../../gateway/northbound/embedded-broker.ts';
import { type WatchReport, watchEvents } from '../../../gateway/northbound/watch.ts';
import { draftOf, makeEvents } from '../../support/event-chain.ts';
import { eventually } from '../../support/eventually.ts';
import { testPublicKey } from '../../support/test-keys.ts';

const root = 'sifen/v1/waixiaojiang/gw-test/events';
const history = makeEvents(10);
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function open(port = 0): Promise<{ broker: EmbeddedBroker; publish: (payload: Buffer, topic?: string) => Promise<unknown> }> {
  const broker = await openBroker({ host: '127.0.0.1', port, note: () => undefined });
  ends.push(() => broker.close());
  const client = await connectAsync(broker.url, { ...broker.credentials, reconnectPeriod: 0 });
  ends.push(() => client.end(true));
  return { broker, publish: (payload, topic = topicOf(payload)) => client.publishAsync(topic, payload, { qos: 1 }) };
}
const topicOf = (envelope: Buffer): string => {
  const type: string = JSON.parse(Buffer.from(JSON.parse(envelope.toString()).payload, 'base64').toString()).type;
  return `${root}/${type.slice(0, -3).replaceAll('.', '/')}`;
};
const wire = (sequence: number): Buffer => history[sequence - 1]?.envelope ?? Buffer.alloc(0);

function watch(url: string, onReport?: (report: WatchReport) => void) {
  const reports: WatchReport[] = [];
  const stop = new AbortController();
  const ready = { count: 0 };
  const done = watchEvents({
    target: { url, protocol: 4, clientId: 'watch-test' },
    keys: () => testPublicKey,
    clock: wireClock,
    random: () => 0,
    note: () => undefined,
    signal: stop.signal,
    onReady: () => {
      ready.count += 1;
    },
    onReport: (report) => {
      reports.push(report);
      onReport?.(report);
    },
  });
  done.catch(() => undefined);
  ends.push(() => {
    stop.abort();
    return done.catch(() => undefined);
  });
  return {
    reports,
    ready,
    stop,
    done,
    seen: () => reports.map((report) => ('sequence' in report ? `${report.sequence} ${report.verdict}` : `- ${report.reason}`)),
  };
}

it('gives each message the verdict it deserves', async () => {
  const { broker, publish } = await open();
  const { ready, seen, reports, stop, done } = watch(broker.url);
  await eventually(
    () => ready.count === 1,
    () => 'not ready',
  );
  await publish(wire(3));
  await publish(wire(4));
  await publish(wire(4));
  await publish(wire(7));
  await publish(wire(8));
  const flipped = Buffer.from(wire(9));
  flipped[200] = (flipped[200] ?? 0) ^ 1;
  await publish(flipped, topicOf(wire(9)));
  await publish(wire(9), `${root}/bag/roll/issued`);
  await publish(wire(9), topicOf(wire(9)).replace('gw-test', 'gw-other'));
  await publish(Buffer.from('not an event'), `${root}/bag/roll/issued`);
  await publish(wire(9));
  const [, , fork] = makeEvents(3, (sequence) => (sequence === 3 ? draftOf(2) : draftOf(sequence)));
  await publish(fork?.envelope ?? Buffer.alloc(0));
  await publish(makeEvents(8, (sequence) => draftOf(sequence + 1))[7]?.envelope ?? Buffer.alloc(0));
  await eventually(
    () => reports.length === 12,
    () => `${seen()}`,
  );
  expect(seen()).toEqual([
    '3 anchor',
    '4 normal',
    '4 duplicate',
    '7 gap',
    '8 normal',
    '- signature',
    '- topic',
    '- topic',
    '- shape',
    '9 normal',
    '3 too_old',
    '8 fork',
  ]);
  expect(reports[3]).toMatchObject({ missing: { from: 5, to: 6 } });
  stop.abort();
  await done;
});
it('waits out a loss and goes on', async () => {
  const first = await open();
  const { ready, seen } = watch(first.broker.url);
  await eventually(
    () => ready.count === 1,
    () => 'not ready',
  );
  await first.publish(wire(1));
  await eventually(
    () => seen().length === 1,
    () => `${seen()}`,
  );
  await first.broker.close();
  const second = await open(first.broker.port);
  await eventually(
    () => ready.count === 2,
    () => 'not ready again',
  );
  await second.publish(wire(2));
  await eventually(
    () => seen().length === 2,
    () => `${seen()}`,
  );
  expect(seen()).toEqual(['1 anchor', '2 normal']);
});
it('says at once when there is no broker', async () => {
  const { broker } = await open();
  await broker.close();
  await expect(watch(broker.url).done).rejects.toMatchObject({ code: 'uplink_down', message: expect.stringContaining(`127.0.0.1:${broker.port}`) });
});
it('hands on what its reader throws', async () => {
  const { broker, publish } = await open();
  const { ready, done } = watch(broker.url, () => {
    throw new RangeError('full');
  });
  await eventually(
    () => ready.count === 1,
    () => 'not ready',
  );
  await publish(wire(1));
  await expect(done).rejects.toThrow(RangeError);
});
