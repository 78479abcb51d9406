// Lost if deleted: that a source gives no more than its budget without two of the committee, that recyclables always earn, and that the village sees what it owes.
import { describe, expect, it } from 'vitest';
import { budgetState, decideIssue } from '../../../gateway/core/budget.ts';
import { villageRulesSchema } from '../../../protocol/village-rules.ts';
import { codeOf, dataOf, namesOf, openVillage, sound } from '../../support/tell.ts';
import { householdOf } from '../../support/village-drafts.ts';

const { points: rules } = villageRulesSchema.parse({});
const [a, b, c] = [1, 2, 3].map(householdOf) as [string, string, string];
const day = '2026-11-23';

describe('a budget (R-33)', () => {
  it('warns from 80 percent, is full at its limit, and is nothing where none was set', () => {
    const states = [0, 799, 800, 999, 1000, 1200].map((issued) => budgetState({ limit: 1000, issued }, rules));
    expect(states).toEqual(['ok', 'ok', 'warn', 'warn', 'full', 'full']);
    expect([budgetState({ limit: null, issued: 5 }, rules), budgetState({ limit: 0, issued: 0 }, rules)]).toEqual(['unset', 'full']);
  });

  it('queues whole what does not fit, and never recyclables', () => {
    expect([400, 401].map((points) => decideIssue('learning', points, { limit: 1000, issued: 600 }))).toEqual(['awarded', 'queued']);
    expect(decideIssue('recyclables', 401, { limit: 1000, issued: 1000 })).toBe('awarded');
    expect(decideIssue('learning', 1_000_000, { limit: null, issued: 9 })).toBe('awarded');
  });
});

it('a warning is given once when a source comes near its budget and once when it is used up, and none for points taken back', async () => {
  const village = openVillage({ rules: { points: { budget: { recyclables: 1000, evaluation: 10 }, evaluation: { points: { excellent: 10, good: 9 } } } } });
  const states: string[][] = [];
  const told = async (name: string, input: object, by: 'clerk-1' | 'collector-1') =>
    states.push(dataOf(await village.tell(name, input, by), 'points.budget.warned').map(({ state }) => state));
  const grams = [13_000, 500, 1000, 1000, 2000, 500];
  for (const each of grams) await told('recyclables.receive', { household: a, material: 'cardboard', grams: each }, 'clerk-1');
  expect(states.splice(0)).toEqual([[], ['warn'], [], [], ['full'], []]);
  for (const grade of ['excellent', 'good']) await told('evaluation.record', { household: a, stream: 'rotting', day, grade }, 'collector-1');
  expect(states).toEqual([['full'], []]);
});

it('a list of volunteers uses a budget up from one entry to the next', async () => {
  const village = openVillage({ rules: { points: { budget: { volunteering: 999 } } } });
  await village.tell('volunteer.list', { activity: 'river', day, households: [a, b] }, 'organiser-1');
  const confirmed = await village.tell('volunteer.confirm', { activity: 'river' }, 'committee-1');
  expect(dataOf(confirmed, 'volunteer.confirmed').map(({ outcome }) => outcome)).toEqual(['awarded', 'queued']);
});

/** Three at a session with a budget for two. */
async function openQueue() {
  const village = openVillage({ rules: { points: { budget: { learning: 1300, recyclables: 0 } } } });
  await village.tell('learning.open', { session: 'one', day }, 'organiser-1');
  const told = await village.tell('learning.attend', { session: 'one', attendances: [a, b, c].map((household) => ({ household })) }, 'organiser-1');
  const number = (told.ok ? told.events.find(({ name }) => name === 'points.queued')?.sequence : undefined) ?? 0;
  const decide = (story: 'points.approve' | 'points.reject', numbers = [number]) => village.tell(story, { numbers }, 'committee-1', 'committee-2');
  return { ...village, told, number, decide };
}

describe('points beyond the budget', () => {
  it('wait, earn nothing meanwhile, and are given by two of the committee, once', async () => {
    const village = await openQueue();
    expect(dataOf(village.told, 'learning.attended').map(({ outcome }) => outcome)).toEqual(['awarded', 'awarded', 'queued']);
    expect(dataOf(village.told, 'points.budget.warned')).toEqual([{ source: 'learning', month: '2026-11', state: 'warn', limit: 1300, issued: 1200 }]);
    expect([a, b, c].map(village.balance)).toEqual([600, 600, 0]);
    expect(village.show('points.waiting', {}, 'committee-1')).toMatchObject({ shown: [{ number: village.number, household: c, points: 600 }] });
    expect(village.show('points.liability', {}, 'committee-1')).toMatchObject({
      shown: {
        month: '2026-11',
        outstanding: { points: 1200, yuan: '12.00' },
        byYear: [{ year: 2026, points: 1200, yuan: '12.00', lastDay: '2027-12-31' }],
        sources: expect.arrayContaining([{ source: 'learning', limit: 1300, issued: 1200, state: 'warn', waiting: 1 }]),
      },
    });
    expect(codeOf(await village.tell('points.approve', { numbers: [village.number] }, 'committee-1'))).toBe('second_person_needed');
    expect(codeOf(await village.tell('points.approve', { numbers: [village.number] }, 'committee-1', 'supervisor-1'))).toBe('second_role_missing');
    expect(codeOf(await village.decide('points.approve', [village.number, 1]))).toBe('not_waiting');
    const approved = await village.decide('points.approve', [village.number, village.number]);
    expect(dataOf(approved, 'points.budget.warned')).toMatchObject([{ state: 'full', limit: 1300, issued: 1800 }]);
    expect(dataOf(approved, 'points.awarded')).toMatchObject([{ queued: village.number, points: 600, second: 'committee-2' }]);
    expect(codeOf(await village.decide('points.approve'))).toBe('not_waiting');
    expect(village.balance(c)).toBe(600);
    expect(village.soundness()).toEqual(sound);
  });

  it('are rejected, and count no longer for the month of the household', async () => {
    const village = await openQueue();
    expect(village.store.earning.rewardedSessions(c, '2026-11')).toBe(1);
    expect(namesOf(await village.decide('points.reject'))).toEqual(['points.rejected']);
    expect(village.store.earning.rewardedSessions(c, '2026-11')).toBe(0);
    expect(codeOf(await village.decide('points.approve'))).toBe('not_waiting');
    expect(village.soundness()).toEqual(sound);
  });

  it('of a grade that is superseded are withdrawn with it', async () => {
    const village = openVillage({ rules: { points: { budget: { evaluation: 0 } } } });
    const grade = (grade: string) => village.tell('evaluation.record', { household: a, stream: 'rotting', day, grade }, 'collector-1');
    expect(namesOf(await grade('excellent'))).toEqual(['evaluation.recorded', 'points.queued']);
    const again = await grade('good');
    expect(namesOf(again)).toEqual(['evaluation.superseded', 'points.rejected', 'evaluation.recorded', 'points.queued']);
    expect(village.show('points.waiting', {}, 'committee-1')).toMatchObject({ shown: [{ points: 5 }] });
  });

  it('of recyclables are given, whatever the budget says', async () => {
    const village = openVillage({ rules: { points: { budget: { recyclables: 0 } } } });
    await village.tell('recyclables.receive', { household: a, material: 'cardboard', grams: 2000 }, 'clerk-1');
    expect(village.balance(a)).toBe(120);
    expect(village.show('points.liability', {}, 'committee-1')).toMatchObject({
      shown: { sources: expect.arrayContaining([{ source: 'recyclables', limit: 0, issued: 120, state: 'full', waiting: 0 }]) },
    });
  });
});
