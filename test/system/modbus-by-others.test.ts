// Without this our gateway would only ever have read scales, sensors and relay boards that we simulate ourselves.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDevice } from '../../gateway/southbound/device.ts';
import { openLine } from '../../gateway/southbound/line.ts';
import type { LineTransport } from '../../gateway/southbound/line-wire.ts';
import { RegisterScaleUnit } from '../../gateway/southbound/scale.ts';
import { deviceCatalogue, scaleCatalogue } from '../../protocol/devices/catalogue.ts';
import { climateTenths } from '../../protocol/devices/climate-rh.ts';
import { dypSensor, levelDyp } from '../../protocol/devices/level-dyp.ts';
import { relayLcTech } from '../../protocol/devices/relay-lc-tech.ts';
import { relayWaveshare } from '../../protocol/devices/relay-waveshare.ts';
import type { DeviceMap } from '../../protocol/register-map.ts';
import { type Child, freePorts, startChild } from '../../scripts/village/children.ts';
import { endEachTest } from '../support/endings.ts';
import { patientClock } from '../support/null-modem.ts';
import { openPtyPair, ptySettings } from '../support/pty-pair.ts';
import { describeWith } from './tools.ts';

const endings = endEachTest();
const fixtures = resolve(import.meta.dirname, '../fixtures');

/** A slave that nobody here wrote, and the gateway's way to it. */
interface Bench {
  /** Fills its tables: see the head of the fixture. */
  fill(...rows: readonly string[]): Promise<void>;
  /** What was written to it, `FUNCTION ADDRESS WORD...` each. */
  wrote(): readonly string[];
  readonly transport: LineTransport;
}
type Command = (kind: 'rtu' | 'tcp', place: string) => readonly [program: string, ...args: string[]];

async function openBench(command: Command, kind: 'rtu' | 'tcp'): Promise<Bench> {
  let place: string;
  let transport: LineTransport;
  if (kind === 'rtu') {
    const pair = await openPtyPair();
    endings.add(() => pair.stop());
    place = pair.board;
    transport = { kind: 'serial', path: pair.master, ...ptySettings };
  } else {
    const port = await freePorts(1);
    place = String(port);
    transport = { kind: 'modbus-tcp', host: '127.0.0.1', port };
  }
  const [program, ...args] = command(kind, place);
  const slave: Child = startChild('the slave', program, args);
  endings.add(() => slave.kill());
  await slave.line('ready', (line) => line === 'ready');
  return {
    transport,
    wrote: () => slave.out.flatMap((line) => (line.startsWith('wrote ') ? [line.slice(6)] : [])),
    async fill(...rows) {
      const before = slave.out.filter((line) => line === 'ok').length;
      for (const row of rows) slave.type(row);
      await slave.line('ok', () => slave.out.filter((line) => line === 'ok').length >= before + rows.length);
    },
  };
}

function openGatewayLine({ transport }: Bench) {
  const line = openLine({ id: 'line-1', transport, clock: patientClock });
  endings.add(() => line.close());
  return line;
}
async function untilOpen(line: ReturnType<typeof openGatewayLine>): Promise<void> {
  for (let tries = 0; tries < 1000 && !line.state().open; tries += 1) await patientClock.sleep(10, 'the line to open');
}
const open = <const M extends DeviceMap>(line: ReturnType<typeof openGatewayLine>, map: M) =>
  openDevice({ id: map.model, line, unit: 1, map, clock: patientClock });

/** 12.34 kg gross as each maker's table says it, stable and then moving; addresses and words are those of the manuals. */
const scales: readonly (readonly [model: string, stable: readonly string[], moving: string])[] = [
  ['W-CN', ['holding 8 0x0012', 'holding 0x50 0 1234 0 1234 0 0 0 3000 6'], 'holding 8 0x0032'],
  ['W-LAUMAS', ['holding 6 0x0800 0 1234 0 1234 0 1234 0x000c'], 'holding 6 0x0000'],
  ['W-FLOAT', ['float 0 12.34', 'float 2 12.34', 'holding 4 0x8000'], 'holding 4 0x9000'],
  ['W-PT', ['holding 0 0 1234 0x0002 0 0 0 1234 0x0002'], 'holding 2 0x0006'],
  ['W-DGT', ['input 0 0 1234 0 1234 0x0004 0'], 'input 4 0x0000'],
];

function describeSlave(name: string, command: Command): void {
  it.each(scales)(`${name} is read as a %s in whole grams, over a pty and over TCP`, async (model, stable, moving) => {
    const scale = scaleCatalogue[model];
    if (scale?.speaks !== 'registers') throw new Error(model);
    for (const kind of ['rtu', 'tcp'] as const) {
      const bench = await openBench(command, kind);
      const line = openGatewayLine(bench);
      await untilOpen(line);
      await bench.fill(...stable);
      const unit = new RegisterScaleUnit(scale, line, { id: 'scale-1', unit: 1, decimals: 2, clock: patientClock });
      expect((await unit.look({ priority: 'weighing' })).said, kind).toMatchObject({ grossGrams: 12_340, netGrams: 12_340, unstable: false });
      await bench.fill(moving);
      expect((await unit.look({ priority: 'weighing' })).said, kind).toMatchObject({ grossGrams: 12_340, unstable: true });
    }
  });

  it(`${name} is read as a level sensor, a thermometer and an input board`, async () => {
    const bench = await openBench(command, 'rtu');
    const line = openGatewayLine(bench);
    await untilOpen(line);
    await bench.fill('holding 0x100 525', 'holding 0 0xffce 531', 'bits 0 1 0 0 0 1 0 0 0');
    const { distanceMm } = await open(line, levelDyp).read(['distanceMm'], { priority: 'poll' });
    expect(dypSensor.levelPercent({ distanceMm }, { emptyMm: 900, fullMm: 150 })).toBe(50);
    expect(await open(line, climateTenths).read(['temperature', 'humidity'], { priority: 'poll' })).toEqual({ temperature: -50, humidity: 531 });
    const board = open(line, relayLcTech);
    expect(await board.read(['input1', 'input2', 'input5'], { priority: 'poll' })).toEqual({ input1: true, input2: false, input5: true });
  });

  it(`${name} sees a relay's pulse and a scale's zero as the makers' manuals have them`, async () => {
    const bench = await openBench(command, 'rtu');
    const line = openGatewayLine(bench);
    await untilOpen(line);
    await open(line, relayLcTech).write({ relay2Mode: 'flashOn', relay2PulseMs: 700 }, { priority: 'actuation' });
    await open(line, deviceCatalogue['W-FLOAT']).write({ demand: { zero: true, tare: false, clear: false } }, { priority: 'actuation' });
    expect(bench.wrote()).toEqual(['16 8 2 7', '16 5 0', '16 5 2048']);
  });

  it(`${name} refuses what it does not have, and the gateway says so`, async () => {
    const bench = await openBench(command, 'tcp');
    const line = openGatewayLine(bench);
    await untilOpen(line);
    const beyond = line.request(1, { kind: 'read', space: 'holding', address: 0xf000, count: 1 }, { priority: 'poll', deadlineMs: 500, guardMs: 100 });
    expect(await beyond).toEqual({ kind: 'exception', code: 2 });
  });
}

describeWith('socat', 'pymodbus')('a slave made of pymodbus', () => {
  const server = join(fixtures, 'pymodbus-server.py');
  describeSlave('it', (kind, place) => ['/usr/bin/python3', server, kind, place, '1']);
});

describeWith(
  'socat',
  'gcc',
  'libmodbus',
)('a slave made of libmodbus', () => {
  let folder = '';
  const program = () => join(folder, 'libmodbus-server');
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sifen-libmodbus-'));
    const source = join(fixtures, 'libmodbus-server.c');
    execFileSync('gcc', ['-Wall', '-Wextra', '-Werror', '-I/usr/include/modbus', source, '-lmodbus', '-o', program()], { stdio: 'pipe' });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const command: Command = (kind, place) => [program(), kind, place, '1'];

  describeSlave('it', command);

  it('sees the pulse of the other relay board: one FC05 with a duration, and no coil is ever switched on', async () => {
    const bench = await openBench(command, 'rtu');
    const line = openGatewayLine(bench);
    await untilOpen(line);
    const board = open(line, relayWaveshare);
    await board.write({ relay1PulseMs: 700 }, { priority: 'actuation' });
    expect(bench.wrote()).toEqual(['5 512 7']);
    expect(await board.read(['relay1On'], { priority: 'poll' })).toEqual({ relay1On: false });
  });
});
