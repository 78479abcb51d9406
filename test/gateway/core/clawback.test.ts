// Lost if deleted: that an award is taken back by two people, once, in time, no further than the floor, and that the ledger names what it reverses.
import { expect, it } from 'vitest';
import { codeOf, dataOf, openVillage, sound } from '../../support/tell.ts';
import { householdOf } from '../../support/village-drafts.ts';

const a = householdOf(1);

/** A household that earned 600 in November, and the number of that award. */
async function openAward() {
  const village = openVillage();
  await village.tell('learning.open', { session: 'one', day: '2026-11-23' }, 'organiser-1');
  const told = await village.tell('learning.attend', { session: 'one', attendances: [{ household: a }] }, 'organiser-1');
  const award = (told.ok ? told.events.find(({ name }) => name === 'points.awarded')?.sequence : undefined) ?? 0;
  /** Spends as a shop would. */
  const spend = (points: number) =>
    village.store.append([
      {
        name: 'points.expired',
        subject: a,
        data: {
          ...{ household: a, lots: [{ year: 2026, points }], points, day: '2026-11-23', rulesVersion: 'test', operator: null },
          postings: [
            { account: `household/${a}`, unit: 'points', amount: -points },
            { account: 'redemption/shop', unit: 'points', amount: points },
          ],
        },
      },
    ]);
  const claw = (number = award) => village.tell('points.clawback', { award: number, reason: 'error' }, 'committee-1', 'supervisor-1');
  return { ...village, award, spend, claw };
}

it('takes an award back once, by two people, and names it (R-32)', async () => {
  const village = await openAward();
  expect(codeOf(await village.tell('points.clawback', { award: village.award, reason: 'error' }, 'committee-1'))).toBe('second_person_needed');
  expect(codeOf(await village.claw(1))).toBe('not_an_award');
  expect(dataOf(await village.claw(), 'points.clawedback')).toMatchObject([
    { reverses: village.award, points: 600, operator: 'committee-1', second: 'supervisor-1' },
  ]);
  expect(codeOf(await village.claw())).toBe('already_undone');
  expect([village.balance(a), village.store.points.issued('2026-11', 'learning')]).toEqual([0, 0]);
  expect(village.soundness()).toEqual(sound);
});

it('goes to 500 below zero and no further, and blocks redemption until it is filled up', async () => {
  const village = await openAward();
  village.spend(560);
  expect(dataOf(await village.claw(), 'points.clawedback')).toMatchObject([{ points: 540 }]);
  expect(village.balance(a)).toBe(-500);
  expect(village.show('points.show', { household: a }, 'clerk-1')).toMatchObject({ shown: { balance: -500, redemptionBlocked: true, lots: [] } });
  expect(village.show('points.liability', {}, 'committee-1')).toMatchObject({ shown: { negative: 500, outstanding: { points: 0, yuan: '0.00' } } });
  await village.tell('learning.open', { session: 'two', day: '2026-11-23' }, 'organiser-1');
  await village.tell('learning.attend', { session: 'two', attendances: [{ household: a }] }, 'organiser-1');
  expect(village.show('points.show', { household: a }, 'clerk-1')).toMatchObject({
    shown: { balance: 100, redemptionBlocked: false, lots: [{ year: 2026, points: 100 }] },
  });
  expect(village.soundness()).toEqual(sound);
});

it('ends after 90 days', async () => {
  const [inTime, late] = [await openAward(), await openAward()];
  inTime.passDays(90);
  late.passDays(91);
  expect([codeOf(await inTime.claw()), codeOf(await late.claw())]).toEqual(['ok', 'clawback_too_late']);
});

it('is told from a balance that nobody took back: only a clawback excuses one below zero (invariant 6)', async () => {
  const village = await openAward();
  village.spend(700);
  expect(village.store.ledger.problems()).toMatchObject([{ check: 'household_negative' }]);
});
