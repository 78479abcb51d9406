// Without this a scenario could be half understood, or call itself fulfilled when what it expects never happened.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Expectation, judgeExpectation, loadScenario } from '../../device-sim/scenario.ts';
import type { SiteEvent } from '../../device-sim/site-event.ts';
import { demoWires } from '../support/demo-wires.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'sifen-scenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(text: string): string {
  const file = join(folder, 'scenario.yaml');
  writeFileSync(file, text);
  return file;
}
const head = `name: test\ntitle: test\nsite: ${join(root, 'config/demo-site.yaml')}\nend: 1m30s\n`;

describe('a scenario file', () => {
  test('gives its steps in order of time, those of one time in order of the file', () => {
    const file = write(
      `${head}timeline:\n  - { at: 2s, do: tray, scale: scale-1, grams: 5 }\n  - { at: 0s, do: clear }\n  - { at: 2s, do: fault, fault: "scale-1:wind" }\n`,
    );
    const scenario = loadScenario(file);
    expect(scenario.steps).toEqual([
      { atMs: 0, order: { do: 'clear', fault: '' } },
      { atMs: 2_000, order: { do: 'tray', scale: 'scale-1', grams: 5 } },
      { atMs: 2_000, order: { do: 'fault', fault: 'scale-1:wind' } },
    ]);
    expect([scenario.endMs, scenario.villagers, scenario.seed]).toEqual([90_000, false, 1]);
  });

  test.each([
    ['timeline:\n  - { at: 5, do: clear }\n', 'timeline.0.at'],
    ['timeline:\n  - { at: 5s, do: tray, scale: scale-1 }\n', 'timeline.0.grams'],
    ['timeline:\n  - { at: 5s, do: stop }\n', 'timeline.0.do'],
    ['timeline:\n  - { at: 2m, do: clear }\n', 'clear comes after the end'],
    ['timeline:\n  - { at: 5s, do: fault, fault: "scale-1:winds" }\n', 'there is no fault winds'],
    ['timeline:\n  - { at: 5s, do: clear }\nexpect:\n  - { site: motor-start, often: 2 }\n', 'expect.0'],
    ['timeline: [\n', 'line '],
  ])('%j is refused with its place', (text, place) => {
    const file = write(head + text);
    expect(() => loadScenario(file)).toThrow(place);
    expect(() => loadScenario(file)).toThrow(file);
  });

  test.each(readdirSync(join(root, 'config/scenarios')))('%s is sound, and says what a technician learns', (name) => {
    const scenario = loadScenario(join(root, 'config/scenarios', name));
    expect(`${scenario.name}.yaml`).toBe(name);
    expect(scenario.title).toMatch(/[\u4e00-\u9fff].* \/ [A-Z]/);
    expect(scenario.about).toBeTruthy();
    expect(scenario.expect.length).toBeGreaterThan(0);
    expect(readFileSync(join(root, 'config/scenarios', name), 'utf8')).toContain('$schema=../scenario.schema.json');
  });
});

describe('an expectation', () => {
  const power = (on: boolean): SiteEvent => ({ event: 'power', device: 'scale-1', on });
  const events = [power(false), power(true), power(false)];
  const gateway = { ledger: { 'bag.roll.issued': 2 }, refusals: { stale: 1 }, devices: [{ id: 'bin-2', state: 'offline', note: 'two devices here' }] };
  const judge = (expectation: Expectation) => judgeExpectation(expectation, events, gateway);

  test.each<[Expectation, boolean]>([
    [{ site: 'power', where: {}, count: 3 }, true],
    [{ site: 'power', where: {}, count: 2 }, false],
    [{ site: 'power', where: { on: false } }, true],
    [{ site: 'power', where: { on: false }, atLeast: 3 }, false],
    [{ site: 'power', where: { on: true }, atMost: 1 }, true],
    [{ site: 'power', where: { on: false }, atMost: 1 }, false],
    [{ site: 'roll-out', where: {} }, false],
    [{ site: 'roll-out', where: {}, count: 0 }, true],
    [{ ledger: 'bag.roll.issued', count: 2 }, true],
    [{ ledger: 'bag.issue.voided' }, false],
    [{ refusal: 'stale' }, true],
    [{ refusal: 'overload', count: 0 }, true],
    [{ device: 'bin-2', state: 'offline' }, true],
    [{ device: 'bin-2', state: 'online' }, false],
    [{ device: 'bin-2', note: 'two devices' }, true],
    [{ device: 'bin-2', note: 'noise' }, false],
    [{ device: 'bin-9' }, false],
    [{ broker: 'missing', count: 0 }, false],
  ])('%j: %s', (expectation, met) => {
    expect(judge(expectation).met).toBe(met);
  });

  test('of a gateway is not met where none is watched, not even by naught', () => {
    expect(judgeExpectation({ ledger: 'alarm.fire', count: 0 }, events, undefined)).toMatchObject({ met: false, seen: 'no gateway is watched' });
    expect(judgeExpectation({ device: 'bin-2' }, events, undefined).met).toBe(false);
  });
});

describe('played by the program', () => {
  const play = (text: string, ...more: readonly string[]) => {
    const free = demoWires.flatMap((id) => ['--listen', `${id}=127.0.0.1:0`]);
    const args = ['device-sim/main.ts', 'play', write(head.replace('1m30s', '30s') + text), '--pace', '60', '--nv', 'fast', ...free, ...more];
    return spawnSync(join(root, 'scripts/run-node'), args, { cwd: root, encoding: 'utf8', timeout: 60_000 });
  };
  const smoke = 'timeline:\n  - { at: 5s, do: smoke, bin: bin-1, compartment: 2, on: true }\n';

  test('0 when everything came as expected', () => {
    const { status, stdout } = play(`${smoke}expect:\n  - { site: smoke, where: { device: bin-1, on: true }, count: 1 }\n`);
    expect(stdout).toMatch(/> smoke bin-1 2 true\n.*ok {7}site smoke device=bin-1 on=true: 1; seen: 1\n.*scenario test fulfilled/);
    expect(status).toBe(0);
  });

  test.each([
    ['an expectation is not met', `${smoke}expect:\n  - { site: smoke, count: 2 }\n`, 'NOT MET  site smoke: 2; seen: 1'],
    ['an order is refused', 'timeline:\n  - { at: 5s, do: smoke, bin: bin-7, compartment: 2, on: true }\n', 'REFUSED: there is no such device: bin-7'],
    [
      'a fault needs one process',
      'timeline:\n  - { at: 5s, do: fault, fault: "scale-1:slow-disk" }\n',
      'only where both run in one process: `npm run simulate -- --play FILE`',
    ],
    [
      'a fault needs a proxy',
      'timeline:\n  - { at: 5s, do: fault, fault: "broker:down" }\n',
      'open it with --proxy broker=HOST:PORT>HOST:PORT, or `npm run simulate',
    ],
    ['nobody listens at the broker', `${smoke}expect:\n  - { broker: arrived }\n`, 'nobody listens at the broker; `npm run simulate'],
    ['no gateway is watched', `${smoke}expect:\n  - { ledger: alarm.fire }\n`, 'seen: no gateway is watched'],
  ])('1 when %s', (_what, text, said) => {
    const { status, stdout } = play(text);
    expect(stdout).toContain(said);
    expect(stdout).toContain('scenario test NOT fulfilled');
    expect(status).toBe(1);
  });

  test('1 with one sentence when the gateway it should watch is not there', () => {
    const { status, stderr } = play(smoke, '--gateway', 'http://127.0.0.1:9');
    expect(stderr).toBe('no gateway answers at http://127.0.0.1:9; start it first, or leave --gateway out\n');
    expect(status).toBe(1);
  });
});
