/**
 * A simulated sorting bin: compartments of iron and rubbish, and what stands on the line for them: one controller of its own, or the sensors
 * and relays it is assembled from. What counts as full or as fire is none of its business.
 */
import assert from 'node:assert/strict';
import { z } from 'zod';
import type { ModbusRequest, ModbusResponse } from '../protocol/modbus.ts';
import { BinUnit } from './bin-unit.ts';
import { type BinCompartment, emptyCompartment, morningCompartment, stepCompartment, throwIn } from './physics/bin-compartment.ts';
import type { Random } from './random.ts';
import { SiteError } from './site-error.ts';
import type { MachineEvent } from './site-event.ts';
import { binTwins } from './twins/catalogue.ts';

/** One unit on the line: where a sensor hangs is counted from 1. */
export interface BinUnitRow {
  readonly id: string;
  readonly model: string;
  readonly compartment: number;
}

export interface BinOptions {
  readonly id: string;
  /** 1..4. */
  readonly compartments: number;
  /** A bin with a controller has one of its own name. */
  readonly units: readonly BinUnitRow[];
  readonly random: Random;
  readonly onEvent: (event: MachineEvent) => void;
  /** Compartments as stored by `compartments`, or `undefined` for a morning's bin. */
  readonly kept: readonly BinCompartment[] | undefined;
}

/** Shape of stored compartments. */
export const compartmentsSchema = z
  .array(z.strictObject({ fillPermille: z.int().min(0).max(1_000), temperatureDeciC: z.int().min(-500).max(2_000), smoke: z.boolean(), doorOpen: z.boolean() }))
  .min(1)
  .max(4);

/** Temperatures are looked at this often. Unit: ms of village time. */
const temperatureStepMs = 1_000;

export class BinBoard {
  readonly id: string;
  readonly units: ReadonlyMap<string, BinUnit>;
  readonly #random: Random;
  #compartments: readonly BinCompartment[];
  #sinceTemperatureMs = 0;

  constructor({ id, compartments, units, random, onEvent, kept }: BinOptions) {
    this.id = id;
    this.#random = random;
    const fresh = () => Array.from({ length: compartments }, () => morningCompartment(random));
    this.#compartments = kept?.length === compartments ? kept : fresh();
    const moveDoor = (compartment: number, open: boolean) => this.moveDoor(compartment, open);
    this.units = new Map(
      units.map((row) => {
        const twin = binTwins[row.model];
        if (twin === undefined) throw new SiteError(`bin ${id}: there is no model ${row.model}; this simulator has ${Object.keys(binTwins).join(', ')}`);
        return [row.id, new BinUnit({ ...row, twin, compartments: () => this.#compartments, moveDoor, onEvent })];
      }),
    );
  }

  get compartments(): readonly BinCompartment[] {
    return this.#compartments;
  }

  /** Asks the bin's own controller. */
  answer(request: ModbusRequest): ModbusResponse | undefined {
    const controller = this.units.get(this.id);
    assert(controller, `${this.id} has no controller of its own`);
    return controller.answer(request);
  }

  /** Lets `elapsedMs` of village time pass. */
  advance(elapsedMs: number): void {
    for (const unit of this.units.values()) unit.advance(elapsedMs);
    this.#sinceTemperatureMs += elapsedMs;
    if (this.#sinceTemperatureMs < temperatureStepMs) return;
    this.#compartments = this.#compartments.map((compartment) => stepCompartment(compartment, this.#sinceTemperatureMs, this.#random));
    this.#sinceTemperatureMs = 0;
  }

  /** The power of everything it is made of. */
  setPower(on: boolean): void {
    for (const unit of this.units.values()) unit.setPower(on);
  }

  /** The collector's key opens and shuts all doors at once. */
  setDoor(open: boolean): void {
    this.#compartments = this.#compartments.map((compartment) => ({ ...compartment, doorOpen: open }));
  }

  /** One door; `compartment` counts from 1. */
  moveDoor(compartment: number, doorOpen: boolean): void {
    this.#change(compartment, (before) => ({ ...before, doorOpen }));
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
}
