// A search of a line on loopback, against scripted bytes or a simulated board. Without it both suites of the search would begin one in their own way.
import { onTestFinished } from 'vitest';
import { wireClock } from '../../gateway/clock.ts';
import { judgeLine } from '../../gateway/core/probing.ts';
import { openByteStream } from '../../gateway/southbound/byte-stream.ts';
import { probeLine } from '../../gateway/workflows/probe-line.ts';
import { type Script, startScriptedSlave } from './scripted-slave.ts';

export async function search(port: number, units: readonly number[] = [1, 2, 3]) {
  const transport = { kind: 'rtu-over-tcp', host: '127.0.0.1', port, baud: 115_200 } as const;
  const options = { transport, settings: [], units, clock: wireClock, openStream: openByteStream };
  const report = await probeLine({ ...options, signal: new AbortController().signal, onProgress: () => undefined });
  return { ...report, symptoms: judgeLine(report).map(({ code }) => code) };
}

export async function probe(script: Script, units?: readonly number[]) {
  const slave = await startScriptedSlave('rtu', script);
  onTestFinished(() => slave.stop());
  return { ...(await search(slave.port, units)), requests: slave.requests };
}

export const onlyUnit =
  (unit: number, answer: Script): Script =>
  (request, count, adu) =>
    request[0] === unit ? answer(request, count, adu) : [];
