// Without this a card held in front of the window could draw twice, or half a code survive a pulled plug and complete the next one.
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, wireClock } from '../../../gateway/clock.ts';
import { openReader, type Reader } from '../../../gateway/southbound/reader.ts';

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A scanner behind a serial server: what is written comes out of the reader's socket. */
async function startScanner(port = 0) {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  endings.push(stop);
  const send = (data: string | Buffer) => {
    for (const socket of sockets) socket.write(data);
  };
  return { port: (server.address() as { port: number }).port, send, stop };
}

function start(port: number, gestureClock: Clock = wireClock) {
  const heard: string[] = [];
  const reader: Reader = openReader({
    id: 'counter',
    transport: { kind: 'tcp', host: '127.0.0.1', port },
    clock: wireClock,
    gestureClock,
    onScan: (text) => heard.push(text),
    onReject: (reason) => heard.push(`!${reason}`),
    onState: (state) => heard.push(state.open ? '<' : '>'),
  });
  endings.push(() => reader.close());
  return { heard, reader };
}

/** A clock that stands where it is put. */
function heldClock() {
  let nowMs = 0;
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { advance, clock: { ...wireClock, monotonicMs: () => nowMs } };
}

describe('a reader', () => {
  it('gives each code once while it stays in sight, and again when it comes back', async () => {
    const scanner = await startScanner();
    const { advance, clock } = heldClock();
    const { heard, reader } = start(scanner.port, clock);
    await expect.poll(() => heard).toEqual(['<']);
    const show = async (code: string, waitedMs: number) => {
      advance(waitedMs);
      const before = reader.stats().scans + reader.stats().repeats;
      scanner.send(`${code}\r\n`);
      await expect.poll(() => reader.stats().scans + reader.stats().repeats).toBe(before + 1);
    };
    // Held in sight for three seconds: every sight counts anew.
    for (const waitedMs of [0, 1000, 1000, 1000]) await show('CARD-A', waitedMs);
    await show('CARD-B', 10);
    await show('CARD-A', 10);
    await show('CARD-A', 1500);
    expect(heard).toEqual(['<', 'CARD-A', 'CARD-B', 'CARD-A', 'CARD-A']);
    expect(reader.stats()).toEqual({ open: true, scans: 4, repeats: 3, rejects: 0 });
  });

  it('throws away a text without a line end, says so, and takes the next', async () => {
    const scanner = await startScanner();
    const { heard } = start(scanner.port);
    await expect.poll(() => heard).toEqual(['<']);
    scanner.send('CARD-A');
    await expect.poll(() => heard).toEqual(['<', '!unfinished']);
    scanner.send('CARD-B\r');
    await expect.poll(() => heard).toEqual(['<', '!unfinished', 'CARD-B']);
  });

  it('joins a code that comes in pieces, however long it takes in all', async () => {
    const scanner = await startScanner();
    const { heard } = start(scanner.port);
    await expect.poll(() => heard).toEqual(['<']);
    for (const piece of ['CA', 'RD', '-A', '\r\n']) {
      scanner.send(piece);
      await wireClock.sleep(200, 'next piece');
    }
    await expect.poll(() => heard).toEqual(['<', 'CARD-A']);
  });

  it('lets no half code survive a lost connection, and serves within 5 s of its return', async () => {
    const scanner = await startScanner();
    const { heard } = start(scanner.port);
    await expect.poll(() => heard).toEqual(['<']);
    scanner.send('CARD-');
    await wireClock.sleep(50, 'half a code');
    await scanner.stop();
    await expect.poll(() => heard).toEqual(['<', '!unfinished', '>']);
    const again = await startScanner(scanner.port);
    await expect.poll(() => heard, { timeout: 5000 }).toEqual(['<', '!unfinished', '>', '<']);
    again.send('B\r\n');
    await expect.poll(() => heard).toEqual(['<', '!unfinished', '>', '<', 'B']);
  });

  it('starts without a wait for a scanner that is not there', async () => {
    const vacant = await startScanner();
    await vacant.stop();
    const { heard, reader } = start(vacant.port);
    await wireClock.sleep(300, 'a few tries');
    expect(heard).toEqual([]);
    const scanner = await startScanner(vacant.port);
    await expect.poll(() => reader.stats().open, { timeout: 5000 }).toBe(true);
    scanner.send('CARD-A\n');
    await expect.poll(() => heard).toEqual(['<', 'CARD-A']);
  });

  it('does not open again once it is closed', async () => {
    const scanner = await startScanner();
    const { heard, reader } = start(scanner.port);
    await expect.poll(() => heard).toEqual(['<']);
    await reader.close();
    scanner.send('CARD-A\n');
    await wireClock.sleep(300, 'test');
    expect(heard).toEqual(['<', '>']);
  });
});
