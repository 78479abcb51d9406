// Without this the first thing anybody runs could fail on their machine: the demo as its own processes, its end, its restart, its refusals.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { fieldPorts } from '../../gateway/commands/demo-addresses.ts';
import { type Child, type Ending, freePorts, startChild } from '../../scripts/village/children.ts';
import { type ListedEvent, sifen } from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';

const root = resolve(import.meta.dirname, '../..');
const endings = endEachTest();

async function demo(data: string, ...more: readonly string[]): Promise<Child & { readonly ending: Ending }> {
  const fieldPort = String(await freePorts(fieldPorts));
  const args = ['demo', '--pace', '60', '--data', data, '--lang', 'en', '--http-port', '0', '--mqtt-port', '0', '--field-port', fieldPort, ...more];
  const child = startChild('the demo', join(root, 'scripts/sifen'), args);
  endings.add(() => child.kill());
  return { ...child, ending: await child.ended };
}

/** Numbers of the summary a demo prints at its end. */
function summaryOf({ out, err }: Child) {
  const text = out.join('\n');
  const told = /ledger holds (\d+) rolls issued, (\d+) weighings[\s\S]*?(\d+) events, (\d+) verified .*; (\d+) received over MQTT/.exec(text);
  if (told === null) throw new Error(`no summary in:\n${text.slice(-2000)}\n${err.join('\n')}`);
  const [rolls = 0, weighings = 0, events = 0, verified = 0, overMqtt = 0] = told.slice(1).map(Number);
  return { rolls, weighings, events, verified, overMqtt };
}

const list = async (data: string, name: string) =>
  JSON.parse((await sifen('events', 'list', '--name', name, '--limit', '10000', '--json', '--data', data)).out) as ListedEvent[];

it('runs a whole village, proves it at the end, and goes on from there', async () => {
  const data = await endings.folder();
  const first = await demo(data, '--for', '15s');
  expect(first.ending, first.err.join('\n')).toEqual({ code: 0, signal: null });
  const one = summaryOf(first);
  expect(one.rolls + one.weighings).toBeGreaterThan(10);
  expect(one.rolls).toBeGreaterThan(0);
  expect(one.weighings).toBeGreaterThan(0);
  expect(one.verified).toBe(one.events);
  expect(first.out.join('\n')).toContain('Ledger sums are zero, counters agree, no hold is open.');
  const boot = (await list(data, 'gateway.started')).at(-1);

  const second = await demo(data, '--for', '3s');
  expect(second.ending, second.err.join('\n')).toEqual({ code: 0, signal: null });
  const two = summaryOf(second);
  expect(two.verified).toBe(two.events);
  const starts = await list(data, 'gateway.started');
  expect(starts.map((event) => event.data['boot'])).toEqual([1, 2]);
  const again = starts.at(-1);
  expect(again?.sequence).toBeGreaterThan(boot?.sequence ?? 0);
  // The second start continues right behind the last event of the first.
  expect(again?.data['lastSequence']).toBe((again?.sequence ?? 0) - 1);
  expect(Number(again?.data['lastSequence'])).toBeGreaterThanOrEqual(one.events);
  expect(two.rolls).toBeGreaterThanOrEqual(one.rolls);
}, 120_000);

it.each([['--http-port'], ['--mqtt-port'], ['--field-port']])(
  'says in one sentence that the port of %s is taken, and the way out',
  async (option) => {
    const taken = createServer((socket) => socket.on('error', () => undefined).destroy());
    const port = await new Promise<number>((done) => taken.listen(0, '127.0.0.1', () => done((taken.address() as { port: number }).port)));
    endings.add(() => new Promise((done) => taken.close(done)));
    const data = await endings.folder();
    const { ending, err } = await demo(data, '--for', '5s', option, String(port));
    expect(ending).toEqual({ code: 1, signal: null });
    const said = err.join('\n');
    expect(said).toContain(String(port));
    expect(said).toMatch(/in use|is taken/);
    expect(said).toContain(option);
    expect(said).not.toMatch(/\bat .*\.ts:\d+/);
    // Nothing has begun: not a ledger here, nor a word to whatever stands at those ports.
    expect(existsSync(join(data, 'ledger.db'))).toBe(false);
  },
  60_000,
);

it('ends in order when nobody reads its output any more', async () => {
  const data = await endings.folder();
  const args = ['demo', '--pace', '60', '--data', data, '--http-port', '0', '--mqtt-port', '0', '--field-port', String(await freePorts(fieldPorts))];
  const child = spawn('sh', ['-c', '"$@" | head -n 3', 'sh', join(root, 'scripts/sifen'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  endings.add(() => Promise.resolve(child.kill()));
  await new Promise((done) => child.once('exit', done));
  expect(said).toBe('');
  const again = await demo(data, '--for', '2s');
  expect(again.ending, again.err.join('\n')).toEqual({ code: 0, signal: null });
}, 60_000);

it('says of a damaged state of the simulated site that it may be moved away, not that ports are to be chosen', async () => {
  const data = await endings.folder();
  await mkdir(join(data, 'site'));
  await writeFile(join(data, 'site/site.json'), '{');
  const { ending, err } = await demo(data, '--for', '5s');
  expect(ending).toEqual({ code: 1, signal: null });
  expect(err.join('\n')).toMatch(/site\.json is damaged/);
  expect(err.join('\n')).toContain('moved away');
  expect(err.join('\n')).not.toContain('--field-port');
}, 60_000);

it('names file, line and field of a damaged site file', async () => {
  const folder = await endings.folder();
  const file = join(folder, 'site.yaml');
  const lines = (await readFile(join(root, 'config/demo.yaml'), 'utf8')).split('\n');
  const at = lines.findIndex((line) => line.includes('id: scale-line,'));
  lines[at] = lines[at]?.replace('15022', '99999') ?? '';
  await writeFile(file, lines.join('\n'));
  for (const command of [
    ['check', file],
    ['run', '--site', file, '--data', join(folder, 'data')],
  ]) {
    const { code, err } = await sifen(...command);
    expect(code).toBe(1);
    expect(err).toContain(`${file}:${at + 1}`);
    expect(err).toContain('lines.1.transport.port');
  }
});
