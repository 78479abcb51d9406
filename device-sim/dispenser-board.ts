/**
 * A simulated BD-1 dispenser: the board's firmware, its registers and its iron joined, with the memory that outlives a power cut. Time
 * comes in through `advance`, requests through `answer`; effects of the firmware happen here in the order it gave them. It decides
 * nothing of its own: rules are firmware, motion is physics.
 */
import { z } from 'zod';
import { dispenserBd1, openCommand, statusCrcOf } from '../protocol/devices/dispenser-bd1.ts';
import { dispenseResults } from '../protocol/events/bags.ts';
import type { ExceptionName, ModbusRequest, ModbusResponse } from '../protocol/modbus.ts';
import type { FieldValue } from '../protocol/register-map.ts';
import type { Board } from './board.ts';
import { type BoardFault, faultIn } from './board-faults.ts';
import { type BoardInput, type BoardNv, type BoardRam, type BoardSensors, type BoardStep, blankNv, powerUpBoard, stepBoard } from './firmware/dispenser-bd1.ts';
import {
  emptyMechanism,
  emptyTray,
  freeThroat,
  isRollLow,
  isThroatBlocked,
  loadRoll,
  type Mechanism,
  type MechanismOptions,
  stepMechanism,
} from './physics/dispenser-mechanism.ts';
import type { Random } from './random.ts';
import { type BankWrite, createBank } from './register-bank.ts';
import { SiteError } from './site-error.ts';
import type { MachineEvent } from './site-event.ts';

/** Where a board keeps what must not be lost. `commit` returns when it is kept. */
export interface BoardMemory {
  readonly value: unknown;
  commit(value: unknown): void;
}

export interface DispenserOptions {
  readonly id: string;
  readonly mechanism: MechanismOptions;
  /** 16 bytes shared with the gateway, or `null` for a board that checks no MAC. */
  readonly macKey: Uint8Array | null;
  readonly memory: BoardMemory;
  readonly random: Random;
  /** Wire time for the heartbeat. Unit: ms, never going back. */
  readonly wireMs: () => number;
  readonly onEvent: (event: MachineEvent) => void;
}

const u32 = z.int().min(0).max(0xffff_ffff);
const duration = z.number().min(0);
const label = z.string().min(1).max(128);
/** What the memory holds: the board's counters and where the rolls are, in one write, because the hold-up makes edge and count one. */
const memorySchema = z.strictObject({
  nv: z.strictObject({
    bootCount: z.int().min(0).max(0xffff),
    nonce: u32,
    lastJob: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
    quantity: z.int().min(0).max(10),
    doneRolls: z.int().min(0).max(10),
    result: z.enum(dispenseResults),
    ctrOut: u32,
    ctrStart: u32,
    ctrTest: u32,
  }),
  mechanism: z.strictObject({
    magazine: z.array(label),
    tray: z.array(label),
    motorOn: z.boolean(),
    pushedMs: duration,
    cycleMs: duration,
    sticksAtMs: duration.nullable(),
    doorOpen: z.boolean(),
  }),
});

export class DispenserBoard implements Board {
  readonly id: string;
  readonly kind = dispenserBd1.kind;
  readonly model = dispenserBd1.model;
  readonly map = dispenserBd1;
  readonly #options: DispenserOptions;
  readonly #bank = createBank(dispenserBd1, {
    beforeRead: (_bank, fields) => this.#serveStatus(fields),
    onWrite: (_bank, write) => this.#judgeWrite(write),
  });
  #nv: BoardNv;
  #mechanism: Mechanism;
  /** `null` while the power is off. */
  #ram: BoardRam | null = null;
  #faults: readonly BoardFault[] = [];
  /** After a `reboot` fault: until the power comes back. Unit: village ms. */
  #darkMs: number | null = null;

  constructor(options: DispenserOptions) {
    this.#options = options;
    this.id = options.id;
    const { value } = options.memory;
    const kept = memorySchema.safeParse(value ?? { nv: blankNv(options.random.whole(1, 0xffff_ffff)), mechanism: emptyMechanism });
    if (!kept.success) throw new SiteError(`the memory of ${options.id} was written by another version; move it away to start with a factory-new board`);
    this.#nv = kept.data.nv;
    this.#mechanism = { ...kept.data.mechanism, motorOn: false };
    this.#powerUp();
  }

  get nv(): BoardNv {
    return this.#nv;
  }

  get mechanism(): Mechanism {
    return this.#mechanism;
  }

  get isPowered(): boolean {
    return this.#ram !== null;
  }

  get isMoving(): boolean {
    return this.#ram?.state === 'armed' || this.#ram?.state === 'moving';
  }

  /** The ready lamp on the front: powered, and a gateway has read the status within `withinMs` of wire time. */
  isAttended(withinMs: number): boolean {
    const readAtMs = this.#ram?.statusReadAtMs ?? null;
    return readAtMs !== null && this.#options.wireMs() - readAtMs <= withinMs;
  }

  /** Silent while the power is off. */
  answer(request: ModbusRequest): ModbusResponse | undefined {
    return this.#ram === null ? undefined : this.#bank.answer(request);
  }

  /** Lets `elapsedMs` of village time pass. */
  advance(elapsedMs: number): void {
    if (this.#darkMs !== null) this.#staysDark(elapsedMs);
    if (this.#ram === null) return;
    const { mechanism: options, random, onEvent, id } = this.#options;
    const { mechanism, out } = stepMechanism(this.#mechanism, elapsedMs, { ...options, trouble: this.#trouble() }, random);
    this.#mechanism = mechanism;
    if (out !== null) {
      const job = this.#ram.service === null && this.#nv.result === 'armed' ? this.#nv.lastJob : null;
      if (this.#exitSees()) this.#feed({ kind: 'exitEdge' });
      else this.#keep();
      onEvent({ event: 'roll-out', device: id, job, label: out, ctrOut: this.#nv.ctrOut, ctrTest: this.#nv.ctrTest });
    }
    this.#feelSensors();
    if (this.isMoving) this.#feed({ kind: 'tick', elapsedMs });
  }

  setPower(on: boolean): void {
    this.#darkMs = null;
    this.#switchPower(on);
  }

  #switchPower(on: boolean): void {
    if (on === (this.#ram !== null)) return;
    if (on) this.#powerUp();
    else this.#ram = null;
    this.#mechanism = { ...this.#mechanism, motorOn: false };
    this.#options.onEvent({ event: 'power', device: this.id, on });
  }

  get faults(): readonly BoardFault[] {
    return this.#faults;
  }

  /** An exit sensor that sticks reports one roll as it does; a lost memory is lost at once. */
  setFaults(faults: readonly BoardFault[]): void {
    const fresh = (name: BoardFault['name']) => faultIn(faults, name) !== undefined && faultIn(this.#faults, name) === undefined;
    const [sticks, forgets] = [fresh('stuck-exit'), fresh('memory-lost')];
    this.#faults = faults.filter(({ name }) => name !== 'memory-lost');
    if (sticks && this.#ram !== null) this.#feed({ kind: 'exitEdge' });
    if (forgets) this.#loseMemory();
  }

  fields(): Readonly<Record<string, FieldValue>> {
    this.#serveStatus([]);
    return this.#bank.fields();
  }

  setDoor(open: boolean): void {
    this.#handle({ ...this.#mechanism, doorOpen: open });
  }

  /** Puts one roll behind the others, or says why it cannot be. */
  load(roll: string): { readonly ok: true } | { readonly ok: false; readonly reason: string } {
    const loaded = loadRoll(this.#mechanism, roll, this.#options.mechanism);
    if (!loaded.ok) return loaded;
    this.#handle(loaded.mechanism);
    return { ok: true };
  }

  /** Takes all rolls out again, or says why it cannot be. */
  unload(): string | undefined {
    if (!this.#mechanism.doorOpen) return 'the door is closed';
    this.#handle({ ...freeThroat(this.#mechanism), magazine: [] });
    return undefined;
  }

  freeThroat(): void {
    this.#handle(freeThroat(this.#mechanism));
  }

  takeRolls(): void {
    this.#handle(emptyTray(this.#mechanism));
  }

  /** The service key on the board itself. */
  dispenseForService(rolls: number): 'written' | 'busy' | 'refused' {
    return this.#ram === null ? 'refused' : (this.#feed({ kind: 'serviceDispense', rolls }) ?? 'refused');
  }

  #trouble(): 'jam' | 'half-dispense' | 'no-roll' | undefined {
    return (['no-roll', 'half-dispense', 'jam'] as const).find((name) => faultIn(this.#faults, name) !== undefined);
  }

  #exitSees(): boolean {
    return faultIn(this.#faults, 'blind-exit') === undefined && faultIn(this.#faults, 'stuck-exit') === undefined;
  }

  #loseMemory(): void {
    this.setPower(false);
    this.#nv = blankNv(this.#options.random.whole(1, 0xffff_ffff));
    this.setPower(true);
  }

  /** The power goes with the motor's first step, and comes back when its time is over. */
  #staysDark(elapsedMs: number): void {
    this.#switchPower(false);
    const leftMs = (this.#darkMs ?? 0) - elapsedMs;
    this.#darkMs = leftMs > 0 ? leftMs : null;
    if (this.#darkMs === null) this.#switchPower(true);
  }

  /** Somebody's hands changed the iron: kept at once, and felt by the sensors. */
  #handle(mechanism: Mechanism): void {
    this.#mechanism = mechanism;
    this.#keep();
    this.#feelSensors();
  }

  #sensors(): BoardSensors {
    const { doorOpen } = this.#mechanism;
    return { throatBlocked: isThroatBlocked(this.#mechanism), doorOpen, rollLow: isRollLow(this.#mechanism, this.#options.mechanism), tamper: false };
  }

  #feelSensors(): void {
    if (this.#ram === null) return;
    const [was, now] = [this.#ram.sensors, this.#sensors()];
    if (was.throatBlocked === now.throatBlocked && was.doorOpen === now.doorOpen && was.rollLow === now.rollLow) return;
    if (was.throatBlocked !== now.throatBlocked) this.#keep();
    this.#feed({ kind: 'sensors', sensors: now });
  }

  #powerUp(): void {
    this.#apply(powerUpBoard(this.#nv, this.#sensors()));
  }

  #feed(input: BoardInput): 'written' | 'busy' | 'refused' | undefined {
    return this.#ram === null ? undefined : this.#apply(stepBoard(this.#nv, this.#ram, input));
  }

  #apply(step: BoardStep): 'written' | 'busy' | 'refused' | undefined {
    this.#ram = step.ram;
    this.#nv = step.nv;
    let word: 'written' | 'busy' | 'refused' | undefined;
    for (const effect of step.effects) {
      if (effect.kind === 'commit') this.#keep();
      else if (effect.kind === 'answer') word = effect.answer;
      else this.#switchMotor(effect.on, effect.job);
    }
    return word;
  }

  #switchMotor(on: boolean, job: number | null): void {
    this.#mechanism = { ...this.#mechanism, motorOn: on };
    const label = this.#mechanism.magazine[0] ?? null;
    if (!on) return;
    this.#options.onEvent({ event: 'motor-start', device: this.id, job, label, ctrStart: this.#nv.ctrStart });
    const reboot = faultIn(this.#faults, 'reboot');
    if (reboot === undefined) return;
    this.#darkMs = reboot.ms;
    this.#faults = this.#faults.filter(({ name }) => name !== 'reboot');
  }

  #keep(): void {
    this.#options.memory.commit({ nv: this.#nv, mechanism: this.#mechanism });
  }

  /** A read of the whole block, seal included, is the valid status read of D12. */
  #serveStatus(fields: readonly string[]): void {
    if (this.#ram === null) return;
    if (fields.includes('statusCrc')) this.#feed({ kind: 'statusRead', wireMs: this.#options.wireMs() });
    const { state, snapshot, sensors } = this.#ram;
    const { quantity: _quantity, ...counters } = this.#nv;
    this.#bank.set({ protocolVersion: 1, state, snapshot, flags: sensors, ...counters });
    this.#bank.set({ statusCrc: statusCrcOf(this.#bank.wordsOf('status')) });
  }

  #judgeWrite({ blocks, words, values }: BankWrite<typeof dispenserBd1>): ExceptionName | undefined {
    const word = blocks.includes('service') ? this.#feed({ kind: 'serviceDispense', rolls: values.serviceDispense ?? 1 }) : this.#judgeCommand(words);
    if (word === 'busy') return 'busy';
    return word === 'written' ? undefined : 'illegalValue';
  }

  #judgeCommand(words: readonly number[]): 'written' | 'busy' | 'refused' | undefined {
    const opened = openCommand(words, { key: this.#options.macKey, nonce: this.#nv.nonce });
    if (!opened.ok) return 'refused';
    return this.#feed({ kind: 'command', command: opened.command, wireMs: this.#options.wireMs() });
  }
}
