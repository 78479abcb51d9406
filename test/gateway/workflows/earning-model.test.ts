// Lost if deleted: that the ways to earn hold together in any order: balances, caps, one grade a door and day, lots, and nobody below zero but by taking back.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sumLots } from '../../../gateway/core/point-lots.ts';
import { streams } from '../../../protocol/grades.ts';
import { openVillage, sound } from '../../support/tell.ts';
import { householdOf } from '../../support/village-drafts.ts';

const households = [1, 2, 3].map(householdOf);
const evidence = 'a'.repeat(64);
const limits = { dailyCap: 200, learningBudget: 2000, minus: 15, floor: 50 };
const rules = {
  points: {
    dailyCap: limits.dailyCap,
    clawbackFloor: limits.floor,
    budget: { learning: limits.learningBudget },
    evaluation: { warnings: 1, minusPerMonth: limits.minus },
  },
};

const moves = fc.oneof(
  fc.record({ kind: fc.constant('goods' as const), who: fc.nat(2), grams: fc.integer({ min: 1, max: 4000 }) }),
  fc.record({ kind: fc.constant('learn' as const), who: fc.nat(2), score: fc.integer({ min: 40, max: 100 }) }),
  fc.record({ kind: fc.constant('help' as const), who: fc.nat(2) }),
  fc.record({
    kind: fc.constant('grade' as const),
    who: fc.nat(2),
    grade: fc.constantFrom('excellent', 'good', 'fair', 'poor'),
    stream: fc.constantFrom('rotting', 'nonRotting'),
  }),
  fc.record({ kind: fc.constant('claw' as const), pick: fc.nat(30) }),
  fc.record({ kind: fc.constant('approve' as const) }),
  fc.record({ kind: fc.constant('days' as const), days: fc.integer({ min: 1, max: 20 }) }),
);
type Move = typeof moves extends fc.Arbitrary<infer M> ? M : never;
type Village = ReturnType<typeof openVillage>;

const dayIn = (village: Village): string => new Date(village.clock.nowMs + 8 * 3_600_000).toISOString().slice(0, 10);

/** Balances kept beside the ledger, from what the stories say and nothing else. */
class Model {
  readonly balances = new Map<string, number>();
  readonly #village: Village;
  #turn = 0;

  constructor(village: Village) {
    this.#village = village;
  }

  async play(move: Move): Promise<void> {
    this.#turn += 1;
    const told = await this.#tell(move);
    if (told === null || !told.ok) return;
    for (const { name, data } of told.events) {
      const { household, points } = data as { household: string; points: number };
      const sign = { 'points.awarded': 1, 'points.restored': 1, 'points.deducted': -1, 'points.clawedback': -1 }[name as string];
      if (sign !== undefined) this.balances.set(household, (this.balances.get(household) ?? 0) + sign * points);
    }
  }

  async #tell(move: Move) {
    const village = this.#village;
    const name = `n-${this.#turn}`;
    const day = dayIn(village);
    switch (move.kind) {
      case 'goods':
        return await village.tell('recyclables.receive', { household: households[move.who], material: 'cardboard', grams: move.grams }, 'clerk-1');
      case 'learn':
        await village.tell('learning.open', { session: name, day }, 'organiser-1');
        return await village.tell('learning.attend', { session: name, attendances: [{ household: households[move.who], score: move.score }] }, 'organiser-1');
      case 'help':
        await village.tell('volunteer.list', { activity: name, day, households: [households[move.who]] }, 'organiser-1');
        return await village.tell('volunteer.confirm', { activity: name }, 'committee-1');
      case 'grade': {
        const why = move.grade === 'poor' ? { reason: 'mixed', evidence } : {};
        return await village.tell('evaluation.record', { household: households[move.who], day, grade: move.grade, stream: move.stream, ...why }, 'collector-1');
      }
      case 'claw':
        return await village.tell('points.clawback', { award: move.pick + 6, reason: 'fraud' }, 'committee-1', 'supervisor-1');
      case 'approve': {
        const numbers = village.store.points.waiting(5).map(({ seq }) => seq);
        return numbers.length === 0 ? null : await village.tell('points.approve', { numbers }, 'committee-1', 'committee-2');
      }
      default:
        village.passDays(move.days);
        return null;
    }
  }
}

function judge(village: Village, { balances }: Model): void {
  const { store } = village;
  const day = dayIn(village);
  const month = day.slice(0, 7);
  for (const household of households) {
    const balance = village.balance(household);
    expect(balance).toBe(balances.get(household) ?? 0);
    expect(balance).toBeGreaterThanOrEqual(-limits.floor);
    expect(sumLots(store.points.lots(`household/${household}`))).toBe(Math.max(0, balance));
    expect(store.points.earned(household, day, 'cardboard')).toBeLessThanOrEqual(limits.dailyCap);
    expect(store.points.minus(household, month)).toBeLessThanOrEqual(limits.minus);
    expect(store.earning.rewardedSessions(household, month)).toBeLessThanOrEqual(2);
    expect(store.earning.rewardedVolunteering(household, month)).toBeLessThanOrEqual(4);
    const grades = store.earning.grades(household, day, day, 100);
    for (const stream of Object.keys(streams)) expect(grades.filter((row) => row.stream === stream && row.state === 'effective').length).toBeLessThanOrEqual(1);
  }
  expect(village.soundness()).toEqual(sound);
}

it('balances, caps, grades and lots hold after any stories in any order', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(moves, { minLength: 5, maxLength: 40 }), async (story) => {
      const village = openVillage({ rules });
      const model = new Model(village);
      for (const move of story) await model.play(move);
      judge(village, model);
    }),
    { numRuns: 12, endOnFailure: false },
  );
});
