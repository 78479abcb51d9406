/**
 * Requests a second over unpaced Modbus TCP: our line against the bare modbus-serial client, to the same libmodbus server, in short turns, so that both
 * meet the same weather of a shared machine. The median of the ratios of neighbouring turns counts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import modbus from 'modbus-serial';
import { wireClock } from '../../gateway/clock.ts';
import { openLine } from '../../gateway/southbound/line.ts';
import { atLeast, quantile, type Row, shown } from './report.ts';

const { default: ModbusRTU } = modbus;
const registers = 20;
const turnMs = 250;
const ratioMin = 0.8;

async function requestsPerSecond(ask: () => Promise<unknown>): Promise<number> {
  await ask();
  const startedAtMs = wireClock.monotonicMs();
  let count = 0;
  for (; wireClock.monotonicMs() - startedAtMs < turnMs; count += 1) await ask();
  return (count * 1000) / (wireClock.monotonicMs() - startedAtMs);
}

async function bareTurn(port: number): Promise<number> {
  const client = new ModbusRTU();
  await client.connectTCP('127.0.0.1', { port });
  client.setID(1);
  client.setTimeout(1000);
  try {
    return await requestsPerSecond(() => client.readHoldingRegisters(0, registers));
  } finally {
    await new Promise<void>((resolve) => client.close(() => resolve()));
  }
}

async function ourTurn(port: number): Promise<number> {
  const line = openLine({ id: 'bench', transport: { kind: 'modbus-tcp', host: '127.0.0.1', port }, clock: wireClock });
  try {
    return await requestsPerSecond(() =>
      line.request(1, { kind: 'read', space: 'holding', address: 0, count: registers }, { priority: 'poll', deadlineMs: 1000, guardMs: 0 }),
    );
  } finally {
    await line.close();
  }
}

export async function benchThroughput(turns: number): Promise<Row[]> {
  const server = spawn('/usr/bin/python3', [new URL('./libmodbus-server.py', import.meta.url).pathname], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [told] = (await Promise.race([once(server.stdout, 'data'), once(server, 'exit').then(() => [''])])) as [Buffer | string];
  const port = Number(String(told));
  if (!(port > 0)) throw new Error('The libmodbus server does not start: scripts/install-test-tools installs mbpoll, which brings libmodbus.');
  try {
    const turnsOf: { bare: number; ours: number }[] = [];
    // The first turns compile the code of both.
    for (let n = -2; n < turns; n += 1) {
      const turn = { bare: await bareTurn(port), ours: await ourTurn(port) };
      if (n >= 0) turnsOf.push(turn);
    }
    const rates = (pick: (turn: { bare: number; ours: number }) => number) => quantile(turnsOf.map(pick), 0.5).toFixed(0);
    const ratio = quantile(
      turnsOf.map(({ bare, ours }) => ours / bare),
      0.5,
    );
    return [
      atLeast(`unpaced TCP: our requests per one of bare modbus-serial, median of ${turns} turns`, ratio, ratioMin, ''),
      shown('requests a second, bare and ours (medians)', `${rates(({ bare }) => bare)} and ${rates(({ ours }) => ours)}`),
    ];
  } finally {
    server.kill();
  }
}
