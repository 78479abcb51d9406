// Lost without it: the order in which a simulated village lives; timers out of order, or a killed process that wakes, would make every seed lie.
import { expect, test } from 'vitest';
import { ProcessClock, VirtualTime } from '../../scripts/simulation/virtual-time.ts';

const clockIn = (time: VirtualTime) => new ProcessClock({ time, wallMs: () => 1000 + time.nowMs, latenessMs: () => 0 });

test('what is due comes in order of time, and of asking where the time is equal', async () => {
  const time = new VirtualTime();
  const seen: string[] = [];
  const at = (ms: number, name: string) => time.after(ms, () => void seen.push(`${name}@${time.nowMs}`));
  for (const [ms, name] of [
    [30, 'c'],
    [10, 'a'],
    [20, 'b'],
    [10, 'A'],
    [0, 'first'],
    [25, 'x'],
    [5, 'y'],
  ] as const)
    at(ms, name);
  at(15, 'never')();
  while (await time.step(28));
  expect(seen).toEqual(['first@0', 'y@5', 'a@10', 'A@10', 'b@20', 'x@25']);
  expect(time.nowMs).toBe(28);
  while (await time.step(40));
  expect(seen.at(-1)).toBe('c@30');
});

test('a step ends when all it set going has run', async () => {
  const time = new VirtualTime();
  const clock = clockIn(time);
  const seen: string[] = [];
  const chain = async () => {
    await clock.sleep(10, 'chain');
    for (let link = 0; link < 50; link += 1) await Promise.resolve();
    seen.push(`chain@${time.nowMs}`);
    await clock.sleep(5, 'rest');
    seen.push(`rest@${time.nowMs}`);
  };
  void chain();
  time.after(10, () => void seen.push(`next@${time.nowMs}`));
  while (await time.step(100));
  expect(seen).toEqual(['chain@10', 'next@10', 'rest@15']);
});

test('a sleep ends with the reason of its signal, and its timer with it', async () => {
  const time = new VirtualTime();
  const clock = clockIn(time);
  const stop = new AbortController();
  const ended = clock.sleep(50, 'nap', stop.signal).catch((reason: unknown) => reason);
  time.after(20, () => stop.abort('enough'));
  while (await time.step(30));
  expect(await ended).toBe('enough');
  await expect(clock.sleep(1, 'too late', stop.signal)).rejects.toBe('enough');
});

test('a program that waits for nothing over and over is found out', async () => {
  const time = new VirtualTime();
  const again = () => void time.after(0, again);
  again();
  await expect(
    (async () => {
      while (await time.step(10));
    })(),
  ).rejects.toThrow('time stands still at 0 ms');
});

test('a killed process never wakes, whether by time or by a signal', async () => {
  const time = new VirtualTime();
  const clock = clockIn(time);
  const stop = new AbortController();
  const woken: string[] = [];
  void clock.sleep(10, 'by time').then(() => woken.push('time'));
  void clock.sleep(50, 'by signal', stop.signal).catch(() => woken.push('signal'));
  time.after(5, () => clock.kill());
  time.after(20, () => stop.abort());
  while (await time.step(100));
  expect(woken).toEqual([]);
});

test('each process counts its own monotonic time, and takes the wall clock as it is', async () => {
  const time = new VirtualTime();
  await time.step(500);
  const clock = clockIn(time);
  await time.step(800);
  expect([clock.monotonicMs(), clock.now()]).toEqual([300, 1800]);
});

test('a step ends in the same way wherever it was begun: in a callback of the loop, or among promises', async () => {
  const runs: string[][] = [];
  const live = async () => {
    const time = new VirtualTime();
    const clock = clockIn(time);
    const seen: string[] = [];
    runs.push(seen);
    const chain = async (name: string) => {
      for (let link = 0; link < 20; link += 1) await Promise.resolve();
      seen.push(name);
      await clock.sleep(1, name);
      seen.push(`${name} woke@${time.nowMs}`);
    };
    void chain('first');
    time.stir();
    time.after(0, () => void seen.push('due'));
    while (await time.step(5));
  };
  await live();
  await new Promise<void>((resolve) => setImmediate(() => void live().then(resolve)));
  expect(runs[0]).toEqual(['due', 'first', 'first woke@1']);
  expect(runs[1]).toEqual(runs[0]);
});
