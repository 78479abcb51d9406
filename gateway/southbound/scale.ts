/**
 * A scale as the gateway asks it, whatever it speaks: one look gives one canonical reading with the bytes it came from, or a GatewayError.
 * It invents no value: a stream that falls silent has none, and rubbish between two frames makes the next look fail. What a reading is
 * good for is decided in core/weighing.ts.
 */
import type { DeviceMap } from '../../protocol/register-map.ts';
import { profileOf } from '../../protocol/scale-profile.ts';
import type { FrameScale, NoWeight, RegisterScale, ScaleReading } from '../../protocol/scale-reading.ts';
import type { Clock } from '../clock.ts';
import { type DeviceHealth, type HealthInput, stepHealth, unknownHealth } from '../core/device-health.ts';
import { GatewayError } from '../errors.ts';
import { Attendance } from './attendance.ts';
import type { OpenByteStream } from './byte-stream.ts';
import { type CallOptions, type Device, openDevice } from './device.ts';
import { FrameStream, type FrameStreamOptions } from './frame-stream.ts';
import type { Line, LineStats } from './line.ts';
import { askFrames, type FramedMessage } from './question.ts';
import type { TrafficStats } from './traffic.ts';

/** One look at a scale. */
export interface ScaleLook {
  readonly said: ScaleReading | NoWeight;
  /** What came over the wire, hex, the parts of one reading with a blank between. */
  readonly rawHex: string;
  /** The oldest it can be: when it was asked for, or when its frame came unasked. Unit: wire ms, monotonic. */
  readonly atMs: number;
}

/** One field in which a scale names itself. */
export interface ScaleIdentity {
  readonly field: string;
  readonly value: number;
}
/** Fields of a map in which a scale names itself. */
const identityFields = ['firmware', 'serialNumber'] as const;

/** One scale in the field. */
export interface Scale {
  readonly id: string;
  readonly model: string;
  /** Names the description its bytes are read by. */
  readonly profile: string;
  /** @throws GatewayError bus_*, device_backing_off, device_value for what is no weight in whole grams. */
  look(options: CallOptions): Promise<ScaleLook>;
  /** What it says of itself, where its map has it. @throws GatewayError as `look`. */
  identify?(options: CallOptions): Promise<readonly ScaleIdentity[]>;
  health(): DeviceHealth;
  place(): { readonly line: string; readonly unit: number };
  traffic(): TrafficStats;
  close(): void;
}

interface Seat {
  readonly id: string;
  readonly unit: number;
  /** Digits of a kilogram behind the point, for a model that does not say. */
  readonly decimals: number;
  /** The wire clock. */
  readonly clock: Clock;
}

const hexOf = (parts: readonly FramedMessage[]): string => parts.map(({ raw }) => Buffer.from(raw).toString('hex')).join(' ');

function refuseValue(id: string, issues: readonly string[]): never {
  throw new GatewayError('device_value', `${id}: ${issues.join('; ')}.`);
}

/** A scale of registers on a Modbus line. */
export class RegisterScaleUnit implements Scale {
  readonly id: string;
  readonly model: string;
  readonly profile: string;
  readonly #device: Device<DeviceMap>;
  readonly #scale: RegisterScale;
  readonly #seat: Seat;

  constructor(scale: RegisterScale, line: Line, seat: Seat) {
    const { id, unit, clock } = seat;
    this.id = id;
    this.model = scale.map.model;
    this.profile = profileOf(scale);
    this.#device = openDevice({ id, line, unit, map: scale.map, clock });
    this.#scale = scale;
    this.#seat = seat;
  }

  async look(options: CallOptions): Promise<ScaleLook> {
    const { clock, decimals } = this.#seat;
    const atMs = clock.monotonicMs();
    const { values, rawHex } = await this.#device.readRaw(this.#scale.fields, options);
    const decoded = this.#scale.decode(values, decimals);
    return decoded.ok ? { said: decoded.values, rawHex, atMs } : refuseValue(this.id, decoded.issues);
  }

  async identify(options: CallOptions): Promise<readonly ScaleIdentity[]> {
    const fields = identityFields.filter((name) => this.#device.map.fields[name] !== undefined);
    if (fields.length === 0) return [];
    const values: Readonly<Record<string, unknown>> = await this.#device.read(fields, options);
    return fields.map((field) => ({ field, value: Number(values[field]) }));
  }

  health(): DeviceHealth {
    return this.#device.health();
  }

  place(): { readonly line: string; readonly unit: number } {
    return this.#device.place();
  }

  traffic(): TrafficStats {
    return this.#device.traffic();
  }

  close(): void {
    this.#device.close();
  }
}

/** A scale that answers in frames of its own. */
export class AskedScale implements Scale {
  readonly id: string;
  readonly model: string;
  readonly profile: string;
  readonly #scale: FrameScale;
  readonly #line: Line;
  readonly #seat: Seat;
  readonly #attendance: Attendance;

  constructor(scale: FrameScale, line: Line, seat: Seat) {
    const { timeoutMs, guardMs, model } = scale.device;
    this.id = seat.id;
    this.model = model;
    this.profile = profileOf(scale);
    this.#scale = scale;
    this.#line = line;
    this.#seat = seat;
    this.#attendance = new Attendance({ id: seat.id, line, clock: seat.clock, silenceMs: timeoutMs + guardMs });
  }

  async look(options: CallOptions): Promise<ScaleLook> {
    const { device } = this.#scale;
    const { unit, clock } = this.#seat;
    const atMs = clock.monotonicMs();
    const timing = { deadlineMs: device.timeoutMs, guardMs: device.guardMs };
    const parts: FramedMessage[] = [];
    for (const request of this.#scale.asks(unit)) {
      const question = askFrames(device, { unit, request, isWrite: false });
      parts.push(await this.#attendance.during(options.priority, () => this.#line.ask(question, { ...timing, ...options })));
    }
    const decoded = this.#scale.decode(parts.map(({ message }) => message));
    return decoded.ok ? { said: decoded.values, rawHex: hexOf(parts), atMs } : refuseValue(this.id, decoded.issues);
  }

  health(): DeviceHealth {
    return this.#attendance.health;
  }

  place(): { readonly line: string; readonly unit: number } {
    return { line: this.#line.id, unit: this.#seat.unit };
  }

  traffic(): TrafficStats {
    return this.#line.unitStats(this.#seat.unit);
  }

  close(): void {
    this.#attendance.close();
  }
}

/** What the last frames of a stream left for the next look. */
type Heard = { readonly kind: 'frame'; readonly frame: FramedMessage; readonly atMs: number } | { readonly kind: 'rubbish'; readonly reason: string };

/** A scale that speaks unasked on a line of its own. A frame is looked at once, and void after the silence its model allows. */
export class StreamedScale implements Scale {
  readonly id: string;
  readonly model: string;
  readonly profile: string;
  readonly stream: FrameStream;
  readonly #scale: FrameScale;
  readonly #clock: Clock;
  #heard: Heard | undefined;
  #waiting: AbortController | undefined;
  #health = unknownHealth;

  constructor(scale: FrameScale, line: Pick<FrameStreamOptions, 'id' | 'transport'> & { readonly openStream?: OpenByteStream | undefined }, seat: Seat) {
    this.id = seat.id;
    this.model = scale.device.model;
    this.profile = profileOf(scale);
    this.#scale = scale;
    this.#clock = seat.clock;
    this.stream = new FrameStream({
      ...line,
      device: scale.device,
      clock: seat.clock,
      onFrame: (frame) => {
        this.#step('answered');
        this.#hear({ kind: 'frame', frame, atMs: this.#clock.monotonicMs() });
      },
      onReject: (reason) => this.#hear({ kind: 'rubbish', reason }),
      onState: (state) => {
        this.#heard = undefined;
        this.#step(state.open ? 'lineOpened' : 'lineLost');
        this.#waiting?.abort();
      },
    });
  }

  async look({ signal }: CallOptions): Promise<ScaleLook> {
    if (!this.stream.isOpen) throw new GatewayError('bus_closed', `The line of ${this.id} is away.`);
    const heard = this.#take() ?? (await this.#wait(signal));
    if (heard.kind === 'rubbish') throw new GatewayError('bus_garbled', `${this.id} sent what is no frame: ${heard.reason}.`);
    const decoded = this.#scale.decode([heard.frame.message]);
    return decoded.ok ? { said: decoded.values, rawHex: hexOf([heard.frame]), atMs: heard.atMs } : refuseValue(this.id, decoded.issues);
  }

  health(): DeviceHealth {
    return this.#health;
  }

  place(): { readonly line: string; readonly unit: number } {
    return { line: this.stream.id, unit: 1 };
  }

  traffic(): LineStats {
    return this.stream.stats();
  }

  close(): void {
    this.#waiting?.abort();
  }

  /** Rubbish stands until it was looked at: a frame behind it is no neighbour of the one before. */
  #hear(heard: Heard): void {
    if (this.#heard?.kind !== 'rubbish') this.#heard = heard;
    this.#waiting?.abort();
  }

  #take(): Heard | undefined {
    const heard = this.#heard;
    this.#heard = undefined;
    const isVoid = heard?.kind === 'frame' && this.#clock.monotonicMs() - heard.atMs > this.#scale.device.timeoutMs;
    return isVoid ? undefined : heard;
  }

  /** Waits for the next frame, at most the silence the model allows. */
  async #wait(signal: AbortSignal | undefined): Promise<Heard> {
    const { timeoutMs } = this.#scale.device;
    const waiting = new AbortController();
    this.#waiting = waiting;
    const stop = signal === undefined ? waiting.signal : AbortSignal.any([signal, waiting.signal]);
    // Ends early when a frame comes, the wire goes or the look is called off; which of them is seen below.
    await this.#clock.sleep(timeoutMs, `frame of ${this.id}`, stop).catch(() => undefined);
    this.#waiting = undefined;
    if (signal?.aborted) throw new GatewayError('bus_cancelled', 'The look was called off.');
    const heard = this.#take();
    if (heard !== undefined) return heard;
    if (!this.stream.isOpen) throw new GatewayError('bus_closed', `The line of ${this.id} was lost.`);
    this.stream.abandon();
    this.#heard = undefined;
    this.#step('silent');
    throw new GatewayError('bus_timeout', `${this.id} has said nothing for ${timeoutMs} ms.`);
  }

  #step(input: HealthInput): void {
    this.#health = stepHealth(this.#health, input, this.#clock.monotonicMs(), this.#scale.device.timeoutMs);
  }
}
