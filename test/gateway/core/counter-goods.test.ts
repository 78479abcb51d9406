// Lost if deleted: that goods at the counter earn by the piece or by weight, never above the cap of the day, and that a weight nobody believes takes two people.
import { expect, it } from 'vitest';
import { codeOf, dataOf, namesOf, openVillage, sound } from '../../support/tell.ts';
import { householdOf } from '../../support/village-drafts.ts';

const a = householdOf(1);
type Village = ReturnType<typeof openVillage>;
const bring = (village: Village, more: object, second: 'clerk-2' | null = null) =>
  village.tell('recyclables.receive', { household: a, material: 'cardboard', ...more }, 'clerk-1', second);

it('earns by the piece and by weight, rounded down, and keeps what came in (R-16, R-17)', async () => {
  const village = openVillage();
  const pieces = await bring(village, { material: 'drinkBottle', pieces: 12 });
  expect(namesOf(pieces)).toEqual(['recyclables.received', 'points.awarded']);
  expect(dataOf(pieces, 'points.awarded')).toMatchObject([{ points: 36, pieces: 12, pointsEach: 3, netGrams: null, pointsPerKg: null, operator: 'clerk-1' }]);
  await bring(village, { grams: 1016 });
  expect(village.balance(a)).toBe(36 + 60);
  expect([village.store.ledger.balance('intake/drinkBottle', 'goods'), village.store.ledger.balance('intake/cardboard', 'grams')]).toEqual([12, 1016]);
  expect(village.soundness()).toEqual(sound);
});

it('is refused for the other way of counting, for both, and for what nobody buys', async () => {
  const village = openVillage();
  const codes = [
    await bring(village, { pieces: 3 }),
    await bring(village, { material: 'drinkBottle', grams: 500 }),
    await bring(village, { material: 'gold', grams: 500 }),
    await bring(village, { household: householdOf(9), grams: 500 }),
    await bring(village, { grams: 500, pieces: 1 }),
    await bring(village, {}),
  ].map(codeOf);
  expect(codes).toEqual(['priced_by_weight', 'priced_by_piece', 'material_unknown', 'household_unknown', 'malformed', 'malformed']);
});

it('takes two people above what one brings at once, and earns no more than the cap of the day (R-19)', async () => {
  const village = openVillage({ rules: { points: { dailyCap: 3000, dailyCaps: { textile: 100 } } } });
  expect(codeOf(await bring(village, { grams: 50_001 }))).toBe('second_person_needed');
  const much = await bring(village, { grams: 60_000 }, 'clerk-2');
  expect(dataOf(much, 'points.awarded')).toMatchObject([{ points: 3000, tariffPoints: 3600 }]);
  expect(dataOf(await bring(village, { grams: 1000 }), 'points.awarded')).toMatchObject([{ points: 0, tariffPoints: 60, postings: [] }]);
  expect(dataOf(await bring(village, { material: 'textile', grams: 5000 }), 'points.awarded')).toMatchObject([{ points: 100, tariffPoints: 150 }]);
  expect(village.store.ledger.balance('intake/cardboard', 'grams')).toBe(61_000);
  village.passDays(1);
  expect(dataOf(await bring(village, { grams: 1000 }), 'points.awarded')).toMatchObject([{ points: 60 }]);
  expect(village.soundness()).toEqual(sound);
});

it('is accepted on a date nobody vouches for, and says so (invariant 10)', async () => {
  const village = openVillage();
  village.clock.timeq = 'none';
  const told = await bring(village, { grams: 1000 });
  expect([dataOf(told, 'recyclables.received')[0], dataOf(told, 'points.awarded')[0]].map((data) => data?.dateTrusted)).toEqual([false, false]);
  expect(village.balance(a)).toBe(60);
});

it('shows a household what it earned by month and source, without what was taken back', async () => {
  const village = openVillage();
  await bring(village, { grams: 1000 });
  await village.tell('learning.open', { session: 'one', day: '2026-11-23' }, 'organiser-1');
  const learned = await village.tell('learning.attend', { session: 'one', attendances: [{ household: a }] }, 'organiser-1');
  village.passDays(10);
  await bring(village, { grams: 2000 });
  const earned = () => village.show('points.show', { household: a }, 'clerk-1');
  expect(earned()).toMatchObject({
    shown: {
      earned: [
        { month: '2026-12', source: 'recyclables', points: 120 },
        { month: '2026-11', source: 'learning', points: 600 },
        { month: '2026-11', source: 'recyclables', points: 60 },
      ],
    },
  });
  const award = learned.ok ? learned.events.find(({ name }) => name === 'points.awarded')?.sequence : undefined;
  await village.tell('points.clawback', { award, reason: 'error' }, 'committee-1', 'committee-2');
  expect(earned()).toMatchObject({ shown: { earned: [{ month: '2026-12' }, { month: '2026-11', source: 'recyclables' }] } });
});

it('makes room under the cap when an award is taken back', async () => {
  const village = openVillage({ rules: { points: { dailyCap: 60 } } });
  const first = await bring(village, { grams: 1000 });
  const award = first.ok ? first.events.find(({ name }) => name === 'points.awarded')?.sequence : undefined;
  await village.tell('points.clawback', { award, reason: 'error' }, 'committee-1', 'committee-2');
  expect(dataOf(await bring(village, { grams: 1000 }), 'points.awarded')).toMatchObject([{ points: 60 }]);
});
