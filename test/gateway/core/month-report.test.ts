// Lost if deleted: that the rates a village reports are of what it treated, are null where nobody can know them, and come from the month they are of.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MonthFlow, reportMonth } from '../../../gateway/core/month-report.ts';
import { oversightRulesSchema } from '../../../protocol/rules/oversight.ts';
import { codeOf, openVillage } from '../../support/tell.ts';
import { householdOf } from '../../support/village-drafts.ts';

const rules = oversightRulesSchema.parse({});
const flow = (name: string, account: string, grams: number): MonthFlow => ({ name, account, grams });
const facts = (flows: readonly MonthFlow[]) => ({ month: '2026-11', households: 100, taking: 65, flows, pieces: 12 });
const bought = flow('weigh.committed', 'source/recyclables', -100);
const sorted = flow('recyclables.sorted', 'intake/paper', 100);
const compost = [
  flow('compost.batch.recorded', 'output/compost-farmland', 150),
  flow('compost.batch.recorded', 'loss/composting', 200),
  flow('compost.batch.recorded', 'output/residue-landfill', 50),
];
const residual = [flow('station.load.sent', 'output/residual-incineration', 300), flow('station.load.sent', 'output/residual-landfill', 100)];

describe('the four rates', () => {
  it('are what was recycled, used and made harmless of all that was treated', () => {
    const report = reportMonth(facts([bought, sorted, ...compost, ...residual]), rules);
    expect(report).toMatchObject({
      coverage: { numerator: 65, denominator: 100, permille: 650 },
      // 100 + 100 + 350 of 1000; with 300 that gave heat; landfills of the village are up to the standard.
      recycling: { numerator: 550, denominator: 1000, permille: 550 },
      resourceUse: { numerator: 850, denominator: 1000, permille: 850 },
      harmlessTreatment: { numerator: 1000, denominator: 1000, permille: 1000 },
      grams: { recyclables: 200, composted: 350, sent: { incineration: 300, landfill: 150 }, total: 1000 },
      piecesWithoutWeight: 12,
    });
    const strict = oversightRulesSchema.parse({ harmlessDestinations: ['incineration'], energyDestinations: [] });
    expect(reportMonth(facts([bought, sorted, ...compost, ...residual]), strict)).toMatchObject({
      resourceUse: { numerator: 550 },
      harmlessTreatment: { numerator: 850 },
    });
  });

  it('are null, not 100 %, where no residual waste is in the books, and where nothing was treated', () => {
    const report = reportMonth(facts([bought, ...compost]), rules);
    for (const name of ['recycling', 'resourceUse', 'harmlessTreatment'] as const)
      expect(report[name]).toEqual({ numerator: expect.any(Number), denominator: null, permille: null });
    expect(reportMonth({ ...facts([flow('intake.recorded', 'station/residual', 400)]), households: 0, taking: 0 }, rules)).toMatchObject({
      coverage: { numerator: null, denominator: 0, permille: null },
      recycling: { denominator: 0, permille: null },
    });
  });

  it('never pass the whole, and no rate falls when more is recycled', () => {
    const grams = fc.integer({ min: 0, max: 1_000_000 });
    const what = fc.constantFrom('food', 'recyclable', 'residual', 'residue', 'compost');
    const where = fc.constantFrom('farmland', 'orchard', 'sold', 'biogas', 'incineration', 'landfill');
    const sent = fc.record({ what, where, grams }).map((load) => flow('station.load.sent', `output/${load.what}-${load.where}`, load.grams));
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 12 }), grams, (flows, more) => {
        const all = [...flows, flow('station.load.sent', 'output/residual-landfill', 1)];
        const report = reportMonth(facts(all), rules);
        for (const rate of [report.recycling, report.resourceUse, report.harmlessTreatment])
          expect(rate.numerator !== null && rate.denominator !== null && rate.numerator <= rate.denominator).toBe(true);
        expect(report.recycling.numerator).toBeLessThanOrEqual(report.resourceUse.numerator ?? 0);
        const better = reportMonth(facts([...all, flow('weigh.committed', 'source/recyclables', -more)]), rules);
        expect(better.recycling.permille).toBeGreaterThanOrEqual(report.recycling.permille ?? 0);
      }),
    );
  });
});

describe('the report of a month', () => {
  it('counts households that took part in that month only, and grams by the time of their events', async () => {
    const village = openVillage();
    const shown = (month: string) => {
      const seen = village.show('report.month', { month }, 'committee-1');
      return seen.ok ? (seen.shown as ReturnType<typeof reportMonth>) : expect.fail(codeOf(seen));
    };
    await village.tell('evaluation.record', { household: householdOf(1), stream: 'rotting', day: '2026-11-23', grade: 'good' }, 'collector-1');
    await village.tell('recyclables.receive', { household: householdOf(2), material: 'cardboard', grams: 1500 }, 'clerk-1');
    expect(shown('2026-11')).toMatchObject({
      coverage: { numerator: 2, denominator: 4, permille: 500 },
      recycling: { numerator: 1500, denominator: null, permille: null },
      grams: { recyclables: 1500, total: 1500 },
    });
    village.passDays(10);
    await village.tell('recyclables.receive', { household: householdOf(3), material: 'cardboard', grams: 700 }, 'clerk-1');
    expect([shown('2026-11').grams.recyclables, shown('2026-12').grams.recyclables, shown('2026-12').coverage.numerator]).toEqual([1500, 700, 1]);
    expect(shown('2026-10')).toMatchObject({ coverage: { denominator: 0 }, grams: { total: 0 } });
    expect(codeOf(village.show('report.month', { month: '2026-11' }, 'collector-1'))).toBe('role_missing');
  });
});
