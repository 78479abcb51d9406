// Lost without it: the only proof that a slow disk, a clock that jumps and a broken network can be rehearsed from a scenario file, and twice the same.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadScenario, needsOneProcess } from '../../device-sim/scenario.ts';
import { playInOneProcess } from '../../scripts/simulation/play-scenario.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'sifen-play-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function play(scenarioFile: string) {
  const lines: string[] = [];
  const files = { scenarioFile, gatewayFile: join(root, 'config/demo.yaml'), rosterFile: join(root, 'config/demo-roster.csv') };
  const report = await playInOneProcess(files, (line) => lines.push(line));
  return { ...report, lines };
}
const shipped = (name: string) => join(root, 'config/scenarios', name);

function write(text: string): string {
  const file = join(folder, 'scenario.yaml');
  writeFileSync(file, `name: test\ntitle: test\nsite: ${join(root, 'config/demo-site.yaml')}\nend: 30s\n${text}`);
  return file;
}

/** When a line of the transcript was written. Unit: ms of virtual time. */
function momentOf(lines: readonly string[], text: string): number {
  const line = lines.find((one) => one.includes(text));
  const [, hours, minutes, seconds] = /^(\d+):(\d+):([\d.]+)/.exec(line ?? '') ?? [];
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

describe('a scenario that ships', { timeout: 240_000 }, () => {
  test('with a slow disk and a clock that jumps: fulfilled, twice the same, and the motor waits for the disk', async () => {
    const [one, other] = [await play(shipped('slow-disk-clock-jump.yaml')), await play(shipped('slow-disk-clock-jump.yaml'))];
    expect(one.lines.filter((line) => line.includes('NOT MET') || line.includes('REFUSED'))).toEqual([]);
    expect(one.ok).toBe(true);
    expect(other.digest).toBe(one.digest);
    expect(momentOf(one.lines, 'motor starts for job') - momentOf(one.lines, '> card dispenser-reader 1')).toBeGreaterThan(1500);
    expect(one.lines.some((line) => line.includes('clock.adjusted'))).toBe(true);
  });

  test('with a broker that is half open, gone and slow: every event arrives once and in order, twice the same', async () => {
    const [one, other] = [await play(shipped('broker-half-open.yaml')), await play(shipped('broker-half-open.yaml'))];
    expect(one.lines.filter((line) => line.includes('NOT MET') || line.includes('REFUSED'))).toEqual([]);
    expect(one.ok).toBe(true);
    expect(other.digest).toBe(one.digest);
    const arrived = one.lines.flatMap((line) => / broker event (\d+)$/.exec(line)?.[1] ?? []).map(Number);
    expect(arrived).toEqual(arrived.map((_sequence, index) => index + 1));
    // Nothing passed while it was half open, which was when the first roll was asked for.
    const asked = one.lines.flatMap((line) => / event (\d+) bag\.issue\.requested /.exec(line)?.[1] ?? [])[0];
    expect(momentOf(one.lines, `broker event ${asked}`)).toBeGreaterThan(momentOf(one.lines, 'broker:half-open cleared'));
  });
});

describe('what goes wrong is said', { timeout: 120_000 }, () => {
  test('an expectation that is not met, and an order that names nothing', async () => {
    const { ok, lines } = await play(
      write(
        'timeline:\n  - { at: 1s, do: fault, fault: "broker:down" }\n  - { at: 1s, do: fault, fault: "gateway:half-open" }\n  - { at: 2s, do: door, device: dispenser-1, open: true }\n  - { at: 3s, do: restock, dispenser: dispenser-1, rolls: 1 }\nexpect:\n  - { broker: missing, count: 0 }\n',
      ),
    );
    const said = lines.join('\n');
    expect(said).toContain('REFUSED: half-open befalls a network (broker), and gateway is none');
    expect(said).toContain('NOT MET  broker missing: 0; seen: 1');
    expect(ok).toBe(false);
  });

  test('a gateway that looks elsewhere for its devices', async () => {
    const site = join(folder, 'site.yaml');
    writeFileSync(site, 'lines: [{ id: line-9, listen: "127.0.0.1:19" }]\n');
    const file = join(folder, 'elsewhere.yaml');
    writeFileSync(file, `name: test\ntitle: test\nsite: ${site}\nend: 5s\ntimeline: [{ at: 1s, do: clear }]\n`);
    await expect(play(file)).rejects.toThrow('the gateway does not reach dispenser-1');
  });
});

test('what only one process can play is known by its faults and expectations', () => {
  const needs = (text: string) => needsOneProcess(loadScenario(write(`timeline:\n  - ${text}\n`)));
  expect(needs('{ at: 1s, do: fault, fault: "gateway:slow-disk" }')).toBe(true);
  expect(needs('{ at: 1s, do: fault, fault: "broker:slow" }')).toBe(true);
  expect(needs('{ at: 1s, do: fault, fault: "scale-line:cable-pulled" }')).toBe(false);
  expect(needs('{ at: 1s, do: clear }\nexpect:\n  - { broker: arrived }')).toBe(true);
});
