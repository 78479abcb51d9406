// Lost without it: the proof that a whole village runs from one seed, twice the same, with no invariant broken; a slice of `npm run simulate`.
import { describe, expect, test } from 'vitest';
import { runJobs, runScenario, runSeed } from '../../scripts/simulation/run-scenario.ts';
import { drawScenario } from '../../scripts/simulation/scenario.ts';
import { describeBreach, runTask } from '../../scripts/simulation/task.ts';

const minutes = 60_000;

describe('a village from one seed', () => {
  // Between them: kills, spoilt answers and requests, pulled plugs, clock jumps, broken and swapped boards, serial ports and serial servers.
  test.each([9, 51])('seed %i: an hour, twice the same, with no invariant broken', { timeout: 5 * minutes }, async (seed) => {
    const { report, failure } = await runTask({ kind: 'seed', seed, hours: 1 });
    expect(failure).toBeNull();
    expect(report.atMs).toBeGreaterThanOrEqual(3_600_000);
    expect(report.counts.issued).toBeGreaterThan(5);
    // Seed 9 has a scale that is looked at once a minute while nobody is there, and in time when somebody is.
    if (seed === 9) expect(report.counts.weighings).toBeGreaterThan(10);
  });

  test('another seed is another village', { timeout: 2 * minutes }, async () => {
    const [one, other] = [11, 13].map((seed) => ({ ...drawScenario(seed, 1), lengthMs: minutes }));
    if (one === undefined || other === undefined) throw new Error('two scenarios were drawn');
    expect((await runScenario(one)).digest).not.toBe((await runScenario(other)).digest);
    expect((await runScenario(one)).digest).not.toBe(
      (await runScenario({ ...one, troubles: [{ atMs: 20_000, trouble: { kind: 'kill', point: 'now', forMs: 900 } }] })).digest,
    );
  });

  test('a crowd before one dispenser, with constant trouble', { timeout: 5 * minutes }, async () => {
    const { breach, counts } = await runJobs(2, 150);
    expect(breach).toBeNull();
    expect(counts.intents).toBeGreaterThanOrEqual(150);
    expect(counts.issued).toBeGreaterThan(100);
    expect(counts.rollsOut).toBe(counts.issued);
  });
});

describe('a gateway that sends again what it sent before it was killed', () => {
  test('is caught as motion caused by recovery, with seed, step and the command that replays it', { timeout: 5 * minutes }, async () => {
    const seed = 51;
    const sent = new Map<string, { frame: Buffer; life: number }>();
    const report = await runSeed(seed, 1, {
      alsoSends: (wire, bytes, life) => {
        const last = sent.get(wire);
        // Commands are the long writes; a status read has eight bytes.
        if (bytes.length > 30) sent.set(wire, { frame: bytes, life });
        if (last === undefined || last.life === life) return undefined;
        sent.delete(wire);
        return last.frame;
      },
    });
    expect(report.breach?.rule).toBe('I4');
    const said = describeBreach({ kind: 'seed', seed, hours: 1 }, report);
    expect(said).toContain(`seed 51, step ${report.step}, 00:`);
    expect(said).toContain('npm run simulate -- --seed 51 --hours 1');
  });
});
