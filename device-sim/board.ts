/** What the site, the fault desk and the panel ask of every board, whatever it is. What a board does with it is its own file's business. */
import type { ModbusRequest, ModbusResponse } from '../protocol/modbus.ts';
import type { DeviceMap, FieldValue } from '../protocol/register-map.ts';
import type { BoardFault, DeviceKind } from './board-faults.ts';

export interface Board {
  readonly id: string;
  readonly kind: DeviceKind;
  /** As protocol/devices/catalogue.ts spells it. */
  readonly model: string;
  /** Its registers; undefined for a device that speaks frames of its own. */
  readonly map: DeviceMap | undefined;
  readonly isPowered: boolean;
  /** In force now; one that is over in a moment is gone from here when it has happened. */
  readonly faults: readonly BoardFault[];
  /** Takes the place of all faults before. */
  setFaults(faults: readonly BoardFault[]): void;
  setPower(on: boolean): void;
  /** Silent while the power is off. */
  answer(request: ModbusRequest): ModbusResponse | undefined;
  /** Lets `elapsedMs` of village time pass. */
  advance(elapsedMs: number): void;
  /** What its readable registers hold now, or what it shows, seen from inside: no request, so no firmware notices. */
  fields(): Readonly<Record<string, FieldValue>>;
}
