// Without this a technician's capture could be good for looking only: a real run over sockets is recorded, lived through again, and searched for people.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { startChild } from '../../scripts/village/children.ts';
import { eventAfter, filesOf, loadMagazine, sifen, startGateway, startSimulator, writeGatewaySite, writeSimulatedSite } from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';

const root = resolve(import.meta.dirname, '../..');
const endings = endEachTest();
const pace = 10;
const people = [
  { name: '俞阿炳', phone: '13958012341', card: 'VILLAGE-CARD-7701' },
  { name: '欧阳翠花', phone: '13958012342', card: '0009921387' },
  { name: '章小毛', phone: '13958012343', card: 'VILLAGE-CARD-7703' },
] as const;

async function sim(...args: readonly string[]) {
  const child = startChild('sim', join(root, 'scripts/run-node'), [join(root, 'scripts/sim.ts'), ...args]);
  const { code } = await child.ended;
  return { code, out: child.out.join('\n'), err: child.err.join('\n') };
}

type Json = Record<string, unknown>;
const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, Json[]>;
function change(file: string, edit: (site: Record<string, Json[]>) => void): void {
  const site = readJson(file);
  edit(site);
  writeFileSync(file, JSON.stringify(site));
}

/** The small village with one more scale, which streams, and its reader. */
async function openVillage() {
  const folder = await endings.folder();
  const files = filesOf(folder);
  writeSimulatedSite(folder);
  change(files.simSite, ({ lines = [], readers = [], scales = [] }) => {
    lines.push({ id: 'stream-line', listen: '127.0.0.1:0', framing: 'plain' });
    readers.push({ id: 'stream-reader', listen: '127.0.0.1:0' });
    scales.push({ id: 'scale-2', line: 'stream-line', model: 'TOLEDO-C', counter: 'stream-reader' });
  });
  const point = await startSimulator(folder, { pace });
  endings.add(() => point.child.stop());
  writeGatewaySite(folder, point.places, { rollsPerPeriod: 1 });
  const places = point.places as Readonly<Record<string, number>>;
  const tcp = (id: string) => ({ id, transport: { kind: 'tcp', host: '127.0.0.1', port: places[id] } });
  change(files.site, ({ lines = [], readers = [], scales = [] }) => {
    lines.push(tcp('stream-line'));
    readers.push({ ...tcp('stream-reader'), serves: 'scale-2', role: 'counter' });
    scales.push({ id: 'scale-2', line: 'stream-line', model: 'TOLEDO-C', minimumGrams: 50, checkWeight: null, maxGrams: 30_000 });
  });
  writeFileSync(files.roster, `户号,户主,人数,电话,卡号\n${people.map(({ name, phone, card }, at) => `${at + 1},${name},3,${phone},${card}`).join('\n')}\n`);
  return { folder, point, ...files };
}

/** A roll, one that sticks, a card nobody knows, a right that is used up, an order from the terminal, and two weighings. */
async function live({ folder, point, roster, data }: Awaited<ReturnType<typeof openVillage>>): Promise<void> {
  const show = (reader: string, text: string) => point.act({ do: 'scan', reader, text });
  expect((await sifen('roster', 'import', roster, '--data', data)).code).toBe(0);
  await loadMagazine(folder, point, { first: 1, count: 5, looksMs: 300 });
  await show('dispenser-reader', people[0].card);
  const issued = await eventAfter(folder, 0, 'bag.roll.issued');
  await show('dispenser-reader', 'NOBODYS-CARD-1');
  await show('dispenser-reader', people[0].card);
  const { out } = await sifen('issue', '--card', people[1].card, '--data', data, '--operator', 'clerk', '--json');
  expect(JSON.parse(out)).toMatchObject({ kind: 'issued' });
  for (const [scale, reader] of [
    ['scale-1', 'scale-reader'],
    ['scale-2', 'stream-reader'],
  ] as const) {
    await point.act({ do: 'tray', scale, grams: 2500 });
    await show(reader, people[2].card);
    await show(reader, 'M1:CARDBOARD');
    await eventAfter(folder, issued.sequence, 'weigh.committed', (event) => event.data['scale'] === scale);
    await point.act({ do: 'tray', scale, grams: 0 });
  }
  await point.act({ do: 'fault', fault: 'dispenser-1:jam' });
  await show('dispenser-reader', people[2].card);
  await eventAfter(folder, issued.sequence, 'bag.issue.voided');
  await eventAfter(folder, issued.sequence, 'device.locked');
  await show('dispenser-reader', people[2].card);
}

it('a run over real wires is lived through again with the same decisions; by another rule or a damaged file it is not', async () => {
  const village = await openVillage();
  const capture = join(village.folder, 'capture');
  const gateway = await startGateway(village.folder, pace, ['--record', capture]);
  endings.add(() => gateway.child.stop());
  await live(village);
  expect(await gateway.child.stop()).toEqual({ code: 0, signal: null });
  const same = await sim('replay', capture);
  expect(same, `${same.out}${same.err}`).toMatchObject({ code: 0 });
  expect(same.out).toMatch(/\d+ decisions came out the same\.$/);

  const told = readFileSync(join(capture, 'decisions.jsonl'), 'utf8');
  for (const decision of ['card_unknown', 'quota_used', '"reason":"jam"', '"scale":"scale-2"', '"operation":"issue"']) expect(told).toContain(decision);
  for (const file of readdirSync(capture)) {
    const bytes = readFileSync(join(capture, file));
    for (const text of people.flatMap(({ name, phone, card }) => [name, phone, card])) {
      const spelt = Buffer.from(text);
      for (const form of [text, spelt.toString('hex'), spelt.toString('base64').replace(/=+$/, ''), JSON.stringify(text).slice(1, -1)])
        expect(bytes.toString('latin1').toLowerCase().includes(Buffer.from(form).toString('latin1').toLowerCase()), `${file} holds ${text}`).toBe(false);
    }
  }

  const site = join(capture, 'site.json');
  const asLoaded = readFileSync(site, 'utf8');
  writeFileSync(site, asLoaded.replace('"rolls": 1', '"rolls": 2'));
  const other = await sim('replay', capture);
  expect(other.code).toBe(1);
  expect(other.out).toContain('The rules in the folder (2 roll(s) a month');
  expect(other.out).toMatch(/First difference at .*dispenser-1/);
  expect(other.out).toContain('quota_used');

  writeFileSync(site, asLoaded);
  const line = join(capture, 'scale-line.jsonl');
  writeFileSync(line, readFileSync(line, 'utf8').replace('"hex":"', '"hex":"x'));
  const damaged = await sim('replay', capture);
  expect(damaged.code).toBe(2);
  expect(damaged.err).toMatch(/scale-line\.jsonl:\d+: it is damaged: hex/);
}, 180_000);

it('record plays a scenario and leaves a capture that replays; wrong usage and a folder without a capture end with 2', async () => {
  const capture = join(await endings.folder(), 'capture');
  const recorded = await sim('record', join(root, 'config/scenarios/overload.yaml'), capture);
  expect(recorded, recorded.err).toMatchObject({ code: 0 });
  expect(await sim('replay', capture)).toMatchObject({ code: 0 });
  expect(await sim('replay', await endings.folder())).toMatchObject({ code: 2, err: expect.stringContaining('is no folder that') as string });
  expect(await sim('replay')).toMatchObject({ code: 2, err: expect.stringContaining('Usage:') as string });
  expect(await sim('list')).toMatchObject({ code: 0, out: expect.stringContaining('BD-1') as string });
}, 120_000);
