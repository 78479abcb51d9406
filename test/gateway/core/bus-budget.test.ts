// Without this a line could be declared fit that cannot carry its polls, or a village could be sent away from a line that can.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BudgetDevice, type BudgetLine, judgeBudget, planBudget } from '../../../gateway/core/bus-budget.ts';

/** A bin of two reads: 8 inputs and 9 registers. */
const bin: BudgetDevice = {
  id: 'bin-1',
  timeoutMs: 150,
  guardMs: 200,
  reads: [
    { requestBytes: 8, replyBytes: 6 },
    { requestBytes: 8, replyBytes: 23 },
  ],
  idlePauseMs: 2000,
  busyPauseMs: 2000,
  isActuator: false,
};
const bins = (count: number, baud: number): BudgetLine => ({ id: 'bin-line', baud, devices: Array.from({ length: count }, () => bin) });
const codes = (line: BudgetLine) => judgeBudget(line, planBudget(line)).map(({ kind }) => kind);

const anyDevice = fc.record({
  id: fc.constant('device'),
  timeoutMs: fc.integer({ min: 20, max: 1000 }),
  guardMs: fc.integer({ min: 0, max: 1000 }),
  reads: fc.array(fc.record({ requestBytes: fc.constant(8), replyBytes: fc.integer({ min: 5, max: 255 }) }), { minLength: 1, maxLength: 4 }),
  idlePauseMs: fc.integer({ min: 100, max: 5000 }),
  busyPauseMs: fc.integer({ min: 10, max: 100 }),
  isActuator: fc.boolean(),
});
const anyBaud = fc.constantFrom(1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, Number.POSITIVE_INFINITY);
const anyLine: fc.Arbitrary<BudgetLine> = fc.record({ id: fc.constant('line'), baud: anyBaud, devices: fc.array(anyDevice, { maxLength: 40 }) });
const costs = ['idleLoad', 'busyLoad', 'roundMs', 'silentRoundMs', 'commandMs', 'commandBehindSilenceMs', 'deadShare'] as const;

describe('the budget of a line', () => {
  it('is that of a hand-reckoned bin at 9600 baud', () => {
    // 11 bits a byte: 14 bytes 16.04 ms, 31 bytes 35.52 ms; each with 10 ms of the board and t3.5 of 4.01 ms.
    const budget = planBudget(bins(1, 9600));
    expect(budget.roundMs).toBeCloseTo(30.05 + 49.53, 1);
    expect(budget.idleLoad).toBeCloseTo(79.58 / 2079.58, 4);
    expect(budget.commandMs).toBeCloseTo(49.53, 1);
    // The longest reply's 35.52 ms, deadline 150, grace 10, guard 200: once in 10 s.
    expect(budget.silentRoundMs).toBeCloseTo(395.52, 1);
    expect(budget.commandBehindSilenceMs).toBeCloseTo(395.52, 1);
    expect(budget.deadShare).toBeCloseTo(0.0396, 3);
  });

  it('costs more with every device, and less with every baud rate', () => {
    fc.assert(
      fc.property(anyLine, anyDevice, anyBaud, (line, device, baud) => {
        const [before, after] = [planBudget(line), planBudget({ ...line, devices: [...line.devices, device] })];
        for (const cost of costs) expect(after[cost]).toBeGreaterThanOrEqual(before[cost]);
        const faster = planBudget({ ...line, baud: Math.max(baud, line.baud) });
        for (const cost of costs) expect(faster[cost]).toBeLessThanOrEqual(before[cost] + 1e-9);
      }),
    );
  });

  it('is refused exactly when the polls need more than all of the line, and the way out leads out', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const budget = planBudget(line);
        expect(judgeBudget(line, budget).some(({ kind }) => kind === 'refused')).toBe(budget.idleLoad > 1);
        if (budget.betterBaud === null) return;
        expect(budget.betterBaud).toBeGreaterThan(line.baud);
        const mended = { ...line, baud: budget.betterBaud };
        expect(planBudget(mended).idleLoad).toBeLessThanOrEqual(2 / 3);
        expect(judgeBudget(line, budget)[0]?.message).toContain(`${budget.betterBaud} baud`);
      }),
    );
  });

  it('has room for 8 bins at 9600 baud, warns of 20, refuses 32, and names the baud rate that carries them', () => {
    expect(codes(bins(8, 9600))).toEqual([]);
    expect(codes(bins(20, 9600))).toEqual(['warning']);
    expect(codes(bins(32, 9600))).toEqual(['refused']);
    expect(planBudget(bins(32, 9600)).betterBaud).toBe(38_400);
    expect(planBudget(bins(32, 1200)).betterBaud).toBe(38_400);
  });

  it('warns where everything in use at once asks for more than the line has', () => {
    const scale = { ...bin, id: 'scale', idlePauseMs: 500, busyPauseMs: 20 };
    expect(codes({ ...bins(4, 9600), devices: [scale, bin, bin, bin] })).toEqual([]);
    expect(codes({ ...bins(0, 9600), devices: [scale, scale, bin, bin] })).toEqual(['warning']);
  });

  it('warns where a slow silent device could hold up a roll', () => {
    const dispenser = { ...bin, id: 'dispenser', isActuator: true };
    const slow = { ...bin, id: 'level', timeoutMs: 700, guardMs: 400 };
    expect(codes({ ...bins(0, 9600), devices: [dispenser, bin] })).toEqual([]);
    expect(codes({ ...bins(0, 9600), devices: [dispenser, slow] })).toEqual(['warning']);
    expect(codes({ ...bins(0, 9600), devices: [bin, slow] })).toEqual([]);
  });

  it('of a line without devices is empty', () => {
    const budget = planBudget(bins(0, 9600));
    expect(costs.map((cost) => budget[cost])).toEqual(costs.map(() => 0));
    expect(codes(bins(0, 9600))).toEqual([]);
  });
});
