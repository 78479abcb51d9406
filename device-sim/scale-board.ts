/**
 * A simulated tray scale of any catalogued model: load cell, indicator firmware and the twin that puts its face into registers or frames.
 * What it weighs is set by whoever stands before it; what it says comes from the firmware alone, one sample every 100 ms of village time.
 */
import type { FrameParser } from '../protocol/frame-device.ts';
import type { ExceptionName, ModbusRequest, ModbusResponse } from '../protocol/modbus.ts';
import type { DeviceMap, FieldValue } from '../protocol/register-map.ts';
import type { Board } from './board.ts';
import { type BoardFault, faultIn } from './board-faults.ts';
import {
  deliveredSetup,
  faceOf,
  type IndicatorFace,
  type IndicatorRam,
  type IndicatorSetup,
  obeyOrder,
  samplePeriodMs,
  startIndicator,
  stepIndicator,
} from './firmware/indicator.ts';
import { type Disturbances, type LoadCell, restingCell, senseGrams, stepLoadCell } from './physics/load-cell.ts';
import type { Random } from './random.ts';
import { type BankWrite, createBank, type RegisterBank } from './register-bank.ts';
import { SiteError } from './site-error.ts';
import type { MachineEvent } from './site-event.ts';
import { scaleTwins } from './twins/catalogue.ts';
import type { RegisterTwin, ScaleTwin } from './twins/scale-twin.ts';

export interface ScaleOptions {
  readonly id: string;
  /** As protocol/devices/catalogue.ts spells it. */
  readonly model: string;
  readonly unit: number;
  readonly maxGrams: number;
  readonly intervalGrams: number;
  /** Standard deviation of one converter value. Unit: gram. */
  readonly noiseGrams: number;
  readonly random: Random;
  /** Wire time for the ready lamp and for streams. Unit: ms, never going back. */
  readonly wireMs: () => number;
  readonly onEvent: (event: MachineEvent) => void;
}

/** Samples worked off in one go: after 10 s without one, older ones no longer matter to anything shown. */
const samplesMax = 100;
/** What a scale can be divided into. Unit: gram. */
const intervals = Array.from({ length: 15 }, (_unused, n) => ([1, 2, 5][n % 3] ?? 1) * 10 ** Math.floor(n / 3));

/** What the faults of a scale do to its cell. */
function disturbancesOf(faults: readonly BoardFault[]): Disturbances {
  const gramsOf = (name: BoardFault['name']) => faultIn(faults, name)?.grams ?? 0;
  const noise = faultIn(faults, 'noise');
  return {
    offsetGrams: gramsOf('overload') + gramsOf('zero-offset'),
    windGrams: gramsOf('wind'),
    driftGramsPerMinute: gramsOf('drift'),
    creepGrams: gramsOf('creep'),
    ...(noise === undefined ? {} : { noiseGrams: noise.grams }),
  };
}

export class ScaleBoard implements Board {
  readonly id: string;
  readonly twin: ScaleTwin;
  readonly #options: ScaleOptions;
  readonly #setup: IndicatorSetup;
  readonly #bank: RegisterBank<DeviceMap> | undefined;
  #requests: FrameParser<unknown> | undefined;
  #cell: LoadCell = restingCell;
  #faults: readonly BoardFault[] = [];
  #disturbances: Disturbances = {};
  /** `null` while the power is off. */
  #ram: IndicatorRam | null = startIndicator;
  #sinceSampleMs = 0;
  /** When somebody was last answered or heard our stream, and when we last streamed. Unit: ms of wire time. */
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #saidAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ScaleOptions) {
    this.#options = options;
    const { id, model, maxGrams, intervalGrams } = options;
    this.id = id;
    const twin = scaleTwins[model];
    if (twin === undefined) throw new SiteError(`scale ${id}: there is no model ${model}; this simulator has ${Object.keys(scaleTwins).join(', ')}`);
    if (!intervals.includes(intervalGrams))
      throw new SiteError(`scale ${id}: a division of ${intervalGrams} g does not exist; use 1, 2 or 5 times a power of ten`);
    this.twin = twin;
    this.#setup = deliveredSetup(maxGrams, intervalGrams);
    if ('show' in twin) this.#bank = this.#layOut(twin);
    this.#show();
  }

  get isPowered(): boolean {
    return this.#ram !== null;
  }

  /** The ready lamp: powered, and somebody has asked or listened within `withinMs` of wire time. */
  isAttended(withinMs: number): boolean {
    return this.isPowered && this.#options.wireMs() - this.#heardAtMs <= withinMs;
  }

  /** Answers a request for registers. Silent while the power is off, and when it has none. */
  answer(request: ModbusRequest): ModbusResponse | undefined {
    this.#weigh();
    if (this.#ram === null || this.#bank === undefined) return undefined;
    this.#heardAtMs = this.#options.wireMs();
    return this.#bank.answer(request);
  }

  /** A wire was opened: no half request survives it. */
  openWire(): void {
    this.#requests = undefined;
  }

  /** Takes bytes from the wire and gives the answers to the requests they completed. */
  hear(bytes: Uint8Array): readonly Uint8Array[] {
    const { twin } = this;
    if ('show' in twin) return [];
    this.#weigh();
    this.#requests ??= twin.scale.device.toDevice.parser();
    return this.#requests.push(bytes).flatMap((result) => (result.ok ? this.#respond(twin, result.message) : []));
  }

  /** Streams a frame when one is due. `say` returns whether anybody listens. */
  stream(say: (bytes: Uint8Array) => boolean): void {
    const { twin } = this;
    const nowMs = this.#options.wireMs();
    if (this.#ram === null || !('say' in twin) || nowMs - this.#saidAtMs < twin.periodMs) return;
    this.#weigh();
    this.#saidAtMs = nowMs;
    const message = twin.say(this.#faceOf(this.#ram));
    if (message !== null && say(twin.scale.device.fromDevice.encode(message))) this.#heardAtMs = nowMs;
  }

  /** Lets `elapsedMs` of village time pass. Its samples are worked off when somebody looks, or before anything changes what they show. */
  advance(elapsedMs: number): void {
    this.#sinceSampleMs += elapsedMs;
  }

  #weigh(): void {
    const due = Math.floor(this.#sinceSampleMs / samplePeriodMs);
    this.#sinceSampleMs -= due * samplePeriodMs;
    if (due > samplesMax) this.#cell = stepLoadCell(this.#cell, (due - samplesMax) * samplePeriodMs, this.#disturbances);
    for (let sample = 0; sample < Math.min(due, samplesMax); sample += 1) {
      this.#cell = stepLoadCell(this.#cell, samplePeriodMs, this.#disturbances);
      const sampleGrams = senseGrams(this.#cell, this.#options, this.#options.random, this.#disturbances);
      if (this.#ram !== null) this.#ram = stepIndicator(this.#ram, sampleGrams, this.#setup);
    }
  }

  get kind(): 'scale' {
    return 'scale';
  }

  get model(): string {
    return this.#options.model;
  }

  get map(): DeviceMap | undefined {
    return this.#bank?.map;
  }

  get faults(): readonly BoardFault[] {
    return this.#faults;
  }

  /** A zero that has wandered stays where it is when `drift` is cleared. */
  setFaults(faults: readonly BoardFault[]): void {
    this.#weigh();
    this.#faults = faults;
    this.#disturbances = disturbancesOf(faults);
  }

  /** A scale without registers shows its face. */
  fields(): Readonly<Record<string, FieldValue>> {
    this.#weigh();
    this.#show();
    return this.#bank?.fields() ?? (this.#ram === null ? {} : { ...this.#faceOf(this.#ram) });
  }

  /** What lies on the tray from now on. Unit: gram. */
  putOnTray(loadGrams: number): void {
    this.#weigh();
    this.#cell = { ...this.#cell, loadGrams };
  }

  setPower(on: boolean): void {
    if (on === (this.#ram !== null)) return;
    this.#weigh();
    this.#ram = on ? startIndicator : null;
    this.#options.onEvent({ event: 'power', device: this.id, on });
  }

  #faceOf(ram: IndicatorRam): IndicatorFace {
    return faceOf(ram, this.#setup, faultIn(this.#faults, 'kept-tare')?.grams);
  }

  #respond(twin: Exclude<ScaleTwin, RegisterTwin>, request: unknown): readonly Uint8Array[] {
    if (this.#ram === null) return [];
    const isStreaming = 'say' in twin;
    const { reply = null, order } = isStreaming ? { order: twin.obey(request) } : twin.answer(request, this.#faceOf(this.#ram), this.#options.unit);
    if (order !== undefined) this.#ram = obeyOrder(this.#ram, order, this.#setup);
    if (reply === null) return [];
    this.#heardAtMs = this.#options.wireMs();
    return [twin.scale.device.fromDevice.encode(reply)];
  }

  #layOut(twin: RegisterTwin): RegisterBank<DeviceMap> {
    return createBank(twin.scale.map, { beforeRead: () => this.#show(), onWrite: (bank, write) => this.#judgeWrite(twin, bank, write) });
  }

  #show(): void {
    if (this.#ram !== null && 'show' in this.twin) this.#bank?.set(this.twin.show(this.#faceOf(this.#ram), this.#options.unit));
  }

  #judgeWrite(twin: RegisterTwin, bank: RegisterBank<DeviceMap>, { values }: BankWrite<DeviceMap>): ExceptionName | undefined {
    if (this.#ram === null) return undefined;
    const meaning = twin.obey(values, this.#faceOf(this.#ram), bank);
    if (meaning === undefined) return undefined;
    if ('refused' in meaning) return meaning.refused;
    this.#ram = obeyOrder(this.#ram, meaning.order, this.#setup);
    return undefined;
  }
}
