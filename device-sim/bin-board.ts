/**
 * A simulated BIN-4 sorting bin: four compartments of iron and rubbish behind one controller. Sensors go straight into the registers;
 * locks obey the firmware. What counts as full or as fire is none of its business.
 */
import { z } from 'zod';
import { bin4, binCompartments } from '../protocol/devices/bin-4.ts';
import type { ExceptionName, ModbusRequest, ModbusResponse } from '../protocol/modbus.ts';
import type { FieldValue } from '../protocol/register-map.ts';
import type { Board } from './board.ts';
import type { BoardFault } from './board-faults.ts';
import { type BinLocks, pulseLock, stepLocks } from './firmware/bin-4.ts';
import { type BinCompartment, emptyCompartment, morningCompartment, stepCompartment, throwIn } from './physics/bin-compartment.ts';
import type { Random } from './random.ts';
import { type BankWrite, createBank } from './register-bank.ts';
import type { MachineEvent } from './site-event.ts';

export interface BinOptions {
  readonly id: string;
  readonly random: Random;
  readonly onEvent: (event: MachineEvent) => void;
  /** Compartments as stored by `compartments`, or `undefined` for a morning's bin. */
  readonly kept: readonly BinCompartment[] | undefined;
}

/** Shape of stored compartments. */
export const compartmentsSchema = z
  .array(z.strictObject({ fillPermille: z.int().min(0).max(1_000), temperatureDeciC: z.int().min(-500).max(2_000), smoke: z.boolean(), doorOpen: z.boolean() }))
  .length(binCompartments.length);

/** Temperatures are looked at this often. Unit: ms of village time. */
const temperatureStepMs = 1_000;

export class BinBoard implements Board {
  readonly id: string;
  readonly kind = bin4.kind;
  readonly model = bin4.model;
  readonly map = bin4;
  readonly #options: BinOptions;
  readonly #bank = createBank(bin4, {
    beforeRead: () => this.#serveSensors(),
    onWrite: (_bank, write) => this.#judgeWrite(write),
  });
  #compartments: readonly BinCompartment[];
  #locks: BinLocks = binCompartments.map(() => 0);
  #faults: readonly BoardFault[] = [];
  #powered = true;
  #sinceTemperatureMs = 0;

  constructor(options: BinOptions) {
    this.#options = options;
    this.id = options.id;
    this.#compartments = options.kept ?? binCompartments.map(() => morningCompartment(options.random));
  }

  get compartments(): readonly BinCompartment[] {
    return this.#compartments;
  }

  get isPowered(): boolean {
    return this.#powered;
  }

  /** Silent while the power is off. */
  answer(request: ModbusRequest): ModbusResponse | undefined {
    return this.#powered ? this.#bank.answer(request) : undefined;
  }

  /** Lets `elapsedMs` of village time pass. */
  advance(elapsedMs: number): void {
    this.#locks = stepLocks(this.#locks, elapsedMs);
    this.#sinceTemperatureMs += elapsedMs;
    if (this.#sinceTemperatureMs < temperatureStepMs) return;
    this.#compartments = this.#compartments.map((compartment) => stepCompartment(compartment, this.#sinceTemperatureMs, this.#options.random));
    this.#sinceTemperatureMs = 0;
  }

  setPower(on: boolean): void {
    if (on === this.#powered) return;
    this.#powered = on;
    this.#locks = binCompartments.map(() => 0);
    this.#options.onEvent({ event: 'power', device: this.id, on });
  }

  get faults(): readonly BoardFault[] {
    return this.#faults;
  }

  setFaults(faults: readonly BoardFault[]): void {
    this.#faults = faults;
  }

  fields(): Readonly<Record<string, FieldValue>> {
    this.#serveSensors();
    return this.#bank.fields();
  }

  /** The collector's key opens and shuts all doors at once. */
  setDoor(open: boolean): void {
    this.#compartments = this.#compartments.map((compartment) => ({ ...compartment, doorOpen: open }));
  }

  /** `compartment` counts from 1. */
  throwIn(compartment: number, permille: number): void {
    this.#change(compartment, (before) => throwIn(before, permille));
  }

  empty(compartment: number): void {
    this.#change(compartment, emptyCompartment);
  }

  setSmoke(compartment: number, on: boolean): void {
    this.#change(compartment, (before) => ({ ...before, smoke: on }));
  }

  #change(compartment: number, change: (before: BinCompartment) => BinCompartment): void {
    this.#compartments = this.#compartments.map((before, index) => (index === compartment - 1 ? change(before) : before));
  }

  #serveSensors(): void {
    for (const [index, name] of binCompartments.entries()) {
      const compartment = this.#compartments[index];
      if (compartment === undefined) continue;
      this.#bank.set({
        [`${name}DoorOpen`]: compartment.doorOpen,
        [`${name}Smoke`]: compartment.smoke,
        [`${name}LevelPercent`]: Math.floor(compartment.fillPermille / 10),
        [`${name}TemperatureDeciC`]: compartment.temperatureDeciC,
      });
    }
  }

  #judgeWrite({ values }: BankWrite<typeof bin4>): ExceptionName | undefined {
    for (const [index, name] of binCompartments.entries()) {
      const pulseMs = values[`${name}LockPulseMs`];
      const compartment = this.#compartments[index];
      if (pulseMs === undefined || compartment === undefined) continue;
      const pulsed = pulseLock(this.#locks, index + 1, pulseMs, compartment);
      if (!pulsed.ok) return 'deviceFailure';
      this.#locks = pulsed.locks;
      this.#options.onEvent({ event: 'lock-pulse', device: this.id, compartment: index + 1, pulseMs });
    }
    return undefined;
  }
}
