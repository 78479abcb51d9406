/**
 * Asking a silent line for devices that answer in frames of their own: each model the harmless question of its own protocol, at the speed it comes with,
 * a scale also at the others, for technicians change those. Reads only. A model counts as found when it gave a right answer twice and nothing beside it.
 */
import { frameCatalogue } from '../../protocol/devices/catalogue.ts';
import type { AnyFrameDevice, FrameSearch } from '../../protocol/frame-device.ts';
import type { Clock } from '../clock.ts';
import type { AnswererFound, ProbeSetting } from '../core/probing.ts';
import { probeFrameDeadlineMs } from '../limits.ts';
import type { ByteStream, OpenByteStream } from '../southbound/byte-stream.ts';
import type { LineTransport } from '../southbound/line-wire.ts';

export interface FrameSearchOptions {
  readonly transport: LineTransport;
  /** Settings of the search, for scales beside their own. */
  readonly settings: readonly ProbeSetting[];
  readonly withSetting: (transport: LineTransport, setting: ProbeSetting | null) => LineTransport;
  readonly units: readonly number[];
  readonly clock: Clock;
  readonly openStream: OpenByteStream;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

interface Searched {
  readonly device: AnyFrameDevice;
  readonly search: FrameSearch<unknown, unknown>;
}

const searched: readonly Searched[] = frameCatalogue.flatMap((device) => (device.search === undefined ? [] : [{ device, search: device.search }]));

/** Pause between two looks at what has come. Unit: ms. */
const lookMs = 10;
/** Bytes looked at of one answer. Unit: byte. */
const answerBytesMax = 512;

/** Who answers at the first setting at which anybody does; nobody on a Modbus TCP gateway, which passes no other frames. */
export async function askFrameModels(options: FrameSearchOptions): Promise<AnswererFound[]> {
  if (options.transport.kind === 'modbus-tcp') return [];
  for (const { setting, models } of settingsToTry(options)) {
    options.onProgress(`asking ${models.map(({ device }) => device.model).join(', ')}${setting === null ? '' : ` at ${setting.baud} baud`}`);
    const found = await askAt(options, setting, models);
    if (found.length > 0) return found;
  }
  return [];
}

/** The models to ask at each setting; one round without a setting where the wire has none. */
function settingsToTry({ transport, settings }: FrameSearchOptions): { setting: ProbeSetting | null; models: Searched[] }[] {
  if (transport.kind !== 'serial') return [{ setting: null, models: [...searched] }];
  const rounds = new Map<string, { setting: ProbeSetting; models: Searched[] }>();
  const add = ({ baud, parity }: ProbeSetting, one: Searched) => {
    const key = `${baud} ${parity}`;
    const round = rounds.get(key) ?? { setting: { baud, parity }, models: [] };
    rounds.set(key, round);
    if (!round.models.includes(one)) round.models.push(one);
  };
  for (const one of searched) add(one.device.serial, one);
  for (const one of searched.filter(({ device }) => device.kind === 'scale'))
    for (const setting of settings) if (setting.parity === one.device.serial.parity) add(setting, one);
  return [...rounds.values()];
}

async function askAt(options: FrameSearchOptions, setting: ProbeSetting | null, models: readonly Searched[]): Promise<AnswererFound[]> {
  const { transport, withSetting, openStream, clock, signal, units } = options;
  let received = Buffer.alloc(0);
  const onBytes = (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]).subarray(-answerBytesMax);
  };
  const stream = await openStream(withSetting(transport, setting), { onBytes, onClose: () => undefined }, clock, signal);
  const wire: SearchedWire = {
    ...{ stream, clock, signal },
    received: () => received,
    forget() {
      received = Buffer.alloc(0);
    },
  };
  try {
    // Answers to what was asked before pass by.
    await clock.sleep(probeFrameDeadlineMs, 'late answers', signal);
    for (const one of models) {
      const found = await askModel(wire, one, units);
      if (found.length > 0) return found.map((unit) => ({ model: one.device.model, unit, setting }));
    }
    return [];
  } finally {
    await stream.close(true);
  }
}

interface SearchedWire {
  readonly stream: ByteStream;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  received(): Buffer;
  forget(): void;
}

/** Units at which a model answers, null for one without units. Some count from 0. */
async function askModel(wire: SearchedWire, { device, search }: Searched, units: readonly number[]): Promise<(number | null)[]> {
  const textOf = (unit: number) => search.asks(unit).map((request) => Buffer.from(device.toDevice.encode(request)).toString('hex'));
  const hasUnits = textOf(1).join() !== textOf(2).join();
  const found: (number | null)[] = [];
  for (const unit of hasUnits ? [0, ...units] : [1])
    for (const request of search.asks(unit))
      if ((await isAnswered(wire, { device, search }, request)) && (await isAnswered(wire, { device, search }, request))) {
        found.push(hasUnits ? unit : null);
        break;
      }
  return found;
}

async function isAnswered({ stream, clock, signal, received, forget }: SearchedWire, one: Searched, request: unknown): Promise<boolean> {
  const sent = one.device.toDevice.encode(request);
  forget();
  stream.write(sent);
  const deadlineMs = Math.min(one.device.timeoutMs, probeFrameDeadlineMs);
  const startedMs = clock.monotonicMs();
  while (clock.monotonicMs() - startedMs < deadlineMs) {
    await clock.sleep(lookMs, 'answer to a search', signal);
    if (isAnswer(one, request, withoutEcho(received(), sent))) return true;
  }
  return false;
}

const withoutEcho = (bytes: Buffer, sent: Uint8Array): Buffer => (bytes.subarray(0, sent.length).equals(sent) ? bytes.subarray(sent.length) : bytes);

/** Whether the bytes are right frames and nothing else, one of them the answer: a byte that happens to look right stands among others that do not. */
function isAnswer({ device, search }: Searched, request: unknown, bytes: Buffer): boolean {
  const results = device.fromDevice.parser().push(bytes);
  return results.every(({ ok }) => ok) && results.some((result) => result.ok && search.isAnswer(request, result.message));
}
