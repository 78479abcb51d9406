/**
 * What every line owes its callers while one of the 25 wire faults is in force on it, and how soon it serves again afterwards. The simulator
 * spoils the answers; the gateway's own line asks, and then its devices poll through their back-off. Run by wire-faults.test.ts over TCP and by test/system over ptys.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultyWire } from '../../device-sim/faulty-wire.ts';
import { randomFor } from '../../device-sim/random.ts';
import { type WireFaultName, wireFaultKinds, wireFaults } from '../../device-sim/wire-faults.ts';
import { wireClock } from '../../gateway/clock.ts';
import { type Line, openLine } from '../../gateway/southbound/line.ts';
import type { ModbusRequest, ModbusResponse } from '../../protocol/modbus.ts';
import { declared, type OpenFaultBench, tellingBoard, tellingWord } from '../support/fault-bench.ts';
import { type PolledRow, pollThrough, suspectOf } from './wire-faults-polled.ts';

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

const askedUnderFault = 9;
const askedSpoilt = 3;
/** Faults that leave an answer whole and alone: bytes come well behind it, or only writes are touched and a read passes. */
const harmless: readonly WireFaultName[] = ['noise-between', 'wrong-address'];
const recoveryMs = 3000;
const names = Object.keys(wireFaults) as WireFaultName[];
/** Benches that run at a time. */
const together = 5;

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
    const polled = new Map<WireFaultName, PolledRow>();
    beforeAll(async () => {
      const waiting = [...names];
      const work = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) rows.set(next, await tryFault(next, openBench));
      };
      await Promise.all(Array.from({ length: together }, work));
      await Promise.all(names.map(async (fault) => polled.set(fault, await pollThrough(fault, openBench))));
    }, 240_000);
    afterAll(() => console.log(tableOf(name, rows, polled)));

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

    it.each(names)('%s: a polled device reads nothing wrong, and is served again within 3 s of a bad wire, its back-off included', (fault) => {
      expect(polled.get(fault)?.wrong).toBe(0);
      expect(polled.get(fault)?.recoveredMs).toBeLessThan(recoveryMs);
    });

    it.each([
      { name: 'duplicate-together', answers: 'at the same time' },
      { name: 'duplicate-in-turn', answers: 'one behind the other' },
      { name: 'duplicate-in-turn', ms: 30, answers: 'one 30 ms behind the other' },
    ] as const)('two boards under one number that answer $answers are told', async ({ answers: _answers, ...fault }) => {
      // The converter in front of a Modbus TCP line meets the collision, and says "target failed to respond" for it: nobody behind it can know more.
      const isHidden = name.includes('Modbus TCP') && fault.name === 'duplicate-together';
      expect(await suspectOf(fault, openBench)).toBe(isHidden ? undefined : 'duplicate_address');
    });

    it('would be taken in by late replies if it kept no guard', async () => {
      const late = await Promise.all((['late-guard', 'late-previous'] as const).map((fault) => tryFault(fault, openBench, 0)));
      // Modbus TCP numbers its requests, so there a late reply is known even without the guard.
      expect(late.some(({ wrong }) => wrong > 0)).toBe(!name.includes('Modbus TCP'));
    });
  });
}

function tableOf(name: string, rows: ReadonlyMap<WireFaultName, Row>, polled: ReadonlyMap<WireFaultName, PolledRow>): string {
  const cells = names.flatMap((one) => {
    const row = rows.get(one);
    if (row === undefined) return [];
    const { fault, asked, right, refused, wrong, taken, recoveredMs } = row;
    const recovered = [recoveredMs.toFixed(0), polled.get(one)?.recoveredMs.toFixed(0) ?? '-'];
    return [[wireFaults[fault].kind, fault, asked, right, refused, wrong, `${taken} of ${askedSpoilt}`, ...recovered].map(String)];
  });
  const lines = [
    ['kind', `fault over ${name}`, 'asked', 'right', 'refused', 'wrong', 'spoilt taken', 'line serves after ms', 'polled device after ms'],
    ...cells,
  ];
  const widths = lines.reduce((most, line) => most.map((width, at) => Math.max(width, line[at]?.length ?? 0)), new Array<number>(9).fill(0));
  return lines.map((line) => line.map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')).join('\n');
}
