// Without this a broker that is gone, half open or slow could be rehearsed only by pulling real cables.
import net from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openBrokerProxy } from '../../device-sim/broker-proxy.ts';
import { eventually } from '../support/eventually.ts';

const portOf = (server: net.Server) => new Promise<number>((done) => server.listen(0, '127.0.0.1', () => done((server.address() as net.AddressInfo).port)));

/** An echoing server behind a proxy. */
async function bench() {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  const port = await portOf(server);
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
    return { heard, socket, say: (text: string) => socket.write(text) };
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

test.each([
  ['cleared', undefined],
  ['made shorter', { name: 'slow', ms: 1 }],
])('slow, then %s: what was sent later does not come earlier', async (_how, next) => {
  const { proxy, dial, hears } = await bench();
  proxy.setFault({ name: 'slow', ms: 200 });
  const { heard, say } = dial();
  say('one ');
  await new Promise((done) => setTimeout(done, 100));
  proxy.setFault(next);
  say('two ');
  await hears(heard, 'one two ');
});

test('slow, and more is sent than a network holds: it is not read, and comes whole once there is room', async () => {
  const { proxy, dial } = await bench();
  proxy.setFault({ name: 'slow', ms: 300 });
  const { socket } = dial();
  let back = 0;
  socket.on('data', ({ length }: Buffer) => {
    back += length;
  });
  const [block, blocks] = [Buffer.alloc(1_048_576), 24];
  for (let n = 0; n < blocks; n += 1) socket.write(block);
  await new Promise((done) => setTimeout(done, 250));
  // Some megabytes are with the operating system.
  expect(socket.writableLength).toBeGreaterThan((blocks / 2) * block.length);
  proxy.setFault(undefined);
  await eventually(
    () => back === blocks * block.length,
    () => `${back} bytes`,
  );
});

test('who hangs up on a slow network is heard to the end', async () => {
  let heard = '';
  const server = net.createServer((end) => {
    end.on('data', (bytes: Buffer) => {
      heard += bytes.toString();
    });
    end.on('error', () => undefined);
  });
  const port = await portOf(server);
  const proxy = await openBrokerProxy(`broker=127.0.0.1:0>127.0.0.1:${port}`);
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  proxy.setFault({ name: 'slow', ms: 50 });
  net.connect(proxy.port, '127.0.0.1').end('last words');
  await eventually(
    () => heard === 'last words',
    () => heard,
  );
});

test('an end that outlived the other behind a half-open link learns of it when the link is back', async () => {
  let ended = 0;
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('close', () => {
      ended += 1;
    });
  });
  const port = await portOf(server);
  const proxy = await openBrokerProxy(`broker=127.0.0.1:0>127.0.0.1:${port}`);
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  const socket = net.connect(proxy.port, '127.0.0.1');
  await new Promise((done) => setTimeout(done, 100));
  proxy.setFault({ name: 'half-open' });
  socket.destroy();
  await new Promise((done) => setTimeout(done, 100));
  expect(ended).toBe(0);
  proxy.setFault(undefined);
  await eventually(
    () => ended === 1,
    () => `${ended} ends`,
  );
});

test.each(['broker', 'broker=1>2', 'broker=127.0.0.1:1', 'BROKER=127.0.0.1:1>127.0.0.1:2'])('%s is no proxy', async (text) => {
  await expect(openBrokerProxy(text)).rejects.toThrow('is not ID=HOST:PORT>HOST:PORT');
});
