// Lost if deleted: the search could miss a slow board, or take its late answer for another's. A file of its own, because it waits for slow boards.
import { expect, it, onTestFinished } from 'vitest';
import { BinBoard } from '../../../device-sim/bin-board.ts';
import { randomFor } from '../../../device-sim/random.ts';
import { serveTcpLine } from '../../../device-sim/serve-tcp.ts';
import { levelDyp } from '../../../protocol/devices/level-dyp.ts';
import type { ModbusRequest, ModbusResponse } from '../../../protocol/modbus.ts';
import { onlyUnit, probe, search } from '../../support/probe-search.ts';
import { honest } from '../../support/scripted-slave.ts';

/** The simulated sensor of half a compartment, at its own pace, beside boards that answer at once. */
async function serveSensor(unit: number, others: readonly number[]) {
  const kept = [{ fillPermille: 500, temperatureDeciC: 231, smoke: false, doorOpen: false }];
  const units = [{ id: 'level', model: 'LVL-DYP', compartment: 1 }];
  const bin = new BinBoard({ id: 'bin', compartments: 1, units, random: randomFor(3, 'level'), onEvent: () => undefined, kept });
  const answerOfOther = (request: ModbusRequest): ModbusResponse =>
    request.kind === 'read' ? { kind: 'words', words: Array.from({ length: request.count }, () => 7) } : { kind: 'written' };
  const listener = await serveTcpLine({
    ...{ id: 'line', kind: 'rtu-over-tcp', host: '127.0.0.1', port: 0 },
    line: {
      hasUnit: (one) => one === unit || others.includes(one),
      service: (one, request) => (one === unit ? bin.units.get('level')?.answer(request) : answerOfOther(request)),
      turnaroundMs: (one) => (one === unit ? levelDyp.turnaroundMs : 0),
    },
  });
  onTestFinished(() => listener.close());
  return listener.port;
}

it('finds a sensor that takes half a second to answer, by its own read, and takes its late answers for nobody else', async () => {
  const { units, symptoms } = await search(await serveSensor(2, []), [1, 2, 5]);
  expect(units.map(({ unit }) => unit)).toEqual([2]);
  expect(units[0]?.fits.map(({ model }) => model)).toEqual(['LVL-DYP']);
  expect(units[0]?.fits[0]?.reading).toContain('distanceMm');
  expect(symptoms).toEqual([]);
}, 60_000);

it('finds it also beside boards that answer at once, and suspects none of them', async () => {
  const { units, symptoms } = await search(await serveSensor(1, [3, 5]), [1, 3, 5]);
  expect(units.map(({ unit }) => unit)).toEqual([1, 3, 5]);
  expect(units[0]?.fits.map(({ model }) => model)).toEqual(['LVL-DYP']);
  expect(symptoms).toEqual([]);
}, 60_000);

it('finds a board that is silent to functions it does not have', async () => {
  const { units } = await probe(onlyUnit(2, (request, count, adu) => ((request[1] ?? 0) === 4 ? honest(request, count, adu) : [])));
  expect(units.map(({ unit }) => unit)).toEqual([2]);
}, 60_000);
