// Without this a bug report from a village could not be lived through again: a capture that decides otherwise, a rule that is not seen, damage that is read.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compareDecisions, eventDecision, toldDecision } from '../../scripts/replay/compare.ts';
import { CaptureError, readCapture } from '../../scripts/replay/read-capture.ts';
import { replay } from '../../scripts/replay/replay-village.ts';
import { judge } from '../../scripts/replay/report.ts';
import { drawScenario, type Scenario } from '../../scripts/simulation/scenario.ts';
import { labelsOf, personalMarks } from '../../scripts/simulation/village-files.ts';
import { World } from '../../scripts/simulation/world.ts';

const lengthMs = 10 * 60_000;

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sifen-replay-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Ten minutes of a drawn village with its trouble, one process long: killing it begins another capture, and a technician's visit is no order. */
function shorten(drawn: Scenario): Scenario {
  const troubles = drawn.troubles.filter(({ atMs, trouble }) => atMs < lengthMs && trouble.kind !== 'kill' && trouble.kind !== 'memory');
  return { ...drawn, lengthMs, troubles };
}

async function record(seed: number, change: (scenario: Scenario) => Scenario = (scenario) => scenario): Promise<string> {
  const folder = makeFolder();
  const [worldFolder, recordDir] = [join(folder, 'world'), join(folder, 'capture')];
  mkdirSync(worldFolder);
  const world = new World({
    scenario: change(shorten(drawScenario(seed, 1))),
    folder: worldFolder,
    labels: labelsOf(seed, 500),
    tell: () => undefined,
    recordDir,
  });
  await world.run(lengthMs);
  await world.close();
  expect(world.watch.breach).toBeNull();
  return recordDir;
}

async function replayed(folder: string) {
  const capture = readCapture(folder);
  const found = await replay(capture);
  return { ...judge(capture, found), unanswered: found.unanswered };
}

/** A copy of a capture with one file changed. */
function damaged(capture: string, file: string, change: (text: string) => string): string {
  const folder = makeFolder();
  cpSync(capture, folder, { recursive: true });
  writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));
  return folder;
}
const changedLine = (at: number, change: (line: string) => string) => (text: string) =>
  text
    .split('\n')
    .map((line, index) => (index === at - 1 ? change(line) : line))
    .join('\n');

describe('a replayed village', () => {
  // Serial with MAC, power and request faults; clock, cable and reply faults on TCP; jams; a tray that waits for its zero.
  it.each([4, 20])('decides what it decided when seed %i was recorded, and asks nothing else', async (seed) => {
    const folder = await record(seed);
    const verdict = await replayed(folder);
    expect(verdict.difference).toBeNull();
    expect(verdict.unanswered).toEqual([]);
    expect(verdict).toMatchObject({ same: true });
    expect(verdict.compared).toBeGreaterThan(50);
    for (const file of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, file));
      for (const mark of personalMarks)
        for (const text of [mark, Buffer.from(mark).toString('hex'), JSON.stringify(mark).slice(1, -1)])
          expect(bytes.includes(text), `${file}: ${text}`).toBe(false);
    }
  });

  it('begins with the households and balances a restarted gateway had', async () => {
    const kill = { atMs: lengthMs / 2, trouble: { kind: 'kill', point: 'now', forMs: 1000 } } as const;
    const first = await record(2, (scenario) => ({ ...scenario, troubles: [...scenario.troubles, kill] }));
    // The second life is captured beside the first, which stays as the kill left it.
    const [second, ...more] = readdirSync(first).filter((name) => name.endsWith('Z'));
    expect(more).toEqual([]);
    const folder = join(first, second ?? '');
    expect(readCapture(folder).state.some(({ name }) => name === 'household.registered')).toBe(true);
    expect(await replayed(folder)).toMatchObject({ same: true, difference: null });
  });

  it('by other rules decides otherwise, and the first difference is named with its moment', async () => {
    const capture = await record(1, (scenario) => ({ ...scenario, plan: { ...scenario.plan, rollsPerPeriod: 3 } }));
    const folder = damaged(capture, 'site.json', (text) => text.replace('"rolls": 3', '"rolls": 0'));
    const { same, difference, lines } = await replayed(folder);
    expect(same).toBe(false);
    expect(difference).toMatchObject({ recorded: { name: 'bag.issue.requested' }, field: null });
    expect(lines.join('\n')).toContain('(0 roll(s) a month');
    expect(lines.join('\n')).toMatch(/First difference at \d+\.\d{3} s \(\d{4}-\d{2}-\d{2} .*\): dispenser-1/);
    expect(lines.join('\n')).toContain('quota_used');
  });

  it('that asks what nobody asked then says so, by wire, moment and bytes', async () => {
    const capture = await record(1);
    const folder = damaged(capture, 'scale-line.jsonl', (text) => text.replaceAll('"hex":"01030050', '"hex":"01030051'));
    const { same, lines, unanswered } = await replayed(folder);
    expect(same).toBe(false);
    expect(unanswered[0]).toMatchObject({ wire: 'scale-line', hex: expect.stringMatching(/^01030050/) as string, why: 'it was never asked in the recording' });
    expect(lines.join('\n')).toMatch(/First request the capture has no answer to: 01030050\w+ on scale-line at /);
  });
});

describe('a capture', () => {
  const refused = (folder: string): string => {
    try {
      readCapture(folder);
    } catch (error) {
      expect(error).toBeInstanceOf(CaptureError);
      return (error as Error).message;
    }
    return expect.fail('it was read');
  };

  it('that is damaged is refused by file and line, whatever is damaged', async () => {
    const capture = await record(2);
    expect(readCapture(capture).untilMs).toBeGreaterThan(lengthMs - 1000);
    expect(
      refused(
        damaged(
          capture,
          'dispenser-line-1.jsonl',
          changedLine(7, (line) => line.slice(0, -3)),
        ),
      ),
    ).toMatch(/dispenser-line-1\.jsonl:7: it is damaged/);
    expect(
      refused(
        damaged(
          capture,
          'dispenser-line-1.jsonl',
          changedLine(7, (line) => line.replace('"hex":"', '"hex":"g')),
        ),
      ),
    ).toMatch(/:7: .*hex/);
    const back = (text: string) => text.replace(/\{"atMs":[\d.]+,"event":"closing"\}/, '{"atMs":0,"event":"closing"}');
    expect(refused(damaged(capture, 'decisions.jsonl', back))).toMatch(/decisions\.jsonl:\d+: its time is before/);
    expect(
      refused(
        damaged(
          capture,
          'counter-1.jsonl',
          changedLine(1, (line) => line.replace('"part":1', '"part":3')),
        ),
      ),
    ).toMatch(/counter-1\.jsonl:1: .*outgrew its bound/);
    expect(
      refused(
        damaged(
          capture,
          'counter-1.jsonl',
          changedLine(1, (line) => line.replace(/"capture":"\w+"/, `"capture":"${'0'.repeat(32)}"`)),
        ),
      ),
    ).toMatch(/:1: belongs to another/);
    expect(refused(damaged(capture, 'state.jsonl', (text) => text.split('\n').slice(0, -2).join('\n').concat('\n')))).toMatch(
      /state\.jsonl:\d+: does not reach its end/,
    );
    expect(refused(damaged(capture, 'site.json', (text) => text.replace('"graceDays"', '"grace"')))).toMatch(/site\.json:\d+: rules\.bags\.grace/);
    expect(refused(damaged(capture, 'tariff.json', () => '{}'))).toMatch(/tariff\.json/);
    const vending = '"vending": [{ "id": "easi", "model": "EASIVEND", "transport": { "kind": "tcp", "host": "x", "port": 9 } }]';
    expect(refused(damaged(capture, 'site.json', (text) => text.replace('"vending": []', vending)))).toContain('easi is a EASIVEND');
    const gone = damaged(capture, 'site.json', (text) => text);
    rmSync(join(gone, 'exit-1.jsonl'));
    expect(refused(gone)).toMatch(/exit-1\.jsonl cannot be read/);
    const event = damaged(capture, 'state.jsonl', (text) => text.replace('"boot":1', '"boot":"1"'));
    await expect(replay(readCapture(event))).rejects.toThrow(/state\.jsonl:\d+: it is damaged: gateway\.started: data\.boot/);
  });

  it('that was cut short, as by a power cut, is replayed as far as it goes', async () => {
    const capture = await record(2);
    const files = readdirSync(capture).filter((file) => file.endsWith('.jsonl') && file !== 'state.jsonl');
    const folder = makeFolder();
    cpSync(capture, folder, { recursive: true });
    for (const file of files) {
      const lines = readFileSync(join(folder, file), 'utf8').split('\n');
      const kept = lines.filter((line) => !line.includes('"atMs"') || (JSON.parse(line) as { atMs: number }).atMs < lengthMs / 2);
      writeFileSync(join(folder, file), `${kept.join('\n')}${file.startsWith('dispenser') ? '{"atMs":3' : ''}`);
    }
    const { same, compared, lines } = await replayed(folder);
    expect({ same, difference: lines }).toMatchObject({ same: true });
    expect(compared).toBeGreaterThan(10);
    expect(lines.join('\n')).toContain('was cut in the middle of its last line');
    expect(readCapture(folder).untilMs).toBeLessThan(lengthMs / 2);
  });

  it('whose disk was too slow is replayed up to where something is missing', async () => {
    const folder = damaged(await record(2), 'counter-1.jsonl', (text) =>
      text.replace(/\{"atMs":(\d+)[^\n]*"event":"scan"[^\n]*/, '{"atMs":$1,"event":"dropped","entries":1}'),
    );
    const { untilMs, notes } = readCapture(folder);
    expect(untilMs).toBeLessThan(lengthMs);
    expect(notes.join()).toMatch(/whole for its first [\d.]+ s only/);
  });
});

describe('a comparison', () => {
  const event = (atMs: number, name: string, data: Record<string, unknown>) => eventDecision(atMs, { name, data, asked: false }) ?? expect.fail('not compared');
  const bounds = { untilMs: 100_000, pace: 10 };
  const fenced = (atMs: number, device: string, fence: number) => event(atMs, 'device.fenced', { device, fence });

  it('lets two devices change places, and times within bounds differ, but nothing else', () => {
    const recorded = [fenced(1000, 'a', 1), fenced(1010, 'b', 2), event(2000, 'weigh.committed', { scale: 's', zeroAgeMs: 10, netGrams: 5 })];
    const other = [fenced(1003, 'b', 2), fenced(1004, 'a', 1), event(2500, 'weigh.committed', { scale: 's', zeroAgeMs: 4010, netGrams: 5 })];
    expect(compareDecisions(recorded, other, bounds)).toEqual({ differences: [], compared: 3 });
    expect(compareDecisions(recorded, [fenced(1003, 'b', 2), fenced(1004, 'a', 7)], bounds).differences[0]).toMatchObject({ of: 'a', field: 'fence' });
    const heavier = [...other.slice(0, 2), event(2000, 'weigh.committed', { scale: 's', zeroAgeMs: 10, netGrams: 6 })];
    expect(compareDecisions(recorded, heavier, bounds).differences[0]).toMatchObject({ of: 's', field: 'netGrams' });
    const late = [fenced(1000, 'a', 1), fenced(9000, 'b', 2), ...other.slice(2)];
    expect(compareDecisions(recorded, late, bounds).differences[0]).toMatchObject({ of: 'b', field: 'the moment' });
  });

  it('misses what is not there on either side, unless the end cut it off', () => {
    const [one, told] = [fenced(1000, 'a', 1), toldDecision(5000, 'a', { kind: 'refused', code: 'quota_used' })];
    expect(compareDecisions([one, told], [one], bounds).differences[0]).toMatchObject({ atMs: 5000, replayed: null });
    expect(compareDecisions([one], [one, told], bounds).differences[0]).toMatchObject({ atMs: 5000, recorded: null });
    expect(compareDecisions([one, told], [one], { ...bounds, untilMs: 5100 }).differences).toEqual([]);
  });
});
