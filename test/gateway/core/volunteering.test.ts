// Lost if deleted: that nobody confirms the own list of volunteers, and that no household is paid for more than four events a month.
import { expect, it } from 'vitest';
import { codeOf, dataOf, namesOf, openVillage, sound } from '../../support/tell.ts';
import { householdOf } from '../../support/village-drafts.ts';

const [a, b] = [1, 2].map(householdOf) as [string, string];
const day = '2026-11-23';

it('earns nothing until a person other than the organiser confirms, and then once (R-22)', async () => {
  const village = openVillage();
  const listed = await village.tell('volunteer.list', { activity: 'river', day, households: [a, b, a] }, 'organiser-1');
  expect(dataOf(listed, 'volunteer.listed')).toMatchObject([{ households: [a, b], operator: 'organiser-1' }]);
  expect(village.balance(a)).toBe(0);
  const confirm = (by: 'organiser-1' | 'committee-1') => village.tell('volunteer.confirm', { activity: 'river' }, by);
  expect(codeOf(await confirm('organiser-1'))).toBe('lists_own');
  const confirmed = await confirm('committee-1');
  expect(namesOf(confirmed)).toEqual(['volunteer.confirmed', 'points.awarded', 'volunteer.confirmed', 'points.awarded']);
  expect(dataOf(confirmed, 'volunteer.confirmed')[0]).toMatchObject({ listedBy: 'organiser-1', operator: 'committee-1', outcome: 'awarded' });
  expect([a, b].map(village.balance)).toEqual([500, 500]);
  expect(codeOf(await confirm('committee-1'))).toBe('activity_not_open');
  expect(village.soundness()).toEqual(sound);
});

it('pays four events a month, whatever is listed, and the next month again', async () => {
  const village = openVillage();
  const outcomes: string[] = [];
  const help = async (activity: string, on: string) => {
    await village.tell('volunteer.list', { activity, day: on, households: [a] }, 'organiser-1');
    outcomes.push(...dataOf(await village.tell('volunteer.confirm', { activity }, 'supervisor-1'), 'volunteer.confirmed').map(({ outcome }) => outcome));
  };
  for (const activity of ['one', 'two', 'three', 'four', 'five']) await help(activity, day);
  village.passDays(10);
  await help('six', '2026-12-01');
  expect(outcomes).toEqual(['awarded', 'awarded', 'awarded', 'awarded', 'capped', 'awarded']);
  expect(village.balance(a)).toBe(2500);
});

it('refuses a list with a household nobody knows, of a day to come, or of a name used before; a rejected list stays closed', async () => {
  const village = openVillage({ own: { 'committee-1': a } });
  const list = (activity: string, on: string, households: string[]) => village.tell('volunteer.list', { activity, day: on, households }, 'organiser-1');
  expect(codeOf(await list('x', day, [householdOf(9)]))).toBe('household_unknown');
  expect(codeOf(await list('x', '2026-12-24', [a]))).toBe('session_ahead');
  expect(codeOf(await list('x', day, [a]))).toBe('ok');
  expect(codeOf(await list('x', day, [b]))).toBe('activity_known');
  expect(codeOf(await village.tell('volunteer.confirm', { activity: 'x' }, 'committee-1'))).toBe('own_household');
  expect(codeOf(await village.tell('volunteer.reject', { activity: 'x' }, 'committee-1'))).toBe('ok');
  expect(codeOf(await village.tell('volunteer.confirm', { activity: 'x' }, 'committee-2'))).toBe('activity_not_open');
  expect(village.balance(a)).toBe(0);
});
