/**
 * Asking the unit numbers of a line that is being searched: first all of them with one short question, then those that said nothing with what
 * slow or particular boards answer to, and at last who answered, with what each known register map would read there. Reads only.
 */
import { deviceCatalogue, deviceModels } from '../../protocol/devices/catalogue.ts';
import type { ModbusRequest } from '../../protocol/modbus.ts';
import { planReads, readRequest } from '../../protocol/read-plan.ts';
import type { DeviceMap } from '../../protocol/register-map.ts';
import { fieldsPolled, rowsInOrder } from '../../protocol/register-map.ts';
import type { Clock } from '../clock.ts';
import { type ModelFit, type ProbeAnswer, rankFits, unitsFound } from '../core/probing.ts';
import { isGatewayError } from '../errors.ts';
import { probeDeadlineMs, probeRepeats } from '../limits.ts';
import { openDevice } from '../southbound/device.ts';
import type { Line } from '../southbound/line.ts';
import type { ReplyTiming } from '../southbound/line-wire.ts';

/** A line under search. */
export interface ProbedLine {
  readonly line: Line;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}
/** By unit, in the order they were asked. */
export type ProbeAnswers = Map<number, ProbeAnswer[]>;
/** A unit that answers, how soon, and what it may be. */
export interface UnitStudied {
  readonly unit: number;
  readonly latencyMs: number;
  readonly fits: readonly ModelFit[];
}
interface ProbeQuestion {
  readonly request: ModbusRequest;
  readonly timing: ReplyTiming;
}

const quickTiming: ReplyTiming = { deadlineMs: probeDeadlineMs, guardMs: probeDeadlineMs / 2 };
/** Most boards answer it, if only with an exception, and within 20 ms. */
const quickQuestion: ProbeQuestion = { request: { kind: 'read', space: 'holding', address: 0, count: 1 }, timing: quickTiming };

const namesPolled = (map: DeviceMap): readonly string[] => {
  const polled = fieldsPolled(map, 'status');
  return polled.length > 0 ? polled : rowsInOrder(map).flatMap(([name, row]) => (row.access === 'w' ? [] : [name]));
};
const timingOf = ({ timeoutMs, guardMs }: DeviceMap): ReplyTiming => ({ deadlineMs: timeoutMs, guardMs });
const isSlow = ({ turnaroundMs = 0 }: DeviceMap): boolean => turnaroundMs >= probeDeadlineMs;

const readsFirst = (map: DeviceMap): ModbusRequest[] => planReads(map, namesPolled(map)).slice(0, 1).map(readRequest);
const maps: readonly DeviceMap[] = deviceModels.map((model) => deviceCatalogue[model]);

/**
 * What finds boards that the quick question misses: the own read of each slow map, then one of each kind of read that is no read of holding
 * registers, for boards that are silent to functions they do not have. The slow ones first: else a slow board's answer to another question
 * would run into its own.
 */
const patientQuestions: readonly ProbeQuestion[] = [
  ...maps.filter(isSlow).flatMap((map) => readsFirst(map).map((request) => ({ request, timing: timingOf(map) }))),
  ...[
    ...Map.groupBy(
      maps.flatMap(readsFirst).filter((request) => request.kind === 'read' && request.space !== 'holding'),
      (request) => (request.kind === 'read' ? `${request.space} ${request.address}` : ''),
    ).values(),
  ].flatMap(([request]) => (request === undefined ? [] : [{ request, timing: quickTiming }])),
];
/** No answer comes later than this after its question. Unit: ms. */
const latestMs = Math.max(...maps.map(({ timeoutMs, guardMs }) => timeoutMs + guardMs));

/** Asks every unit once. What is garbled may be a slow neighbour's answer to an earlier question: `askPatiently` tells. */
export async function askQuickly({ line, signal }: ProbedLine, units: readonly number[], answers: ProbeAnswers): Promise<void> {
  for (const unit of units) answers.set(unit, [await askOnce(line, unit, quickQuestion, signal)]);
}

/** Asks again who gave no right answer, with time for the slowest, and studies everybody who answers. Changes `answers`. */
export async function askPatiently(probed: ProbedLine, answers: ProbeAnswers): Promise<UnitStudied[]> {
  const { line, clock, signal } = probed;
  const questions = new Map<number, ProbeQuestion>();
  // Nothing of the quick questions is still on its way when the next ones go out.
  await clock.sleep(latestMs, 'late answers', signal);
  const isHeard = unitsFound({ setting: null, sound: { idleBytes: 0, echo: false }, answers }).length > 0;
  for (const [unit, [first]] of answers) {
    if (first === 'silent' || first === 'garbled') {
      const again = first === 'garbled' ? await askOnce(line, unit, quickQuestion, signal) : 'silent';
      const found = again === 'silent' ? await askRest(line, unit, signal) : undefined;
      if (found !== undefined) questions.set(unit, found.question);
      // Where nobody answers rightly, rubbish is no sign of a unit but of the wrong speed.
      answers.set(unit, again === 'garbled' ? (isHeard ? ['garbled', 'garbled'] : ['garbled']) : [found?.answer ?? again]);
    }
  }
  const studied: UnitStudied[] = [];
  for (const unit of unitsFound({ setting: null, sound: { idleBytes: 0, echo: false }, answers }))
    studied.push(await study(probed, unit, questions.get(unit) ?? quickQuestion, answers));
  return studied;
}

/** The first of the patient questions that the unit answers. */
async function askRest(line: Line, unit: number, signal: AbortSignal): Promise<{ question: ProbeQuestion; answer: ProbeAnswer } | undefined> {
  for (const question of patientQuestions) {
    const answer = await askOnce(line, unit, question, signal);
    if (answer !== 'silent') return { question, answer };
  }
  return undefined;
}

async function study(probed: ProbedLine, unit: number, question: ProbeQuestion, answers: ProbeAnswers): Promise<UnitStudied> {
  const { line, clock, signal, onProgress } = probed;
  const latencies: number[] = [];
  for (let repeat = 1; repeat < probeRepeats; repeat += 1) {
    const startedAtMs = clock.monotonicMs();
    const answer = await askOnce(line, unit, question, signal);
    answers.get(unit)?.push(answer);
    if (answer !== 'silent') latencies.push(clock.monotonicMs() - startedAtMs);
  }
  latencies.sort((a, b) => a - b);
  onProgress(`unit ${unit} answers; comparing it with ${deviceModels.length} models`);
  const fits: ModelFit[] = [];
  for (const model of deviceModels) {
    const fit = await fitOne(probed, unit, deviceCatalogue[model], question.timing);
    if (fit !== null) fits.push(fit);
  }
  return { unit, latencyMs: latencies[Math.floor(latencies.length / 2)] ?? 0, fits: rankFits(fits) };
}

async function askOnce(line: Line, unit: number, { request, timing }: ProbeQuestion, signal: AbortSignal): Promise<ProbeAnswer> {
  const strayBefore = line.stats().strayBytes;
  try {
    const response = await line.request(unit, request, { ...timing, priority: 'weighing', signal });
    if (line.stats().strayBytes > strayBefore) return 'stray';
    return response.kind === 'exception' ? 'refused' : 'answered';
  } catch (error) {
    signal.throwIfAborted();
    if (isGatewayError(error, 'bus_timeout')) return 'silent';
    if (isGatewayError(error, 'bus_garbled')) return 'garbled';
    throw error;
  }
}

/** Reads all that the map polls; null when the unit refuses one of the reads or answers with a value the map does not know. */
async function fitOne({ line, clock, signal }: ProbedLine, unit: number, map: DeviceMap, { deadlineMs, guardMs }: ReplyTiming): Promise<ModelFit | null> {
  if (unit < map.units.first || unit > map.units.last) return null;
  // A slow unit's late answer to one map must not be taken for its answer to the next.
  const patient: DeviceMap = { ...map, timeoutMs: Math.max(map.timeoutMs, deadlineMs), guardMs: Math.max(map.guardMs, guardMs) };
  const device = openDevice({ id: `unit ${unit}`, line, unit, map: patient, clock });
  try {
    const { values, rawHex } = await device.readRaw(namesPolled(map), { priority: 'weighing', signal });
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
