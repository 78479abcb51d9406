// Without this a command could work beside a running gateway and fail on the files alone, or the other way round, in front of a villager.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { workOn } from '../../gateway/commands/access.ts';
import { loadSite } from '../../gateway/config-file.ts';
import { openLog } from '../../gateway/log.ts';
import { thisMachine } from '../../gateway/machine.ts';
import { openVillage as openFiles } from '../../gateway/runtime.ts';
import { captureLineSchema } from '../../protocol/capture.ts';
import { captureFiles } from '../../protocol/capture-folder.ts';
import { startChild, waitUntil } from '../../scripts/village/children.ts';
import {
  cards,
  eventAfter,
  filesOf,
  gatewayProgram,
  type ListedEvent,
  loadMagazine,
  sifen,
  startGateway,
  startSimulator,
  wires,
  writeGatewaySite,
  writeSimulatedSite,
} from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';

const endings = endEachTest();
const pace = 10;

/** A village with its simulator running, and no gateway yet. */
async function openVillage(options: { rollsPerPeriod?: number } = {}) {
  const folder = await endings.folder();
  writeSimulatedSite(folder);
  const site = await startSimulator(folder, { pace });
  endings.add(() => site.child.stop());
  writeGatewaySite(folder, site.places, options);
  return { folder, sim: site, ...filesOf(folder) };
}

async function inService(folder: string) {
  const gateway = await startGateway(folder, pace);
  endings.add(() => gateway.child.stop());
  return gateway;
}

/** Runs `sifen` with --json and gives its exit code and answer. */
async function ask(...args: readonly string[]) {
  const { code, out, err } = await sifen(...args, '--json');
  expect(out, `${args.join(' ')}: ${err}`).not.toBe('');
  return { code, answer: JSON.parse(out) as Record<string, unknown> };
}

const listed = async (data: string, name: string) =>
  (await ask('events', 'list', '--data', data, '--name', name, '--limit', '1000')).answer as unknown as ListedEvent[];

it('roster, issue, ledger and events give the same answers beside a running gateway and on the files alone', async () => {
  const { folder, data, sim, roster } = await openVillage();
  const gateway = await inService(folder);
  expect(await ask('roster', 'import', roster, '--data', data)).toMatchObject({ code: 0, answer: { applied: true, added: 2, credentialsAdded: 2 } });
  await loadMagazine(folder, sim, { first: 1, count: 6, looksMs: 300 });
  expect(await ask('issue', '--card', cards[0], '--data', data)).toMatchObject({ code: 0, answer: { kind: 'issued', rolls: 1, rollUnconfirmed: false } });
  const shown = await ask('ledger', 'show', '--data', data);
  expect(shown).toMatchObject({ code: 0, answer: { problems: [], dispensers: [{ posted: 1, suspense: 0, ctrOut: 1 }] } });
  expect(await ask('ledger', 'rebuild', '--data', data)).toMatchObject({ code: 0, answer: { identical: true } });
  expect((await ask('events', 'verify', '--data', data)).answer).toMatchObject({ problem: null });
  const [issued] = await listed(data, 'bag.roll.issued');
  const envelope = (await ask('events', 'show', String(issued?.sequence), '--data', data)).answer;
  expect(await gateway.child.stop()).toEqual({ code: 0, signal: null });

  // The files alone: the same books, and the lines are opened by the command itself.
  expect((await ask('ledger', 'show', '--data', data)).answer['balances']).toEqual(shown.answer['balances']);
  expect((await ask('events', 'show', String(issued?.sequence), '--data', data)).answer).toEqual(envelope);
  expect(await listed(data, 'bag.roll.issued')).toEqual([issued]);
  expect(await ask('ledger', 'rebuild', '--data', data)).toMatchObject({ code: 0, answer: { identical: true } });
  expect(await ask('roster', 'import', roster, '--data', data)).toMatchObject({ code: 0, answer: { added: 0, changed: 0, unchanged: 2, credentialsAdded: 0 } });
  expect(await ask('issue', '--card', cards[1], '--data', data)).toMatchObject({ code: 0, answer: { kind: 'issued', rolls: 1 } });
  expect((await ask('ledger', '--data', data)).answer).toMatchObject({ problems: [], dispensers: [{ posted: 2, suspense: 0, ctrOut: 2 }] });
  expect((await ask('events', 'verify', '--data', data)).answer).toMatchObject({ problem: null });
}, 120_000);

it('issue without a gateway first settles the job a killed gateway left open', async () => {
  const { folder, data, sim, roster } = await openVillage();
  const gateway = await inService(folder);
  await ask('roster', 'import', roster, '--data', data);
  await loadMagazine(folder, sim, { first: 1, count: 3, looksMs: 300 });
  const first = startChild('issue', process.execPath, [gatewayProgram, 'issue', '--card', cards[0], '--data', data]);
  await sim.child.line('a motor start', (line) => line.includes('"event":"motor-start"'));
  await gateway.child.kill();
  await first.ended;
  expect(await ask('issue', '--card', cards[1], '--data', data)).toMatchObject({ code: 0, answer: { kind: 'issued', rolls: 1 } });
  const settled = await listed(data, 'bag.roll.issued');
  expect(settled).toHaveLength(2);
  expect(new Set(settled.map((event) => event.data['household'])).size).toBe(2);
  expect(await ask('ledger', '--data', data)).toMatchObject({ code: 0, answer: { problems: [], dispensers: [{ posted: 2, suspense: 0, ctrOut: 2 }] } });
}, 120_000);

it('a stop in the middle of a dispense waits for the roll and its label', async () => {
  const { folder, data, sim, roster } = await openVillage();
  const gateway = await inService(folder);
  await ask('roster', 'import', roster, '--data', data);
  await loadMagazine(folder, sim, { first: 1, count: 3, looksMs: 300 });
  const drawing = startChild('issue', process.execPath, [gatewayProgram, 'issue', '--card', cards[0], '--data', data, '--operator', 'clerk']);
  await sim.child.line('a motor start', (line) => line.includes('"event":"motor-start"'));
  expect(await gateway.child.stop()).toEqual({ code: 0, signal: null });
  await drawing.ended;
  expect(await listed(data, 'bag.roll.issued')).toMatchObject([{ data: { rollUnconfirmed: false, rolls: [{ confirmed: true }] } }]);
  expect(await listed(data, 'bag.issue.requested')).toMatchObject([{ data: { operator: 'clerk' } }]);
}, 120_000);

it('a command that opened the lines itself waits for the roll a villager asked for meanwhile', async () => {
  const { folder, data, sim, roster, site } = await openVillage();
  const gateway = await inService(folder);
  await ask('roster', 'import', roster, '--data', data);
  await loadMagazine(folder, sim, { first: 1, count: 3, looksMs: 300 });
  await gateway.child.stop();
  const options = { machine: thisMachine, site: loadSite(site), dataDir: data, training: 'stored', log: openLog('silent') } as const;
  const village = openFiles({ ...options, withField: true, announce: true });
  const station = village.desk.dispensers.get('dispenser-1');
  const untilIt = (holds: () => boolean, what: string) => waitUntil(holds, () => what);
  await workOn(village, async () => {
    await untilIt(() => station?.ready === true, 'the dispenser did not become ready');
    await sim.act({ do: 'scan', reader: 'dispenser-reader', text: cards[0] });
    await untilIt(() => village.store.jobs.open('dispenser-1') !== undefined, 'the card at the reader led to no job');
  });
  const asked = await listed(data, 'bag.issue.requested');
  expect(asked.length).toBeGreaterThan(0);
  expect((await listed(data, 'bag.roll.issued')).map((event) => event.data['job'])).toEqual(asked.map((event) => event.data['job']));
}, 120_000);

it('a start that cannot keep its site file stops as well as it began', async () => {
  const { folder, data, site } = await openVillage();
  await inService(folder).then(({ child }) => child.stop());
  rmSync(join(data, 'site.json'));
  mkdirSync(join(data, 'site.json'));
  const { code, err } = await sifen('run', '--site', site, '--data', data, '--pace', String(pace));
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('site.json cannot be written') });
  // What only an orderly stop takes away: the way in, and the write-ahead logs of both files.
  expect(readdirSync(data).filter((file) => /sock$|-wal$/.test(file))).toEqual([]);
}, 60_000);

it('ledger says that there is no such account', async () => {
  const { data, roster, site } = await openVillage();
  await ask('roster', 'import', roster, '--data', data, '--site', site);
  const { code, out } = await sifen('ledger', 'show', '--account', 'nope', '--data', data);
  expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/^There is no account nope\.$/m) });
  expect(await ask('ledger', 'show', '--account', 'nope', '--data', data)).toMatchObject({ code: 1, answer: { balances: [] } });
}, 60_000);

it('a refused draw is exit code 1 with its reason, both ways', async () => {
  const { folder, data, sim, roster } = await openVillage({ rollsPerPeriod: 1 });
  const gateway = await inService(folder);
  await ask('roster', 'import', roster, '--data', data);
  await loadMagazine(folder, sim, { first: 1, count: 3, looksMs: 300 });
  expect((await ask('issue', '--card', cards[0], '--data', data)).code).toBe(0);
  expect(await ask('issue', '--card', cards[0], '--data', data)).toMatchObject({ code: 1, answer: { kind: 'refused', code: 'quota_used' } });
  expect(await ask('issue', '--card', 'NOBODYS-CARD', '--data', data)).toMatchObject({ code: 1, answer: { kind: 'refused', code: 'card_unknown' } });
  await gateway.child.stop();
  expect(await ask('issue', '--card', cards[0], '--data', data)).toMatchObject({ code: 1, answer: { kind: 'refused', code: 'quota_used' } });
}, 120_000);

it('run --record captures every wire, the draw with it, and no card code', async () => {
  const { folder, data, sim, roster } = await openVillage();
  const captures = join(folder, 'captures');
  const gateway = await startGateway(folder, pace, ['--record', captures]);
  endings.add(() => gateway.child.stop());
  await ask('roster', 'import', roster, '--data', data);
  await loadMagazine(folder, sim, { first: 1, count: 2, looksMs: 300 });
  for (const _twice of [1, 2]) await sim.act({ do: 'scan', reader: 'dispenser-reader', text: cards[0] });
  await eventAfter(folder, 0, 'bag.roll.issued', () => true);
  expect(await gateway.child.stop()).toEqual({ code: 0, signal: null });
  const files = readdirSync(captures);
  const wireFiles = wires.map((wire) => `${wire}.jsonl`);
  expect(files.toSorted()).toEqual([...wireFiles, ...Object.values(captureFiles)].toSorted());
  const lines = wireFiles.flatMap((file) => readFileSync(join(captures, file), 'utf8').trimEnd().split('\n'));
  for (const line of lines) captureLineSchema.parse(JSON.parse(line));
  const standIns = lines.flatMap((line) => /"text":"(card-[0-9a-f]{24})"/.exec(line)?.[1] ?? []);
  expect(standIns.length).toBeGreaterThan(0);
  expect(new Set(standIns).size).toBe(1);
  expect(lines.some((line) => line.includes('"event":"scan","text":"K1'))).toBe(true);
  const everything = files.map((file) => readFileSync(join(captures, file), 'utf8')).join('');
  for (const card of cards) expect(everything).not.toContain(card);
}, 120_000);

it('watch --count verifies what the broker sends and ends by itself', async () => {
  const { folder, data, roster } = await openVillage();
  const { broker } = await inService(folder);
  const watch = startChild('watch', process.execPath, [
    gatewayProgram,
    'watch',
    broker,
    '--key',
    join(data, 'keys/event-key.pub.pem'),
    '--count',
    '2',
    '--json',
  ]);
  endings.add(() => watch.kill());
  await watch.line('subscription', (line) => line.startsWith('Subscribed to'));
  await ask('roster', 'import', roster, '--data', data);
  expect(await watch.ended, watch.err.join('\n')).toEqual({ code: 0, signal: null });
  const verdicts = watch.out.map((line) => (JSON.parse(line) as { verdict: string }).verdict);
  expect(verdicts).toEqual(['anchor', 'normal']);
}, 60_000);

it('a roster that is too large is refused before it is sent anywhere, as one that is too large', async () => {
  const huge = join(await endings.folder(), 'huge.csv');
  writeFileSync(huge, Buffer.alloc(5 * 1024 * 1024, 'x'));
  const { code, answer } = await ask('roster', 'import', huge, '--data', '/nonexistent/sifen');
  expect({ code, answer }).toMatchObject({
    code: 1,
    answer: { applied: false, issues: [{ code: 'file_too_large', message: 'The file is larger than 4 MiB.' }] },
  });
}, 60_000);

it('keygen makes keys once and keeps them', async () => {
  const data = await endings.folder();
  const made = await ask('keygen', '--data', data);
  expect(made).toMatchObject({ code: 0, answer: { state: 'created' } });
  const secret = join(data, 'keys/event-key.pem');
  expect(statSync(secret).mode & 0o777).toBe(0o600);
  const before = readFileSync(secret, 'utf8');
  expect((await ask('keygen', '--data', data)).answer).toEqual({ ...made.answer, state: 'already_created' });
  expect(readFileSync(secret, 'utf8')).toBe(before);
}, 60_000);

it('keygen replaces nothing that a living village has lost', async () => {
  const data = await endings.folder();
  await ask('keygen', '--data', data);
  writeFileSync(join(data, 'ledger.db'), '');
  rmSync(join(data, 'keys/credential.key'));
  const { code, err } = await sifen('keygen', '--data', data);
  expect(code).toBe(1);
  expect(err).toContain('credential.key');
  expect(err).toContain('no card in use is recognised');
  expect(existsSync(join(data, 'keys/credential.key'))).toBe(false);
}, 60_000);

it.each([
  ['demo', []],
  ['run', ['--site', 'config/demo.yaml']],
])(
  'sifen %s --data FILE says that there is a file',
  async (command, more) => {
    const { code, err } = await sifen(command, ...more, '--data', 'package.json');
    expect(code).toBe(1);
    expect(err).toContain('The folder package.json cannot be made: there is a file in its place.');
  },
  60_000,
);

it.each([
  ['no host', ['mqtt://'], /is not the address of a broker\.\nWrite it like/],
  ['no key file', ['mqtt://127.0.0.1:1', '--key', '/nonexistent/key.pem'], /key\.pem cannot be used: it is not there\.\nIt is made by `sifen keygen`/],
  ['a key file that is none', ['mqtt://127.0.0.1:1', '--key', 'package.json'], /it holds no such key in PEM\.\nIt is made by `sifen keygen`/],
])(
  'sifen watch with %s says that and nothing of another situation',
  async (_what, args, said) => {
    const { code, err } = await sifen('watch', ...args, ...(args.includes('--key') ? [] : ['--key', 'package.json']));
    expect(code === 1 || code === 2).toBe(true);
    expect(err).toMatch(said);
  },
  60_000,
);

it.each([
  ['an unknown command', ['dispense']],
  ['an unknown option', ['ledger', '--colour']],
  ['a missing option', ['run']],
  ['a value out of bounds', ['run', '--site', 'x.yaml', '--pace', '61']],
  ['a folder without a village', ['ledger', '--data', '/nonexistent/sifen']],
  ['labels of no village', ['labels', '--data', '/nonexistent/sifen']],
])('%s is exit code 2 and says what is wrong', async (_what, args) => {
  const { code, out, err } = await sifen(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).not.toBe('');
  expect(err).not.toMatch(/\bat .*\.ts:\d+/);
});

it('sifen check prints the budget of each line, and refuses one that cannot carry its devices', async () => {
  const folder = await endings.folder();
  const demo = JSON.parse((await sifen('check', 'config/demo.yaml', '--json')).out) as { config: { rules: object }; budget: object[] };
  expect(demo.budget).toMatchObject([{ line: 'dispenser-line' }, { line: 'scale-line' }, { line: 'bin-line' }]);
  const crowded = join(folder, 'crowded.json');
  const lines = [{ id: 'bin-line', transport: { kind: 'rtu-over-tcp', host: '127.0.0.1', port: 15_023, baud: 4800 } }];
  const bins = Array.from({ length: 32 }, (_, n) => ({ id: `bin-${n + 1}`, line: 'bin-line', unit: n + 1, model: 'BIN-4' }));
  const rules = { ...demo.config.rules, tariff: resolve('config/tariff-xiaojiang.yaml') };
  writeFileSync(crowded, JSON.stringify({ ...demo.config, lines, bins, dispensers: [], scales: [], readers: [], printers: [], rules }));
  const { code, out, err } = await sifen('check', crowded);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/bin-line.*more than there is.*38400 baud/) });
  expect(out).toMatch(/bin-line +4800 +32 /);
  expect(await sifen('check', 'config/demo.yaml')).toMatchObject({ code: 0, out: expect.stringMatching(/scale-line +115200 +1 /) });
}, 60_000);

it('a ledger whose key is gone is not given a new one', async () => {
  const { data, roster, site } = await openVillage();
  await ask('roster', 'import', roster, '--data', data, '--site', site);
  rmSync(join(data, 'keys/event-key.pem'));
  const { code, err } = await sifen('ledger', '--data', data, '--site', site);
  expect(code).toBe(1);
  expect(err).toContain('event-key.pem');
}, 60_000);

it.each<[string, string, (place: string) => void]>([
  ['ledger.db', 'has no byte', (place) => writeFileSync(place, '')],
  ['personal.db', 'is gone', rmSync],
])(
  'doctor sees that %s %s, and what to do',
  async (file, _how, lose) => {
    const { data, roster, site } = await openVillage();
    await ask('roster', 'import', roster, '--data', data, '--site', site);
    const findings = async () => {
      const { code, answer } = await ask('doctor', '--data', data);
      return { code, bad: (answer as unknown as { level: string }[]).filter(({ level }) => level === 'bad') };
    };
    expect(await findings()).toEqual({ code: 0, bad: [] });
    lose(join(data, file));
    const what = expect.stringContaining(file);
    expect(await findings()).toMatchObject({ code: 1, bad: [{ subject: 'data folder', what, todo: expect.stringContaining('backup') }] });
  },
  60_000,
);
