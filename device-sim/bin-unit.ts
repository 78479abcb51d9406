/**
 * One unit of a simulated bin on its line: the registers of its model, the pulses it times and ends itself, its power. What it senses and
 * moves is the bin's; what its registers mean is the twin's.
 */
import type { ExceptionName, ModbusRequest, ModbusResponse } from '../protocol/modbus.ts';
import type { DeviceMap, FieldValue, WritableOf } from '../protocol/register-map.ts';
import type { Board } from './board.ts';
import type { BoardFault } from './board-faults.ts';
import { type Outputs, pulseOutput, stepOutputs } from './firmware/outputs.ts';
import type { BinCompartment } from './physics/bin-compartment.ts';
import { createBank, type RegisterBank } from './register-bank.ts';
import type { MachineEvent } from './site-event.ts';
import type { BinSight, BinTwin } from './twins/bin-twin.ts';

export interface BinUnitOptions {
  readonly id: string;
  readonly twin: BinTwin;
  /** Where a sensor hangs, counted from 1. */
  readonly compartment: number;
  /** The bin as it stands now. */
  readonly compartments: () => readonly BinCompartment[];
  readonly moveDoor: (compartment: number, open: boolean) => void;
  readonly onEvent: (event: MachineEvent) => void;
}

export class BinUnit implements Board {
  readonly id: string;
  readonly kind: DeviceMap['kind'];
  readonly model: string;
  readonly map: DeviceMap;
  readonly #options: BinUnitOptions;
  readonly #bank: RegisterBank<DeviceMap>;
  #outputs: Outputs;
  #faults: readonly BoardFault[] = [];
  #powered = true;

  constructor(options: BinUnitOptions) {
    this.#options = options;
    const { map } = options.twin;
    this.id = options.id;
    this.kind = map.kind;
    this.model = map.model;
    this.map = map;
    this.#outputs = this.#allOff();
    this.#bank = createBank(map, { beforeRead: (bank) => this.#show(bank), onWrite: (_bank, { values }) => this.#obey(values) });
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
    this.#outputs = stepOutputs(this.#outputs, elapsedMs);
  }

  setPower(on: boolean): void {
    if (on === this.#powered) return;
    this.#powered = on;
    this.#outputs = this.#allOff();
    this.#options.onEvent({ event: 'power', device: this.id, on });
  }

  get faults(): readonly BoardFault[] {
    return this.#faults;
  }

  setFaults(faults: readonly BoardFault[]): void {
    this.#faults = faults;
  }

  fields(): Readonly<Record<string, FieldValue>> {
    this.#show(this.#bank);
    return this.#bank.fields();
  }

  #allOff(): Outputs {
    return new Array<number>(this.#options.twin.outputs).fill(0);
  }

  #sight(): BinSight {
    return { compartments: this.#options.compartments(), compartment: this.#options.compartment, outputs: this.#outputs };
  }

  #show(bank: RegisterBank<DeviceMap>): void {
    bank.set(this.#options.twin.show(this.#sight()));
  }

  #obey(values: Partial<WritableOf<DeviceMap>>): ExceptionName | undefined {
    const { twin, compartment, moveDoor, onEvent } = this.#options;
    const meaning = twin.obey(values, this.#sight());
    if (meaning === undefined) return undefined;
    if ('refused' in meaning) return meaning.refused;
    if ('door' in meaning) {
      moveDoor(compartment, meaning.door);
      return undefined;
    }
    for (const { output, pulseMs } of meaning.pulses) {
      this.#outputs = pulseOutput(this.#outputs, output, pulseMs);
      onEvent({ event: 'lock-pulse', device: this.id, compartment: output, pulseMs });
    }
    return undefined;
  }
}
