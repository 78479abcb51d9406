/**
 * Searching a line: listen, ask every unit number at every speed, then the models that speak frames of their own, then who said nothing once more and
 * patiently, and read from who answers what each known register map would read there. Reads only, and nothing is written to any device. What the
 * answers mean is core/probing.ts's.
 */
import { frameCatalogue } from '../../protocol/devices/catalogue.ts';
import type { Clock } from '../clock.ts';
import { type ProbeFindings, type ProbeRound, type ProbeSetting, type TalkerFound, unitsFound, type WireSound } from '../core/probing.ts';
import { GatewayError } from '../errors.ts';
import { probeListenMs, probeOpenMs } from '../limits.ts';
import type { OpenByteStream } from '../southbound/byte-stream.ts';
import { type Line, openLine } from '../southbound/line.ts';
import type { LineTransport } from '../southbound/line-wire.ts';
import { openTransaction } from '../southbound/modbus-port.ts';
import { askFrameModels } from './probe-frames.ts';
import { askPatiently, askQuickly, type ProbeAnswers, type UnitStudied } from './probe-units.ts';

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

export interface UnitFound extends UnitStudied {
  readonly setting: ProbeSetting | null;
}
export interface ProbeReport extends ProbeFindings {
  readonly units: readonly UnitFound[];
}

/** One setting, and what can still be asked at it. */
interface Round extends ProbeRound {
  readonly transport: LineTransport;
  readonly answers: ProbeAnswers;
}

/** @throws GatewayError bus_closed when the wire cannot be opened; the signal's reason. */
export async function probeLine(options: ProbeOptions): Promise<ProbeReport> {
  const rounds: Round[] = [];
  const talkers: TalkerFound[] = [];
  for (const setting of options.transport.kind === 'serial' ? options.settings : [null]) {
    options.onProgress(`asking${atSetting(setting)}`);
    const transport = withSetting(options.transport, setting);
    const { sound, heard } = await listen(options, transport);
    talkers.push(...heard.map((talker) => ({ ...talker, setting })));
    const round = { setting, sound, transport, answers: new Map() };
    // Whoever speaks unasked has the line for itself: a question would only run into its frames.
    if (heard.length > 0) {
      rounds.push(round);
      break;
    }
    await withLine(options, transport, (line) => askQuickly({ ...options, line }, options.units, round.answers));
    rounds.push(round);
    if (isHeard(round)) break;
  }
  if (talkers.length > 0) return { units: [], talkers, answerers: [], rounds };
  // A setting at which somebody was heard is the right one.
  const heardAt = rounds.filter(isHeard);
  const answerers = heardAt.length > 0 ? [] : await askFrameModels({ ...options, withSetting });
  const units = answerers.length > 0 ? [] : await askAgain(options, heardAt.length > 0 ? heardAt : rounds);
  return { units, talkers, answerers, rounds };
}

const isHeard = (round: Round): boolean => unitsFound(round).length > 0;

/** The patient questions, at one setting after the other until somebody answers. */
async function askAgain(options: ProbeOptions, rounds: readonly Round[]): Promise<UnitFound[]> {
  for (const { setting, transport, answers } of rounds) {
    options.onProgress(`asking slow devices${atSetting(setting)}`);
    const studied = await withLine(options, transport, (line) => askPatiently({ ...options, line }, answers));
    if (studied.length > 0) return studied.map((unit) => ({ ...unit, setting }));
  }
  return [];
}

const atSetting = (setting: ProbeSetting | null): string => (setting === null ? '' : ` at ${describeSetting(setting)}`);

/** `9600 8N1`. */
export const describeSetting = ({ baud, parity }: ProbeSetting): string => `${baud} 8${{ none: 'N', even: 'E', odd: 'O' }[parity]}1`;

const withSetting = (transport: LineTransport, setting: ProbeSetting | null): LineTransport =>
  setting === null || transport.kind !== 'serial' ? transport : { ...transport, baud: setting.baud, parity: setting.parity, dataBits: 8 };

/** Hears what the wire says unasked, and whether a question to nobody comes back. */
async function listen(
  { openStream, clock, signal }: ProbeOptions,
  transport: LineTransport,
): Promise<{ sound: WireSound; heard: Omit<TalkerFound, 'setting'>[] }> {
  const parsers = frameCatalogue
    .filter(({ talk }) => talk !== 'answers')
    .map((device) => ({ model: device.model, parser: device.fromDevice.parser(), frames: [] as string[], wrong: 0 }));
  let received = Buffer.alloc(0);
  let byteCount = 0;
  const onBytes = (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]).subarray(-heardBytesMax);
    byteCount += bytes.length;
    for (const entry of parsers)
      for (const { ok, raw } of entry.parser.push(bytes))
        if (ok) entry.frames.push(Buffer.from(raw).toString('hex'));
        else entry.wrong += 1;
  };
  const stream = await openStream(transport, { onBytes, onClose: () => undefined }, clock, signal);
  try {
    await clock.sleep(probeListenMs, 'listening', signal);
    const talking = parsers.filter(({ frames, wrong }) => frames.length >= 2 && frames.length > wrong);
    const recognised = Math.max(0, ...talking.map(({ frames }) => frames.join('').length / 2));
    const [heard, idleBytes] = [groupTalkers(talking), byteCount - recognised];
    received = Buffer.alloc(0);
    if (transport.kind === 'modbus-tcp' || heard.length > 0) return { sound: { idleBytes, echo: false }, heard };
    const question = openTransaction(nobody, { kind: 'read', space: 'holding', address: 0, count: 1 }).frame;
    stream.write(question);
    await clock.sleep(probeListenMs / 4, 'echo', signal);
    return { sound: { idleBytes, echo: received.length >= question.length && received.includes(question) }, heard };
  } finally {
    await stream.close(true);
  }
}

/** Models that took the very same frames for theirs cannot be told apart by listening: they are one device. */
function groupTalkers(heard: readonly { readonly model: string; readonly frames: readonly string[] }[]): Omit<TalkerFound, 'setting'>[] {
  const groups = Map.groupBy(heard, ({ frames }) => frames.join(' '));
  return [...groups.values()].map((group) => ({ models: group.map(({ model }) => model), frames: group[0]?.frames.length ?? 0 }));
}

async function withLine<Result>(options: ProbeOptions, transport: LineTransport, use: (line: Line) => Promise<Result>): Promise<Result> {
  const { clock, openStream, signal } = options;
  const line = openLine({ id: 'probe', transport, clock, openStream });
  try {
    await opened(line, clock, signal);
    return await use(line);
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

/** Bytes kept while listening. Unit: byte. */
const heardBytesMax = 4096;
/** A unit number nobody should have, for hearing an echo. */
const nobody = 247;
