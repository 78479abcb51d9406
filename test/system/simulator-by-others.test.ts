// Without this our simulated devices would only ever have been asked by our own gateway.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { freePorts, startChild, waitUntil } from '../../scripts/village/children.ts';
import { filesOf, type SimulatedSite, startSimulator } from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';
import { openPtyPair } from '../support/pty-pair.ts';
import { describeWith } from './tools.ts';

const endings = endEachTest();
const pymodbusClient = resolve(import.meta.dirname, '../fixtures/pymodbus-client.py');

interface Bench {
  readonly sim: SimulatedSite;
  /** Pty with the scales, RTU. */
  readonly path: string;
  /** TCP port with the parts of a bin, Modbus TCP. */
  readonly port: number;
}

const models = ['W-CN', 'W-LAUMAS', 'W-FLOAT', 'W-PT', 'W-DGT'] as const;

/** The simulator as its own process: five scales on a pty, 2.50 kg on each, and a bin of parts on Modbus TCP. */
async function openSimulator(): Promise<Bench> {
  const folder = await endings.folder();
  const pair = await openPtyPair();
  endings.add(() => pair.stop());
  const port = await freePorts(1);
  const { simSite, simState } = filesOf(folder);
  mkdirSync(simState, { recursive: true });
  const parts = [
    { id: 'level-1', line: 'bin-line', unit: 11, model: 'LVL-DYP', compartment: 1 },
    { id: 'relays', line: 'bin-line', unit: 20, model: 'RELAY-LC' },
    { id: 'air', line: 'bin-line', unit: 30, model: 'TEMP-RH' },
  ];
  const site = {
    lines: [
      { id: 'scale-line', listen: pair.board },
      { id: 'bin-line', framing: 'mbap', listen: `127.0.0.1:${port}` },
    ],
    readers: [{ id: 'scale-reader', listen: '127.0.0.1:0' }],
    // Max 20 kg: what is put on before a scale has found its zero is more than the 10 % that it would take for its zero.
    scales: models.map((model, index) => ({
      ...{ id: `scale-${index + 1}`, line: 'scale-line', unit: index + 1, model, counter: 'scale-reader', noiseGrams: 0, maxGrams: 20_000 },
    })),
    bins: [{ id: 'bin-1', model: 'PARTS', compartments: 2, parts }],
  };
  writeFileSync(simSite, JSON.stringify(site));
  const sim = await startSimulator(folder);
  endings.add(() => sim.child.stop());
  for (const index of models.keys()) await sim.act({ do: 'tray', scale: `scale-${index + 1}`, grams: 2500 });
  return { sim, path: pair.master, port };
}

async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const child = startChild(program, program, args);
  await child.ended;
  return [...child.out, ...child.err].join('\n');
}

/** Asks until the answer fits: scales need a few seconds to come to rest. */
async function saysAtLast(ask: () => Promise<string>, wanted: RegExp): Promise<void> {
  let said = '';
  await waitUntil(
    async () => {
      said = await ask();
      return wanted.test(said);
    },
    () => `no ${wanted} in: ${said}`,
    40_000,
  );
}

describeWith('socat', 'mbpoll')('mbpoll', () => {
  it('reads 2.50 kg from every simulated scale through a pty', async () => {
    const { path } = await openSimulator();
    const poll = (unit: number, table: string, address: number) => () =>
      outputOf('mbpoll', ['-m', 'rtu', '-a', String(unit), '-b', '9600', '-P', 'none', '-0', '-r', String(address), '-t', table, '-B', '-1', path]);
    await saysAtLast(poll(1, '4:int', 0x50), /^\[80\]:\s+250$/m);
    await saysAtLast(poll(2, '4:int', 7), /^\[7\]:\s+250$/m);
    await saysAtLast(poll(3, '4:float', 2), /^\[2\]:\s+2\.5$/m);
    await saysAtLast(poll(4, '4:int', 5), /^\[5\]:\s+250$/m);
    await saysAtLast(poll(5, '3:int', 0), /^\[0\]:\s+250$/m);
  }, 120_000);

  it('reads a level and pulses a lock over Modbus TCP', async () => {
    const { sim, port } = await openSimulator();
    const poll = (...args: readonly string[]) => outputOf('mbpoll', ['-m', 'tcp', '-p', String(port), '-0', '-1', ...args]);
    // A morning's bin is between 35 % and 76 % full: 330 to 638 mm down.
    expect(await poll('-a', '11', '-r', '256', '-t', '4', '127.0.0.1')).toMatch(/^\[256\]:\s+(3[3-9]\d|[45]\d\d|6[0-3]\d)$/m);
    await sim.act({ do: 'smoke', bin: 'bin-1', compartment: 2, on: true });
    expect(await poll('-a', '20', '-r', '0', '-c', '8', '-t', '1', '127.0.0.1')).toMatch(/^\[0\]:\s+0\n\[1\]:\s+1\n\[2\]:\s+0$/m);
    expect(await poll('-a', '20', '-r', '3', '-t', '4', '127.0.0.1', '2', '7')).toContain('Written 2 references.');
    await sim.child.line('pulse', (line) => line.includes('"event":"lock-pulse"') && line.includes('"device":"relays"') && line.includes('"pulseMs":700'));
  }, 60_000);
});

describeWith('socat', 'pymodbus.client')('a client made of pymodbus', () => {
  it('reads every simulated scale through a pty, and hears an exception', async () => {
    const { path } = await openSimulator();
    const requests = ['holding 1 80 2', 'holding 2 7 2', 'float 3 2 1', 'holding 4 5 2', 'input 5 0 2', 'holding 1 38 1'];
    const answers = /^0 250\n0 250\n2\.5\n0 250\n0 250\nexception 2$/;
    await saysAtLast(() => outputOf('/usr/bin/python3', [pymodbusClient, 'rtu', path, ...requests]), answers);
  }, 120_000);

  it('reads the parts of a bin over Modbus TCP, pulses a lock, and finds it off again', async () => {
    const { sim, port } = await openSimulator();
    const ask = (...requests: readonly string[]) => outputOf('/usr/bin/python3', [pymodbusClient, 'tcp', String(port), ...requests]);
    expect(await ask('holding 11 256 1', 'holding 30 0 2', 'bits 20 0 8', 'write 20 8 2,7')).toMatch(/^\d{3}\n\d{3} 550\n0 0 0 0 0 0 0 0\nwritten$/);
    await sim.child.line('pulse', (line) => line.includes('"event":"lock-pulse"') && line.includes('"compartment":2'));
    expect(await ask('write 20 3 1,7')).toBe('exception 3');
  }, 60_000);
});
