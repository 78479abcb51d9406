/** `sifen probe`: who is on this line, at which speed, and what is wrong with the wiring. Reads only. */
import type { Command } from 'commander';
import { wireClock } from '../clock.ts';
import { describeSymptom, judgeLine, type ProbeSetting } from '../core/probing.ts';
import { GatewayError } from '../errors.ts';
import { openByteStream } from '../southbound/byte-stream.ts';
import type { LineTransport } from '../southbound/line-wire.ts';
import { describeSetting, type ProbeReport, probeLine } from '../workflows/probe-line.ts';
import { operatorFlag, print, type VillageFlags, villageFlags } from './access.ts';
import { withLine } from './borrowed-line.ts';
import { stopSignal } from './stop-signal.ts';

interface ProbeFlags extends VillageFlags {
  readonly operator: string;
  readonly port?: string;
  readonly framing: 'rtu' | 'mbap';
  readonly units: readonly number[];
  readonly baud: readonly number[];
  readonly parity: readonly ProbeSetting['parity'][];
}

const bauds = [9600, 19_200, 115_200, 4800, 38_400, 57_600, 2400, 1200] as const;
const parities = ['none', 'even', 'odd'] as const;

export function addProbe(program: Command): void {
  const command = program
    .command('probe')
    .argument('[line]', 'line of the site file; borrowed from the running gateway')
    .option('--port <place>', 'a port that is in no site file: /dev/..., usb:VID:PID or HOST:PORT')
    .option('--framing <rtu|mbap>', 'with --port HOST:PORT: RTU frames, or Modbus TCP', parseFraming, 'rtu')
    .option('--units <list>', 'unit numbers, such as 1-16 or 1,5,20', parseUnits, parseUnits('1-16'))
    .option('--baud <list>', 'speeds to try in order', parseBauds, [...bauds])
    .option('--parity <list>', 'parities to try at each speed: none, even, odd', parseParities, ['none', 'even']);
  villageFlags(operatorFlag(command))
    .description('Search a line for devices: speeds, unit numbers, which known model answers, and signs of wrong wiring. Nothing is written to any device.')
    .addHelpText(
      'after',
      '\nThe search ends at the first speed at which somebody answers; when nobody does, models with frames of their own are asked, then slow devices at every speed, which takes minutes. Exit code 1 when nobody does.\nExamples:\n  sifen probe scale-line --data sifen-data\n  sifen probe --port /dev/ttyUSB0 --units 1-32',
    )
    .action(runProbe);
}

async function runProbe(line: string | undefined, flags: ProbeFlags): Promise<void> {
  if ((line === undefined) === (flags.port === undefined)) throw new GatewayError('usage', 'Name a line of the site file, or a port with --port.');
  const search = (transport: LineTransport, signal: AbortSignal) =>
    probeLine({
      ...{ transport, signal, units: flags.units, clock: wireClock, openStream: openByteStream },
      settings: flags.baud.flatMap((baud) => flags.parity.map((parity) => ({ baud, parity }))),
      onProgress: (text) => void (flags.json || process.stderr.write(`${text} ...\n`)),
    });
  const report = line === undefined ? await search(parsePort(flags), stopSignal().signal) : await withLine(flags, line, search);
  const { units, talkers, answerers } = report;
  const symptoms = judgeLine(report);
  print(flags, { units, talkers, answerers, symptoms: symptoms.map((one) => ({ ...one, say: describeSymptom(one) })) }, () => describe(report));
  if (units.length + talkers.length + answerers.length === 0) process.exitCode = 1;
}

function describe(report: ProbeReport): string {
  const at = (setting: ProbeSetting | null) => (setting === null ? '' : ` at ${describeSetting(setting)}`);
  const units = report.units.flatMap(({ unit, setting, latencyMs, fits }) => [
    `unit ${unit}${at(setting)} answers in ${latencyMs.toFixed(0)} ms`,
    ...(fits.length === 0
      ? ['    no known model fits']
      : fits.slice(0, 3).map((fit, index) => `    ${index === 0 ? 'fits' : ' or '} ${fit.model}: ${fit.reading}`)),
  ]);
  const talkers = report.talkers.map(({ models, setting, frames }) => {
    const heard = `${models.join(' or ')}${at(setting)} talks by itself: ${frames} frames heard`;
    return models.length === 1 ? heard : `${heard}; its frames fit each of them: prove which it is with a known weight`;
  });
  const answerers = report.answerers.map(
    ({ model, unit, setting }) => `${model}${unit === null ? '' : ` as unit ${unit}`}${at(setting)} answers to the question of its own protocol`,
  );
  return [...units, ...talkers, ...answerers, ...judgeLine(report).map(describeSymptom)].join('\n');
}

function parsePort({ port = '', framing }: ProbeFlags): LineTransport {
  const tcp = /^([^/:]+):(\d+)$/.exec(port);
  if (tcp === null || port.startsWith('usb:')) return { kind: 'serial', path: port, baud: bauds[0], parity: 'none', dataBits: 8, stopBits: 1 };
  const place = { host: tcp[1] ?? '', port: Number(tcp[2]) };
  if (place.port < 1 || place.port > 65_535) throw new GatewayError('usage', `--port HOST:PORT has a port from 1 to 65535; not ${port}.`);
  return framing === 'mbap' ? { kind: 'modbus-tcp', ...place } : { kind: 'rtu-over-tcp', ...place, baud: bauds[0] };
}

function parseFraming(text: string): 'rtu' | 'mbap' {
  if (text !== 'rtu' && text !== 'mbap') throw new GatewayError('usage', `--framing is rtu or mbap, not ${text}.`);
  return text;
}

/** `1-16,20` to numbers 1..247 in order, each once. */
function parseUnits(text: string): number[] {
  const units = text.split(',').flatMap((part) => {
    const [, from = '', to = from] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part.trim()) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (from === '' || first < 1 || last > 247 || first > last)
      throw new GatewayError('usage', `--units are numbers from 1 to 247, such as 1-16 or 1,5,20; not ${text}.`);
    return Array.from({ length: last - first + 1 }, (_unused, index) => first + index);
  });
  return [...new Set(units)];
}

function parseBauds(text: string): number[] {
  const list = text.split(',').map(Number);
  if (!list.every((baud) => Number.isInteger(baud) && baud >= 1200 && baud <= 921_600))
    throw new GatewayError('usage', `--baud is a list of speeds from 1200 to 921600, such as 9600,19200; not ${text}.`);
  return list;
}

function parseParities(text: string): ProbeSetting['parity'][] {
  return text.split(',').map((part) => {
    const found = parities.find((parity) => parity === part);
    if (found === undefined) throw new GatewayError('usage', `--parity is a list of none, even and odd; not ${text}.`);
    return found;
  });
}
