// Lost without it: the wires of a simulated village; a line without true timing, flushes and losses would prove nothing about the gateway's.
import { expect, test } from 'vitest';
import { FaultyWire } from '../../device-sim/faulty-wire.ts';
import { Random } from '../../device-sim/random.ts';
import type { ModbusRequest } from '../../protocol/modbus.ts';
import { ProcessClock, VirtualTime } from '../../scripts/simulation/virtual-time.ts';
import { VirtualLine } from '../../scripts/simulation/virtual-wires.ts';

/** Read holding register 0 of unit 1, and the reply that it is 5. Source: CRCs by pymodbus 3.0.0. */
const request = Buffer.from('010300000001840a', 'hex');
const reply = Buffer.from('0103020005 7847'.replace(' ', ''), 'hex');

function bench(kind: 'serial' | 'rtu-over-tcp' = 'serial') {
  const time = new VirtualTime();
  const heard: ModbusRequest[] = [];
  const gaps: number[] = [];
  const received: { atMs: number; bytes: Buffer }[] = [];
  const losses: string[] = [];
  const faults = new FaultyWire({ random: new Random(1), timingOf: () => ({ timeoutMs: 100, guardMs: 100 }), wireMs: () => time.nowMs });
  const boards = {
    hasUnit: (unit: number) => unit === 1,
    service: (_unit: number, asked: ModbusRequest) => {
      heard.push(asked);
      return { kind: 'words' as const, words: [5] };
    },
  };
  const line = new VirtualLine({ id: 'line-1', time, baud: 9600, kind, boards, faults, random: new Random(2), onShortGap: (gapMs) => gaps.push(gapMs) });
  const clock = new ProcessClock({ time, wallMs: () => 0, latenessMs: () => 0 });
  const listener = { onBytes: (bytes: Buffer) => void received.push({ atMs: time.nowMs, bytes }), onClose: (reason: string) => void losses.push(reason) };
  const run = async (untilMs: number) => {
    while (await time.step(untilMs));
  };
  const open = async () => {
    const opening = line.port.open(listener, clock, new AbortController().signal);
    // A failure is the caller's, who gets it below.
    opening.catch(() => undefined);
    await run(time.nowMs + 10);
    return await opening;
  };
  return { time, line, faults, heard, gaps, received, losses, run, open };
}

test('a request takes its time on the wire, and so does its reply', async () => {
  const { time, heard, received, run, open } = bench();
  const stream = await open();
  const sentMs = time.nowMs;
  stream.write(request);
  await run(sentMs + 9);
  expect(heard).toEqual([]);
  await run(sentMs + 10);
  expect(heard).toHaveLength(1);
  await run(sentMs + 100);
  expect(Buffer.concat(received.map(({ bytes }) => bytes))).toEqual(reply);
  // 8 characters out, at least 2 ms of thought, 7 characters back, 11 bits each.
  expect(received.at(-1)?.atMs).toBeGreaterThanOrEqual(sentMs + (15 * 11_000) / 9600 + 2);
});

test('a flush of a serial port takes back what has not left; a serial server keeps it', async () => {
  for (const [kind, count] of [
    ['serial', 0],
    ['rtu-over-tcp', 1],
  ] as const) {
    const { time, heard, run, open } = bench(kind);
    const stream = await open();
    stream.write(request);
    await run(time.nowMs + 4);
    await stream.settle();
    await run(time.nowMs + 100);
    expect(heard).toHaveLength(count);
  }
});

test('what a killed process had written still reaches the board, and its answer whoever holds the port then', async () => {
  const { time, line, heard, received, run, open } = bench();
  const stream = await open();
  stream.write(request);
  line.port.abandon();
  await run(time.nowMs + 5);
  await open();
  await run(time.nowMs + 100);
  expect(heard).toHaveLength(1);
  expect(received.length).toBeGreaterThan(0);
});

test('an unplugged port tells its holder once, carries nothing, and opens again when it is back', async () => {
  const { time, line, heard, losses, run, open } = bench();
  const stream = await open();
  line.port.unplug();
  stream.write(request);
  await run(time.nowMs + 100);
  await stream.close(true);
  expect([losses, heard]).toEqual([['unplugged'], []]);
  await expect(open()).rejects.toThrow('line-1 is not there');
  line.port.plugIn();
  (await open()).write(request);
  await run(time.nowMs + 100);
  expect(heard).toHaveLength(1);
});

test('a serial server may hold a request for seconds; a serial port loses it', async () => {
  for (const [kind, count] of [
    ['serial', 0],
    ['rtu-over-tcp', 1],
  ] as const) {
    const { time, line, heard, run, open } = bench(kind);
    const stream = await open();
    line.requestFault = { name: 'held', p: 1 };
    stream.write(request);
    await run(time.nowMs + 150);
    expect(heard).toEqual([]);
    await run(time.nowMs + 10_000);
    expect(heard).toHaveLength(count);
  }
});

test('requests can be lost, doubled, cut and damaged on their way, and a line with a fault is not sound', async () => {
  for (const [name, count] of [
    ['lost', 0],
    ['twice', 2],
    ['cut', 0],
    ['bit', 0],
  ] as const) {
    const { time, line, heard, run, open } = bench();
    const stream = await open();
    expect(line.isSound).toBe(true);
    line.requestFault = { name, p: 1 };
    expect(line.isSound).toBe(false);
    stream.write(request);
    await run(time.nowMs + 200);
    expect(heard, name).toHaveLength(count);
  }
});

test('a request sooner than 3.5 characters after other bytes is noticed', async () => {
  const { time, gaps, received, run, open } = bench();
  const stream = await open();
  stream.write(request);
  while (received.length === 0) await run(time.nowMs + 0.5);
  await run(time.nowMs + 60);
  stream.write(request);
  expect(gaps).toEqual([]);
  received.length = 0;
  while (received.length === 0) await run(time.nowMs + 0.5);
  stream.write(request);
  expect(gaps).toHaveLength(1);
});
