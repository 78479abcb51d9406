/**
 * A simulated vending board of class B or C: its firmware, its port and the iron of a dispenser joined. Time comes in through `advance`,
 * bytes through `hear`. What its memory forgets in a power cut is the firmware's business; where the rolls are outlives it.
 */
import type { EasivendRequest } from '../protocol/devices/dispenser-easivend.ts';
import { dispenserEasivend } from '../protocol/devices/dispenser-easivend.ts';
import { dispenserVmc, type VmcFromBoard, type VmcToBoard } from '../protocol/devices/dispenser-vmc.ts';
import type { FrameParser } from '../protocol/frame-device.ts';
import type { FieldValue } from '../protocol/register-map.ts';
import type { Board } from './board.ts';
import { type BoardFault, type BoardFaultName, faultIn } from './board-faults.ts';
import { freshChannel, hearRequest, tickChannel } from './firmware/easivend.ts';
import { freshVmc, hearMessage, tickMotor, tickTalk, type VmcStep } from './firmware/vmc.ts';
import { emptyTray, freeThroat, isThroatBlocked, type Mechanism, type MechanismOptions, stepMechanism } from './physics/dispenser-mechanism.ts';
import type { Random } from './random.ts';

export interface VendingOptions {
  readonly id: string;
  readonly model: 'EASIVEND' | 'VMC';
  readonly mechanism: MechanismOptions;
  readonly random: Random;
  /** Unit: ms, never going back. */
  readonly wireMs: () => number;
  /** The motor starts, or a roll passes the exit. */
  readonly onMotion: (what: 'motor-start' | 'roll-out', label: string | null) => void;
  readonly onPower?: (on: boolean) => void;
}

/** The firmware as the iron sees it. */
interface Controller {
  hear(bytes: Uint8Array): Uint8Array[];
  /** Lets village time pass for the motor. Returns what it says unasked. */
  tick(elapsedMs: number, dropped: boolean): Uint8Array[];
  readonly motorOn: boolean;
  /** Polls and reports answered in time, and those that were not; of a board that is the master. */
  readonly talk?: { readonly answered: number; readonly missed: number };
}

export class VendingBoard implements Board {
  readonly id: string;
  readonly kind = 'dispenser';
  readonly model: VendingOptions['model'];
  /** It has no registers. */
  readonly map = undefined;
  readonly #options: VendingOptions;
  #mechanism: Mechanism;
  /** null while the power is off. */
  #controller: Controller | null;
  #say: (bytes: Uint8Array) => void = () => undefined;
  #faults: readonly BoardFault[] = [];
  /** After a `reboot` fault: until the power comes back. Unit: village ms. */
  #darkMs: number | null = null;
  /** An exit sensor that sticks says once what is not so. */
  #falseDrop = false;

  constructor(options: VendingOptions, mechanism: Mechanism) {
    this.#options = options;
    this.id = options.id;
    this.model = options.model;
    this.#mechanism = mechanism;
    this.#controller = this.#boot();
  }

  /** How a board that is the master was answered; null for one that is asked. */
  get talk(): { readonly answered: number; readonly missed: number } | null {
    return this.#controller?.talk ?? null;
  }

  get mechanism(): Mechanism {
    return this.#mechanism;
  }

  /** Where unasked bytes go. */
  stream(say: (bytes: Uint8Array) => void): void {
    this.#say = say;
  }

  hear(bytes: Uint8Array): readonly Uint8Array[] {
    const replies = this.#controller?.hear(bytes) ?? [];
    this.#follow();
    return replies;
  }

  advance(elapsedMs: number): void {
    if (this.#darkMs !== null) this.#staysDark(elapsedMs);
    if (this.#controller === null) return;
    const { mechanism: options, random, onMotion } = this.#options;
    const { mechanism, out } = stepMechanism(this.#mechanism, elapsedMs, { ...options, trouble: this.#trouble() }, random);
    this.#mechanism = mechanism;
    if (out !== null) onMotion('roll-out', out);
    const seen = (out !== null && !this.#has('blind-exit') && !this.#has('stuck-exit')) || this.#falseDrop;
    this.#falseDrop = false;
    for (const bytes of this.#controller.tick(elapsedMs, seen)) this.#say(bytes);
    this.#follow();
  }

  get isPowered(): boolean {
    return this.#controller !== null;
  }

  get faults(): readonly BoardFault[] {
    return this.#faults;
  }

  /** A memory that is lost is one power cut: nothing of it lives longer. */
  setFaults(faults: readonly BoardFault[]): void {
    this.#falseDrop ||= faultIn(faults, 'stuck-exit') !== undefined && !this.#has('stuck-exit');
    this.#faults = faults.filter(({ name }) => name !== 'memory-lost');
    if (faultIn(faults, 'memory-lost') === undefined) return;
    this.setPower(false);
    this.setPower(true);
  }

  answer(): undefined {
    return undefined;
  }

  fields(): Readonly<Record<string, FieldValue>> {
    const { magazine, tray, motorOn } = this.#mechanism;
    return { motorOn, rollsInMagazine: magazine.length, rollsInTray: tray.length, throatBlocked: isThroatBlocked(this.#mechanism) };
  }

  /** Takes all rolls out again. */
  unload(): undefined {
    this.#mechanism = { ...freeThroat(this.#mechanism), magazine: [] };
  }

  freeThroat(): void {
    this.#mechanism = freeThroat(this.#mechanism);
  }

  takeRolls(): void {
    this.#mechanism = emptyTray(this.#mechanism);
  }

  /** Puts rolls behind the others. False when they do not fit. */
  load(labels: readonly string[]): boolean {
    const magazine = [...this.#mechanism.magazine, ...labels];
    if (magazine.length > this.#options.mechanism.capacity) return false;
    this.#mechanism = { ...this.#mechanism, magazine };
    return true;
  }

  /** Without power the board forgets; the iron stays as it is. */
  setPower(on: boolean): void {
    this.#darkMs = null;
    this.#switchPower(on);
  }

  #switchPower(on: boolean): void {
    if (on === this.isPowered) return;
    this.#controller = on ? this.#boot() : null;
    this.#mechanism = { ...this.#mechanism, motorOn: false };
    this.#options.onPower?.(on);
  }

  /** The power goes with the motor's first step, and comes back when its time is over. */
  #staysDark(elapsedMs: number): void {
    this.#switchPower(false);
    const leftMs = (this.#darkMs ?? 0) - elapsedMs;
    this.#darkMs = leftMs > 0 ? leftMs : null;
    if (this.#darkMs === null) this.#switchPower(true);
  }

  #has(name: BoardFaultName): boolean {
    return faultIn(this.#faults, name) !== undefined;
  }

  #trouble(): MechanismOptions['trouble'] {
    return (['no-roll', 'half-dispense', 'jam'] as const).find((name) => this.#has(name));
  }

  #boot(): Controller {
    return this.#options.model === 'VMC' ? makeVmc(this.#options.wireMs, () => this.#mechanism.magazine.length > 0) : makeEasivend();
  }

  #follow(): void {
    const on = this.#controller?.motorOn ?? false;
    if (on === this.#mechanism.motorOn) return;
    this.#mechanism = { ...this.#mechanism, motorOn: on };
    if (!on) return;
    this.#options.onMotion('motor-start', this.#mechanism.magazine[0] ?? null);
    const reboot = faultIn(this.#faults, 'reboot');
    if (reboot === undefined) return;
    this.#darkMs = reboot.ms;
    this.#faults = this.#faults.filter(({ name }) => name !== 'reboot');
  }
}

const messagesOf = <Message>(parser: FrameParser<Message>, bytes: Uint8Array): Message[] =>
  parser.push(bytes).flatMap((result) => (result.ok ? [result.message] : []));

function makeEasivend(): Controller {
  const parser: FrameParser<EasivendRequest> = dispenserEasivend.toDevice.parser();
  let ram = freshChannel;
  return {
    hear: (bytes) =>
      messagesOf(parser, bytes).map((request) => {
        const step = hearRequest(ram, request);
        ram = step.ram;
        return dispenserEasivend.fromDevice.encode(step.reply);
      }),
    tick(elapsedMs, dropped) {
      ram = tickChannel(ram, elapsedMs, dropped).ram;
      return [];
    },
    get motorOn() {
      return ram.motorMs !== null;
    },
  };
}

function makeVmc(wireMs: () => number, hasStock: () => boolean): Controller {
  const parser: FrameParser<VmcToBoard> = dispenserVmc.toDevice.parser();
  let ram = freshVmc;
  let lastMs = wireMs();
  const take = (step: VmcStep): Uint8Array[] => {
    ram = step.ram;
    return step.say.map((message: VmcFromBoard) => dispenserVmc.fromDevice.encode(message));
  };
  const talk = (): Uint8Array[] => {
    const nowMs = wireMs();
    const step = tickTalk(ram, nowMs - lastMs);
    lastMs = nowMs;
    return take(step);
  };
  return {
    hear(bytes) {
      // The clock of the talk is read first, so that an answer that came too late is not heard.
      const before = talk();
      return [...before, ...messagesOf(parser, bytes).flatMap((message) => take(hearMessage(ram, message, hasStock())))];
    },
    get talk() {
      return { answered: ram.answered, missed: ram.missed };
    },
    tick: (elapsedMs, dropped) => [...take(tickMotor(ram, elapsedMs, dropped)), ...talk()],
    get motorOn() {
      return ram.motorMs !== null;
    },
  };
}
