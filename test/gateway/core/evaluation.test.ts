// Lost if deleted: that one grade counts for a door, stream and day, that a minus needs reason, evidence and a warning and has an end, and that an appeal gives it back.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Grade } from '../../../protocol/grades.ts';
import { codeOf, dataOf, namesOf, openVillage, sound, type Who } from '../../support/tell.ts';
import { householdOf } from '../../support/village-drafts.ts';

const [a, b] = [1, 2].map(householdOf) as [string, string];
const day = '2026-11-23';
const evidence = 'e'.repeat(64);
const low = { grade: 'poor', reason: 'mixed', evidence };
type Village = ReturnType<typeof openVillage>;
const grade = (village: Village, more: object, by: Who = 'collector-1') =>
  village.tell('evaluation.record', { household: a, stream: 'rotting', day, ...more }, by);
const give = async (village: Village, household: string) => {
  await village.tell('learning.open', { session: `gift-${household.slice(-4)}`, day: '2026-11-01' }, 'organiser-1');
  await village.tell('learning.attend', { session: `gift-${household.slice(-4)}`, attendances: [{ household }] }, 'organiser-1');
};

describe('a grade (R-23)', () => {
  it('is worth 10, 5 or nothing, each stream on its own', async () => {
    const village = openVillage();
    const told = await grade(village, { grade: 'excellent' });
    expect(namesOf(told)).toEqual(['evaluation.recorded', 'points.awarded']);
    expect(dataOf(told, 'points.awarded')).toMatchObject([{ source: 'evaluation', points: 10, reference: 'rotting-2026-11-23-1' }]);
    await grade(village, { grade: 'good', stream: 'nonRotting' });
    expect(namesOf(await grade(village, { grade: 'fair', household: b }))).toEqual(['evaluation.recorded']);
    expect([village.balance(a), village.balance(b)]).toEqual([15, 0]);
    expect(village.soundness()).toEqual(sound);
  });

  it('is refused for a day to come, too long ago, a door nobody knows, and the own door alone', async () => {
    const village = openVillage({ own: { 'collector-1': a } });
    const codes = [
      { grade: 'good', day: '2026-11-24' },
      { grade: 'good', day: '2026-11-19' },
      { grade: 'good', household: householdOf(9) },
    ].map((more) => grade(village, more, 'collector-2'));
    expect((await Promise.all(codes)).map(codeOf)).toEqual(['session_ahead', 'grade_too_late', 'household_unknown']);
    expect(codeOf(await grade(village, { grade: 'excellent' }))).toBe('own_household');
    expect(codeOf(await grade(village, { grade: 'good', day: '2026-11-20' }, 'collector-2'))).toBe('ok');
  });
});

describe('a later grade of the day (invariant 8)', () => {
  it('supersedes the one before and undoes its points; the same again changes nothing', async () => {
    const village = openVillage();
    const first = await grade(village, { grade: 'excellent' });
    const awarded = first.ok ? first.events.find(({ name }) => name === 'points.awarded')?.sequence : undefined;
    const again = await grade(village, { grade: 'good' }, 'collector-2');
    expect(namesOf(again)).toEqual(['evaluation.superseded', 'points.clawedback', 'evaluation.recorded', 'points.awarded']);
    expect(dataOf(again, 'points.clawedback')).toMatchObject([{ reverses: awarded, reason: 'superseded', points: 10 }]);
    expect(namesOf(await grade(village, { grade: 'good' }))).toEqual([]);
    expect([village.balance(a), village.store.points.issued('2026-11', 'evaluation')]).toEqual([5, 5]);
    expect(village.soundness()).toEqual(sound);
  });

  it('leaves the balance of the last grade alone, whatever was graded before', { timeout: 60_000 }, async () => {
    const worth: Record<Grade, number> = { excellent: 10, good: 5, fair: 0, poor: -10 };
    const grades = fc.array(fc.constantFrom<Grade>('excellent', 'good', 'fair', 'poor'), { minLength: 1, maxLength: 8 });
    const village = openVillage({ rules: { points: { evaluation: { warnings: 0 }, dailyCap: 0 } } });
    await give(village, a);
    let days = 0;
    await fc.assert(
      fc.asyncProperty(grades, async (row) => {
        // One balance before, one day of its own: streams and days never mix.
        village.passDays(31);
        days += 31;
        const before = village.balance(a);
        const on = new Date(Date.UTC(2026, 10, 23 + days)).toISOString().slice(0, 10);
        for (const [index, each] of row.entries())
          await grade(
            village,
            { grade: each, day: on, reason: each === 'poor' ? 'mixed' : null, evidence: each === 'poor' ? evidence : null },
            `collector-${(index % 2) + 1}` as Who,
          );
        expect(village.balance(a) - before).toBe(worth[row.at(-1) ?? 'fair']);
        const rows = village.store.earning.grades(a, on, on, 100);
        expect(rows.filter(({ state }) => state === 'effective')).toHaveLength(1);
      }),
      { numRuns: 12 },
    );
    expect(village.soundness()).toEqual(sound);
  });
});

describe('a minus (R-24)', () => {
  it('needs a reason and evidence, warns first, and then takes what the household has', async () => {
    const village = openVillage();
    expect(codeOf(await grade(village, { grade: 'poor' }))).toBe('reason_needed');
    expect(codeOf(await grade(village, { grade: 'poor', reason: 'bagInside' }))).toBe('evidence_needed');
    expect(dataOf(await grade(village, low), 'evaluation.recorded')).toMatchObject([{ outcome: 'warned', evidence, reason: 'mixed' }]);
    expect(dataOf(await grade(village, { ...low, stream: 'nonRotting' }), 'evaluation.recorded')).toMatchObject([{ outcome: 'limit' }]);
    await give(village, a);
    const taken = await grade(village, { ...low, day: '2026-11-22' });
    expect(dataOf(taken, 'points.deducted')).toMatchObject([{ points: 10, tariffPoints: 10 }]);
    expect(village.balance(a)).toBe(590);
    expect(village.soundness()).toEqual(sound);
  });

  it('warns anew when the warning was superseded, and takes again what a superseded minus gave back', async () => {
    const village = openVillage();
    const outcome = async (more: object) => dataOf(await grade(village, more), 'evaluation.recorded')[0]?.outcome;
    expect([await outcome(low), await outcome({ ...low, reason: 'emptyBagOnly' })]).toEqual(['warned', 'warned']);
    expect([await outcome({ ...low, reason: 'mixed' }), await outcome({ grade: 'fair' }), await outcome({ ...low, day: '2026-11-22' })]).toEqual([
      'warned',
      'nothing',
      'warned',
    ]);
    await grade(village, { grade: 'excellent', stream: 'nonRotting' });
    expect(await outcome(low)).toBe('deducted');
    expect(village.balance(a)).toBe(0);
    expect(await outcome({ ...low, reason: 'bagInside' })).toBe('deducted');
    expect(village.balance(a)).toBe(0);
    expect(village.soundness()).toEqual(sound);
  });

  it('ends at 100 points a month and begins again with the next', async () => {
    const village = openVillage();
    await give(village, a);
    const take = async (on: string, stream: string) => dataOf(await grade(village, { ...low, day: on, stream }), 'evaluation.recorded')[0]?.outcome;
    await take(day, 'rotting');
    const outcomes: unknown[] = [];
    // Eleven more within the days that may still be graded: six days, two streams.
    for (let passed = 0; passed < 6; passed += 1) {
      village.passDays(1);
      for (const stream of ['rotting', 'nonRotting']) outcomes.push(await take(`2026-11-${24 + passed}`, stream));
    }
    expect(outcomes).toEqual([...Array<string>(10).fill('deducted'), 'limit', 'limit']);
    expect(village.balance(a)).toBe(500);
    village.passDays(2);
    expect(await take('2026-12-01', 'rotting')).toBe('deducted');
  });
});

describe('an appeal (R-25)', () => {
  const door = { household: a, stream: 'rotting', day };
  const appeal = (village: Village) => village.tell('evaluation.appeal', door, 'clerk-1');
  const decide = (village: Village, upheld: boolean) => village.tell('evaluation.decide', { ...door, upheld }, 'supervisor-1');
  const taken = async () => {
    const village = openVillage({ rules: { points: { evaluation: { warnings: 0 } } } });
    await give(village, a);
    const told = await grade(village, low);
    return { village, deducted: told.ok ? told.events.find(({ name }) => name === 'points.deducted')?.sequence : undefined };
  };

  it('that is upheld gives back what was taken, by an entry that names it, and the grade stays out', async () => {
    const { village, deducted } = await taken();
    expect(codeOf(await appeal(village))).toBe('ok');
    expect(codeOf(await appeal(village))).toBe('appeal_known');
    expect(village.show('evaluation.appeals', {}, 'supervisor-1')).toMatchObject({ shown: [{ household: a, appeal: 'open' }] });
    const decided = await decide(village, true);
    expect(dataOf(decided, 'points.restored')).toMatchObject([{ reverses: deducted, points: 10, reason: 'appeal' }]);
    expect(village.balance(a)).toBe(600);
    expect(codeOf(await grade(village, low))).toBe('grade_decided');
    expect(codeOf(await decide(village, true))).toBe('appeal_not_open');
    expect(village.soundness()).toEqual(sound);
  });

  it('is not decided by who gave the grade', async () => {
    const village = openVillage();
    await grade(village, low, 'grader-1');
    await appeal(village);
    const decideBy = (by: Who, second: Who | null) => village.tell('evaluation.decide', { ...door, upheld: true }, by, second);
    expect([codeOf(await decideBy('grader-1', null)), codeOf(await decideBy('supervisor-1', 'grader-1'))]).toEqual(['own_grade', 'own_grade']);
    expect(codeOf(await decideBy('supervisor-1', 'supervisor-2'))).toBe('ok');
    // The warning is gone with the grade: the next low grade warns again.
    expect(dataOf(await grade(village, { ...low, day: '2026-11-22' }), 'evaluation.recorded')).toMatchObject([{ outcome: 'warned' }]);
  });

  it('that is dismissed, comes too late or has nothing to be about changes nothing', async () => {
    const { village } = await taken();
    expect(codeOf(await village.tell('evaluation.appeal', { ...door, stream: 'nonRotting' }, 'clerk-1'))).toBe('nothing_to_appeal');
    await appeal(village);
    expect(codeOf(await decide(village, false))).toBe('ok');
    expect(village.balance(a)).toBe(590);
    const late = (await taken()).village;
    late.passDays(14);
    expect(codeOf(await appeal(late))).toBe('ok');
    const tooLate = (await taken()).village;
    tooLate.passDays(15);
    expect(codeOf(await appeal(tooLate))).toBe('appeal_too_late');
  });
});
