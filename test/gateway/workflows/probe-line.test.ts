// Without this a search could miss a device, write to one, or read the wiring wrong on real bytes.
import { expect, it, onTestFinished } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { judgeLine } from '../../../gateway/core/probing.ts';
import { openByteStream } from '../../../gateway/southbound/byte-stream.ts';
import { probeLine } from '../../../gateway/workflows/probe-line.ts';
import { honest, registersReply, type Script, startScriptedSlave, withCrc } from '../../support/scripted-slave.ts';

async function probe(script: Script, units: readonly number[] = [1, 2, 3]) {
  const slave = await startScriptedSlave('rtu', script);
  onTestFinished(() => slave.stop());
  const transport = { kind: 'rtu-over-tcp', host: '127.0.0.1', port: slave.port, baud: 115_200 } as const;
  const options = { transport, settings: [], units, clock: wireClock, openStream: openByteStream };
  const report = await probeLine({ ...options, signal: new AbortController().signal, onProgress: () => undefined });
  return { ...report, symptoms: judgeLine(report.rounds).map(({ code }) => code), requests: slave.requests };
}

const onlyUnit =
  (unit: number, answer: Script): Script =>
  (request, count, adu) =>
    request[0] === unit ? answer(request, count, adu) : [];

it('finds the unit that answers, asks the others once, and writes nothing', async () => {
  const { units, symptoms, requests } = await probe(onlyUnit(2, honest));
  expect(units.map(({ unit }) => unit)).toEqual([2]);
  expect(symptoms).toEqual([]);
  expect(requests.filter(([unit]) => unit === 1)).toHaveLength(1);
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
