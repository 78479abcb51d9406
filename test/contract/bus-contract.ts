/**
 * What every line owes its callers, whatever wire is under it: right values, no value at all from a reply that is late, torn, damaged or meant for
 * another, and a next request that succeeds. Run by bus.test.ts over TCP and by test/system over a pty.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { wireClock } from '../../gateway/clock.ts';
import { type Line, openLine, type RequestOptions } from '../../gateway/southbound/line.ts';
import type { LineTransport } from '../../gateway/southbound/line-wire.ts';
import type { ModbusRequest } from '../../protocol/modbus.ts';
import { honest, registersReply, type Script, type ScriptedSlave, type Step, withCrc, writeReply } from '../support/scripted-slave.ts';

/** A slave that follows `script`, and the way to it. */
export type Bench = { readonly slave: ScriptedSlave; readonly transport: LineTransport; stop(): Promise<void> };
export type OpenBench = (script: Script) => Promise<Bench>;

export const deadlineMs = 150;
const guardMs = 300;
export const poll: RequestOptions = { priority: 'poll', deadlineMs, guardMs };
export const readAt = (address: number, count = 2): ModbusRequest => ({ kind: 'read', space: 'holding', address, count });
const wordsFrom = (first: number) => ({ kind: 'words', words: [first, first + 1] });

/** Wrong answers to a read of two registers that any wire can carry. `unit` 1, FC03. */
const wrongReads: Record<string, (request: Buffer) => readonly Step[]> = {
  silence: () => [],
  'a reply from another unit': (request) => [{ rtu: withCrc(9, ...registersReply(request).subarray(1, -2)) }],
  'a reply to another function': (request) => [{ rtu: withCrc(1, 4, ...registersReply(request).subarray(2, -2)) }],
  'a byte count that does not fit the request': () => [{ rtu: withCrc(1, 3, 2, 0, 7) }],
  'a byte count of 0': () => [{ rtu: withCrc(1, 3, 0) }],
  'a longer reply than asked for': () => [{ rtu: withCrc(1, 3, 6, 0, 1, 0, 2, 0, 3) }],
  'an exception to another function': () => [{ rtu: withCrc(1, 0x84, 2) }],
  'the echo of the request': (request) => [{ rtu: request }],
};

/** Runs the contract. */
export function describeBus(name: string, openBench: OpenBench): void {
  describe(`a line over ${name}`, () => {
    const opened: { line: Line; bench: Bench }[] = [];
    async function start(script: Script): Promise<{ line: Line; bench: Bench }> {
      const bench = await openBench(script);
      const line = openLine({ id: 'line-1', transport: bench.transport, clock: wireClock });
      opened.push({ line, bench });
      return { line, bench };
    }
    afterEach(async () => {
      for (const { line, bench } of opened.splice(0)) {
        await line.close();
        await bench.stop();
      }
    });

    it('carries every request of the vocabulary and its answer', async () => {
      const bits = withCrc(1, 1, 2, 0b1000_0001, 0b10);
      const { line, bench } = await start((request, count, adu) =>
        count <= 2 ? [{ rtu: count === 1 ? bits : withCrc(1, 2, ...bits.subarray(2, -2)) }] : honest(request, count, adu),
      );
      const answers = { kind: 'bits', bits: [true, false, false, false, false, false, false, true, false, true] };
      expect(await line.request(1, { kind: 'read', space: 'coil', address: 0, count: 10 }, poll)).toEqual(answers);
      expect(await line.request(1, { kind: 'read', space: 'discrete', address: 0, count: 10 }, poll)).toEqual(answers);
      expect(await line.request(1, readAt(0x50), poll)).toEqual(wordsFrom(0x50));
      expect(await line.request(1, { kind: 'read', space: 'input', address: 7, count: 125 }, poll)).toMatchObject({ kind: 'words', words: { length: 125 } });
      expect(await line.request(1, { kind: 'writeCoil', address: 3, on: true }, poll)).toEqual({ kind: 'written' });
      expect(await line.request(1, { kind: 'writeRegister', address: 3, value: 0xffff }, poll)).toEqual({ kind: 'written' });
      expect(await line.request(1, { kind: 'writeCoils', address: 3, bits: [true, false, true] }, poll)).toEqual({ kind: 'written' });
      expect(await line.request(1, { kind: 'writeRegisters', address: 0x5e, words: [1] }, poll)).toEqual({ kind: 'written' });
      // W-CN transmitter manual: read gross, execute zero. V1.1b3 section 6.5: FC05.
      expect(bench.slave.requests[2]?.toString('hex')).toBe('010300500002c41a');
      expect(bench.slave.requests[4]?.subarray(0, -2).toString('hex')).toBe('01050003ff00');
      expect(bench.slave.requests[7]?.toString('hex')).toBe('0110005e00010200016aee');
    });

    it('hands on an exception as the device’s answer', async () => {
      const { line } = await start(() => [{ rtu: withCrc(1, 0x83, 2) }]);
      expect(await line.request(1, readAt(0), poll)).toEqual({ kind: 'exception', code: 2 });
    });

    it.each(Object.entries(wrongReads))('takes no value from %s, and answers the next request', async (_what, wrong) => {
      const { line, bench } = await start((request, count, adu) => (count === 1 ? wrong(request) : honest(request, count, adu)));
      await expect(line.request(1, readAt(0x50), poll)).rejects.toMatchObject({ code: expect.stringMatching(/^bus_(timeout|garbled)$/) });
      expect(await line.request(1, readAt(0x60), poll)).toEqual(wordsFrom(0x60));
      expect(bench.slave.requests).toHaveLength(2);
    });

    it('never gives a late reply to the next request of the same shape', async () => {
      const { line } = await start((request, count) => [{ rtu: registersReply(request), afterMs: count === 1 ? deadlineMs + 100 : 0 }]);
      await expect(line.request(1, readAt(0x10), poll)).rejects.toMatchObject({ code: 'bus_timeout' });
      expect(await line.request(1, readAt(0x20), poll)).toEqual(wordsFrom(0x20));
      expect(await line.request(1, readAt(0x30), poll)).toEqual(wordsFrom(0x30));
    });

    it('cannot say whether a write was obeyed when its answer echoes another address', async () => {
      const { line } = await start((request, count) => [{ rtu: count === 1 ? withCrc(1, 16, 0, 0x5f, 0, 1) : writeReply(request) }]);
      const zero: ModbusRequest = { kind: 'writeRegisters', address: 0x5e, words: [1] };
      await expect(line.request(1, zero, poll)).rejects.toMatchObject({ code: 'bus_write_unknown', cause: { code: 'bus_garbled' } });
      expect(await line.request(1, zero, poll)).toEqual({ kind: 'written' });
    });

    it('cannot say whether a write was obeyed when nothing answers', async () => {
      const { line } = await start(() => []);
      const write = line.request(1, { kind: 'writeRegister', address: 1, value: 1 }, poll);
      await expect(write).rejects.toMatchObject({ code: 'bus_write_unknown', retryable: false, cause: { code: 'bus_timeout' } });
    });

    it('asks another unit in time although one is dead', async () => {
      const { line } = await start((request, count, adu) => (request[0] === 9 ? [] : honest(request, count, adu)));
      const dead = line.request(9, readAt(0), poll);
      const alive = line.request(1, readAt(0x40), poll);
      await expect(dead).rejects.toMatchObject({ code: 'bus_timeout' });
      expect(await alive).toEqual(wordsFrom(0x40));
    });

    it('asks a unit that was just silent nothing more in this round, but obeys a command to it and goes on with the others', async () => {
      const { line, bench } = await start((request, count, adu) => (request[0] === 9 && request[1] === 3 ? [] : honest(request, count, adu)));
      const silent = line.request(9, readAt(0), poll);
      await expect.poll(() => bench.slave.requests.length, { interval: 5 }).toBe(1);
      const rest = [line.request(9, readAt(2), poll), line.request(9, readAt(4), poll)];
      const command = line.request(9, { kind: 'writeRegister', address: 1, value: 1 }, { ...poll, priority: 'actuation' });
      const neighbour = line.request(1, readAt(0x40), poll);
      await expect(silent).rejects.toMatchObject({ code: 'bus_timeout' });
      for (const one of rest) await expect(one).rejects.toMatchObject({ code: 'device_backing_off' });
      expect(await command).toEqual({ kind: 'written' });
      expect(await neighbour).toEqual(wordsFrom(0x40));
      expect(bench.slave.requests.map((request) => [request[0], request[1]])).toEqual([
        [9, 3],
        [9, 6],
        [1, 3],
      ]);
    });

    it('counts for each unit what was asked, how it ended and what it took of the line', async () => {
      const { line } = await start((request, count, adu) => {
        if (request[0] === 9) return [];
        if (request[1] === 4) return [{ rtu: withCrc(request[0] ?? 0, 0x84, 2) }];
        return request[0] === 2 ? [{ rtu: withCrc(7, 3, 4, 0, 1, 0, 2) }] : honest(request, count, adu).map((step) => ({ ...step, afterMs: 30 }));
      });
      await line.request(1, readAt(0), poll);
      await line.request(1, { kind: 'read', space: 'input', address: 0, count: 1 }, poll);
      await expect(line.request(2, readAt(0), poll)).rejects.toMatchObject({ code: 'bus_garbled' });
      await expect(line.request(9, readAt(0), poll)).rejects.toMatchObject({ code: 'bus_timeout' });
      // The guard behind a silence is charged to the silent unit, once somebody has to wait for it.
      await line.request(3, readAt(0), poll);
      expect(line.unitStats(1)).toMatchObject({ sent: 2, answered: 1, exceptions: 1, timeouts: 0, garbled: 0, unsent: 0 });
      expect(line.unitStats(1).worstMs).toBeGreaterThanOrEqual(29);
      expect(line.unitStats(1).meanMs).toBeLessThan(line.unitStats(1).worstMs);
      expect(line.unitStats(2)).toMatchObject({ sent: 1, answered: 0, garbled: 1, meanMs: 0, worstMs: 0 });
      expect(line.unitStats(9)).toMatchObject({ sent: 1, timeouts: 1 });
      expect(line.unitStats(9).busyMs).toBeGreaterThanOrEqual(deadlineMs);
      expect(line.unitStats(4)).toMatchObject({ sent: 0, busyMs: 0, utilisation: 0 });
      const units = [1, 2, 3, 9].map((unit) => line.unitStats(unit));
      const total = line.stats();
      for (const key of ['sent', 'answered', 'exceptions', 'timeouts', 'garbled', 'unsent'] as const)
        expect(units.reduce((sum, stats) => sum + stats[key], 0)).toBe(total[key]);
      expect(units.reduce((sum, stats) => sum + stats.busyMs, 0)).toBeLessThanOrEqual(total.busyMs + 0.001);
      expect(total.utilisation).toBeGreaterThan(0);
    });

    it('sends one request at a time, the urgent first, and what was called off not at all', async () => {
      const { line, bench } = await start((request, count, adu) => [...honest(request, count, adu)].map((step) => ({ ...step, afterMs: 30 })));
      const stop = new AbortController();
      const ask = (address: number, options: Partial<RequestOptions>) => line.request(1, readAt(address), { ...poll, ...options });
      const calledOff = line.request(1, { kind: 'writeRegister', address: 1, value: 1 }, { ...poll, signal: stop.signal });
      const all = [calledOff, ask(2, {}), ask(3, {}), ask(4, { priority: 'weighing' }), ask(5, { priority: 'actuation' })];
      stop.abort();
      const settled = await Promise.allSettled(all);
      expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled']);
      // Known not to have been sent, so this write is not of unknown outcome.
      expect(settled[0]).toMatchObject({ reason: { code: 'bus_cancelled' } });
      // The line was still opening when all five came, so even the first had to wait its turn.
      expect(bench.slave.requests.map((request) => request.readUInt16BE(2))).toEqual([5, 4, 2, 3]);
    });

    it('drops the result of a request called off in flight, and keeps its reply from the next', async () => {
      const { line } = await start((request, count) => [{ rtu: registersReply(request), afterMs: count === 2 ? 100 : 0 }]);
      await line.request(1, readAt(0), poll);
      const stop = new AbortController();
      const dropped = line.request(1, readAt(0x10), { ...poll, signal: stop.signal });
      const write = line.request(1, readAt(0x20), poll);
      await wireClock.sleep(30, 'test');
      stop.abort();
      await expect(dropped).rejects.toMatchObject({ code: 'bus_cancelled' });
      expect(await write).toEqual(wordsFrom(0x20));
    });
  });
}
