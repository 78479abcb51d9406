// Lost if deleted: that reviews are drawn by chance once and stand beside the collector's grade, that inspections keep bands and deadlines and are never averaged, that nobody is named unasked, and that people are told where to go.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareReviews, drawSample, gridTotals, honourList, type MonthGrades, type ReviewedDoor } from '../../../gateway/core/oversight.ts';
import { oversightRulesSchema } from '../../../protocol/rules/oversight.ts';
import { codeOf, dataOf, namesOf, openVillage, sound } from '../../support/tell.ts';
import { householdOf } from '../../support/village-drafts.ts';

const day = '2026-11-23';
const rules = oversightRulesSchema.parse({});
type Village = ReturnType<typeof openVillage>;
const shownOf = <Shown>(village: Village, view: string, input: object, by: Parameters<Village['show']>[2]): Shown => {
  const seen = village.show(view, input, by);
  return seen.ok ? (seen.shown as Shown) : expect.fail(codeOf(seen));
};

describe('a sample (R-35)', () => {
  it('is of the village, without twice the same, and by the dice alone', () => {
    const many = fc.integer({ min: 0, max: 60 }).map((count) => Array.from({ length: count }, (_unused, index) => householdOf(index)));
    fc.assert(
      fc.property(many, fc.integer({ min: 1, max: 40 }), fc.uint8Array({ minLength: 160, maxLength: 160 }), (all, count, dice) => {
        const drawn = drawSample(all, count, dice);
        expect(drawn).toHaveLength(Math.min(count, all.length));
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(drawn.every((household) => all.includes(household))).toBe(true);
        expect(drawSample(all, count, dice)).toEqual(drawn);
      }),
    );
  });

  it('prefers nobody: over every throw of the dice each of ten households comes up equally often', () => {
    const all = Array.from({ length: 10 }, (_unused, index) => householdOf(index));
    const counts = new Map<string, number>();
    for (let throwOf = 0; throwOf < 10 * 9 * 8; throwOf += 1) {
      const dice = Buffer.alloc(12);
      [throwOf % 10, Math.floor(throwOf / 10) % 9, Math.floor(throwOf / 90)].forEach((die, at) => void dice.writeUInt32BE(die, at * 4));
      for (const household of drawSample(all, 3, dice)) counts.set(household, (counts.get(household) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(all.map(() => (720 * 3) / 10));
  });

  it('is drawn once, on its day, and recorded with the number it was drawn from', async () => {
    const village = openVillage({ rules: { oversight: { sampleHouseholds: 2 } } });
    const draw = (on: string, by: Parameters<Village['tell']>[2] = 'cadre-1') => village.tell('review.sample', { day: on }, by);
    expect([codeOf(await draw('2026-11-22')), codeOf(await draw('2026-11-24')), codeOf(await draw(day, 'collector-1'))]).toEqual([
      'sample_today_only',
      'sample_today_only',
      'role_missing',
    ]);
    const [sampled] = dataOf(await draw(day), 'review.sampled');
    expect([sampled?.households.length, sampled?.of]).toEqual([2, 4]);
    expect(codeOf(await draw(day))).toBe('sample_known');
  });
});

describe('a review of a door (R-35)', () => {
  const reviewing = async () => {
    const village = openVillage({ rules: { oversight: { sampleHouseholds: 3 } }, own: { 'party-1': householdOf(1) } });
    const [sampled] = dataOf(await village.tell('review.sample', { day }, 'cadre-1'), 'review.sampled');
    const drawn = sampled?.households ?? [];
    const review = (household: string, grade: string, by: Parameters<Village['tell']>[2] = 'cadre-1', more: object = {}) =>
      village.tell('review.record', { household, stream: 'rotting', day, grade, ...more }, by);
    return { village, drawn, left: [1, 2, 3, 4].map(householdOf).find((household) => !drawn.includes(household)) ?? '', review };
  };

  it('stands beside the collector’s grade, moves no points, and is compared with it whichever came first', async () => {
    const { village, drawn, review } = await reviewing();
    const [one = '', two = '', three = ''] = drawn;
    const grade = (household: string, given: string) => village.tell('evaluation.record', { household, stream: 'rotting', day, grade: given }, 'collector-1');
    await grade(one, 'excellent');
    expect(namesOf(await review(one, 'fair'))).toEqual(['review.daily']);
    await review(two, 'good');
    await review(three, 'good');
    await grade(two, 'good');
    expect([one, two].map((household) => village.balance(household))).toEqual([10, 5]);
    const compared = shownOf<object>(village, 'review.compare', { from: day, to: day }, 'supervisor-1');
    expect(compared).toMatchObject({
      all: { reviewed: 3, notGraded: 1, same: 1, collectorHigher: 1, collectorLower: 0 },
      byCollector: { 'collector-1': { reviewed: 2, notGraded: 0, same: 1, collectorHigher: 1 } },
    });
    expect(codeOf(village.show('review.compare', { from: day, to: day }, 'collector-1'))).toBe('role_missing');
    expect(village.soundness()).toEqual(sound);
  });

  it('is of the sample, once, with a reason where it is poor, not of the own grade and not of the own house', async () => {
    const { village, drawn, left, review } = await reviewing();
    const one = drawn.find((household) => household !== householdOf(1)) ?? '';
    expect(codeOf(await review(left, 'good'))).toBe('not_in_sample');
    expect(codeOf(await review(one, 'poor'))).toBe('reason_needed');
    expect(codeOf(await review(householdOf(1), 'good', 'party-1'))).toBe('own_household');
    expect(codeOf(await review(one, 'good', 'cadre-1', { day: '2026-11-24' }))).toBe('session_ahead');
    await village.tell('evaluation.record', { household: one, stream: 'rotting', day, grade: 'good' }, 'cadre-1');
    expect(codeOf(await review(one, 'good', 'cadre-1'))).toBe('own_review');
    expect(codeOf(await review(one, 'good', 'party-1'))).toBe('ok');
    expect(codeOf(await review(one, 'fair', 'party-1'))).toBe('review_known');
    const { doors } = shownOf<{ doors: { household: string; rotting: boolean }[] }>(village, 'review.sampled', { day }, 'cadre-1');
    expect(doors.filter(({ rotting }) => rotting).map(({ household }) => household)).toEqual([one]);
  });

  it('adds up: every reviewed door is the same, higher, lower or not graded', () => {
    const grade = fc.constantFrom('excellent', 'good', 'fair', 'poor');
    const door = fc.record({ grade, collectorGrade: fc.option(grade), collector: fc.constantFrom('collector-1', 'collector-2') });
    fc.assert(
      fc.property(fc.array(door), (rows) => {
        const doors = rows.map((row) => ({
          ...row,
          collector: row.collectorGrade === null ? null : row.collector,
          day,
          stream: 'rotting',
        })) as unknown as ReviewedDoor[];
        const { all, byCollector } = compareReviews(doors);
        expect(all.same + all.collectorHigher + all.collectorLower + all.notGraded).toBe(doors.length);
        expect(Object.values(byCollector).reduce((sum, { reviewed }) => sum + reviewed, 0)).toBe(doors.length - all.notGraded);
      }),
    );
  });
});

describe('an inspection (R-36, R-37)', () => {
  const finding = (item: string) => ({ item, evidence: null });
  it('has a band by its score, and stands once a month beside any number of visits', async () => {
    const village = openVillage();
    const inspect = (inspection: string, score: number, on = day, more: object = {}) =>
      village.tell('inspection.record', { inspection, day: on, score, ...more }, 'inspector-1');
    const scores = [90, 89, 75, 74, 60, 59];
    const bands: unknown[] = [];
    for (const [index, score] of scores.entries()) {
      const month = String(index + 1).padStart(2, '0');
      bands.push(dataOf(await inspect(`third-${month}`, score, `2026-${month}-10`), 'inspection.monthly')[0]?.band);
    }
    expect(bands).toEqual(['green', 'blue', 'blue', 'yellow', 'yellow', 'red']);
    expect(codeOf(await inspect('again', 95, '2026-06-30'))).toBe('inspection_of_month');
    expect(codeOf(await inspect('third-01', 95))).toBe('inspection_known');
    expect(codeOf(await inspect('ahead', 95, '2026-11-24'))).toBe('date_in_future');
    expect(codeOf(await inspect('over', 101))).toBe('malformed');
    expect(codeOf(await village.tell('inspection.record', { inspection: 'x', day, score: 80 }, 'supervisor-1'))).toBe('role_missing');
    for (const visit of ['visit-1', 'visit-2'])
      expect(codeOf(await village.tell('supervision.visit', { inspection: visit, day: '2026-06-20', score: 99 }, 'supervisor-1'))).toBe('ok');
    const june = shownOf<{ kind: string; score: number; band: string | null }[]>(
      village,
      'inspection.list',
      { from: '2026-06-01', to: '2026-06-30' },
      'cadre-1',
    );
    expect(june.map(({ kind, score, band }) => [kind, score, band])).toEqual([
      ['supervision', 99, null],
      ['supervision', 99, null],
      ['thirdParty', 59, 'red'],
    ]);
  });

  it('gives what it found a deadline: open, overdue, done, done late, and never by the committee alone', async () => {
    const village = openVillage();
    await village.tell('inspection.record', { inspection: 'third', day, score: 80, findings: [finding('shedDirty'), finding('signMissing')] }, 'inspector-1');
    const rectify = (item: string, second: Parameters<Village['tell']>[3]) =>
      village.tell('inspection.rectify', { inspection: 'third', item }, 'committee-1', second);
    const states = () =>
      shownOf<{ rectifyBy: string; findings: { item: string; state: string }[] }[]>(village, 'inspection.list', { from: day, to: day }, 'committee-1').map(
        ({ rectifyBy, findings }) => [rectifyBy, ...findings.map(({ item, state }) => `${item} ${state}`)],
      );
    expect(states()).toEqual([['2026-11-30', 'shedDirty open', 'signMissing open']]);
    expect([codeOf(await rectify('shedDirty', null)), codeOf(await rectify('shedDirty', 'committee-2'))]).toEqual([
      'second_person_needed',
      'second_role_missing',
    ]);
    expect(codeOf(await rectify('dumped', 'inspector-1'))).toBe('finding_not_of_inspection');
    village.passDays(7);
    expect(namesOf(await rectify('shedDirty', 'inspector-1'))).toEqual(['inspection.rectified']);
    expect(namesOf(await rectify('shedDirty', 'supervisor-1'))).toEqual([]);
    expect(states()).toEqual([['2026-11-30', 'shedDirty done', 'signMissing open']]);
    village.passDays(1);
    expect(states()).toEqual([['2026-11-30', 'shedDirty done', 'signMissing overdue']]);
    await rectify('signMissing', 'supervisor-1');
    expect(states()).toEqual([['2026-11-30', 'shedDirty done', 'signMissing doneLate']]);
    const twice = { inspection: 'twice', day: '2026-10-02', score: 1, findings: [finding('dumped'), finding('dumped')] };
    expect(codeOf(await village.tell('inspection.record', twice, 'inspector-1'))).toBe('malformed');
    expect(codeOf(await village.tell('supervision.visit', { ...twice, findings: [finding('dumped')], rectifyBy: '2026-10-01' }, 'supervisor-1'))).toBe(
      'deadline_too_early',
    );
    expect(village.soundness()).toEqual(sound);
  });
});

const graded = (index: number, partyMember: string | null, counts: Partial<MonthGrades> = {}): MonthGrades => ({
  ...{ household: householdOf(index), partyMember, days: 10, excellent: 10, good: 0, fair: 0, poor: 0 },
  ...counts,
});

describe('lists and totals (R-38)', () => {
  it('name whom consent was recorded of, and nobody else, by the share of excellent grades', async () => {
    const village = openVillage({ rules: { oversight: { honourDays: 2 } } });
    const [one, two, three, four] = [1, 2, 3, 4].map(householdOf) as [string, string, string, string];
    village.books.personal.put(
      [one, two, three, four].map((household, index) => ({ household, number: `${index}`, head: `户主${index + 1}`, phone: null, house: null, cards: [] })),
    );
    for (const household of [one, two, three])
      village.store.append([{ name: 'consent.given', subject: household, data: { operator: 'clerk-1', second: null, household, purpose: 'honourList' } }]);
    const grade = (household: string, on: string, given: string) =>
      village.tell('evaluation.record', { household, stream: 'rotting', day: on, grade: given }, 'collector-1');
    for (const on of ['2026-11-22', '2026-11-23']) for (const household of [one, two, four]) await grade(household, on, 'excellent');
    await village.tell('evaluation.record', { household: one, stream: 'nonRotting', day, grade: 'good' }, 'collector-1');
    await grade(three, day, 'excellent');
    expect(shownOf(village, 'honour.list', { month: '2026-11' }, 'committee-1')).toEqual([
      { head: '户主2', days: 2, excellent: 2 },
      { head: '户主1', days: 2, excellent: 2 },
    ]);
    village.store.append([{ name: 'consent.withdrawn', subject: two, data: { operator: 'clerk-1', second: null, household: two, purpose: 'honourList' } }]);
    expect(shownOf(village, 'honour.list', { month: '2026-11' }, 'committee-1')).toEqual([{ head: '户主1', days: 2, excellent: 2 }]);
  });

  it('put nobody on the red list who was graded badly once, or seldom', () => {
    const rows = [graded(1, null, { poor: 1 }), graded(2, null, { days: 7 }), graded(3, null, { excellent: 0, good: 9 }), graded(4, null)];
    expect(honourList(rows, () => true, rules).map(({ household }) => household)).toEqual([householdOf(4)]);
    expect(honourList(rows, () => false, rules)).toEqual([]);
  });

  it('show no cell so small that it names somebody, nor one that follows from the others', () => {
    const cell = (name: string, from: number, count: number) => Array.from({ length: count }, (_unused, index) => graded(from + index, name));
    const shown = (rows: MonthGrades[]) => gridTotals(rows, rules).cells.map(({ partyMember, grades }) => [partyMember, grades?.excellent ?? null]);
    expect(shown([...cell('a', 1, 5), ...cell('b', 10, 6)])).toEqual([
      ['a', 50],
      ['b', 60],
    ]);
    expect(shown([...cell('a', 1, 4), ...cell('b', 10, 6), ...cell('c', 20, 7)])).toEqual([
      ['a', null],
      ['b', null],
      ['c', 70],
    ]);
    expect(shown([...cell('a', 1, 4), ...cell('b', 10, 1), ...cell('c', 20, 7)])).toEqual([
      ['a', null],
      ['b', null],
      ['c', 70],
    ]);
    expect(gridTotals(cell('a', 1, 4), rules).village.grades).toBeNull();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 }), (sizes) => {
        const rows = sizes.flatMap((size, index) => cell(`cell-${index}`, index * 10, size));
        const { village, cells } = gridTotals(rows, rules);
        const hidden = cells.filter(({ grades }) => grades === null).reduce((sum, { households }) => sum + households, 0);
        expect(cells.every(({ grades, households }) => grades === null || households >= rules.gridHouseholdsMin)).toBe(true);
        // What the village shows less what its cells show is nobody, or enough.
        expect(village.grades === null || hidden === 0 || hidden >= rules.gridHouseholdsMin).toBe(true);
      }),
    );
  });
});

describe('a device out of service (R-48)', () => {
  it('says where to go instead, until it is back, and keeps the log of its parts', async () => {
    const village = openVillage();
    const withdraw = (device: string, alternative: string | null) => village.tell('device.withdraw', { device, reason: 'broken', alternative }, 'clerk-1');
    expect(codeOf(await withdraw('bin-1', 'bin-1'))).toBe('alternative_out');
    await withdraw('bin-2', null);
    expect(codeOf(await withdraw('bin-1', 'bin-2'))).toBe('alternative_out');
    await withdraw('bin-1', 'shed-2');
    const banners = () => shownOf<{ device: string; zh: string }[]>(village, 'device.banners', {}, 'organiser-1').map(({ zh }) => zh);
    expect(banners()).toEqual(['bin-1 停用（故障），请到 shed-2', 'bin-2 停用（故障），请找村里的管理员']);
    expect(codeOf(await village.tell('device.repair', { device: 'bin-1', work: 'partReplaced' }, 'technician-1'))).toBe('parts_needed');
    await village.tell('device.repair', { device: 'bin-1', work: 'partReplaced', parts: [{ part: 'lock', pieces: 1 }] }, 'technician-1');
    await village.tell('device.return', { device: 'bin-1' }, 'technician-1');
    expect(codeOf(await village.tell('device.return', { device: 'bin-1' }, 'technician-1'))).toBe('not_withdrawn');
    expect(banners()).toHaveLength(1);
    const log = shownOf<{ kind: string; note: string; parts: object[] }[]>(village, 'device.log', { device: 'bin-1' }, 'technician-1');
    expect(log.map(({ kind, note, parts }) => [kind, note, parts])).toEqual([
      ['returned', null, []],
      ['repaired', 'partReplaced', [{ part: 'lock', pieces: 1 }]],
      ['withdrawn', 'broken', []],
    ]);
    expect(village.soundness()).toEqual(sound);
  });
});
