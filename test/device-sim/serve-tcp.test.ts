// Without this, the simulator's sockets could merge, split or answer frames in ways no serial server or Modbus TCP device does.
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { FaultyWire } from '../../device-sim/faulty-wire.ts';
import { Random } from '../../device-sim/random.ts';
import type { BoardLine } from '../../device-sim/rtu-slave.ts';
import { serveTcpReader } from '../../device-sim/serve-reader.ts';
import { serveTcpLine } from '../../device-sim/serve-tcp.ts';
import { eventually } from '../support/eventually.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
// W-CN transmitter manual: read gross, answer 132.
const readGross = hex('01 03 00 50 00 02 C4 1A');
const gross132 = hex('01 03 04 00 00 00 84 FA 50');
const line: BoardLine = { hasUnit: (unit) => unit === 1, service: () => ({ kind: 'words', words: [0, 132] }) };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A client that keeps every byte it gets. */
function dial(port: number): { socket: Socket; heard: () => string; isClosed: () => boolean } {
  const parts: Buffer[] = [];
  let closed = false;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('data', (bytes: Buffer) => parts.push(bytes));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
  });
  closers.push(async () => socket.destroy());
  return { socket, heard: () => Buffer.concat(parts).toString('hex'), isClosed: () => closed };
}

async function serve(kind: 'rtu-over-tcp' | 'modbus-tcp', faults?: FaultyWire) {
  const listener = await serveTcpLine({ id: 'scale-line', kind, host: '127.0.0.1', port: 0, line, faults });
  closers.push(() => listener.close());
  return listener;
}

test('a slow unit answers when it is done, and no sooner', async () => {
  const slow: BoardLine = { ...line, turnaroundMs: (unit) => (unit === 1 ? 120 : 0) };
  const listener = await serveTcpLine({ id: 'scale-line', kind: 'rtu-over-tcp', host: '127.0.0.1', port: 0, line: slow });
  closers.push(() => listener.close());
  const one = dial(listener.port);
  const askedAtMs = performance.now();
  one.socket.write(readGross);
  await eventually(
    () => one.heard().length > 0,
    () => 'no answer',
  );
  expect(performance.now() - askedAtMs).toBeGreaterThanOrEqual(119);
  expect(one.heard()).toBe(gross132.toString('hex'));
});

describe('RTU over TCP', () => {
  test('answers whole, split and merged requests of several clients', async () => {
    const { port } = await serve('rtu-over-tcp');
    const [one, two] = [dial(port), dial(port)];
    one.socket.write(Buffer.concat([readGross, readGross]));
    two.socket.write(readGross.subarray(0, 3));
    await eventually(
      () => one.heard().length > 0,
      () => 'no answer',
    );
    two.socket.write(readGross.subarray(3));
    await eventually(() => two.heard() === gross132.toString('hex'), two.heard);
    await eventually(() => one.heard() === Buffer.concat([gross132, gross132]).toString('hex'), one.heard);
  });

  test('forgets noise in the quiet behind it', async () => {
    const { port } = await serve('rtu-over-tcp');
    const client = dial(port);
    client.socket.write(Buffer.concat([hex('00 FF 13 37 00 00 00 00'), readGross]));
    await pause(300);
    expect(client.heard()).toBe('');
    client.socket.write(readGross);
    await eventually(() => client.heard() === gross132.toString('hex'), client.heard);
  });

  test('with its cable out hears nothing and sends nothing, not even what was on its way, and hangs up on nobody', async () => {
    const faults = new FaultyWire({ random: new Random(1), timingOf: () => ({ timeoutMs: 0, guardMs: 0 }), wireMs: () => 0 });
    const { port } = await serve('rtu-over-tcp', faults);
    const client = dial(port);
    faults.inject({ name: 'late-guard', p: 1, times: 1, ms: 150 });
    client.socket.write(readGross);
    await eventually(
      () => faults.faults.length === 0,
      () => 'the request was not heard',
    );
    faults.setCut(true);
    client.socket.write(readGross);
    await pause(300);
    expect([client.heard(), client.isClosed()]).toEqual(['', false]);
    faults.setCut(false);
    client.socket.write(readGross);
    await eventually(() => client.heard() === gross132.toString('hex'), client.heard);
  });

  test('says which port is taken and what to do', async () => {
    const { port } = await serve('rtu-over-tcp');
    await expect(serveTcpLine({ id: 'bin-line', kind: 'rtu-over-tcp', host: '127.0.0.1', port, line })).rejects.toThrow(
      `port 127.0.0.1:${port} for bin-line is in use by another program; choose another one with --listen bin-line=127.0.0.1:PORT`,
    );
  });

  test('turns away more clients than it takes, and keeps serving those it has', async () => {
    const { port, clients } = await serve('rtu-over-tcp');
    const dialled = Array.from({ length: 8 }, () => dial(port));
    await eventually(
      () => clients.size === 8,
      () => `${clients.size} clients`,
    );
    const ninth = dial(port);
    await eventually(ninth.isClosed, () => 'the ninth was let in');
    dialled[0]?.socket.write(readGross);
    await eventually(
      () => dialled[0]?.heard() === gross132.toString('hex'),
      () => 'no answer',
    );
  });
});

describe('Modbus TCP', () => {
  // Header by the Messaging Implementation Guide V1.0b section 3.1.3; the PDU is the manual's.
  const request = hex('15 01 00 00 00 06 01 03 00 50 00 02');
  const answer = hex('15 01 00 00 00 07 01 03 04 00 00 00 84');

  test('answers with the transaction number it was asked with, split and merged', async () => {
    const { port } = await serve('modbus-tcp');
    const client = dial(port);
    const second = Buffer.concat([hex('15 02'), request.subarray(2)]);
    client.socket.write(Buffer.concat([request, second.subarray(0, 9)]));
    await eventually(() => client.heard() === answer.toString('hex'), client.heard);
    client.socket.write(second.subarray(9));
    await eventually(() => client.heard() === Buffer.concat([answer, hex('15 02'), answer.subarray(2)]).toString('hex'), client.heard);
  });

  test('is silent for a unit that is not there, and refuses unknown functions', async () => {
    const { port } = await serve('modbus-tcp');
    const client = dial(port);
    client.socket.write(hex('00 01 00 00 00 06 02 03 00 50 00 02'));
    client.socket.write(hex('00 02 00 00 00 02 01 11'));
    await eventually(
      () => client.heard().length > 0,
      () => 'no answer',
    );
    expect(client.heard()).toBe(hex('00 02 00 00 00 03 01 91 01').toString('hex'));
  });

  test.each([
    ['another protocol', '00 01 00 07 00 06 01 03 00 50 00 02'],
    ['a length no frame has', '00 01 00 00 FF FF 01 03 00 50 00 02'],
    ['a length of nothing', '00 01 00 00 00 00 01 03 00 50 00 02'],
  ])('hangs up on %s', async (_what, adu) => {
    const { port } = await serve('modbus-tcp');
    const client = dial(port);
    client.socket.write(hex(adu));
    await eventually(client.isClosed, () => 'still open');
    expect(client.heard()).toBe('');
  });
});

test('a reader speaks to whoever listens, and knows whether anybody does', async () => {
  const reader = await serveTcpReader('counter', '127.0.0.1', 0);
  closers.push(() => reader.close());
  expect(reader.isHeard()).toBe(false);
  reader.say('LOST');
  const [one, two] = [dial(reader.port ?? 0), dial(reader.port ?? 0)];
  await eventually(
    () => reader.isHeard(),
    () => 'nobody',
  );
  // Both connections are accepted in turn; the text must reach each.
  await pause(100);
  reader.say('H1TEST');
  const bytes = Buffer.from('H1TEST\r\n').toString('hex');
  await eventually(
    () => one.heard() === bytes && two.heard() === bytes,
    () => `${one.heard()} ${two.heard()}`,
  );
});
