// Without this a gateway killed in the middle of a dispense could lose or invent a roll, and nobody would know before a village does.
import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { judgeBooks, judgeJournal } from '../../scripts/kill-loop/audit.ts';
import { runKillLoop } from '../../scripts/kill-loop/loop.ts';
import { endEachTest } from '../support/endings.ts';

const endings = endEachTest();

it('keeps metal and books equal through 5 kills at random moments of a dispense', async () => {
  const seed = randomInt(0x1_0000_0000);
  const report = await runKillLoop({ folder: await endings.folder(), times: 5, seed, say: () => undefined });
  expect(report, `npm run kill-loop -- --times 5 --seed ${seed}`).toMatchObject({ violations: [] });
  expect(report.kills).toBeGreaterThanOrEqual(5);
  expect(report.motorStarts).toBeGreaterThan(0);
  expect(report.issued).toBe(report.rollsOut);
}, 180_000);

it('finds every way in which metal and books can differ', () => {
  const books = { balances: [], problems: [], dispensers: [{ posted: 4, purged: 1, suspense: 0 }] };
  expect(judgeBooks(books, { ctrOut: 5 })).toEqual([]);
  expect(judgeBooks(books, { ctrOut: 6 })).toEqual(['the board counted 6 rolls, the books 5']);
  expect(judgeBooks({ ...books, dispensers: [{ posted: 4, purged: 0, suspense: 1 }] }, { ctrOut: 5 })).toEqual([
    expect.stringContaining('1 roll(s) are in suspense'),
  ]);
  expect(judgeBooks({ ...books, balances: [{ kind: 'hold', amount: 1 }] }, { ctrOut: 5 })).toEqual(['1 roll(s) are still on hold']);
  expect(judgeBooks({ ...books, problems: [{ detail: 'points adds up to 1' }] }, { ctrOut: 5 })).toEqual(['points adds up to 1']);
  expect(judgeJournal([1, 2], new Set([1, 2, 3]), { ctrStart: 2 })).toEqual([]);
  expect(judgeJournal([1, 4], new Set([1]), { ctrStart: 2 })).toEqual(['the motor started for job 4, which has no intent']);
  expect(judgeJournal([1, 1], new Set([1]), { ctrStart: 2 })).toEqual(['the motor started twice for job 1']);
  expect(judgeJournal([1], new Set([1]), { ctrStart: 2 })).toEqual(['the journal has 1 motor starts, the board counted 2']);
});
