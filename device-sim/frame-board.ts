/**
 * A simulated device with frames of its own that is neither scale nor dispenser: its port, its power and the faults all of them can have. What it
 * does with a message is its firmware's, told through `FrameWorks`; bytes come in through `hear`, time through `advance`.
 */
import type { FrameDevice, FrameParser } from '../protocol/frame-device.ts';
import type { FieldValue } from '../protocol/register-map.ts';
import type { Board } from './board.ts';
import { type BoardFault, type BoardFaultName, faultIn } from './board-faults.ts';
import type { MachineEvent } from './site-event.ts';

/** Whether a fault is in force. */
export type HasFault = (name: BoardFaultName) => boolean;

/** What a device does with messages and time. Made anew at every power-up. */
export interface FrameWorks<FromDevice, ToDevice> {
  /** What it answers. */
  hear(message: ToDevice): readonly FromDevice[];
  /** What it says unasked after `elapsedMs` of village time. */
  advance(elapsedMs: number): readonly FromDevice[];
}

export interface FrameBoardOptions<FromDevice, ToDevice> {
  readonly id: string;
  readonly device: FrameDevice<FromDevice, ToDevice>;
  readonly power: (hasFault: HasFault) => FrameWorks<FromDevice, ToDevice>;
  /** What it shows, seen from inside. */
  readonly show: (hasFault: HasFault) => Readonly<Record<string, FieldValue>>;
  readonly onEvent: (event: MachineEvent) => void;
}

export interface FrameBoard extends Board {
  /** Takes bytes from the wire and gives the answers. */
  hear(bytes: Uint8Array): readonly Uint8Array[];
  /** A wire was opened: no half request survives it. */
  openWire(): void;
  /** What it says unasked since the last call. */
  said(): readonly Uint8Array[];
}

export const makeFrameBoard = <FromDevice, ToDevice>(options: FrameBoardOptions<FromDevice, ToDevice>): FrameBoard => new PoweredBoard(options);

class PoweredBoard<FromDevice, ToDevice> implements FrameBoard {
  readonly id: string;
  readonly kind: Board['kind'];
  readonly model: string;
  readonly map = undefined;
  readonly #options: FrameBoardOptions<FromDevice, ToDevice>;
  #faults: readonly BoardFault[] = [];
  /** null while the power is off. */
  #works: FrameWorks<FromDevice, ToDevice> | null;
  #parser: FrameParser<ToDevice>;
  #unasked: Uint8Array[] = [];

  constructor(options: FrameBoardOptions<FromDevice, ToDevice>) {
    const { id, device, power } = options;
    this.id = id;
    this.kind = device.kind;
    this.model = device.model;
    this.#options = options;
    this.#works = power(this.#hasFault);
    this.#parser = device.toDevice.parser();
  }

  get isPowered(): boolean {
    return this.#works !== null;
  }

  get faults(): readonly BoardFault[] {
    return this.#faults;
  }

  setFaults(faults: readonly BoardFault[]): void {
    this.#faults = faults;
  }

  setPower(on: boolean): void {
    if (on === this.isPowered) return;
    this.#works = on ? this.#options.power(this.#hasFault) : null;
    this.#unasked = [];
    this.openWire();
    this.#options.onEvent({ event: 'power', device: this.id, on });
  }

  /** It has no registers. */
  answer(): undefined {
    return undefined;
  }

  fields(): Readonly<Record<string, FieldValue>> {
    return this.#options.show(this.#hasFault);
  }

  openWire(): void {
    this.#parser = this.#options.device.toDevice.parser();
  }

  hear(bytes: Uint8Array): readonly Uint8Array[] {
    const works = this.#works;
    if (works === null) return [];
    return this.#encode(this.#parser.push(bytes).flatMap((result) => (result.ok ? works.hear(result.message) : [])));
  }

  advance(elapsedMs: number): void {
    if (this.#works !== null) this.#unasked.push(...this.#encode(this.#works.advance(elapsedMs)));
  }

  said(): readonly Uint8Array[] {
    return this.#unasked.splice(0);
  }

  /** Obeyed or not: a mute device says nothing of it. */
  #encode(messages: readonly FromDevice[]): Uint8Array[] {
    return this.#hasFault('mute') ? [] : messages.map((message) => this.#options.device.fromDevice.encode(message));
  }

  readonly #hasFault: HasFault = (name) => faultIn(this.#faults, name) !== undefined;
}
