/**
 * The boards of a site: each joins firmware, iron and registers, answers requests as a ModbusService and lets village time pass. Firmware
 * and iron stay pure; this is where their effects meet the memory on disk and the reader at the exit.
 */
import { bin4, binCompartments } from '../protocol/devices/bin-4.ts';
import { dispenserBd1, openCommand, statusCrcOf } from '../protocol/devices/dispenser-bd1.ts';
import { autoTare, scaleWcn } from '../protocol/devices/scale-wcn.ts';
import type { ModbusRequest, ModbusResponse } from '../protocol/modbus.ts';
import { pulseLock, stepLocks } from './firmware/bin-4.ts';
import { type BoardEffect, type BoardInput, type BoardNv, type BoardRam, blankNv, heartbeatMs, powerUpBoard, stepBoard } from './firmware/dispenser-bd1.ts';
import { type ScaleRam, type ScaleSetup, samplePeriodMs, scaleFlags, startScale, stepScale, tareScale, zeroScale } from './firmware/scale-wcn.ts';
import { type BinCompartment, emptyCompartment, morningCompartment, stepCompartment, throwIn } from './physics/bin-compartment.ts';
import { emptyMechanism, emptyTray, freeThroat, isRollLow, isThroatBlocked, loadRoll, type Mechanism, type MechanismOptions, stepMechanism } from './physics/dispenser-mechanism.ts';
import { type LoadCell, restingCell, senseGrams, stepLoadCell } from './physics/load-cell.ts';
import type { Random } from './random.ts';
import { createBank, type RegisterBank } from './register-bank.ts';
import type { SlotFile } from './state-file.ts';

/** What every board offers its line and the site. `state` is plain JSON for the state file. */
export interface Board {
  answer(request: ModbusRequest): ModbusResponse;
  /** Lets village time pass. Unit: ms. */
  advance(elapsedMs: number): void;
  /** Whether its master asked lately. */
  heard(): boolean;
  readonly state: () => unknown;
}

export interface DispenserWiring {
  readonly slots: SlotFile;
  readonly random: Random;
  readonly mechanics: MechanismOptions;
  readonly macKey: Uint8Array | null;
  readonly stored: Mechanism | undefined;
  readonly wireMs: () => number;
  /** The motor got current for a job. */
  readonly onMotor: (job: number, label: string | undefined) => void;
  /** A roll passed the exit. */
  readonly onRollOut: (label: string) => void;
}

export class DispenserBoard implements Board {
  readonly #wiring: DispenserWiring;
  readonly #bank: RegisterBank<typeof dispenserBd1>;
  #nv: BoardNv;
  #ram: BoardRam;
  #iron: Mechanism;

  constructor(wiring: DispenserWiring) {
    this.#wiring = wiring;
    this.#iron = { ...(wiring.stored ?? emptyMechanism), motorOn: false };
    const nv = (wiring.slots.value as BoardNv | undefined) ?? blankNv(wiring.random.whole(1, 0xffff_ffff));
    const boot = powerUpBoard(nv, this.#sensors());
    this.#nv = boot.nv;
    this.#ram = boot.ram;
    wiring.slots.commit(boot.nv);
    this.#bank = createBank(dispenserBd1, {
      beforeRead: (bank, fields) => {
        if (fields.includes('statusCrc')) this.#serveStatus(bank);
      },
      onWrite: (_bank, write) => {
        if (write.blocks.includes('command')) return this.#obey(write.words);
        if (write.blocks.includes('service')) return this.#verdict(this.#step({ kind: 'serviceDispense', rolls: write.values.serviceDispense ?? 1 }));
        return 'illegalAddress';
      },
    });
  }

  answer(request: ModbusRequest): ModbusResponse {
    return this.#bank.answer(request);
  }

  heard(): boolean {
    return this.#ram.statusReadAtMs !== null && this.#wiring.wireMs() - this.#ram.statusReadAtMs < heartbeatMs;
  }

  state = (): Mechanism => this.#iron;
  get nv(): BoardNv {
    return this.#nv;
  }
  get iron(): Mechanism {
    return this.#iron;
  }

  advance(elapsedMs: number): void {
    this.#step({ kind: 'sensors', sensors: this.#sensors() });
    this.#step({ kind: 'tick', elapsedMs });
    const moved = stepMechanism(this.#iron, elapsedMs, this.#wiring.mechanics, this.#wiring.random);
    this.#iron = moved.mechanism;
    if (moved.out === null) return;
    this.#step({ kind: 'exitEdge' });
    this.#wiring.onRollOut(moved.out);
  }

  setDoor(open: boolean): void {
    this.#iron = { ...this.#iron, doorOpen: open };
    this.#step({ kind: 'sensors', sensors: this.#sensors() });
  }

  /** @returns why the roll cannot be put in, or null. */
  load(label: string): string | null {
    const loaded = loadRoll(this.#iron, label, this.#wiring.mechanics);
    if (!loaded.ok) return loaded.reason;
    this.#iron = loaded.mechanism;
    return null;
  }

  takeRolls(): void {
    this.#iron = emptyTray(this.#iron);
  }

  freeThroat(): void {
    this.#iron = freeThroat(this.#iron);
  }

  #sensors() {
    const { mechanics } = this.#wiring;
    return { throatBlocked: !this.#iron.motorOn && isThroatBlocked(this.#iron), doorOpen: this.#iron.doorOpen, rollLow: isRollLow(this.#iron, mechanics), tamper: false };
  }

  #serveStatus(bank: RegisterBank<typeof dispenserBd1>): void {
    this.#step({ kind: 'sensors', sensors: this.#sensors() });
    this.#step({ kind: 'statusRead', wireMs: this.#wiring.wireMs() });
    const { bootCount, nonce, lastJob, doneRolls, result, ctrOut, ctrStart, ctrTest } = this.#nv;
    bank.set({ bootCount, nonce, lastJob, doneRolls, result, ctrOut, ctrStart, ctrTest, state: this.#ram.state, flags: this.#ram.sensors, snapshot: this.#ram.snapshot });
    bank.set({ statusCrc: statusCrcOf(bank.wordsOf('status')) });
  }

  #obey(words: readonly number[]) {
    const opened = openCommand(words, { key: this.#wiring.macKey, nonce: this.#nv.nonce });
    if (!opened.ok) return 'illegalValue' as const;
    return this.#verdict(this.#step({ kind: 'command', command: opened.command, wireMs: this.#wiring.wireMs() }));
  }

  #verdict(effects: readonly BoardEffect[]) {
    const answer = effects.find((effect) => effect.kind === 'answer');
    if (answer?.answer === 'busy') return 'busy' as const;
    return answer?.answer === 'refused' ? ('illegalValue' as const) : undefined;
  }

  /** Runs one firmware step and its effects in order: memory is on the medium before the motor has current. */
  #step(input: BoardInput): readonly BoardEffect[] {
    const step = stepBoard(this.#nv, this.#ram, input);
    this.#nv = step.nv;
    this.#ram = step.ram;
    for (const effect of step.effects) {
      if (effect.kind === 'commit') this.#wiring.slots.commit(step.nv);
      if (effect.kind !== 'motor') continue;
      if (effect.on && effect.job !== null) this.#wiring.onMotor(effect.job, this.#iron.magazine[0]);
      this.#iron = { ...this.#iron, motorOn: effect.on };
    }
    return step.effects;
  }
}

const scaleSetup: ScaleSetup = {
  maxGrams: 30_000,
  intervalGrams: 10,
  zeroRangePercent: 4,
  powerOnZeroRangePercent: 10,
  zeroTrackingTenths: 5,
  zeroTrackingSamples: 10,
  stabilityWindow: 1,
  stabilitySamples: 5,
};
/** Standard deviation of one converter value. Unit: gram. */
const scaleNoiseGrams = 1;
/** A scale that was not asked for this long has no gateway. Unit: wire ms. */
const scaleHeardMs = 5000;

export class ScaleBoard implements Board {
  readonly #bank: RegisterBank<typeof scaleWcn>;
  readonly #random: Random;
  readonly #wireMs: () => number;
  #cell: LoadCell = restingCell;
  #ram: ScaleRam = startScale;
  #sinceSampleMs = 0;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(random: Random, wireMs: () => number) {
    this.#random = random;
    this.#wireMs = wireMs;
    this.#bank = createBank(scaleWcn, {
      beforeRead: (bank) => this.#publish(bank),
      onWrite: (_bank, { values }) => {
        if (values.executeZero !== undefined) this.#ram = zeroScale(this.#ram, scaleSetup);
        if (values.tare !== undefined) this.#ram = tareScale(this.#ram, values.tare === autoTare ? null : values.tare * 10);
        return undefined;
      },
    });
  }

  answer(request: ModbusRequest): ModbusResponse {
    this.#askedAtMs = this.#wireMs();
    return this.#bank.answer(request);
  }
  heard(): boolean {
    return this.#wireMs() - this.#askedAtMs < scaleHeardMs;
  }
  state = (): null => null;

  putOnTray(loadGrams: number): void {
    this.#cell = { ...this.#cell, loadGrams };
  }

  advance(elapsedMs: number): void {
    this.#cell = stepLoadCell(this.#cell, elapsedMs);
    this.#sinceSampleMs += elapsedMs;
    for (; this.#sinceSampleMs >= samplePeriodMs; this.#sinceSampleMs -= samplePeriodMs) {
      this.#ram = stepScale(this.#ram, senseGrams(this.#cell, { noiseGrams: scaleNoiseGrams }, this.#random), scaleSetup);
    }
  }

  #publish(bank: RegisterBank<typeof scaleWcn>): void {
    const { shownGrams, tareGrams, unstable, zeroedAtPowerOn } = this.#ram;
    const flags = scaleFlags(this.#ram, scaleSetup);
    // Two decimals of a kilogram: one count is 10 g, which is the division.
    const counts = (grams: number) => Math.round(grams / 10);
    const status = { ...bank.get('status'), ...flags, decimals: 2, unstable, zeroedAtPowerOn: zeroedAtPowerOn === true };
    bank.set({ status, gross: counts(shownGrams), net: counts(shownGrams - tareGrams), tare: counts(tareGrams) });
  }
}

export class BinBoard implements Board {
  readonly #bank: RegisterBank<typeof bin4>;
  readonly #random: Random;
  #compartments: readonly BinCompartment[];
  #locks: readonly number[] = binCompartments.map(() => 0);

  constructor(random: Random, stored: readonly BinCompartment[] | undefined) {
    this.#random = random;
    this.#compartments = stored ?? binCompartments.map(() => morningCompartment(random));
    this.#bank = createBank(bin4, { beforeRead: (bank) => this.#publish(bank), onWrite: (_bank, { values }) => this.#pulse(values) });
  }

  answer(request: ModbusRequest): ModbusResponse {
    return this.#bank.answer(request);
  }
  heard = (): boolean => true;
  state = (): readonly BinCompartment[] => this.#compartments;
  get fills(): readonly number[] {
    return this.#compartments.map((compartment) => compartment.fillPermille);
  }

  advance(elapsedMs: number): void {
    this.#locks = stepLocks(this.#locks, elapsedMs);
    this.#compartments = this.#compartments.map((compartment) => stepCompartment(compartment, elapsedMs, this.#random));
  }

  setDoor(open: boolean): void {
    this.#compartments = this.#compartments.map((compartment) => ({ ...compartment, doorOpen: open }));
  }
  throwIn(compartment: number, permille: number): void {
    this.#change(compartment, (one) => throwIn(one, permille));
  }
  empty(compartment: number): void {
    this.#change(compartment, emptyCompartment);
  }
  setSmoke(compartment: number, smoke: boolean): void {
    this.#change(compartment, (one) => ({ ...one, smoke }));
  }

  #change(compartment: number, change: (one: BinCompartment) => BinCompartment): void {
    this.#compartments = this.#compartments.map((one, index) => (index === compartment - 1 ? change(one) : one));
  }

  #pulse(values: Record<string, unknown>) {
    for (const [index, name] of binCompartments.entries()) {
      const pulseMs = values[`${name}LockPulseMs`];
      const compartment = this.#compartments[index];
      if (typeof pulseMs !== 'number' || compartment === undefined) continue;
      const pulsed = pulseLock(this.#locks, index + 1, pulseMs, compartment);
      if (!pulsed.ok) return 'deviceFailure' as const;
      this.#locks = pulsed.locks;
    }
    return undefined;
  }

  #publish(bank: RegisterBank<typeof bin4>): void {
    for (const [index, name] of binCompartments.entries()) {
      const one = this.#compartments[index];
      if (one === undefined) continue;
      const doorOpen = one.doorOpen || (this.#locks[index] ?? 0) > 0;
      bank.set({ [`${name}LevelPercent`]: Math.floor(one.fillPermille / 10), [`${name}TemperatureDeciC`]: one.temperatureDeciC, [`${name}DoorOpen`]: doorOpen, [`${name}Smoke`]: one.smoke });
    }
  }
}
