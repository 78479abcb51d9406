/**
 * A simulated W-CN tray scale: load cell, transmitter firmware and registers joined. What it weighs is set by whoever stands before it;
 * what it says comes from the firmware alone, one sample every 100 ms of village time.
 */
import { autoTare, divisionGrams, scaleWcn } from '../protocol/devices/scale-wcn.ts';
import type { ExceptionName, ModbusRequest, ModbusResponse } from '../protocol/modbus.ts';
import { type ScaleRam, type ScaleSetup, samplePeriodMs, scaleFlags, startScale, stepScale, tareScale, zeroScale } from './firmware/scale-wcn.ts';
import { type LoadCell, restingCell, senseGrams, stepLoadCell } from './physics/load-cell.ts';
import type { Random } from './random.ts';
import { type BankWrite, createBank } from './register-bank.ts';
import { SiteError } from './site-error.ts';
import type { MachineEvent } from './site-event.ts';

export interface ScaleOptions {
  readonly id: string;
  readonly unit: number;
  readonly maxGrams: number;
  readonly intervalGrams: number;
  /** Standard deviation of one converter value. Unit: gram. */
  readonly noiseGrams: number;
  readonly random: Random;
  /** Wire time for the ready lamp. Unit: ms, never going back. */
  readonly wireMs: () => number;
  readonly onEvent: (event: MachineEvent) => void;
}

/** Samples worked off in one go: after 10 s without one, older ones no longer matter to anything shown. */
const samplesMax = 100;
const divisionCodes = Array.from({ length: 18 }, (_unused, code) => code);

export class ScaleBoard {
  readonly id: string;
  readonly #options: ScaleOptions;
  readonly #setup: ScaleSetup;
  /** Decimals of a kilogram shown, so that one division is at least one count. */
  readonly #decimals: 2 | 3;
  readonly #bank = createBank(scaleWcn, {
    beforeRead: () => this.#serveWeights(),
    onWrite: (_bank, write) => this.#judgeWrite(write),
  });
  #cell: LoadCell = restingCell;
  /** `null` while the power is off. */
  #ram: ScaleRam | null = startScale;
  #sinceSampleMs = 0;
  /** When a request was last answered. Unit: ms of wire time. */
  #answeredAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ScaleOptions) {
    this.#options = options;
    this.id = options.id;
    const { maxGrams, intervalGrams } = options;
    const divisionCode = divisionCodes.find((code) => divisionGrams(code) === intervalGrams);
    if (divisionCode === undefined)
      throw new SiteError(`scale ${options.id}: a division of ${intervalGrams} g does not exist; use 1, 2 or 5 times a power of ten`);
    this.#decimals = intervalGrams % 10 === 0 ? 2 : 3;
    this.#bank.set({ slaveAddress: options.unit, divisionCode, maxRange: this.#toCounts(maxGrams) });
    this.#setup = {
      maxGrams,
      intervalGrams,
      zeroRangePercent: this.#bank.get('zeroRange'),
      powerOnZeroRangePercent: this.#bank.get('powerOnZeroRange'),
      zeroTrackingTenths: this.#bank.get('zeroTrackingRange'),
      zeroTrackingSamples: this.#bank.get('zeroTrackingTime'),
      stabilityWindow: this.#bank.get('stabilityWindow'),
      stabilitySamples: this.#bank.get('stabilityTime'),
    };
  }

  get isPowered(): boolean {
    return this.#ram !== null;
  }

  /** The ready lamp: powered, and somebody has asked within `withinMs` of wire time. */
  isAttended(withinMs: number): boolean {
    return this.isPowered && this.#options.wireMs() - this.#answeredAtMs <= withinMs;
  }

  /** Silent while the power is off. */
  answer(request: ModbusRequest): ModbusResponse | undefined {
    if (this.#ram === null) return undefined;
    this.#answeredAtMs = this.#options.wireMs();
    return this.#bank.answer(request);
  }

  /** Lets `elapsedMs` of village time pass. */
  advance(elapsedMs: number): void {
    this.#sinceSampleMs += elapsedMs;
    const due = Math.floor(this.#sinceSampleMs / samplePeriodMs);
    this.#sinceSampleMs -= due * samplePeriodMs;
    if (due > samplesMax) this.#cell = stepLoadCell(this.#cell, (due - samplesMax) * samplePeriodMs);
    for (let sample = 0; sample < Math.min(due, samplesMax); sample += 1) {
      this.#cell = stepLoadCell(this.#cell, samplePeriodMs);
      if (this.#ram !== null) this.#ram = stepScale(this.#ram, senseGrams(this.#cell, this.#options, this.#options.random), this.#setup);
    }
  }

  /** What lies on the tray from now on. Unit: gram. */
  putOnTray(loadGrams: number): void {
    this.#cell = { ...this.#cell, loadGrams };
  }

  setPower(on: boolean): void {
    if (on === (this.#ram !== null)) return;
    this.#ram = on ? startScale : null;
    this.#options.onEvent({ event: 'power', device: this.id, on });
  }

  #toCounts(grams: number): number {
    return Math.round(grams / 10 ** (3 - this.#decimals));
  }

  #serveWeights(): void {
    if (this.#ram === null) return;
    const { shownGrams, tareGrams, unstable, zeroedAtPowerOn, averages, samples } = this.#ram;
    const flags = scaleFlags(this.#ram, this.#setup);
    const plain = { overflow: false, smartSensor: false, valley: false, peak: false };
    this.#bank.set({
      status: { decimals: this.#decimals, unstable, zeroedAtPowerOn: zeroedAtPowerOn === true, ...flags, ...plain },
      filtered: Math.round((averages.at(-1) ?? 0) * 10),
      rawAdc: Math.round((samples.at(-1) ?? 0) * 100),
      gross: this.#toCounts(shownGrams),
      net: this.#toCounts(shownGrams - tareGrams),
      tare: this.#toCounts(tareGrams),
    });
  }

  #judgeWrite({ values }: BankWrite<typeof scaleWcn>): ExceptionName | undefined {
    if (this.#ram === null) return undefined;
    if (values.executeZero !== undefined) this.#ram = zeroScale(this.#ram, this.#setup);
    if (values.tare === autoTare) this.#ram = tareScale(this.#ram, null);
    else if (values.tare !== undefined) {
      const tareGrams = values.tare * 10 ** (3 - this.#decimals);
      if (tareGrams < 0 || tareGrams > this.#setup.maxGrams) return 'illegalValue';
      this.#ram = tareScale(this.#ram, tareGrams);
    }
    return undefined;
  }
}
