// Without this a search could miss a device, write to one, or read the wiring wrong on real bytes.
import { expect, it, onTestFinished } from 'vitest';
import { BinBoard } from '../../../device-sim/bin-board.ts';
import { randomFor } from '../../../device-sim/random.ts';
import { serveTcpLine } from '../../../device-sim/serve-tcp.ts';
import { wireClock } from '../../../gateway/clock.ts';
import { judgeLine } from '../../../gateway/core/probing.ts';
import { openByteStream } from '../../../gateway/southbound/byte-stream.ts';
import { probeLine } from '../../../gateway/workflows/probe-line.ts';
import { levelDyp } from '../../../protocol/devices/level-dyp.ts';
import { xk3190Format1 } from '../../../protocol/devices/xk3190.ts';
import type { ModbusRequest, ModbusResponse } from '../../../protocol/modbus.ts';
import { honest, registersReply, type Script, startScriptedSlave, withCrc } from '../../support/scripted-slave.ts';

async function search(port: number, units: readonly number[] = [1, 2, 3]) {
  const transport = { kind: 'rtu-over-tcp', host: '127.0.0.1', port, baud: 115_200 } as const;
  const options = { transport, settings: [], units, clock: wireClock, openStream: openByteStream };
  const report = await probeLine({ ...options, signal: new AbortController().signal, onProgress: () => undefined });
  return { ...report, symptoms: judgeLine(report.rounds).map(({ code }) => code) };
}

async function probe(script: Script, units?: readonly number[]) {
  const slave = await startScriptedSlave('rtu', script);
  onTestFinished(() => slave.stop());
  return { ...(await search(slave.port, units)), requests: slave.requests };
}

const onlyUnit =
  (unit: number, answer: Script): Script =>
  (request, count, adu) =>
    request[0] === unit ? answer(request, count, adu) : [];

it('finds the unit that answers, asks the others the same question once, and writes nothing', async () => {
  const { units, symptoms, requests } = await probe(onlyUnit(2, honest));
  expect(units.map(({ unit }) => unit)).toEqual([2]);
  expect(symptoms).toEqual([]);
  expect(requests.filter(([unit, code, ...rest]) => unit === 1 && code === 3 && rest.slice(0, 4).join() === '0,0,0,1')).toHaveLength(1);
  expect(requests.filter(([, code]) => (code ?? 0) > 4)).toEqual([]);
});

it('hears an echo', async () => {
  const { symptoms } = await probe((request) => [{ raw: request }]);
  expect(symptoms).toContain('echo');
});

it('suspects two devices behind a number whose answers are spoilt, and not behind a clean one', async () => {
  let asked = 0;
  const spoilt: Script = (request) => {
    asked += 1;
    const right = registersReply(request);
    return [{ rtu: asked % 2 === 0 ? withCrc(...right.subarray(0, -3), 0x55).fill(0xff, 3) : right }];
  };
  const { symptoms } = await probe((request, count, adu) =>
    request[0] === 1 ? honest(request, count, adu) : request[0] === 2 ? spoilt(request, count, adu) : [],
  );
  expect(symptoms).toEqual(['address_shared']);
});

it('tells a line where nobody is from one where only rubbish comes back', async () => {
  expect((await probe(() => [])).symptoms).toEqual(['silent']);
  expect((await probe(() => [{ raw: Buffer.from('00ff00ff7f00', 'hex') }])).symptoms).toContain('swapped_or_speed');
});

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

it('names an indicator whose frames fit two models as one device with two possible names', async () => {
  const slave = await startScriptedSlave('rtu', () => []);
  onTestFinished(() => slave.stop());
  const frame = xk3190Format1.device.fromDevice.encode({ negative: false, digits: 3000, decimals: 3 });
  const talking = setInterval(() => slave.say(Buffer.from(frame)), 50);
  onTestFinished(() => clearInterval(talking));
  const { talkers } = await search(slave.port, []);
  expect(talkers.map(({ models }) => models)).toEqual([['XK3190-F1', 'XK3190-F2']]);
});
