// A line with wire faults and a board on it whose every register tells where it stands, so that an answer to another question shows.
import type { FaultyWire } from '../../device-sim/faulty-wire.ts';
import type { BoardLine } from '../../device-sim/rtu-slave.ts';
import type { ReplyTiming } from '../../device-sim/wire-faults.ts';
import type { LineTransport } from '../../gateway/southbound/line-wire.ts';
import type { ModbusRequest, ModbusResponse } from '../../protocol/modbus.ts';

/** A simulated line with faults, and the way to it. */
export interface FaultBench {
  readonly transport: LineTransport;
  stop(): Promise<void>;
}
export type OpenFaultBench = (board: BoardLine, faults: FaultyWire) => Promise<FaultBench>;

/** Declared by the device under test: worst latency is the sum. Unit: wire ms. */
export const declared: ReplyTiming = { timeoutMs: 60, guardMs: 200 };

/** What a register of the telling board holds. */
export const tellingWord = (address: number): number => (address * 40_503) & 0xffff;

/** Boards 1 and 2, which also keep what was written. */
export function tellingBoard(): { readonly line: BoardLine; readonly written: Map<number, number> } {
  const written = new Map<number, number>();
  const service = (_unit: number, request: ModbusRequest): ModbusResponse => {
    if (request.kind === 'read') return { kind: 'words', words: Array.from({ length: request.count }, (_unused, at) => tellingWord(request.address + at)) };
    if (request.kind === 'writeRegister') written.set(request.address, request.value);
    if (request.kind === 'writeRegisters') for (const [at, word] of request.words.entries()) written.set(request.address + at, word);
    return { kind: 'written' };
  };
  return { line: { hasUnit: (unit) => unit === 1 || unit === 2, service }, written };
}
