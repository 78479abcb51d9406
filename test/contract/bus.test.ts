// Without this a wrong, late or torn reply could become a weight or a roll on TCP lines, and one dead device could stop its neighbours.
import { afterEach, describe, expect, it } from 'vitest';
import { wireClock } from '../../gateway/clock.ts';
import { openLine } from '../../gateway/southbound/line.ts';
import { honest, mbap, registersReply, type Script, type ScriptedSlave, type Step, startScriptedSlave, withCrc } from '../support/scripted-slave.ts';
import { deadlineMs, describeBus, type OpenBench, poll, readAt } from './bus-contract.ts';

const overTcp =
  (kind: 'rtu-over-tcp' | 'modbus-tcp'): OpenBench =>
  async (script) => {
    const slave = await startScriptedSlave(kind === 'modbus-tcp' ? 'mbap' : 'rtu', script);
    const place = { host: '127.0.0.1', port: slave.port };
    return { slave, transport: kind === 'modbus-tcp' ? { kind, ...place } : { kind, ...place, baud: 115_200 }, stop: slave.stop };
  };

describeBus('RTU over TCP', overTcp('rtu-over-tcp'));
describeBus('Modbus TCP', overTcp('modbus-tcp'));

const slaves: ScriptedSlave[] = [];
const lines: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
  for (const slave of slaves.splice(0)) await slave.stop();
});

async function startLine(kind: 'rtu-over-tcp' | 'modbus-tcp', script: Script) {
  const { slave, transport } = await overTcp(kind)(script);
  const line = openLine({ id: 'line-1', transport, clock: wireClock });
  slaves.push(slave);
  lines.push(line);
  return { slave, line };
}

async function expectOneLost(
  kind: 'rtu-over-tcp' | 'modbus-tcp',
  wrong: (request: Buffer, adu: Buffer) => readonly Step[],
  code: RegExp = /^bus_(timeout|garbled)$/,
) {
  const { slave, line } = await startLine(kind, (request, count, adu) => (count === 1 ? wrong(request, adu) : honest(request, count, adu)));
  await expect(line.request(1, readAt(0x50), poll)).rejects.toMatchObject({ code: expect.stringMatching(code) });
  expect(await line.request(1, readAt(0x60), poll)).toEqual({ kind: 'words', words: [0x60, 0x61] });
  expect(slave.connections()).toBe(2);
}

describe('RTU framing', () => {
  const flipped = (frame: Buffer, at: number) => Buffer.from(frame.map((byte, n) => (n === at ? byte ^ 0x10 : byte)));
  it.each([0, 1, 2, 3, 6, 7, 8])('takes no value from a reply with a bit flipped in byte %i', (at) =>
    expectOneLost('rtu-over-tcp', (request) => [{ raw: flipped(registersReply(request), at) }]),
  );
  it.each([1, 4, 8])('takes no value from a reply cut to %i bytes', (length) =>
    expectOneLost('rtu-over-tcp', (request) => [{ raw: registersReply(request).subarray(0, length) }]),
  );
  it('takes no value from two frames glued together', () =>
    expectOneLost('rtu-over-tcp', (request) => [{ raw: Buffer.concat([registersReply(request), registersReply(request)]) }]));
  it('takes no value behind a stray byte', () =>
    expectOneLost('rtu-over-tcp', (request) => [{ raw: Buffer.concat([Buffer.of(0xff), registersReply(request)]) }]));
  it('takes no value from the echo of the request glued to its reply', () =>
    expectOneLost('rtu-over-tcp', (request) => [{ raw: Buffer.concat([request, registersReply(request)]) }]));

  it('joins a reply that comes in pieces', async () => {
    const { line } = await startLine('rtu-over-tcp', (request) => [...registersReply(request)].map((byte) => ({ raw: Buffer.of(byte), afterMs: 3 })));
    expect(await line.request(1, readAt(0x50), poll)).toEqual({ kind: 'words', words: [0x50, 0x51] });
  });

  it('opens a new connection when a whole frame comes that nobody asked for', async () => {
    const { slave, line } = await startLine('rtu-over-tcp', (request, count, adu) => [
      ...honest(request, count, adu),
      ...(count === 1 ? [{ raw: withCrc(1, 3, 4, 0, 1, 0, 2), afterMs: 60 }] : []),
    ]);
    await line.request(1, readAt(0x50), poll);
    await wireClock.sleep(120, 'the stray frame');
    expect(await line.request(1, readAt(0x60), poll)).toEqual({ kind: 'words', words: [0x60, 0x61] });
    expect(slave.connections()).toBe(2);
    expect(line.stats()).toMatchObject({ strayBytes: 9, reopened: 1 });
  });
});

/** Holds this thread, so that timers are due and input waits in the machine. */
const blockThread = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('a busy thread', () => {
  it('never takes bytes that lay in the machine before a request for its reply', async () => {
    const { slave, line } = await startLine('rtu-over-tcp', (request, count) => [{ rtu: registersReply(request), afterMs: count === 1 ? 0 : 50 }]);
    await line.request(1, readAt(0x50), poll);
    await wireClock.sleep(50, 'longer than t3.5');
    slave.say(withCrc(1, 3, 4, 0, 1, 0, 2));
    expect(await line.request(1, readAt(0x60), poll)).toEqual({ kind: 'words', words: [0x60, 0x61] });
  });

  it('takes a reply that came in time although the deadline is seen first', async () => {
    const { slave, line } = await startLine('modbus-tcp', () => []);
    const asked = line.request(1, readAt(0x50), poll);
    await expect.poll(() => slave.requests.length, { interval: 5 }).toBe(1);
    // Behind the poll phase, timers come before input again.
    await new Promise((resolve) => setImmediate(resolve));
    slave.say(Buffer.from('00010000000701030400500051', 'hex'));
    blockThread(2 * deadlineMs);
    expect(await asked).toEqual({ kind: 'words', words: [0x50, 0x51] });
  });
});

describe('MBAP framing', () => {
  const changed = (adu: Buffer, request: Buffer, change: (reply: Buffer) => void) => {
    const reply = mbap(adu, registersReply(request).subarray(0, -2));
    change(reply);
    return [{ raw: reply }];
  };
  it.each([0, 1, 2, 6, 255, 65_535])('refuses at once a reply that claims a length of %i', (length) =>
    expectOneLost('modbus-tcp', (request, adu) => changed(adu, request, (reply) => reply.writeUInt16BE(length, 4)), /^bus_garbled$/),
  );
  it('takes no value from another transaction', () =>
    expectOneLost('modbus-tcp', (request, adu) => changed(adu, request, (reply) => reply.writeUInt16BE(adu.readUInt16BE(0) ^ 1, 0))));
  it('takes no value from another protocol', () => expectOneLost('modbus-tcp', (request, adu) => changed(adu, request, (reply) => reply.writeUInt16BE(1, 2))));
  it('takes no value from two replies glued together', () =>
    expectOneLost('modbus-tcp', (request, adu) => changed(adu, request, () => undefined).map(({ raw }) => ({ raw: Buffer.concat([raw, raw]) }))));
  it('takes no value from a torn reply', () =>
    expectOneLost('modbus-tcp', (request, adu) => changed(adu, request, () => undefined).map(({ raw }) => ({ raw: raw.subarray(0, 9) }))));
});

describe('a line that loses its other side', () => {
  it('ends what is under way at once, refuses while it is away, and serves again within 5 s of its return', async () => {
    const { slave, line } = await startLine('rtu-over-tcp', (request, count, adu) => (count === 2 ? [] : honest(request, count, adu)));
    const states: boolean[] = [];
    line.onState((state) => states.push(state.open));
    await line.request(1, readAt(0), poll);
    const lost = line.request(1, readAt(0), { ...poll, deadlineMs: 60_000 });
    const waiting = line.request(1, readAt(0), poll);
    await expect.poll(() => slave.requests.length).toBe(2);
    await slave.stop();
    await expect(waiting).rejects.toMatchObject({ code: 'bus_closed' });
    await expect(lost).rejects.toMatchObject({ code: 'bus_closed' });
    await expect(line.request(1, readAt(0), poll)).rejects.toMatchObject({ code: 'bus_closed' });
    const again = await startScriptedSlave('rtu', honest, slave.port);
    slaves.push(again);
    await expect.poll(() => line.state().open, { timeout: 5000 }).toBe(true);
    expect(await line.request(1, readAt(0x70), poll)).toEqual({ kind: 'words', words: [0x70, 0x71] });
    expect(states).toEqual([true, false, true]);
  });

  it('does not call a connection that is opened anew after a timeout a loss', async () => {
    const { slave, line } = await startLine('modbus-tcp', (request, count, adu) => (count === 2 ? [] : honest(request, count, adu)));
    await line.request(1, readAt(0), poll);
    const states: boolean[] = [];
    line.onState((state) => states.push(state.open));
    await expect(line.request(1, readAt(0), poll)).rejects.toMatchObject({ code: 'bus_timeout' });
    await line.request(1, readAt(0), poll);
    expect(states).toEqual([]);
    expect(slave.connections()).toBe(2);
  });

  it('does not hammer a server that hangs up on every request', async () => {
    const { slave, line } = await startLine('modbus-tcp', () => [{ hangUp: true }]);
    for (const endAtMs = wireClock.monotonicMs() + 1000; wireClock.monotonicMs() < endAtMs; ) {
      await line.request(1, readAt(0), poll).catch(() => wireClock.sleep(5, 'test'));
    }
    expect(slave.connections()).toBeLessThan(8);
  });
});

describe('a line’s queue', () => {
  it('refuses more than 32 polls, and still takes a command', async () => {
    const { slave, line } = await startLine('modbus-tcp', (request, count, adu) => (count === 1 ? [] : honest(request, count, adu)));
    const first = line.request(1, readAt(0), poll);
    await expect.poll(() => slave.requests.length).toBe(1);
    const waiting = Array.from({ length: 32 }, (_, n) => line.request(2, readAt(n), poll));
    await expect(line.request(1, readAt(99), poll)).rejects.toMatchObject({ code: 'bus_busy' });
    const command = line.request(1, { kind: 'writeRegister', address: 77, value: 1 }, { ...poll, priority: 'actuation' });
    await expect(first).rejects.toMatchObject({ code: 'bus_timeout' });
    expect(await command).toEqual({ kind: 'written' });
    expect(slave.requests[1]?.readUInt16BE(2)).toBe(77);
    expect(await Promise.all(waiting)).toHaveLength(32);
    expect(line.stats()).toMatchObject({ sent: 34, answered: 33, timeouts: 1, unsent: 1, waiting: 0 });
  });

  it('does not open again, and refuses, once it is closed', async () => {
    const { slave, line } = await startLine('modbus-tcp', () => []);
    const inFlight = line.request(1, { kind: 'writeRegister', address: 1, value: 1 }, { ...poll, deadlineMs: 60_000 });
    const waiting = line.request(1, readAt(0), poll);
    await expect.poll(() => slave.requests.length).toBe(1);
    await Promise.all([
      line.close(),
      expect(inFlight).rejects.toMatchObject({ code: 'bus_write_unknown' }),
      expect(waiting).rejects.toMatchObject({ code: 'bus_closed' }),
    ]);
    await expect(line.request(1, readAt(0), poll)).rejects.toMatchObject({ code: 'bus_closed' });
    await wireClock.sleep(deadlineMs, 'test');
    expect(slave.connections()).toBe(1);
  });
});
