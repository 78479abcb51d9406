// Without this a village could pay for weight that was not there, pay twice or by the wrong tariff, or let grams and points go out of balance.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../gateway/config-file.ts';
import { dailyCapOf, decideAward, decidePoints, decidePrice, pointsRefusals, tariffOn } from '../../../gateway/core/points.ts';
import type { SettledWeighing } from '../../../gateway/core/weighing.ts';
import { eventSchemas, postingsOf } from '../../../protocol/events.ts';
import { type Tariff, tariffSchema } from '../../../protocol/tariff.ts';

const name = { zh: '纸板', en: 'cardboard' };
const tariff = (version: string, validFrom: string, materials: object): Tariff =>
  tariffSchema.parse({ version, validFrom, learningPoints: 600, volunteeringPoints: 500, materials });
const first = tariff('a', '2018-07-01', { cardboard: { name, pointsPerKg: 60 }, can: { name, pointsEach: 10 }, air: { name, pointsPerKg: 0 } });
const second = tariff('b', '2019-01-01', { cardboard: { name, pointsPerKg: 70, maxGramsPerSession: 20_000 } });
const tariffs = [second, first];
const ask = (netGrams: number, material = 'cardboard', day = '2018-12-31') => decidePoints({ tariffs, day, material, netGrams, minimumGrams: 50 });
const codeOf = (decision: ReturnType<typeof ask>) => (decision.ok ? decision.points : decision.refusal.code);

const household = 'h-0123456789abcdef0123';
const weighing: SettledWeighing = {
  ...{ household, material: 'cardboard', grossGrams: 2510, tareGrams: 10, netGrams: 2500, intervalGrams: 10, maxGrams: 30_000 },
  ...{ stableSource: 'device', zeroAgeMs: 4000, rawHex: ['0008:0002 0050:00', '0008:0002 0050:00'], core: '1.0.0', method: 'tray' },
};
const award = (netGrams: number, material = 'cardboard', earned = 0) =>
  decideAward({
    ...{ weighing: { ...weighing, netGrams, material }, scale: 'scale-1', alibi: 7, tariffs, day: '2018-12-31', minimumGrams: 50 },
    ...{ dateTrusted: true, rulesVersion: 'site', daily: { cap: 3000, earned } },
    instrument: { model: 'W-CN', profile: '0123456789abcdef', certificate: 'ZJ-2026-0001' },
  });

describe('points for a weight', () => {
  it('are whole points of whole grams, rounded down (R-17)', () => {
    expect([50, 99, 100, 1000, 1016, 1017].map((net) => codeOf(ask(net)))).toEqual([3, 5, 6, 60, 60, 61]);
  });

  it('equal exact integer division for every price and weight a tariff allows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 0, max: 100_000 }), (netGrams, pointsPerKg) => {
        const only = tariff('t', '2018-07-01', { paper: { name, pointsPerKg, maxGramsPerSession: 1_000_000 } });
        const decision = decidePoints({ tariffs: [only], day: '2020-01-01', material: 'paper', netGrams, minimumGrams: 1 });
        return decision.ok && BigInt(decision.points) === (BigInt(netGrams) * BigInt(pointsPerKg)) / 1000n;
      }),
      { numRuns: 2000 },
    );
  });

  it('come from the tariff of the day, whatever order the file lists them in', () => {
    expect(tariffOn(tariffs, '2018-12-31')?.version).toBe('a');
    expect(tariffOn(tariffs, '2019-01-01')?.version).toBe('b');
    expect(tariffOn(tariffs, '2018-06-30')).toBeUndefined();
    expect(ask(1000, 'cardboard', '2019-01-01')).toMatchObject({ ok: true, points: 70, price: { tariffVersion: 'b', pointsPerKg: 70 } });
  });

  it('are refused by code, the first that applies', () => {
    const refusals = [ask(49, 'glass', '2018-06-30'), ask(49, 'glass'), ask(49, 'can'), ask(49), ask(50_001)].map(codeOf);
    expect(refusals).toEqual([...pointsRefusals]);
    expect([codeOf(ask(50)), codeOf(ask(50_000))]).toEqual([3, 3000]);
    expect(codeOf(ask(1000, 'constructor'))).toBe('material_unknown');
    expect(codeOf(decidePoints({ tariffs, day: '2018-12-31', material: 'cardboard', netGrams: 0, minimumGrams: 0 }))).toBe('below_minimum');
    expect(decidePrice(tariffs, '2018-12-31', 'can')).toEqual({ ok: false, refusal: { code: 'priced_by_piece' } });
  });
});

describe('the award of a settled weighing', () => {
  it('is one weighing and one award with the same number, valid as events and balanced per unit', () => {
    const decision = award(2500);
    if (!decision.ok) return expect.unreachable();
    const [committed, awarded] = decision.drafts;
    expect(eventSchemas['weigh.committed'].parse(committed.data)).toEqual(committed.data);
    expect(eventSchemas['points.awarded'].parse(awarded.data)).toEqual(awarded.data);
    expect(decision).toMatchObject({ weighingId: 'scale-1-7', points: 150 });
    expect(committed).toMatchObject({
      subject: 'scale-1',
      data: { weighing: 'scale-1-7', scale: 'scale-1', alibi: 7, household, grossGrams: 2510, tareGrams: 10, core: '1.0.0' },
    });
    expect(awarded).toMatchObject({
      subject: household,
      data: { reference: 'scale-1-7', source: 'recyclables', points: 150, tariffPoints: 150, netGrams: 2500, pointsPerKg: 60, tariffVersion: 'a' },
    });
    expect(postingsOf(committed)).toEqual([
      { account: 'source/recyclables', unit: 'grams', amount: -2500 },
      { account: 'intake/cardboard', unit: 'grams', amount: 2500 },
    ]);
    expect(postingsOf(awarded)).toEqual([
      { account: 'issuance/recyclables', unit: 'points', amount: -150 },
      { account: `household/${household}`, unit: 'points', amount: 150 },
    ]);
  });

  it('of nothing moves no points, but the weight is still recorded', () => {
    const decision = award(2500, 'air');
    if (!decision.ok) return expect.unreachable();
    expect(decision.drafts.map((draft) => postingsOf(draft).length)).toEqual([2, 0]);
    expect(eventSchemas['points.awarded'].safeParse(decision.drafts[1].data).success).toBe(true);
  });

  it('gives what is left under the cap of the day, and never less than nothing (R-19)', () => {
    const given = [0, 2850, 2900, 3000, 3500].map((earned) => {
      const decision = award(2500, 'cardboard', earned);
      return decision.ok && [decision.points, decision.tariffPoints, decision.drafts[1].data.postings.length];
    });
    expect(given).toEqual([
      [150, 150, 2],
      [150, 150, 2],
      [100, 150, 2],
      [0, 150, 0],
      [0, 150, 0],
    ]);
    expect([dailyCapOf('can', { dailyCap: 5, dailyCaps: { can: 9 } }), dailyCapOf('constructor', { dailyCap: 5, dailyCaps: {} })]).toEqual([9, 5]);
  });

  it('that is refused is nothing to append', () => {
    expect(award(50_001)).toEqual({ ok: false, refusal: { code: 'over_session_limit' } });
  });
});

describe('the tariff of the town', () => {
  const file = parseYaml(readFileSync('config/tariff-xiaojiang.yaml', 'utf8'), tariffSchema);

  it('is a valid tariff with the figures of the founding article and the start values of R-18', () => {
    if (!file.ok) return expect.unreachable(JSON.stringify(file.issues));
    const { materials, ...town } = file.value;
    expect(town).toMatchObject({ validFrom: '2018-07-01', learningPoints: 600, volunteeringPoints: 500 });
    const prices = Object.entries(materials).map(([key, row]) => [key, row.pointsPerKg ?? row.pointsEach]);
    expect(Object.fromEntries(prices)).toMatchObject({ cardboard: 60, paper: 60, textile: 30, drinkBottle: 3, can: 10 });
    expect([materials['drinkBottle']?.pointsPerKg, materials['can']?.pointsPerKg]).toEqual([undefined, undefined]);
  });

  it('would be refused with a material that has no price', () => {
    const text = 'version: x\nvalidFrom: "2018-07-01"\nlearningPoints: 1\nvolunteeringPoints: 1\nmaterials:\n  glass: { name: { zh: 玻璃, en: glass } }\n';
    expect(parseYaml(text, tariffSchema)).toEqual({
      ok: false,
      issues: [{ line: 6, field: 'materials.glass', message: 'a material has a price: pointsPerKg or pointsEach' }],
    });
  });
});
