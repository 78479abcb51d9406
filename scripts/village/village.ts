/**
 * A small village of real processes in a folder of its own: one simulated site without villagers, one gateway, and the `sifen` command.
 * For the kill loop and the system tests; it knows both sides by their command lines, files and sockets only.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askGateway, noGateway } from '../../gateway/web/socket-client.ts';
import { encodeBagCode } from '../../protocol/bag-code.ts';
import { type Child, startChild, waitUntil } from './children.ts';

const root = resolve(import.meta.dirname, '../..');
export const gatewayProgram = join(root, 'gateway/main.ts');
const simulatorProgram = join(root, 'device-sim/main.ts');

/** Lines and readers of the village, and the boards on them: dispenser-1, scale-1, bin-1, each unit 1 of its own line. */
export const wires = ['dispenser-line', 'scale-line', 'bin-line', 'dispenser-reader', 'exit-reader', 'scale-reader'] as const;
export type Wire = (typeof wires)[number];
/** Where each wire is: a TCP port of 127.0.0.1, or the path of a serial port. */
export type Places = Readonly<Record<Wire, number | string>>;
const bagVillage = 'KLL01';
export const capacity = 100;
/** Cards of the two households of the roster. */
export const cards = ['SIFEN-TEST-CARD-1', 'SIFEN-TEST-CARD-2'] as const;

/** Files of one village in `folder`. */
export const filesOf = (folder: string) => ({
  data: join(folder, 'data'),
  site: join(folder, 'gateway.yaml'),
  roster: join(folder, 'roster.csv'),
  simSite: join(folder, 'sim.yaml'),
  simState: join(folder, 'sim'),
  journal: join(folder, 'sim', 'motor-journal.jsonl'),
  socket: join(folder, 'data', 'sifen.sock'),
});

const devicesOf = <Extra extends object>(kind: 'dispenser' | 'scale' | 'bin', extra: Extra) => [{ id: `${kind}-1`, line: `${kind}-line`, unit: 1, ...extra }];
const json = (file: string, value: object) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

/** Writes the simulator's site and the roster. JSON is YAML. */
export function writeSimulatedSite(folder: string): void {
  const files = filesOf(folder);
  mkdirSync(files.simState, { recursive: true });
  mkdirSync(files.data, { recursive: true });
  const row = (id: Wire) => ({ id, listen: '127.0.0.1:0' });
  json(files.simSite, {
    lines: wires.slice(0, 3).map(row),
    readers: wires.slice(3).map(row),
    dispensers: devicesOf('dispenser', { capacity, counter: 'dispenser-reader', exit: 'exit-reader' }),
    scales: devicesOf('scale', { counter: 'scale-reader' }),
    bins: devicesOf('bin', {}),
  });
  writeFileSync(files.roster, `户号,户主,人数,卡号\n001,甲,3,${cards[0]}\n002,乙,2,${cards[1]}\n`);
}

/** Writes the gateway's site file for wires that are at `places`; readers that are nowhere are left out. */
export function writeGatewaySite(folder: string, places: Places, { rollsPerPeriod = 10_000 } = {}): void {
  const line = (id: Wire) => {
    const place = places[id];
    if (typeof place === 'string') return { id, transport: { kind: 'serial', path: place, baud: 9600 } };
    const baud = id.endsWith('-line') ? { baud: 115_200 } : {};
    return { id, transport: { kind: id.endsWith('-line') ? 'rtu-over-tcp' : 'tcp', host: '127.0.0.1', port: place, ...baud } };
  };
  const reader = (id: Wire, serves: string, role: 'counter' | 'exit') => ({ ...line(id), serves, role });
  json(filesOf(folder).site, {
    village: { id: 'test-village', name: '试验村', bagVillage },
    gateway: { id: 'gw-test' },
    lines: wires.slice(0, 3).map(line),
    dispensers: devicesOf('dispenser', { model: 'BD-1' }),
    scales: devicesOf('scale', { model: 'W-CN', minimumGrams: 50, checkWeight: null }),
    bins: devicesOf('bin', { model: 'BIN-4' }),
    readers: [reader('dispenser-reader', 'dispenser-1', 'counter'), reader('exit-reader', 'dispenser-1', 'exit'), reader('scale-reader', 'scale-1', 'counter')],
    // No days of grace: what a test expects must not depend on the day it runs.
    rules: { bags: { bands: [{ membersFrom: 1, rolls: rollsPerPeriod }], graceDays: 0 }, tariff: join(root, 'config/tariff-xiaojiang.yaml') },
    mqtt: { embedded: { port: 0 } },
    http: { port: 0 },
  });
}

export interface SimulatedSite {
  readonly child: Child;
  readonly places: Places;
  /** Types one order and waits until the site has done it. @throws Error with its reason when it did not. */
  act(order: { readonly do: string; readonly [field: string]: unknown }): Promise<void>;
}

/** Starts the simulator on the files of `folder` and waits until it listens. `listen` moves wires, as --listen does; `more` are further arguments. */
export async function startSimulator(
  folder: string,
  { pace = 1, listen = [] as readonly string[], more = [] as readonly string[] } = {},
): Promise<SimulatedSite> {
  const { simSite, simState } = filesOf(folder);
  const args = [simulatorProgram, '--site', simSite, '--state', simState, '--pace', String(pace), '--nv', 'fast', '--no-villagers', '--parent-watch', '--json'];
  const child = startChild('the simulator', process.execPath, [...args, ...more, ...listen.flatMap((item) => ['--listen', item])]);
  await child.line('ready', (line) => line.includes('"event":"ready"'));
  const heard = child.out.map((line) => JSON.parse(line) as { event: string; line: Wire; address: string; port: number | null });
  const found = heard.filter(({ event }) => event === 'listening').map(({ line, port, address }) => [line, port ?? address]);
  let answers = 0;
  const isAnswer = (line: string) => line.includes('"event":"control"');
  return {
    child,
    places: Object.fromEntries(found) as Places,
    async act(order) {
      child.type(JSON.stringify(order));
      await waitUntil(
        () => child.out.filter(isAnswer).length > answers || !child.isRunning(),
        () => `the simulator did not answer ${order.do}`,
      );
      const answer = JSON.parse(child.out.filter(isAnswer)[answers] ?? '{"ok":false,"reason":"it ended"}') as { ok: boolean; reason?: string };
      answers += 1;
      if (!answer.ok) throw new Error(`the simulator: ${answer.reason}`);
    },
  };
}

export interface RunningGateway {
  readonly child: Child;
  readonly page: string;
  readonly broker: string;
}

/** Starts `sifen run` without waiting for it. */
export function spawnGateway(folder: string, pace: number, more: readonly string[] = []): Child {
  const { site, data } = filesOf(folder);
  return startChild('the gateway', process.execPath, [gatewayProgram, 'run', '--site', site, '--data', data, '--pace', String(pace), ...more]);
}

/** Starts `sifen run` and waits until it is in service. */
export async function startGateway(folder: string, pace: number, more: readonly string[] = []): Promise<RunningGateway> {
  const child = spawnGateway(folder, pace, more);
  const line = await child.line('"in service"', (text) => text.includes('"msg":"in service"'));
  const { page, broker } = JSON.parse(line) as { page: string; broker: string };
  return { child, page, broker };
}

/** An event as `events list --json` prints it. */
export interface ListedEvent {
  readonly sequence: number;
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Asks the running gateway of `folder` through its socket. @throws Error when none runs. */
export async function askRunning<Answer>(folder: string, name: string, input: object = {}): Promise<Answer> {
  const answer = await askGateway(filesOf(folder).socket, name, input);
  if (answer === noGateway) throw new Error('no gateway runs');
  return answer as Answer;
}

export const eventsAfter = (folder: string, after: number, name: string): Promise<readonly ListedEvent[]> =>
  askRunning(folder, 'events.list', { after, name, limit: 10_000 });

/** Waits until an event `name` behind `after` that `fits` is in the log of the running gateway, and returns it. */
export async function eventAfter(
  folder: string,
  after: number,
  name: string,
  fits: (event: ListedEvent) => boolean = () => true,
  deadlineMs = 30_000,
): Promise<ListedEvent> {
  let found: ListedEvent | undefined;
  await waitUntil(
    async () => {
      found = (await eventsAfter(folder, after, name)).find(fits);
      return found !== undefined;
    },
    () => `no event ${name} behind ${after}`,
    deadlineMs,
  );
  if (found === undefined) throw new Error(`no event ${name}`);
  return found;
}

/** Runs a `sifen` command to its end. Bounds: 120 s. */
export async function sifen(...args: readonly string[]): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = startChild(`sifen ${args[0]}`, process.execPath, [gatewayProgram, ...args], { LANG: 'en_US.UTF-8' });
  const timer = setTimeout(() => void child.kill(), 120_000);
  const { code } = await child.ended.finally(() => clearTimeout(timer));
  return { code, out: child.out.join('\n'), err: child.err.join('\n') };
}

/** Opens the door, puts `count` rolls in whose numbers begin at `first`, waits until the gateway has read every label, and closes it. */
export async function loadMagazine(
  folder: string,
  site: SimulatedSite,
  { first, count, looksMs }: { first: number; count: number; looksMs: number },
): Promise<void> {
  const key = Buffer.from(readFileSync(join(filesOf(folder).data, 'keys', 'bag.key'), 'utf8').trim(), 'hex');
  const labels = Array.from({ length: count }, (_unused, index) => encodeBagCode({ village: bagVillage, key }, first + index, 0));
  const before = (await eventsAfter(folder, 0, 'bag.roll.stocked')).length;
  await site.act({ do: 'door', device: 'dispenser-1', open: true });
  await sleep(looksMs);
  await site.act({ do: 'load', dispenser: 'dispenser-1', labels });
  const stocked = async () => (await eventsAfter(folder, 0, 'bag.roll.stocked')).length;
  await waitUntil(
    async () => (await stocked()) >= before + count,
    () => 'the gateway did not read every label that was loaded',
  );
  await site.act({ do: 'door', device: 'dispenser-1', open: false });
  await sleep(looksMs);
}
