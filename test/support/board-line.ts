// One simulated board at the end of a real RTU-over-TCP line, with the gateway's own line before it. Without it workflow tests would need
// a stand-in for the bus, and what they prove would be about the stand-in.
import { onTestFinished } from 'vitest';
import { serveTcpLine } from '../../device-sim/serve-tcp.ts';
import { type Clock, villageClock, wireClock } from '../../gateway/clock.ts';
import { type Line, openLine } from '../../gateway/southbound/line.ts';
import type { ModbusRequest, ModbusResponse } from '../../protocol/modbus.ts';
import { epochMs } from '../../protocol/units.ts';

export interface Board {
  answer(request: ModbusRequest): ModbusResponse | undefined;
  advance(elapsedMs: number): void;
}

export interface BoardLine {
  readonly line: Line;
  /** Village clock, `pace` times as fast as the machine; the board lives by it too. */
  readonly clock: Clock;
  /** Runs a task until the test is over, then waits for its end. Its failure fails the test. */
  readonly run: (task: (signal: AbortSignal) => Promise<void>) => void;
}

/** Real time between two steps of the board. Unit: ms. */
const tickMs = 5;

/** Puts `board` on a line of its own as unit 1 and lets its time pass until the test is over. */
export async function openBoardLine(board: Board, options: { readonly pace: number; readonly startMs: number }): Promise<BoardLine> {
  const stopping = new AbortController();
  const tasks: Promise<void>[] = [];
  const listener = await serveTcpLine({
    ...{ id: 'line-1', kind: 'rtu-over-tcp', host: '127.0.0.1', port: 0 },
    line: { hasUnit: (unit) => unit === 1, service: (_unit, request) => board.answer(request) },
  });
  const clock = villageClock(epochMs(options.startMs), options.pace);
  let lastMs = clock.monotonicMs();
  const ticking = setInterval(() => {
    const nowMs = clock.monotonicMs();
    board.advance(nowMs - lastMs);
    lastMs = nowMs;
  }, tickMs);
  const line = openLine({ id: 'line-1', transport: { kind: 'rtu-over-tcp', host: '127.0.0.1', port: listener.port, baud: 115_200 }, clock: wireClock });
  onTestFinished(async () => {
    stopping.abort(new Error('the test is over'));
    const ends = await Promise.allSettled(tasks);
    clearInterval(ticking);
    await line.close();
    await listener.close();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  });
  return { line, clock, run: (task) => void tasks.push(task(stopping.signal)) };
}
