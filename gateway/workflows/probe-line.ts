/**
 * Searching a line: listen, ask every unit number at every speed, and read from who answers what each known register map would read there.
 * Reads only, and nothing is written to any device. What the answers mean is core/probing.ts's.
 */
import { deviceCatalogue, deviceModels, frameCatalogue } from '../../protocol/devices/catalogue.ts';
import type { DeviceMap } from '../../protocol/register-map.ts';
import { fieldsPolled, rowsInOrder } from '../../protocol/register-map.ts';
import type { Clock } from '../clock.ts';
import { type ModelFit, type ProbeAnswer, type ProbeRound, type ProbeSetting, rankFits, unitsFound, type WireSound } from '../core/probing.ts';
import { GatewayError, isGatewayError } from '../errors.ts';
import { probeDeadlineMs, probeListenMs, probeOpenMs, probeRepeats } from '../limits.ts';
import type { OpenByteStream } from '../southbound/byte-stream.ts';
import { openDevice } from '../southbound/device.ts';
import { type Line, openLine } from '../southbound/line.ts';
import type { LineTransport } from '../southbound/line-wire.ts';
import { openTransaction } from '../southbound/modbus-port.ts';

export interface ProbeOptions {
  readonly transport: LineTransport;
  /** Settings to try in order; ignored where the wire has none (TCP). The search ends with the first at which somebody answers. */
  readonly settings: readonly ProbeSetting[];
  readonly units: readonly number[];
  readonly clock: Clock;
  readonly openStream: OpenByteStream;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

export interface UnitFound {
  readonly unit: number;
  readonly setting: ProbeSetting | null;
  readonly latencyMs: number;
  readonly fits: readonly ModelFit[];
}
/** A device that talks by itself: frames of a known model were heard. */
export interface TalkerFound {
  readonly model: string;
  readonly setting: ProbeSetting | null;
  readonly frames: number;
}
export interface ProbeReport {
  readonly units: readonly UnitFound[];
  readonly talkers: readonly TalkerFound[];
  readonly rounds: readonly ProbeRound[];
}

/** @throws GatewayError bus_closed when the wire cannot be opened; the signal's reason. */
export async function probeLine(options: ProbeOptions): Promise<ProbeReport> {
  const rounds: ProbeRound[] = [];
  const units: UnitFound[] = [];
  const talkers: TalkerFound[] = [];
  const settings = options.transport.kind === 'serial' ? options.settings : [null];
  for (const setting of settings) {
    options.onProgress(setting === null ? 'asking' : `asking at ${describeSetting(setting)}`);
    const transport = withSetting(options.transport, setting);
    const { sound, heard } = await listen(options, transport);
    talkers.push(...heard.map((talker) => ({ ...talker, setting })));
    const { answers, found } = await askAll(options, transport);
    rounds.push({ setting, sound, answers });
    units.push(...found.map((unit) => ({ ...unit, setting })));
    if (units.length > 0 || talkers.length > 0) break;
  }
  return { units, talkers, rounds };
}

/** `9600 8N1`. */
export const describeSetting = ({ baud, parity }: ProbeSetting): string => `${baud} 8${{ none: 'N', even: 'E', odd: 'O' }[parity]}1`;

const withSetting = (transport: LineTransport, setting: ProbeSetting | null): LineTransport =>
  setting === null || transport.kind !== 'serial' ? transport : { ...transport, baud: setting.baud, parity: setting.parity, dataBits: 8 };

/** Hears what the wire says unasked, and whether a question to nobody comes back. */
async function listen(
  { openStream, clock, signal }: ProbeOptions,
  transport: LineTransport,
): Promise<{ sound: WireSound; heard: { model: string; frames: number }[] }> {
  const parsers = frameCatalogue
    .filter(({ talk }) => talk !== 'answers')
    .map((device) => ({ model: device.model, parser: device.fromDevice.parser(), frames: 0, wrong: 0 }));
  let received = Buffer.alloc(0);
  const onBytes = (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]).subarray(-heardBytesMax);
    for (const entry of parsers) for (const { ok } of entry.parser.push(bytes)) entry[ok ? 'frames' : 'wrong'] += 1;
  };
  const stream = await openStream(transport, { onBytes, onClose: () => undefined }, clock, signal);
  try {
    await clock.sleep(probeListenMs, 'listening', signal);
    const idleBytes = received.length;
    const heard = parsers.filter(({ frames, wrong }) => frames >= 2 && frames > wrong).map(({ model, frames }) => ({ model, frames }));
    received = Buffer.alloc(0);
    if (transport.kind === 'modbus-tcp') return { sound: { idleBytes, echo: false }, heard };
    const question = openTransaction(nobody, { kind: 'read', space: 'holding', address: 0, count: 1 }).frame;
    stream.write(question);
    await clock.sleep(probeListenMs / 4, 'echo', signal);
    return { sound: { idleBytes, echo: received.length >= question.length && received.includes(question) }, heard };
  } finally {
    await stream.close(true);
  }
}

async function askAll(options: ProbeOptions, transport: LineTransport) {
  const { clock, openStream, units, signal } = options;
  const line = openLine({ id: 'probe', transport, clock, openStream });
  const answers = new Map<number, ProbeAnswer[]>();
  const found: Omit<UnitFound, 'setting'>[] = [];
  try {
    await opened(line, clock, signal);
    for (const unit of units) answers.set(unit, [(await askOnce(line, unit, signal)).answer]);
    for (const unit of unitsFound({ setting: null, sound: { idleBytes: 0, echo: false }, answers })) {
      const latencies: number[] = [];
      for (let repeat = 1; repeat < probeRepeats; repeat += 1) {
        const startedAtMs = clock.monotonicMs();
        const { answer } = await askOnce(line, unit, signal);
        answers.get(unit)?.push(answer);
        if (answer !== 'silent') latencies.push(clock.monotonicMs() - startedAtMs);
      }
      latencies.sort((a, b) => a - b);
      options.onProgress(`unit ${unit} answers; comparing it with ${deviceModels.length} models`);
      found.push({ unit, latencyMs: latencies[Math.floor(latencies.length / 2)] ?? 0, fits: rankFits(await fitAll(line, unit, clock, signal)) });
    }
    return { answers, found };
  } finally {
    await line.close();
  }
}

async function opened(line: Line, clock: Clock, signal: AbortSignal): Promise<void> {
  const until = clock.monotonicMs() + probeOpenMs;
  while (line.state().open === false && clock.monotonicMs() < until) await clock.sleep(10, 'opening', signal);
  const state = line.state();
  if (!state.open) throw new GatewayError('bus_closed', `The line cannot be opened: ${state.reason}.`);
}

async function askOnce(line: Line, unit: number, signal: AbortSignal): Promise<{ answer: ProbeAnswer }> {
  const strayBefore = line.stats().strayBytes;
  try {
    const timing = { deadlineMs: probeDeadlineMs, guardMs: probeDeadlineMs / 2, priority: 'weighing' as const, signal };
    const response = await line.request(unit, { kind: 'read', space: 'holding', address: 0, count: 1 }, timing);
    if (line.stats().strayBytes > strayBefore) return { answer: 'stray' };
    return { answer: response.kind === 'exception' ? 'refused' : 'answered' };
  } catch (error) {
    signal.throwIfAborted();
    if (isGatewayError(error, 'bus_timeout')) return { answer: 'silent' };
    if (isGatewayError(error, 'bus_garbled')) return { answer: 'garbled' };
    throw error;
  }
}

async function fitAll(line: Line, unit: number, clock: Clock, signal: AbortSignal): Promise<ModelFit[]> {
  const fits: ModelFit[] = [];
  for (const model of deviceModels) {
    const fit = await fitOne(line, unit, deviceCatalogue[model], clock, signal);
    if (fit !== null) fits.push(fit);
  }
  return fits;
}

/** Reads all that the map polls; null when the unit refuses one of the reads or answers with a value the map does not know. */
async function fitOne(line: Line, unit: number, map: DeviceMap, clock: Clock, signal: AbortSignal): Promise<ModelFit | null> {
  if (unit < map.units.first || unit > map.units.last) return null;
  const device = openDevice({ id: `unit ${unit}`, line, unit, map, clock });
  try {
    const names =
      fieldsPolled(map, 'status').length > 0 ? fieldsPolled(map, 'status') : rowsInOrder(map).flatMap(([name, row]) => (row.access === 'w' ? [] : [name]));
    const { values, rawHex } = await device.readRaw(names, { priority: 'weighing', signal });
    const words = rawHex.split(' ').flatMap((part) => part.split(':')[1]?.match(/.{4}/g) ?? []);
    return { model: map.model, registers: words.length, nonZero: words.filter((word) => word !== '0000').length, reading: describeValues(values) };
  } catch (error) {
    signal.throwIfAborted();
    if (isGatewayError(error)) return null;
    throw error;
  } finally {
    device.close();
  }
}

const describeValues = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .slice(0, shownFields)
    .map(([name, value]) => `${name} ${describeValue(value)}`)
    .join(', ');

/** Of a word of flags, those that are set. */
function describeValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const set = Object.entries(value).filter(([, part]) => part !== false && part !== 0);
  return `(${set.map(([name, part]) => (part === true ? name : `${name} ${String(part)}`)).join(' ')})`;
}

/** Fields shown of a fit. */
const shownFields = 6;
/** Bytes kept while listening. Unit: byte. */
const heardBytesMax = 4096;
/** A unit number nobody should have, for hearing an echo. */
const nobody = 247;
