// A simulated bin with hatches on a lock board at the end of a wire, with the gateway's own parts before it. Without it every test of a lock would
// join board, wire and bin in a way of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { BinBoard } from '../../device-sim/bin-board.ts';
import type { FrameBoard } from '../../device-sim/frame-board.ts';
import { openLockBoard } from '../../device-sim/lock-unit.ts';
import { randomFor } from '../../device-sim/random.ts';
import { serveTcpPlain } from '../../device-sim/serve-plain.ts';
import type { MachineEvent } from '../../device-sim/site-event.ts';
import { assembleBin } from '../../gateway/bin-assembly.ts';
import type { Clock } from '../../gateway/clock.ts';
import { siteSchema } from '../../gateway/config.ts';
import type { OpenByteStream } from '../../gateway/southbound/byte-stream.ts';
import { openDevice } from '../../gateway/southbound/device.ts';
import type { PortTransport } from '../../gateway/southbound/frame-wire.ts';
import { openLine } from '../../gateway/southbound/line.ts';
import { LockBoard } from '../../gateway/southbound/lock-board.ts';
import type { AssembledBin } from '../../gateway/workflows/assembled-bin.ts';
import { dypSensor } from '../../protocol/devices/level-dyp.ts';
import type { ModbusRequest } from '../../protocol/modbus.ts';
import { cable, nullModem } from './null-modem.ts';

/** How the lock board is reached: straight through memory, over TCP, or at a place the caller joins to the TCP port it is given. */
export type LockWay = 'memory' | 'tcp' | ((port: number) => Promise<PortTransport>);

export interface LockLine {
  readonly iron: BinBoard;
  /** The simulated lock board. */
  readonly twin: FrameBoard;
  /** One step of the board, which tells what changed. */
  readonly tick: () => void;
  /** Whether bytes pass. */
  connected: boolean;
  readonly pulses: number[];
  readonly locks: LockBoard;
  readonly bin: AssembledBin;
  /** Called when the level sensor is asked, before it answers. */
  onLevelAsked: (request: ModbusRequest) => void;
}

/** Real time between two steps of the board. Unit: ms. */
const tickMs = 5;
const board = 3;
const row = (n: number) => ({
  wasteClass: n === 1 ? 'food' : 'residual',
  level: { part: `level-${n}`, emptyMm: 900, fullMm: 150 },
  door: { part: 'locks', lock: n },
  lock: { part: 'locks', lock: n },
});

/** Two compartments, half full, each with a level sensor and a lock. Closed with the test. */
export async function openLockLine(way: LockWay, clock: Clock): Promise<LockLine> {
  const pulses: number[] = [];
  const onEvent = (event: MachineEvent) => {
    if (event.event === 'lock-pulse') pulses.push(event.compartment);
  };
  const kept = [1, 2].map(() => ({ fillPermille: 500, temperatureDeciC: 200, smoke: false, doorOpen: false }));
  const units = [1, 2].map((compartment) => ({ id: `level-${compartment}`, model: 'LVL-DYP', compartment }));
  const iron = new BinBoard({ id: 'bin-1', compartments: 2, units, random: randomFor(5, 'bin-1'), onEvent, kept });
  const twin = openLockBoard({ id: 'locks', board }, iron, onEvent);
  const listeners = new Set<(bytes: Uint8Array) => void>();
  const tick = () => {
    twin.advance(tickMs);
    for (const bytes of twin.said()) for (const say of made.connected ? listeners : []) say(bytes);
  };
  const ticking = setInterval(tick, tickMs);
  const server = way === 'memory' ? undefined : await serveTcpPlain('locks', '127.0.0.1', 0, (bytes) => heard(bytes));
  if (server !== undefined) listeners.add((bytes) => server.say(bytes));
  const openMemory: OpenByteStream = (_transport, { onBytes, onClose }) => {
    const give = (bytes: Uint8Array) => setImmediate(() => onBytes(Buffer.from(bytes)));
    listeners.add(give);
    const write = (bytes: Uint8Array) => {
      for (const reply of heard(bytes)) give(reply);
    };
    const close = async () => {
      listeners.delete(give);
      onClose('closed');
    };
    return Promise.resolve({ write, settle: async () => undefined, close });
  };
  function heard(bytes: Uint8Array | null): readonly Uint8Array[] {
    if (bytes === null) twin.openWire();
    return bytes === null || !made.connected ? [] : twin.hear(bytes);
  }
  const transport: PortTransport = typeof way === 'function' ? await way(server?.port ?? 0) : { kind: 'tcp', host: '127.0.0.1', port: server?.port ?? 1 };
  const locks = new LockBoard({ id: 'locks', board, transport, clock, openStream: way === 'memory' ? openMemory : undefined });
  const unitOf = (unit: number) => iron.units.get(`level-${unit}`);
  const service = (unit: number, request: ModbusRequest) => {
    made.onLevelAsked(request);
    return unitOf(unit)?.answer(request);
  };
  const line = openLine({ id: 'bin-line', transport: cable, openStream: nullModem({ hasUnit: (unit) => unitOf(unit) !== undefined, service }), clock });
  const onLines = new Map(
    [1, 2].map((unit) => [`level-${unit}`, { part: dypSensor, device: openDevice({ id: `level-${unit}`, line, unit, map: dypSensor.map, clock }) }]),
  );
  const [parsed] = siteSchema.shape.bins.parse([{ id: 'bin-1', model: 'PARTS', compartments: [row(1), row(2)] }]);
  if (parsed?.model !== 'PARTS') throw new Error('no such row');
  const bin = assembleBin(parsed, { onLines, locks: new Map([['locks', locks]]) });
  const made: LockLine = { iron, twin, tick, connected: true, pulses, locks, bin, onLevelAsked: () => undefined };
  onTestFinished(async () => {
    clearInterval(ticking);
    await Promise.all([locks.close(), line.close()]);
    await server?.close();
  });
  await untilHeard(locks);
  return made;
}

/** Asks until the board answers; the test's own patience is the bound. */
export async function untilHeard(locks: LockBoard): Promise<void> {
  const { signal } = new AbortController();
  while ((await locks.look(signal).catch(() => undefined)) === undefined) await sleep(20);
}
