// Without this a technician could drive home with a report that says "accepted" of a point that is not, or that anybody can change afterwards.
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AcceptanceCheck, AcceptanceReport, CheckKind } from '../../protocol/acceptance.ts';
import { type Child, startChild, waitUntil } from '../../scripts/village/children.ts';
import {
  askRunning,
  eventsAfter,
  filesOf,
  gatewayProgram,
  type ListedEvent,
  loadMagazine,
  type SimulatedSite,
  sifen,
  startGateway,
  startSimulator,
  writeGatewaySite,
  writeSimulatedSite,
} from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';
import { describeWith } from './tools.ts';

const endings = endEachTest();
const pace = 10;

interface Point {
  readonly folder: string;
  readonly out: string;
  readonly data: string;
  readonly sim: SimulatedSite;
  readonly gateway: Child;
}

/** A point with its simulator and its gateway, and rolls in the magazine. */
async function openPoint(rolls = 3): Promise<Point> {
  const folder = await endings.folder();
  writeSimulatedSite(folder);
  const sim = await startSimulator(folder, { pace });
  endings.add(() => sim.child.stop());
  writeGatewaySite(folder, sim.places);
  const { child: gateway } = await startGateway(folder, pace);
  endings.add(() => gateway.stop());
  if (rolls > 0) await loadMagazine(folder, sim, { first: 1, count: rolls, looksMs: 300 });
  return { folder, out: join(folder, 'reports'), data: filesOf(folder).data, sim, gateway };
}

/** Starts `sifen commission` with nobody at the terminal. */
function visit({ data, out }: Pick<Point, 'data' | 'out'>, ...more: readonly string[]): Child {
  const args = ['commission', '--operator', 'technician-7', '--data', data, '--out', out, ...more];
  const child = startChild('sifen commission', process.execPath, [gatewayProgram, ...args], { LANG: 'en_US.UTF-8' });
  endings.add(() => child.kill());
  return child;
}

/** Does what the terminal asks for: puts `grams` on the scale, presses the service key. */
async function obey(child: Child, sim: SimulatedSite, { grams = 2000, key = true } = {}): Promise<void> {
  const asks = async (text: string) => (await child.line(text, (line) => line.includes(text) || line.includes('Acceptance report'))).includes(text);
  if (await asks('Clear the tray of scale-1')) {
    await sim.act({ do: 'tray', scale: 'scale-1', grams });
    await child.line('the reading', (line) => line.startsWith('scale-1 shows'));
    await sim.act({ do: 'tray', scale: 'scale-1', grams: 0 });
  }
  if (key && (await asks('Press the service key of dispenser-1'))) await sim.act({ do: 'service-dispense', dispenser: 'dispenser-1' });
}

interface Answer {
  readonly verdict: AcceptanceReport['verdict'];
  readonly leaf: string;
  readonly files: { readonly json: string; readonly text: string };
  readonly report: AcceptanceReport;
}
const answerOf = (child: Child): Answer => JSON.parse(child.out.join('\n')) as Answer;
const checksOf = <Kind extends CheckKind>({ report }: Answer, kind: Kind) => report.checks.filter((check) => check.check === kind) as AcceptanceCheck<Kind>[];
/** What kept a point from being accepted, as `subject: reasons`. */
const failures = ({ report }: Answer): string[] =>
  report.checks
    .filter(({ result }) => result === 'failed')
    .map(
      (check) =>
        `${'device' in check ? check.device : 'scale' in check ? check.scale : 'dispenser' in check ? check.dispenser : 'bin' in check ? check.bin : check.check}: ${check.reasons.join(' ')}`,
    );

const keyIn = (data: string) => join(data, 'keys/event-key.pub.pem');

/** DSSE as its specification has it, in nine lines that know nothing of ours. */
function verifyByTheBook(envelope: Buffer, pem: string): object {
  const { payloadType, payload, signatures } = JSON.parse(envelope.toString()) as { payloadType: string; payload: string; signatures: { sig: string }[] };
  const body = Buffer.from(payload, 'base64');
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]);
  const [{ sig } = { sig: '' }] = signatures;
  expect(verify(null, signed, createPublicKey(readFileSync(pem)), Buffer.from(sig, 'base64'))).toBe(true);
  expect(payloadType).toBe('application/vnd.sifen.acceptance.v1+json');
  return {
    leaf: createHash('sha256')
      .update(Buffer.concat([Buffer.of(0), signed]))
      .digest('base64'),
    report: JSON.parse(body.toString()) as object,
  };
}

it('accepts a good point, and leaves a page and an envelope that anybody can verify', async () => {
  const point = await openPoint();
  const child = visit(point, '--scale', 'scale-1=2000', '--json');
  await obey(child, point.sim);
  expect(await child.ended, child.err.join('\n')).toEqual({ code: 0, signal: null });
  const answer = answerOf(child);
  expect({ verdict: answer.verdict, reasons: answer.report.checks.flatMap(({ reasons }) => reasons) }).toEqual({ verdict: 'accepted', reasons: [] });

  // Every device, each compartment, the weight and the roll, with what was measured.
  expect(checksOf(answer, 'device').map(({ device, model, state }) => `${device} ${model} ${state}`)).toEqual([
    'dispenser-1 BD-1 online',
    'scale-1 W-CN online',
    'bin-1 BIN-4 online',
  ]);
  expect(checksOf(answer, 'compartment').map(({ compartment }) => compartment)).toEqual([1, 2, 3, 4]);
  const [checked] = (await eventsAfter(point.folder, 0, 'scale.check.passed')) as [ListedEvent];
  expect(checksOf(answer, 'scale')).toMatchObject([{ scale: 'scale-1', nominalGrams: 2000, readGrams: checked.data['readGrams'], event: checked.sequence }]);
  const [wasted] = (await eventsAfter(point.folder, 0, 'bag.roll.wasted')) as [ListedEvent];
  expect(wasted.data).toMatchObject({ dispenser: 'dispenser-1', rolls: 1, reason: 'service', ctrTest: 1 });
  expect(checksOf(answer, 'dispenser')).toMatchObject([{ dispenser: 'dispenser-1', ctrTestBefore: 0, ctrTestAfter: 1, event: wasted.sequence }]);

  // The ledger names the very bytes that were signed.
  const envelope = readFileSync(answer.files.json);
  expect(verifyByTheBook(envelope, keyIn(point.data))).toEqual({ leaf: answer.leaf, report: answer.report });
  expect(await eventsAfter(point.folder, 0, 'acceptance.reported')).toMatchObject([
    { data: { verdict: 'accepted', operator: 'technician-7', failed: 0, remarks: 0, leaf: answer.leaf } },
  ]);
  expect(readdirSync(point.out).toSorted()).toEqual([answer.files.json, answer.files.text].map((file) => file.slice(point.out.length + 1)));
  expect(answer.files.json).toMatch(/\/acceptance-\d{8}-\d{4}\.json$/);

  // --verify prints the page that lies beside it, and no byte can be changed.
  const shown = await sifen('commission', '--verify', answer.files.json, '--key', keyIn(point.data));
  expect(shown).toMatchObject({ code: 0 });
  expect(`${shown.out}\n`).toBe(readFileSync(answer.files.text, 'utf8'));
  for (const part of ['Verdict: accepted', 'technician-7', '试验村', 'gw-test', answer.report.keyid, answer.leaf, 'Technician: ____'])
    expect(shown.out).toContain(part);
  const spoilt = join(point.folder, 'spoilt.json');
  for (const at of [200, envelope.length - 20]) {
    const flipped = Buffer.from(envelope);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    writeFileSync(spoilt, flipped);
    const { code, out } = await sifen('commission', '--verify', spoilt, '--data', point.data);
    expect({ code, out }, `byte ${at}`).toEqual({ code: 1, out: expect.stringMatching(/^NOT VERIFIED: /) });
  }
  const others = await sifen('keygen', '--data', join(point.folder, 'other'));
  expect(others.code).toBe(0);
  expect(await sifen('commission', '--verify', answer.files.json, '--key', keyIn(join(point.folder, 'other')))).toMatchObject({ code: 1 });
  // An event of the same key is no report.
  const event = await askRunning<{ envelope: string }>(point.folder, 'events.show', { sequence: 1 });
  writeFileSync(spoilt, event.envelope);
  expect(await sifen('commission', '--verify', spoilt, '--data', point.data)).toMatchObject({ code: 1, out: expect.stringContaining('payload type') });
}, 180_000);

it('does not accept a scale that is off and a jammed dispenser, and says so of each', async () => {
  const point = await openPoint();
  await point.sim.act({ do: 'fault', fault: 'dispenser-1:jam' });
  const child = visit(point, '--scale', 'scale-1=2000', '--json');
  await obey(child, point.sim, { grams: 2100 });
  expect(await child.ended, child.err.join('\n')).toEqual({ code: 1, signal: null });
  const answer = answerOf(child);
  expect(answer.verdict).toBe('not_accepted');
  expect(checksOf(answer, 'scale')).toMatchObject([{ nominalGrams: 2000, readGrams: 2100, result: 'failed', reasons: ['scale_off'] }]);
  expect(checksOf(answer, 'dispenser')).toMatchObject([{ ctrTestBefore: 0, ctrTestAfter: 0, event: null, result: 'failed', reasons: ['dispenser_fault'] }]);
  const page = readFileSync(answer.files.text, 'utf8');
  expect(page).toContain('Verdict: NOT ACCEPTED');
  expect(page).toMatch(/scale scale-1: .*more than the error allowed/);
  expect(page).toMatch(/dispenser dispenser-1 .*in fault/);
  expect(verifyByTheBook(readFileSync(answer.files.json), keyIn(point.data))).toMatchObject({ leaf: answer.leaf });
}, 120_000);

it('does not accept devices that do not answer or a magazine without a roll, and asks nobody to do anything there', async () => {
  const point = await openPoint(0);
  for (const device of ['scale-1', 'bin-1']) await point.sim.act({ do: 'power', device, on: false });
  const state = async (id: string) =>
    (await askRunning<{ devices: { id: string; state: string }[] }>(point.folder, 'status')).devices.find((one) => one.id === id)?.state;
  await waitUntil(
    async () => (await state('scale-1')) === 'offline' && (await state('bin-1')) === 'offline',
    () => 'the devices did not go',
  );
  const child = visit(point, '--scale', 'scale-1=2000', '--json');
  expect(await child.ended, child.err.join('\n')).toEqual({ code: 1, signal: null });
  expect(child.err.join('\n')).not.toMatch(/Clear the tray|Press the service key/);
  const answer = answerOf(child);
  expect(failures(answer)).toEqual(['scale-1: no_answer', 'bin-1: no_answer', 'scale-1: not_examined', 'dispenser-1: magazine_empty', 'bin-1: bin_unreadable']);
}, 120_000);

it('what is left out on purpose is a remark, and what nobody could be asked for is not accepted', async () => {
  const point = await openPoint(0);
  const left = visit(point, '--no-scales', '--no-dispensers', '--json');
  expect(await left.ended, left.err.join('\n')).toEqual({ code: 0, signal: null });
  expect(answerOf(left)).toMatchObject({ verdict: 'accepted_with_remarks' });
  expect([...checksOf(answerOf(left), 'scale'), ...checksOf(answerOf(left), 'dispenser')].map(({ reasons }) => reasons)).toEqual([['left_out'], ['left_out']]);
  const unasked = visit(point, '--no-dispensers', '--json');
  expect(await unasked.ended).toEqual({ code: 1, signal: null });
  expect(failures(answerOf(unasked))).toEqual(['scale-1: not_examined']);
  expect(await sifen('commission', '--data', point.data, '--out', point.out, '--scale', 'scale-9=2000')).toMatchObject({
    code: 2,
    err: expect.stringContaining('There is no scale scale-9; this site has scale-1.'),
  });
  expect(await sifen('commission', '--data', point.data, '--out', point.out, '--scale', 'scale-1=two')).toMatchObject({ code: 2 });
  expect(await sifen('commission', '--data', point.data, '--out', filesOf(point.folder).site)).toMatchObject({
    code: 1,
    err: expect.stringContaining('--out DIR'),
  });
}, 120_000);

it('tells a line with a wrong speed from one that is dead', async () => {
  const point = await openPoint(0);
  await point.sim.act({ do: 'fault', fault: 'bin-line:baud-mismatch' });
  const status = () => askRunning<{ devices: { id: string; state: string }[] }>(point.folder, 'status');
  await waitUntil(
    async () => (await status()).devices.some(({ id, state }) => id === 'bin-1' && state === 'offline'),
    () => 'bin-1 did not go',
  );
  const child = visit(point, '--no-scales', '--no-dispensers', '--json');
  expect(await child.ended, child.err.join('\n')).toEqual({ code: 1, signal: null });
  const [bin] = checksOf(answerOf(child), 'device').filter(({ device }) => device === 'bin-1');
  expect(bin?.reasons).toContain('unreadable_answers');
}, 120_000);

it.each([
  ['while a weight is awaited', 'Clear the tray of scale-1', ['--no-dispensers']],
  ['while a press of the key is awaited', 'Press the service key', ['--no-scales']],
])(
  'Ctrl-C %s writes no report and leaves everything in service',
  async (_when, prompt, more) => {
    const point = await openPoint();
    const child = visit(point, ...(more.includes('--no-scales') ? more : ['--scale', 'scale-1=2000', ...more]));
    await child.line(prompt, (line) => line.includes(prompt));
    expect(await child.stop()).toEqual({ code: 1, signal: null });
    expect(child.err.join('\n')).toContain('Called off. No report was written');
    expect(readdirSync(point.out)).toEqual([]);
    expect(await eventsAfter(point.folder, 0, 'acceptance.reported')).toEqual([]);

    // Nobody has to wait for what was called off: the whole examination runs at once.
    const again = visit(point, '--scale', 'scale-1=2000', '--json');
    await obey(again, point.sim);
    expect(await again.ended, again.err.join('\n')).toEqual({ code: 0, signal: null });
    expect(answerOf(again).verdict).toBe('accepted');
    expect(point.gateway.err.filter((line) => line.includes('a request met a fault'))).toEqual([]);
  },
  120_000,
);

it('works on the files alone where no gateway runs, and says what could not be seen then', async () => {
  const point = await openPoint();
  expect(await point.gateway.stop()).toEqual({ code: 0, signal: null });
  const child = visit(point, '--scale', 'scale-1=2000', '--json');
  await obey(child, point.sim);
  expect(await child.ended, child.err.join('\n')).toEqual({ code: 0, signal: null });
  const answer = answerOf(child);
  expect(answer).toMatchObject({ verdict: 'accepted_with_remarks' });
  expect(answer.report.checks.filter(({ result }) => result === 'remark')).toMatchObject([
    { check: 'uplink', state: 'none', reasons: ['gateway_not_running'] },
  ]);
  expect(existsSync(answer.files.text)).toBe(true);
  expect((await sifen('events', 'verify', '--data', point.data)).code).toBe(0);
}, 120_000);

describeWith('openssl')('a report, a shell and OpenSSL', () => {
  it('verifies without a line of ours', async () => {
    const point = await openPoint(0);
    const child = visit(point, '--no-scales', '--no-dispensers', '--json');
    expect(await child.ended, child.err.join('\n')).toEqual({ code: 0, signal: null });
    const { files, report } = answerOf(child);
    const script = new URL('../../protocol/verify-event.sh', import.meta.url).pathname;
    const check = (input: Buffer) => spawnSync('sh', [script, keyIn(point.data), '', 'application/vnd.sifen.acceptance.v1+json'], { input, encoding: 'utf8' });
    const envelope = readFileSync(files.json);
    const { status, stdout, stderr } = check(envelope);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(report);
    envelope[300] = (envelope[300] ?? 0) ^ 1;
    expect(check(envelope)).toMatchObject({ status: 1, stdout: '' });
  }, 60_000);
});
