// Without this a broker that is gone, half open or slow could be rehearsed only by pulling real cables.
import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openBrokerProxy } from '../../device-sim/broker-proxy.ts';
import { eventually } from '../support/eventually.ts';

/** An echoing server behind a proxy. */
async function bench() {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  const port = await new Promise<number>((done) => server.listen(0, '127.0.0.1', () => done((server.address() as net.AddressInfo).port)));
  const proxy = await openBrokerProxy(`broker=127.0.0.1:0>127.0.0.1:${port}`);
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  const dial = () => {
    const heard = { text: '', closed: false };
    const socket = net.connect(proxy.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      heard.text += bytes.toString();
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      heard.closed = true;
    });
    return { heard, say: (text: string) => socket.write(text) };
  };
  const hears = (heard: { text: string; closed: boolean }, text: string) =>
    eventually(
      () => heard.text === text,
      () => JSON.stringify(heard),
    );
  const closes = (heard: { closed: boolean }) =>
    eventually(
      () => heard.closed,
      () => 'still open',
    );
  return { proxy, dial, hears, closes };
}

test('passes bytes both ways; down cuts and refuses, and lets in again when cleared', async () => {
  const { proxy, dial, hears, closes } = await bench();
  const first = dial();
  first.say('one');
  await hears(first.heard, 'one');
  proxy.setFault({ name: 'down' });
  await closes(first.heard);
  await closes(dial().heard);
  proxy.setFault(undefined);
  const again = dial();
  again.say('two');
  await hears(again.heard, 'two');
});

test('half-open swallows what is said and tells nobody; cleared, both ends learn of it', async () => {
  const { proxy, dial, hears, closes } = await bench();
  const first = dial();
  first.say('one');
  await hears(first.heard, 'one');
  proxy.setFault({ name: 'half-open' });
  first.say('lost');
  const second = dial();
  second.say('lost too');
  await new Promise((done) => setTimeout(done, 200));
  expect([first.heard, second.heard]).toEqual([
    { text: 'one', closed: false },
    { text: '', closed: false },
  ]);
  proxy.setFault(undefined);
  await closes(first.heard);
});

test('slow passes everything, in order, ms later', async () => {
  const { proxy, dial, hears } = await bench();
  proxy.setFault({ name: 'slow', ms: 100 });
  const { heard, say } = dial();
  const startedAtMs = performance.now();
  say('one');
  say('two');
  await hears(heard, 'onetwo');
  expect(performance.now() - startedAtMs).toBeGreaterThan(190);
});

test.each(['broker', 'broker=1>2', 'broker=127.0.0.1:1', 'BROKER=127.0.0.1:1>127.0.0.1:2'])('%s is no proxy', async (text) => {
  await expect(openBrokerProxy(text)).rejects.toThrow('is not ID=HOST:PORT>HOST:PORT');
});
