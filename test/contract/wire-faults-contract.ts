/**
 * What every line owes its callers while one of the 25 wire faults is in force on it, and how soon it serves again afterwards. The simulator
 * spoils the answers; the gateway's own line asks. Run by wire-faults.test.ts over TCP and by test/system over ptys.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultyWire } from '../../device-sim/faulty-wire.ts';
import { randomFor } from '../../device-sim/random.ts';
import type { BoardLine } from '../../device-sim/rtu-slave.ts';
import { type ReplyTiming, type WireFaultName, wireFaultKinds, wireFaults } from '../../device-sim/wire-faults.ts';
import { wireClock } from '../../gateway/clock.ts';
import { type Line, openLine } from '../../gateway/southbound/line.ts';
import type { LineTransport } from '../../gateway/southbound/line-wire.ts';
import type { ModbusRequest, ModbusResponse } from '../../protocol/modbus.ts';

/** A simulated line with faults, and the way to it. */
export interface FaultBench {
  readonly transport: LineTransport;
  stop(): Promise<void>;
}
export type OpenFaultBench = (board: BoardLine, faults: FaultyWire) => Promise<FaultBench>;

/** What one fault did to a line. `wrong` counts values taken from bytes that were no answer to their request. */
interface Row {
  readonly fault: WireFaultName;
  readonly asked: number;
  readonly right: number;
  readonly refused: number;
  readonly wrong: number;
  /** Answers taken while every one of them was spoilt. */
  readonly taken: number;
  /** From the lifting of the fault to the first right answer. Unit: wire ms. */
  readonly recoveredMs: number;
}

/** Declared by the device under test: worst latency is the sum. Unit: wire ms. */
const declared: ReplyTiming = { timeoutMs: 60, guardMs: 200 };
const askedUnderFault = 9;
const askedSpoilt = 3;
/** Faults that leave an answer whole and alone: bytes come well behind it, or only writes are touched and a read passes. */
const harmless: readonly WireFaultName[] = ['noise-between', 'wrong-address'];
const recoveryMs = 3000;
const names = Object.keys(wireFaults) as WireFaultName[];
/** Benches that run at a time. */
const together = 5;

/** A board whose every register tells where it stands, and which keeps what was written. */
function tellingBoard(): { readonly line: BoardLine; readonly written: Map<number, number> } {
  const written = new Map<number, number>();
  const service = (_unit: number, request: ModbusRequest): ModbusResponse => {
    if (request.kind === 'read') return { kind: 'words', words: Array.from({ length: request.count }, (_unused, at) => tellingWord(request.address + at)) };
    if (request.kind === 'writeRegister') written.set(request.address, request.value);
    if (request.kind === 'writeRegisters') for (const [at, word] of request.words.entries()) written.set(request.address + at, word);
    return { kind: 'written' };
  };
  return { line: { hasUnit: (unit) => unit === 1, service }, written };
}
const tellingWord = (address: number) => (address * 40_503) & 0xffff;

/** No two requests ask the same address, so an answer to another one shows. */
function requestNo(n: number): ModbusRequest {
  const address = 2 * n;
  if (n % 3 === 1) return { kind: 'writeRegister', address, value: 7 * n };
  return n % 3 === 2 ? { kind: 'writeRegisters', address, words: [7 * n, 7 * n + 1] } : { kind: 'read', space: 'holding', address, count: 2 };
}

function isRight(n: number, response: ModbusResponse, written: ReadonlyMap<number, number>): boolean {
  const request = requestNo(n);
  if (request.kind !== 'read') return response.kind === 'written' && written.get(request.address) === 7 * n;
  return response.kind === 'words' && response.words.length === 2 && response.words.every((word, at) => word === tellingWord(request.address + at));
}

/** Puts one fault on a line of its own and asks. `guardMs` is what the gateway believes. */
async function tryFault(fault: WireFaultName, openBench: OpenFaultBench, guardMs = declared.guardMs): Promise<Row> {
  const board = tellingBoard();
  const faults = new FaultyWire({ random: randomFor(5, fault), timingOf: () => declared, wireMs: () => performance.now() });
  const bench = await openBench(board.line, faults);
  const line = openLine({ id: 'line-1', transport: bench.transport, clock: wireClock });
  const counts = { right: 0, refused: 0, wrong: 0 };
  try {
    for (let n = 0; !(await ask(line, n, guardMs, board.written)).right && n < 20; n += 1) await wireClock.sleep(50, 'the line to open');
    faults.inject({ name: fault, p: 0.75 });
    for (let n = 100; n < 100 + askedUnderFault; n += 1) {
      const { right, answered } = await ask(line, n, guardMs, board.written);
      counts[answered ? (right ? 'right' : 'wrong') : 'refused'] += 1;
      // A stray may come between two requests, or behind the next one: both happen.
      await wireClock.sleep(n % 2 === 0 ? 15 : 0, 'the next request');
    }
    let taken = 0;
    faults.inject({ name: fault, p: 1 });
    for (let n = 150; n < 150 + askedSpoilt; n += 1) if ((await ask(line, n, guardMs, board.written)).answered) taken += 1;
    faults.clear(fault);
    const liftedAtMs = wireClock.monotonicMs();
    for (let n = 200; wireClock.monotonicMs() - liftedAtMs < recoveryMs; n += 1) {
      const { right, answered } = await ask(line, n, guardMs, board.written);
      if (right) break;
      if (answered) counts.wrong += 1;
    }
    return { fault, asked: askedUnderFault, ...counts, taken, recoveredMs: wireClock.monotonicMs() - liftedAtMs };
  } finally {
    await line.close();
    await bench.stop();
  }
}

/** An exception is the word of a converter for "no usable answer": nothing was read. */
async function ask(line: Line, n: number, guardMs: number, written: ReadonlyMap<number, number>): Promise<{ right: boolean; answered: boolean }> {
  try {
    const response = await line.request(1, requestNo(n), { priority: 'poll', deadlineMs: declared.timeoutMs, guardMs });
    return { right: isRight(n, response, written), answered: response.kind !== 'exception' };
  } catch {
    return { right: false, answered: false };
  }
}

/** Runs the contract. */
export function describeWireFaults(name: string, openBench: OpenFaultBench): void {
  describe(`the 25 wire faults over ${name}`, () => {
    const rows = new Map<WireFaultName, Row>();
    beforeAll(async () => {
      const waiting = [...names];
      const work = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) rows.set(next, await tryFault(next, openBench));
      };
      await Promise.all(Array.from({ length: together }, work));
    }, 240_000);
    afterAll(() => console.log(tableOf(name, [...rows.values()])));

    it('are 25 of ten kinds', () => {
      expect(names).toHaveLength(25);
      expect(new Set(names.map((one) => wireFaults[one].kind))).toEqual(new Set(wireFaultKinds));
    });

    it.each(names)('%s: takes no wrong value and no spoilt answer, and serves again within 3 s', (fault) => {
      const row = rows.get(fault);
      expect(row?.wrong).toBe(0);
      expect(row?.recoveredMs).toBeLessThan(recoveryMs);
      expect((row?.right ?? 0) + (row?.refused ?? 0)).toBe(askedUnderFault);
      if (!harmless.includes(fault)) expect(row?.taken).toBe(0);
    });

    it('would be taken in by late replies if it kept no guard', async () => {
      const late = await Promise.all((['late-guard', 'late-previous'] as const).map((fault) => tryFault(fault, openBench, 0)));
      // Modbus TCP numbers its requests, so there a late reply is known even without the guard.
      expect(late.some(({ wrong }) => wrong > 0)).toBe(!name.includes('Modbus TCP'));
    });
  });
}

function tableOf(name: string, rows: readonly Row[]): string {
  const cells = rows
    .toSorted((one, other) => names.indexOf(one.fault) - names.indexOf(other.fault))
    .map(({ fault, asked, right, refused, wrong, taken, recoveredMs }) =>
      [wireFaults[fault].kind, fault, asked, right, refused, wrong, `${taken} of ${askedSpoilt}`, recoveredMs.toFixed(0)].map(String),
    );
  const lines = [['kind', `fault over ${name}`, 'asked', 'right', 'refused', 'wrong', 'spoilt taken', 'recovered ms'], ...cells];
  const widths = lines.reduce((most, line) => most.map((width, at) => Math.max(width, line[at]?.length ?? 0)), new Array<number>(8).fill(0));
  return lines.map((line) => line.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')).join('\n');
}
