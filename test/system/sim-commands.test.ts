// Without this, the simulator as a process could hang at its end, lose its boards' memory, or answer a mistake with a stack trace.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  checkStatusBlock,
  type DispenserCommand,
  type DispenserStatus,
  dispenserBd1,
  sealCommand,
  statusWordCount,
} from '../../protocol/devices/dispenser-bd1.ts';
import { encodeWrites } from '../../protocol/register-codec.ts';
import { matchReply } from '../../protocol/rtu-frame.ts';
import { demoWires } from '../support/demo-wires.ts';
import { eventually } from '../support/eventually.ts';

const root = path.resolve(import.meta.dirname, '../..');
type Told = { readonly event: string } & Readonly<Record<string, unknown>>;

let folder: string;
const running: ChildProcess[] = [];
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sifen-sim-'));
  fs.writeFileSync(path.join(folder, 'cards'), `${Array.from({ length: 20 }, (_unused, index) => `CARD-${index}`).join('\n')}\n`);
  fs.writeFileSync(path.join(folder, 'labels'), `${Array.from({ length: 200 }, (_unused, index) => `LABEL-${index}`).join('\n')}\n`);
});
afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true });
});

/** A simulator process on free ports. */
class Simulator {
  readonly told: Told[] = [];
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  exit: { code: number | null; signal: string | null } | undefined;

  constructor(args: readonly string[], options: { json?: boolean; ports?: boolean; temporary?: string } = {}) {
    const free = options.ports === false ? [] : demoWires.flatMap((name) => ['--listen', `${name}=127.0.0.1:0`]);
    const json = options.json === false ? [] : ['--json'];
    this.child = spawn(path.join(root, 'scripts/run-node'), ['device-sim/main.ts', ...args, ...free, ...json], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...(options.temporary === undefined ? {} : { TMPDIR: options.temporary }) },
    });
    running.push(this.child);
    if (this.child.stdout === null || this.child.stderr === null) throw new Error('no pipes');
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.stdout += `${line}\n`;
      if (options.json !== false) this.told.push(JSON.parse(line) as Told);
    });
    this.child.stderr.on('data', (bytes: Buffer) => {
      this.stderr += bytes.toString();
    });
    this.child.on('exit', (code, signal) => {
      this.exit = { code, signal };
    });
  }

  static site(...more: readonly string[]): Simulator {
    const files = ['--cards', path.join(folder, 'cards'), '--roll-labels', path.join(folder, 'labels')];
    return new Simulator(['--site', 'config/demo-site.yaml', '--state', path.join(folder, 'state'), '--start', '1796079600000', ...files, ...more]);
  }

  type(line: string | object): void {
    this.child.stdin?.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  }

  events = (name: string) => this.told.filter(({ event }) => event === name);
  has = (event: string, count = 1) =>
    eventually(
      () => this.events(event).length >= count || this.exit !== undefined,
      () => `no ${event}: ${this.stdout} ${this.stderr}`,
    );
  async ready(): Promise<this> {
    await this.has('ready');
    return this;
  }
  portOf(line: string): number {
    return Number(this.events('listening').find((told) => told['line'] === line)?.['port']);
  }
  async end(): Promise<{ code: number | null; signal: string | null } | undefined> {
    await eventually(
      () => this.exit !== undefined,
      () => `still running: ${this.stdout} ${this.stderr}`,
    );
    return this.exit;
  }
}

/** A bare master on the dispenser's line. */
async function dialBoard(port: number) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  let heard = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    heard = Buffer.concat([heard, bytes]);
  });
  socket.on('error', () => undefined);
  const ask = async (frame: Buffer): Promise<Buffer> => {
    heard = Buffer.alloc(0);
    socket.write(frame);
    await eventually(
      () => matchReply(frame, heard).kind !== 'more',
      () => `no reply: ${heard.toString('hex')}`,
    );
    const match = matchReply(frame, heard);
    if (match.kind !== 'match') throw new Error(heard.toString('hex'));
    return match.frame;
  };
  return {
    close: () => socket.destroy(),
    async status(): Promise<DispenserStatus> {
      // Unit 1, FC03, 20 registers from 0; CRC by pymodbus.
      const frame = await ask(Buffer.from('01030000001445c5', 'hex'));
      const words = Array.from({ length: statusWordCount }, (_unused, index) => frame.readUInt16BE(3 + 2 * index));
      const decoded = checkStatusBlock(words);
      if (!decoded.ok) throw new Error(decoded.issues.join());
      return decoded.values;
    },
    async dispense(jobId: number, { nonce, lastJob, ctrOut }: DispenserStatus): Promise<Buffer> {
      const command: DispenserCommand = { opcode: 'dispense', jobId, quantity: 1, expectLastJob: lastJob, expectCtrOut: ctrOut };
      const [request] = encodeWrites(dispenserBd1, sealCommand(command, { key: null, nonce }));
      if (request?.kind !== 'writeRegisters') throw new Error('a command is one FC16');
      return ask(writeFrame(request.address, request.words));
    },
  };
}

function writeFrame(address: number, words: readonly number[]): Buffer {
  const body = Buffer.from([1, 16, address >> 8, address & 0xff, 0, words.length, words.length * 2, ...words.flatMap((word) => [word >> 8, word & 0xff])]);
  return Buffer.concat([body, crcOf(body)]);
}

/** CRC-16 of Modbus over Serial Line V1.02 section 6.2.2, written down once more so that the simulator's own is not its judge. */
function crcOf(bytes: Buffer): Buffer {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return Buffer.from([crc & 0xff, crc >> 8]);
}

const load = (count: number) => ({ do: 'load', dispenser: 'dispenser-1', labels: Array.from({ length: count }, (_unused, index) => `ROLL-${index}`) });
const door = (open: boolean) => ({ do: 'door', device: 'dispenser-1', open });

describe('start and stop', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with 0', async (signal) => {
    const simulator = await Simulator.site().ready();
    expect(simulator.events('listening').map((told) => told['line'])).toEqual(demoWires);
    simulator.child.kill(signal);
    expect(await simulator.end()).toEqual({ code: 0, signal: null });
  });

  test('a stop order ends it; a closed input does not, unless it watches its parent', async () => {
    const told = await Simulator.site().ready();
    told.type({ do: 'stop' });
    expect(await told.end()).toEqual({ code: 0, signal: null });

    const alone = await Simulator.site('--no-villagers').ready();
    alone.child.stdin?.end();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(alone.exit).toBeUndefined();
    alone.child.kill('SIGTERM');
    await alone.end();

    const watching = await Simulator.site('--parent-watch').ready();
    watching.child.stdin?.end();
    expect(await watching.end()).toEqual({ code: 0, signal: null });
  });

  test('a port in use: one sentence with the way out, and the boards of the other site stay untouched', async () => {
    const first = await Simulator.site('--no-villagers').ready();
    const port = first.portOf('scale-line');
    const memory = fs.readFileSync(path.join(folder, 'state/dispenser-1.nv'));
    const args = [
      '--site',
      'config/demo-site.yaml',
      '--state',
      path.join(folder, 'state'),
      ...demoWires.flatMap((name) => ['--listen', `${name}=127.0.0.1:${name === 'scale-line' ? port : 0}`]),
    ];
    const clash = new Simulator(args, { ports: false });
    expect(await clash.end()).toEqual({ code: 1, signal: null });
    expect(clash.stderr).toBe(
      `port 127.0.0.1:${port} for scale-line is in use by another program; choose another one with --listen scale-line=127.0.0.1:PORT\n`,
    );
    expect(fs.readFileSync(path.join(folder, 'state/dispenser-1.nv')).equals(memory)).toBe(true);
  });

  test('an argument that is wrong is told before any port is announced', async () => {
    const wrong = [
      [['--fault', 'nonsense'], '--fault nonsense: nonsense is not TARGET:FAULT'],
      [['--fault', 'scale-1:jam'], 'jam befalls a dispenser'],
      [['--panel-port', '70000'], '--panel-port is a whole number'],
    ] as const;
    const simulators = wrong.map(([args], at) => Simulator.site('--no-villagers', '--state', path.join(folder, `state-${at}`), ...args));
    for (const [at, simulator] of simulators.entries()) {
      expect(await simulator.end()).toEqual({ code: 2, signal: null });
      expect(simulator.stderr).toContain(wrong[at]?.[1]);
      expect(simulator.told).toEqual([]);
    }
  });

  test('a state folder that is damaged is told before any port is announced', async () => {
    fs.mkdirSync(path.join(folder, 'state'));
    fs.writeFileSync(path.join(folder, 'state/site.json'), '{');
    const simulator = Simulator.site('--no-villagers');
    expect(await simulator.end()).toEqual({ code: 1, signal: null });
    expect(simulator.stderr).toMatch(/^the state file \S+ is damaged; .*\n$/);
    expect(simulator.told).toEqual([]);
  });

  test('state that can no longer be written ends it with one sentence, its wires closed', async () => {
    const simulator = await Simulator.site('--no-villagers').ready();
    // Where the next save would begin stands something that is no file.
    fs.mkdirSync(path.join(folder, 'state/site.json.new'));
    expect(await simulator.end()).toEqual({ code: 1, signal: null });
    expect(simulator.stderr).toMatch(
      /^the state file \S+site\.json cannot be written \(EISDIR\); make room on its disk, or name another folder with --state\n$/,
    );
  });

  test('a motor journal on a full disk ends it likewise, before the board says that it drew', async () => {
    fs.mkdirSync(path.join(folder, 'state'));
    fs.symlinkSync('/dev/full', path.join(folder, 'state/motor-journal.jsonl'));
    const simulator = await Simulator.site('--no-villagers').ready();
    for (const order of [door(true), load(1), door(false)]) simulator.type(order);
    await simulator.has('control', 3);
    const board = await dialBoard(simulator.portOf('dispenser-line'));
    await board.dispense(3, await board.status()).catch(() => undefined);
    expect(await simulator.end()).toEqual({ code: 1, signal: null });
    expect(simulator.stderr).toMatch(/^the state file \S+motor-journal\.jsonl cannot be written \(ENOSPC\); .*\n$/);
    expect(simulator.events('motor-start')).toEqual([]);
    board.close();
  });

  test('play leaves no folder behind when its site cannot be opened', async () => {
    const temporary = path.join(folder, 'tmp');
    fs.mkdirSync(temporary);
    const simulator = new Simulator(['play', 'config/scenarios/jam.yaml', '--fault', 'scale-1:jam'], { temporary });
    expect(await simulator.end()).toEqual({ code: 2, signal: null });
    expect(simulator.stderr).toContain('jam befalls a dispenser');
    expect(fs.readdirSync(temporary)).toEqual([]);
  });

  test.each([
    [['--help'], 0, ''],
    [[], 2, '--site and --state are needed'],
    [['--site', 'config/demo-site.yaml', '--state', '/dev/null/x', '--pace', '61'], 2, '--pace is a whole number from 1 to 60, not 61'],
    [['--sight', 'x'], 2, '--sight'],
    [['walk'], 2, 'there is no command walk'],
    [['--site', 'none.yaml', '--state', 'x'], 1, 'the site file none.yaml cannot be read; check the path'],
    [['--site', 'config/demo-site.yaml', '--state', '/dev/null/x'], 1, 'the state folder /dev/null/x cannot be written; name another one with --state'],
  ])('%j ends with %i', async (args, code, message) => {
    const simulator = new Simulator(args, { json: false, ports: args.length === 4 });
    expect(await simulator.end()).toEqual({ code, signal: null });
    expect(simulator.stderr).toContain(message);
    expect(simulator.stderr).not.toContain('    at ');
    if (code === 0) expect(simulator.stdout).toContain('--roll-labels FILE');
  });
});

describe('orders typed at it', () => {
  test('are done and confirmed, or refused with their place, and a refused one changes nothing', async () => {
    const simulator = await Simulator.site('--no-villagers').ready();
    const lines = [
      '{"do":"tray","scale":"scale-1","grams":-5}',
      'nonsense',
      { do: 'tray', scale: 'scale-7', grams: 5 },
      { do: 'tray', scale: 'scale-1', grams: 5 },
    ];
    for (const line of lines) simulator.type(line);
    await simulator.has('control', 4);
    const answers = simulator.events('control').map(({ ok, reason }) => (ok === true ? 'ok' : String(reason).slice(0, 12)));
    expect(answers).toEqual(['grams: Too s', 'the line: Un', 'tray: there ', 'ok']);
    expect(simulator.events('tray').map(({ grams }) => grams)).toEqual([5]);
  });

  test('faults are injected and cleared by name, from the command line and while it runs', async () => {
    const simulator = await Simulator.site('--no-villagers', '--fault', 'scale-line:silent:times=2').ready();
    for (const line of [{ do: 'fault', fault: 'dispenser-1:jam' }, { do: 'fault', fault: 'bin-1:jam' }, { do: 'clear' }]) simulator.type(line);
    await simulator.has('control', 3);
    expect(simulator.events('fault').map(({ fault, on }) => [fault, on])).toEqual([
      ['scale-line:silent:times=2', true],
      ['dispenser-1:jam', true],
      ['scale-line:silent', false],
      ['dispenser-1:jam', false],
    ]);
    expect(simulator.events('control').map(({ ok }) => ok)).toEqual([true, false, true]);
    const refused = Simulator.site('--fault', 'scale-1:jam');
    expect(await refused.end()).toEqual({ code: 2, signal: null });
    expect(refused.stderr).toContain('--fault scale-1:jam: jam befalls a dispenser, and scale-1 is a scale');
  });

  test('a scan is heard by whoever listens', async () => {
    const simulator = await Simulator.site('--no-villagers').ready();
    const socket = net.connect(simulator.portOf('scale-reader'), '127.0.0.1');
    let heard = '';
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString();
    });
    await new Promise((resolve) => socket.once('connect', resolve));
    await eventually(
      () => {
        simulator.type({ do: 'scan', reader: 'scale-reader', text: 'M1:PAPER' });
        return simulator.events('scan').some((told) => told['heard'] === true);
      },
      () => 'nobody heard',
    );
    await eventually(
      () => heard.startsWith('M1:PAPER\r\n'),
      () => heard,
    );
    socket.destroy();
  });
});

describe('a dispenser over its wire', () => {
  test('a roll comes out once; counters, magazine and journal survive kill -9', async () => {
    const first = await Simulator.site('--no-villagers', '--pace', '60').ready();
    for (const order of [door(true), load(3), door(false)]) first.type(order);
    await first.has('control', 3);
    const board = await dialBoard(first.portOf('dispenser-line'));
    const fresh = await board.status();
    expect(fresh).toMatchObject({ state: 'idle', ctrOut: 0, bootCount: 1 });
    await board.dispense(7, fresh);
    await first.has('roll-out');
    first.child.kill('SIGKILL');
    await first.end();
    board.close();

    const second = await Simulator.site('--no-villagers', '--pace', '60').ready();
    const again = await dialBoard(second.portOf('dispenser-line'));
    const status = await again.status();
    expect(status).toMatchObject({ nonce: fresh.nonce, lastJob: 7, ctrOut: 1, ctrStart: 1, doneRolls: 1, bootCount: 2 });
    expect(['ok', 'indeterminate']).toContain(status.result);
    await again.dispense(8, status);
    await second.has('roll-out');
    expect(second.events('roll-out')[0]).toMatchObject({ label: 'ROLL-1', job: 8, ctrOut: 2 });
    second.child.kill('SIGTERM');
    expect(await second.end()).toEqual({ code: 0, signal: null });
    again.close();
    const journal = fs.readFileSync(path.join(folder, 'state/motor-journal.jsonl'), 'utf8').trim().split('\n');
    expect(journal.map((line) => JSON.parse(line) as object)).toMatchObject([
      { device: 'dispenser-1', job: 7, label: 'ROLL-0' },
      { device: 'dispenser-1', job: 8, label: 'ROLL-1' },
    ]);
  });

  test('told to stop while a motor runs, it lets the roll come out first', async () => {
    const simulator = await Simulator.site('--no-villagers').ready();
    for (const order of [door(true), load(1), door(false)]) simulator.type(order);
    await simulator.has('control', 3);
    const board = await dialBoard(simulator.portOf('dispenser-line'));
    await board.dispense(3, await board.status());
    await simulator.has('motor-start');
    simulator.child.kill('SIGTERM');
    expect(await simulator.end()).toEqual({ code: 0, signal: null });
    expect(simulator.events('roll-out')).toHaveLength(1);
    board.close();
  });

  test('plain output is readable and never shows a card', async () => {
    const args = ['--site', 'config/demo-site.yaml', '--state', path.join(folder, 'state'), '--no-villagers', '--start', '1796079600000'];
    const simulator = new Simulator(args, { json: false });
    await eventually(
      () => simulator.stdout.includes('ready'),
      () => simulator.stdout,
    );
    simulator.type({ do: 'scan', reader: 'scale-reader', text: 'H1SECRET' });
    await eventually(
      () => simulator.stdout.includes('done: scan'),
      () => simulator.stdout,
    );
    expect(simulator.stdout).toMatch(/^07:00:\d\d {2}scale-reader reads a text, and nobody listens$/m);
    expect(simulator.stdout).not.toContain('H1SECRET');
  });
});
