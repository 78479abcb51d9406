/**
 * One unit on a line, spoken to in the names of its register map: typed readings out, typed commands in. It decides when a silent unit
 * is tried again, so that it costs its neighbours nothing, and tells who listens when it comes and goes.
 * It never repeats a command and never makes up, keeps or repairs a value: a word outside the map is an error, not a reading.
 */
import assert from 'node:assert/strict';
import { exceptionCodes, type ModbusRequest, type ModbusResponse } from '../../protocol/modbus.ts';
import { planReads, type ReadSpan, readRequest } from '../../protocol/read-plan.ts';
import { decodeSpan, encodeWrites, joinReadings } from '../../protocol/register-codec.ts';
import type { DeviceMap, ReadableName, ReadingOf, WritableOf } from '../../protocol/register-map.ts';
import type { Clock } from '../clock.ts';
import type { DeviceHealth } from '../core/device-health.ts';
import { GatewayError, isGatewayError } from '../errors.ts';
import { Attendance } from './attendance.ts';
import type { Line } from './line.ts';
import type { Priority } from './request-queue.ts';
import type { TrafficStats } from './traffic.ts';

/** `poll` respects the pauses of a silent device; anything more urgent is always tried. */
export interface CallOptions {
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
}

/** Values with the words they came from. */
export interface RawReading<Values> {
  readonly values: Values;
  /** One `address:words` per request, hex, blank between them, such as `0008:0020 0050:00000084`; a bit space has 0 and 1 for words. */
  readonly rawHex: string;
}

/** The device heard the request and said no. `exceptionCode` as in protocol/modbus.ts; see the map for its meaning. */
class DeviceException extends GatewayError {
  readonly exceptionCode: number;
  constructor(message: string, exceptionCode: number) {
    super('device_exception', message);
    this.exceptionCode = exceptionCode;
  }
}

/** What a device needs, and whom it tells when its state changes. */
export interface DeviceOptions<M extends DeviceMap> {
  readonly id: string;
  readonly line: Line;
  /** 1..247. */
  readonly unit: number;
  readonly map: M;
  /** The wire clock. */
  readonly clock: Clock;
  readonly onHealth?: (health: DeviceHealth) => void;
}

/** A Modbus TCP gateway answers for a silent unit with one of these (V1.1b3 section 7: path unavailable, target failed to respond). */
const answeredByGatewayOnly: readonly number[] = [10, 11];
/** Exceptions after which a write may have been obeyed, in part or later (V1.1b3 section 7: failed while doing it, and acknowledged but not yet done). */
const exceptionsOfUnknownOutcome: readonly number[] = [exceptionCodes.deviceFailure, exceptionCodes.acknowledge];

/** Makes the typed view of one unit. Sends nothing by itself. */
export const openDevice = <const M extends DeviceMap>(options: DeviceOptions<M>): Device<M> => new Device(options);

/** One unit on a line; made by `openDevice`. */
export class Device<M extends DeviceMap> {
  readonly id: string;
  readonly map: M;
  readonly #options: DeviceOptions<M>;
  readonly #attendance: Attendance;
  /** By the list of names asked for: a poll asks for the same ones for ever. */
  readonly #plans = new WeakMap<readonly string[], readonly ReadSpan<ReadableName<M>>[]>();

  constructor(options: DeviceOptions<M>) {
    this.id = options.id;
    this.map = options.map;
    this.#options = options;
    this.#attendance = new Attendance({ ...options, silenceMs: options.map.timeoutMs + options.map.guardMs });
  }

  get model(): string {
    return this.map.model;
  }

  /** What is known of the device. */
  health(): DeviceHealth {
    return this.#attendance.health;
  }

  /** Where it stands. */
  place(): { readonly line: string; readonly unit: number } {
    return { line: this.#options.line.id, unit: this.#options.unit };
  }

  /** What passed between line and device since the start. */
  traffic(): TrafficStats {
    return this.#options.line.unitStats(this.#options.unit);
  }

  /** Stops listening to the line; the device is not used after that. */
  close(): void {
    this.#attendance.close();
  }

  /**
   * Reads the named fields in as few requests as the map allows. Fields of one read block are one snapshot.
   * @throws GatewayError bus_*, device_backing_off, device_value; DeviceException. After the first failure nothing more is asked of the unit.
   */
  async read<N extends ReadableName<M>>(names: readonly N[], options: CallOptions): Promise<Pick<ReadingOf<M>, N>> {
    return (await this.readRaw(names, options)).values;
  }

  /** The same with the words as they were on the wire, for records that must show them. */
  async readRaw<N extends ReadableName<M>>(names: readonly N[], options: CallOptions): Promise<RawReading<Pick<ReadingOf<M>, N>>> {
    const parts: Partial<ReadingOf<M>>[] = [];
    const raw: string[] = [];
    for (const span of this.#planOf(names)) {
      const answer = valuesOf(await this.#request(readRequest(span), options));
      const decoded = decodeSpan(this.map, span, answer);
      if (!decoded.ok) throw new GatewayError('device_value', `${this.id}: ${decoded.issues.join('; ')}.`);
      parts.push(decoded.values);
      raw.push(`${hex4(span.address)}:${answer.map((item) => (typeof item === 'number' ? hex4(item) : Number(item))).join('')}`);
    }
    return { values: joinReadings(this.map, names, parts), rawHex: raw.join(' ') };
  }

  /**
   * Writes fields; a write block goes in one request, whole or not at all.
   * @throws GatewayError bus_write_unknown when it was sent and nobody knows whether all of it was obeyed, also when a part was and the rest was refused or
   * never sent; any other bus_*: never sent. DeviceException: nothing was obeyed.
   */
  async write(values: Partial<WritableOf<M>>, options: CallOptions): Promise<void> {
    const wearing = options.priority === 'poll' ? Object.keys(values).find((name) => this.map.fields[name]?.wears) : undefined;
    assert(wearing === undefined, `${this.id}: ${wearing} wears the device's memory and is never written from a poll loop`);
    for (const [index, request] of encodeWrites(this.map, values).entries()) {
      try {
        await this.#request(request, options);
      } catch (error) {
        if (index === 0 || !isGatewayError(error) || error.code === 'bus_write_unknown') throw error;
        throw new GatewayError('bus_write_unknown', `${error.message} What was written before it to ${this.id} was obeyed.`, { cause: error });
      }
    }
  }

  #planOf<N extends ReadableName<M>>(names: readonly N[]): readonly ReadSpan<ReadableName<M>>[] {
    const plan = this.#plans.get(names) ?? planReads(this.map, names);
    this.#plans.set(names, plan);
    return plan;
  }

  async #request(request: ModbusRequest, options: CallOptions): Promise<ModbusResponse> {
    const { line, unit } = this.#options;
    const timing = { deadlineMs: this.map.timeoutMs, guardMs: this.map.guardMs };
    return await this.#attendance.during(options.priority, async () => {
      const response = await line.request(unit, request, { ...timing, ...options });
      this.#refuseException(request, response);
      return response;
    });
  }

  #refuseException(request: ModbusRequest, response: ModbusResponse): void {
    if (response.kind !== 'exception') return;
    const { code } = response;
    const isSilence = answeredByGatewayOnly.includes(code);
    const error = isSilence
      ? new GatewayError('bus_timeout', `${this.id} does not answer its gateway (exception ${code}).`)
      : new DeviceException(`${this.id} refused the request with exception ${code}.`, code);
    if (request.kind === 'read' || (!isSilence && !exceptionsOfUnknownOutcome.includes(code))) throw error;
    throw new GatewayError('bus_write_unknown', `${error.message} The write may have been obeyed.`, { cause: error });
  }
}

const hex4 = (word: number) => word.toString(16).padStart(4, '0');

function valuesOf(response: ModbusResponse): readonly number[] | readonly boolean[] {
  if (response.kind === 'words') return response.words;
  return response.kind === 'bits' ? response.bits : [];
}
