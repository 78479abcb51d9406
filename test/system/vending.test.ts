// Without this a dispenser of class B or C is proved part by part only: site files, wires, both programs, and a person's word over the socket and
// on the files alone.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { encodeBagCode } from '../../protocol/bag-code.ts';
import { waitUntil } from '../../scripts/village/children.ts';
import { askRunning, eventAfter, eventsAfter, filesOf, type ListedEvent, sifen, startGateway, startSimulator } from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';

const endings = endEachTest();
const pace = 10;
const device = 'dispenser-1';
const bagVillage = 'KLL01';
const cards = ['SIFEN-TEST-CARD-1', 'SIFEN-TEST-CARD-2'] as const;

/** A village whose only device is one vending board with its exit reader; gateway and simulator run. */
async function openVillage(model: 'EASIVEND' | 'VMC') {
  const folder = await endings.folder();
  const { data, roster, simSite, simState, site } = filesOf(folder);
  for (const made of [data, simState]) mkdirSync(made, { recursive: true });
  writeFileSync(roster, `户号,户主,人数,卡号\n001,甲,3,${cards[0]}\n002,乙,2,${cards[1]}\n`);
  const listen = '127.0.0.1:0';
  writeFileSync(
    simSite,
    JSON.stringify({
      lines: [{ id: 'vending-line', listen, framing: 'plain' }],
      readers: [{ id: 'exit-reader', listen }],
      vending: [{ id: device, model, line: 'vending-line', exit: 'exit-reader' }],
    }),
  );
  const sim = await startSimulator(folder, { pace });
  endings.add(() => sim.child.stop());
  const places = sim.places as unknown as Readonly<Record<string, number>>;
  const transport = (wire: string) => ({ kind: 'tcp', host: '127.0.0.1', port: places[wire] });
  writeFileSync(
    site,
    JSON.stringify({
      village: { id: 'test-village', name: '试验村', bagVillage },
      gateway: { id: 'gw-test' },
      vending: [{ id: device, model, transport: transport('vending-line'), channel: 10 }],
      readers: [{ id: 'exit-reader', serves: device, role: 'exit', transport: transport('exit-reader') }],
      rules: { bags: { bands: [{ membersFrom: 1, rolls: 100 }] }, tariff: resolve('config/tariff-xiaojiang.yaml') },
      mqtt: { embedded: { port: 0 } },
      http: { port: 0 },
    }),
  );
  const gateway = await startGateway(folder, pace);
  endings.add(() => gateway.child.stop());
  const run = async (...args: string[]) => {
    const { code, out, err } = await sifen(...args, '--data', data, '--json');
    return { code, err, answer: out === '' ? {} : (JSON.parse(out) as Readonly<Record<string, unknown>>) };
  };
  return {
    ...{ folder, sim, gateway, run },
    /** Over the socket of the running gateway. @throws what it refuses. */
    ask: (name: string, input: object) => askRunning<Readonly<Record<string, unknown>>>(folder, name, input),
    draw: (card: number) => askRunning<object>(folder, 'issue', { card: cards[card], operator: 'clerk' }),
    fault: (name: string) => sim.act({ do: 'fault', fault: `${device}:${name}` }),
    motorStarts: () => sim.child.out.filter((line) => line.includes('"event":"motor-start"')).length,
    async load(count: number) {
      const key = Buffer.from(readFileSync(join(data, 'keys/bag.key'), 'utf8').trim(), 'hex');
      const labels = Array.from({ length: count }, (_unused, n) => encodeBagCode({ village: bagVillage, key }, n + 1, 0));
      await sim.act({ do: 'load', dispenser: device, labels });
      await waitUntil(
        async () => (await eventsAfter(folder, 0, 'bag.roll.stocked')).length === count,
        () => 'not every label was read',
      );
    },
  };
}

/** One roll for each household, with a jam between them; the magazine then holds six of eight. */
async function serve(model: 'EASIVEND' | 'VMC') {
  const village = await openVillage(model);
  const { folder, ask, draw, fault, sim, motorStarts } = village;
  const roster = readFileSync(filesOf(folder).roster).toString('base64');
  expect(await ask('roster.import', { fileBase64: roster, skipBad: false, operator: 'clerk' })).toMatchObject({ added: 2 });
  await village.load(8);
  await eventAfter(folder, 0, 'device.health', ({ data }) => data['state'] === 'online');
  expect(await draw(0)).toMatchObject({ kind: 'issued', rolls: 1, rollUnconfirmed: false });
  await fault('jam');
  expect(await draw(1)).toMatchObject({ kind: 'voided', reason: 'jam' });
  expect(await draw(1)).toMatchObject({ kind: 'refused', code: 'dispenser_locked' });
  await sim.act({ do: 'clear', fault: device });
  await sim.act({ do: 'free-throat', dispenser: device });
  expect(await ask('device.rebaseline', { device, operator: 'keeper' })).toMatchObject({ rebaselined: true });
  expect(await draw(1)).toMatchObject({ kind: 'issued' });
  expect(motorStarts()).toBe(3);
  return village;
}

/** The board loses its power as the motor starts, and with it all it knew of the order. */
async function lose({ fault, draw, folder, sim }: Awaited<ReturnType<typeof serve>>): Promise<number> {
  await fault('reboot');
  expect(await draw(0)).toMatchObject({ kind: 'undecided' });
  await sim.act({ do: 'free-throat', dispenser: device });
  return Number((await eventsAfter(folder, 0, 'bag.issue.indeterminate')).at(-1)?.data['job']);
}

it('a roll of which an EASIVEND board knows nothing any more is settled by a person over the socket', async () => {
  const village = await serve('EASIVEND');
  const { folder, ask, run } = village;
  const job = await lose(village);
  await expect(ask('device.settle', { job: 99, outcome: 'void', operator: 'keeper' })).rejects.toThrow('No dispenser has a job 99');
  await expect(ask('device.count', { device, rolls: 7, operator: 'keeper' })).rejects.toThrow('at most');
  expect(await run('device', 'settle', String(job), '--outcome', 'void', '--operator', 'keeper')).toMatchObject({ code: 0 });
  await expect(ask('device.settle', { job, outcome: 'issued', operator: 'keeper' })).rejects.toThrow('No dispenser has a job');
  expect(await eventsAfter(folder, 0, 'bag.issue.settled')).toMatchObject([{ data: { job, outcome: 'void', by: 'person', operator: 'keeper' } }]);
  expect(await ask('device.count', { device, rolls: 6, operator: 'keeper' })).toMatchObject({ settled: 0 });
  expect(await village.draw(0)).toMatchObject({ kind: 'issued' });
  expect(village.motorStarts()).toBe(5);
  expect(await ask('ledger.show', {})).toMatchObject({ problems: [] });
}, 180_000);

it('a roll of which a VMC board never spoke again is settled by a count on the files alone, and the next draw needs no gateway', async () => {
  const village = await serve('VMC');
  const { run } = village;
  const job = await lose(village);
  expect(await village.gateway.child.stop()).toEqual({ code: 0, signal: null });
  const count = () => run('device', 'count', device, '--rolls', '6', '--operator', 'keeper');
  expect(await count()).toMatchObject({ code: 0, answer: { settled: 1 } });
  expect(await run('device', 'settle', String(job), '--outcome', 'void', '--operator', 'keeper')).toMatchObject({
    ...{ code: 2, err: expect.stringContaining(`No dispenser has a job ${job}`) },
  });
  expect(await run('issue', '--card', cards[0], '--operator', 'clerk')).toMatchObject({ code: 0, answer: { kind: 'issued' } });
  const events = (await run('events', 'list', '--limit', '1000')).answer as unknown as ListedEvent[];
  const named = (name: string) => events.filter((event) => event.name === name).map(({ data }) => data);
  expect(named('bag.issue.settled')).toMatchObject([{ job, outcome: 'void', by: 'stock_count', operator: 'keeper' }]);
  expect([named('bag.roll.issued').length, named('bag.issue.voided').length, village.motorStarts()]).toEqual([3, 2, 5]);
  expect(await run('ledger')).toMatchObject({ code: 0, answer: { problems: [] } });
}, 240_000);
