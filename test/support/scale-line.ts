// A simulated scale of any model at the end of a wire, with the gateway's own driver before it. Without it the models would be tried each in
// a way of its own, and nobody would know that one driver serves them all.
import assert from 'node:assert/strict';
import { onTestFinished } from 'vitest';
import { FaultyWire } from '../../device-sim/faulty-wire.ts';
import { randomFor } from '../../device-sim/random.ts';
import { type BoardLine, RtuSlave } from '../../device-sim/rtu-slave.ts';
import { ScaleBoard } from '../../device-sim/scale-board.ts';
import { serveTcpPlain } from '../../device-sim/serve-plain.ts';
import { serveTcpLine } from '../../device-sim/serve-tcp.ts';
import { type Clock, villageClock, wireClock } from '../../gateway/clock.ts';
import type { OpenByteStream } from '../../gateway/southbound/byte-stream.ts';
import { openLine } from '../../gateway/southbound/line.ts';
import type { LineTransport } from '../../gateway/southbound/line-wire.ts';
import { AskedScale, RegisterScaleUnit, type Scale, StreamedScale } from '../../gateway/southbound/scale.ts';
import { scaleCatalogue } from '../../protocol/devices/catalogue.ts';
import { epochMs } from '../../protocol/units.ts';
import { testStartMs } from './make-store.ts';

/** Max, e and the decimal point of the scales here, as the site file gives them to models that do not report them. */
export const plate = { maxGrams: 30_000, intervalGrams: 10, decimals: 2 } as const;
/** How the board is reached: straight through memory, over TCP, or at a place the caller joins to the TCP port it is given. */
export type Way = 'memory' | 'tcp' | ((port: number) => Promise<LineTransport>);

export interface ScaleLine {
  readonly board: ScaleBoard;
  readonly scale: Scale;
  readonly transport: LineTransport;
  /** The faults of its wire, where it is plain and served over TCP. */
  readonly faults: FaultyWire;
  /** Village clock, `pace` times as fast as the machine; the board lives by it too. */
  readonly clock: Clock;
}

/** Real time between two steps of the board. Unit: ms. */
const tickMs = 5;

/** Opens everything; closed with the test. */
export async function openScaleLine(model: string, way: Way, { pace = 20, unit = 1 } = {}): Promise<ScaleLine> {
  const scale = scaleCatalogue[model];
  assert(scale, model);
  const clock = villageClock(epochMs(testStartMs), pace);
  const board = new ScaleBoard({
    ...{ id: 'scale-1', model, unit, maxGrams: plate.maxGrams, intervalGrams: plate.intervalGrams, noiseGrams: 1, random: randomFor(4, model) },
    ...{ wireMs: () => wireClock.monotonicMs(), onEvent: () => undefined },
  });
  const isPlain = scale.speaks === 'frames';
  const timing = isPlain ? scale.device : scale.map;
  const faults = new FaultyWire({ random: randomFor(4, `wire ${model}`), timingOf: () => timing, wireMs: () => wireClock.monotonicMs() });
  const wires = new Set<(bytes: Uint8Array) => void>();
  const say = (bytes: Uint8Array) => {
    for (const wire of wires) wire(bytes);
    return wires.size > 0;
  };
  const server = way === 'memory' ? undefined : await serve(board, isPlain ? faults : null, wires);
  const transport = await transportOf(way, isPlain, server?.port ?? 0);
  const openStream = way === 'memory' ? openMemory(board, isPlain, wires) : undefined;
  let lastMs = clock.monotonicMs();
  const ticking = setInterval(() => {
    const nowMs = clock.monotonicMs();
    board.advance(nowMs - lastMs);
    lastMs = nowMs;
    board.stream(say);
  }, tickMs);
  const seat = { id: 'scale-1', unit, decimals: plate.decimals, clock: wireClock };
  const line = { id: 'line-1', transport, clock: wireClock, openStream };
  const streams = scale.speaks === 'frames' && scale.device.talk === 'streams';
  const asked = streams ? undefined : openLine(line);
  const driver = driverOf();
  function driverOf(): Scale {
    if (scale?.speaks === 'registers') return new RegisterScaleUnit(scale, asked as NonNullable<typeof asked>, seat);
    assert(scale);
    return asked ? new AskedScale(scale, asked, seat) : new StreamedScale(scale, line, seat);
  }
  onTestFinished(async () => {
    clearInterval(ticking);
    driver.close();
    await asked?.close();
    if (driver instanceof StreamedScale) await driver.stream.close();
    await server?.close();
  });
  return { board, scale: driver, transport, faults, clock };
}

async function transportOf(way: Way, isPlain: boolean, port: number): Promise<LineTransport> {
  if (typeof way === 'function') return await way(port);
  return { kind: isPlain ? 'tcp' : 'rtu-over-tcp', host: '127.0.0.1', port: port || 1, baud: 115_200 };
}

/** Serves the board over TCP on a free port. */
async function serve(
  board: ScaleBoard,
  faults: FaultyWire | null,
  wires: Set<(bytes: Uint8Array) => void>,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  if (faults === null) {
    const service: BoardLine['service'] = (_unit, request) => board.answer(request);
    const line = { hasUnit: (unit: number) => unit === 1 && board.isPowered, service };
    return await serveTcpLine({ id: 'line-1', kind: 'rtu-over-tcp', host: '127.0.0.1', port: 0, line });
  }
  const hear = (bytes: Uint8Array | null) => {
    if (bytes !== null) return board.hear(bytes);
    board.openWire();
    return [];
  };
  const wire = await serveTcpPlain('line-1', '127.0.0.1', 0, hear, faults);
  wires.add((bytes) => wire.say(bytes));
  return { port: wire.port ?? 0, close: () => wire.close() };
}

/** A wire that is nothing but calls, each a turn of the event loop away. */
function openMemory(board: ScaleBoard, isPlain: boolean, wires: Set<(bytes: Uint8Array) => void>): OpenByteStream {
  return (_transport, { onBytes, onClose }) => {
    const slave = new RtuSlave({ hasUnit: (unit) => unit === 1 && board.isPowered, service: (_unit, request) => board.answer(request) });
    const give = (bytes: Uint8Array) => setImmediate(() => onBytes(Buffer.from(bytes)));
    board.openWire();
    wires.clear();
    wires.add(give);
    const replies = (bytes: Uint8Array) => (isPlain ? board.hear(bytes) : slave.push(Buffer.from(bytes)).map(({ reply }) => reply));
    return Promise.resolve({
      write: (bytes) => {
        for (const reply of replies(bytes)) give(reply);
      },
      settle: () => Promise.resolve(),
      close: () => {
        wires.delete(give);
        return Promise.resolve(onClose('closed'));
      },
    });
  };
}
