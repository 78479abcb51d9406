// Lost if deleted: that a learning session pays once, by its band, twice a month at most, and that every entry of a list is answered.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentOf } from '../../../gateway/core/learning.ts';
import { pointRulesSchema } from '../../../protocol/rules/points.ts';
import { codeOf, dataOf, namesOf, openVillage, sound } from '../../support/tell.ts';
import { householdOf } from '../../support/village-drafts.ts';

const rules = pointRulesSchema.parse({});
const [a, b, c, d] = [1, 2, 3, 4].map(householdOf) as [string, string, string, string];
const day = '2026-11-23';

async function openSessions(village: ReturnType<typeof openVillage>, ...sessions: string[]) {
  for (const session of sessions) expect(namesOf(await village.tell('learning.open', { session, day }, 'organiser-1'))).toEqual(['learning.session.opened']);
}

describe('score bands (R-21)', () => {
  it('are 100, 80 and 60 percent, nothing below 60, and all without a test', () => {
    expect([100, 90, 89, 75, 74, 60, 59, 0, null].map((score) => percentOf(score, rules))).toEqual([100, 100, 80, 80, 60, 60, 0, 0, 100]);
  });

  it('never give more for less', () => {
    const bands = fc
      .uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 })
      .map((scores) => [...scores].sort((x, y) => y - x))
      .map((scores) => scores.map((scoreFrom, index) => ({ scoreFrom, percent: 100 - index * 10 })));
    const score = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(bands, score, score, (learningBands, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(percentOf(low, { learningBands })).toBeLessThanOrEqual(percentOf(high, { learningBands }));
      }),
    );
    expect(
      pointRulesSchema.safeParse({
        learningBands: [
          { scoreFrom: 60, percent: 60 },
          { scoreFrom: 90, percent: 100 },
        ],
      }).success,
    ).toBe(false);
  });
});

describe('an attendance list (R-20)', () => {
  it('answers every entry: points, a gift instead, too low, listed twice, not known', async () => {
    const village = openVillage();
    await openSessions(village, 'november-1');
    const attendances = [
      { household: a, score: 76 },
      { household: b, gift: true },
      { household: c, score: 59 },
      { household: a },
      { household: householdOf(99) },
      { household: d },
    ];
    const told = await village.tell('learning.attend', { session: 'november-1', attendances }, 'organiser-1');
    expect(dataOf(told, 'learning.attended').map(({ household, outcome }) => [household, outcome])).toEqual([
      [a, 'awarded'],
      [b, 'gift'],
      [c, 'belowBand'],
      [d, 'awarded'],
    ]);
    expect(dataOf(told, 'learning.list.entered')).toMatchObject([
      {
        attended: 4,
        refused: [
          { household: a, code: 'already_listed' },
          { household: householdOf(99), code: 'household_unknown' },
        ],
      },
    ]);
    expect([a, b, c, d].map(village.balance)).toEqual([480, 0, 0, 600]);
    expect(dataOf(told, 'points.awarded')[0]).toMatchObject({
      source: 'learning',
      reference: 'november-1',
      day,
      tariffVersion: '2026-1',
      rulesVersion: 'test',
    });
    expect(village.soundness()).toEqual(sound);
  });

  it('pays a household once a session, and twice a month with the gift counted', async () => {
    const village = openVillage();
    await openSessions(village, 'one', 'two', 'three');
    const attend = (session: string, entry: object) => village.tell('learning.attend', { session, attendances: [{ household: a, ...entry }] }, 'organiser-1');
    expect(dataOf(await attend('one', {}), 'points.awarded')).toHaveLength(1);
    expect(dataOf(await attend('one', {}), 'learning.list.entered')).toMatchObject([{ attended: 0, refused: [{ code: 'already_listed' }] }]);
    expect(dataOf(await attend('two', { gift: true }), 'learning.attended')).toMatchObject([{ outcome: 'gift' }]);
    expect(dataOf(await attend('three', {}), 'learning.attended')).toMatchObject([{ outcome: 'capped' }]);
    expect(village.balance(a)).toBe(600);
  });

  it('is refused before the day, for a session nobody opened, and for the own household alone; comes again for nothing', async () => {
    const village = openVillage({ own: { 'organiser-1': b } });
    await village.tell('learning.open', { session: 'later', day: '2026-12-01' }, 'organiser-1');
    const attend = (session: string, household: string, second: 'organiser-2' | null = null, key: string | null = null) =>
      village.tell('learning.attend', { session, attendances: [{ household }] }, 'organiser-1', second, key);
    expect([codeOf(await attend('later', a)), codeOf(await attend('never', a)), codeOf(await attend('later', b))]).toEqual([
      'session_ahead',
      'session_unknown',
      'own_household',
    ]);
    expect(codeOf(await village.tell('learning.open', { session: 'later', day }, 'organiser-1'))).toBe('session_known');
    expect(codeOf(await village.tell('learning.open', { session: 'x', day: '2026-02-31' }, 'organiser-1'))).toBe('malformed');
    await openSessions(village, 'today');
    const first = await attend('today', b, 'organiser-2', 'key-of-the-list');
    expect(await attend('today', b, 'organiser-2', 'key-of-the-list')).toEqual({ ...first, repeated: true });
    expect(village.balance(b)).toBe(600);
  });
});
