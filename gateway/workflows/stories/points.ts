/** Stories of points: goods taken in by an operator, awards taken back, what waits for the committee, and the end of old points. */
import { z } from 'zod';
import { daySchema, householdIdSchema, materialSchema, sequenceSchema } from '../../../protocol/events/fields.ts';
import { pointSources } from '../../../protocol/rules/points.ts';
import { decideApproval, decideRejection } from '../../core/budget.ts';
import { decideClawback } from '../../core/clawback.ts';
import { decideReceipt } from '../../core/counter-goods.ts';
import { dailyCapOf } from '../../core/points.ts';
import { refuse } from '../../core/refusals.ts';
import { queuedPointsMax } from '../../limits.ts';
import { balanceOf, budgetOf, isKnown, mayEarn, warned } from '../awarding.ts';
import { endedOn } from '../expire-points.ts';
import { type Books, type Decision, defineStory } from '../story.ts';

const goodsSchema = z
  .strictObject({
    household: householdIdSchema,
    material: materialSchema,
    grams: z.int().min(1).max(1_000_000).nullable().default(null).describe('Net weight read off a counter scale.'),
    pieces: z.int().min(1).max(10_000).nullable().default(null),
  })
  .refine(({ grams, pieces }) => (grams === null) !== (pieces === null), 'either grams or pieces');

const numbers = z.array(sequenceSchema).min(1).max(queuedPointsMax).describe('Numbers of the points that wait, as `points.waiting` shows them.');
const found = ({ store }: Books, asked: readonly number[]) => [...new Set(asked)].flatMap((number) => store.points.queued(number) ?? []);
const householdsOf = (books: Books, asked: readonly number[]) => found(books, asked).map(({ household }) => household);
const committee = { by: ['committee'], second: 'always' } as const;

export const pointStories = {
  'recyclables.receive': defineStory({
    title: { zh: '柜台收可回收物', en: 'Take in recyclables at the counter' },
    rules: ['R-16', 'R-17', 'R-19'],
    authority: { by: ['clerk', 'collector'] },
    input: goodsSchema,
    concerns: ({ household }) => [household],
    decide(books, { household, material, grams, pieces }, { when, orderedBy }) {
      if (!isKnown(books)(household)) return refuse('household_unknown');
      const { day, dateTrusted } = when;
      const { version: rulesVersion, rules } = books.rules(day);
      const daily = { cap: dailyCapOf(material, rules.points), earned: books.store.points.earned(household, day, material) };
      const receipt = `r-${Buffer.from(books.random(8)).toString('hex')}`;
      const goods = { receipt, household, material, netGrams: grams, pieces };
      const context = { tariffs: books.tariffs(), day, dateTrusted, rulesVersion, daily, mayEarn: mayEarn(books, household), ...orderedBy };
      return warned(decideReceipt(goods, context), budgetOf(books, 'recyclables', day));
    },
  }),
  'points.clawback': defineStory({
    title: { zh: '收回错发的积分', en: 'Take an award back' },
    rules: ['R-32'],
    authority: { by: ['committee', 'supervisor'], second: 'always' },
    input: z.strictObject({ award: sequenceSchema.describe('Number of the event the points were awarded by.'), reason: z.enum(['error', 'fraud']) }),
    concerns: ({ award }, { store }) => [store.points.entry(award)?.household ?? []].flat(),
    decide(books, { award, reason }, { when, orderedBy }) {
      const entry = books.store.points.entry(award);
      if (entry !== undefined && !isKnown(books)(entry.household)) return refuse('household_closed');
      const balance = entry === undefined ? 0 : balanceOf(books, entry.household);
      return decideClawback(entry, reason, { ...orderedBy, day: when.day, balance, dated: books.rules(when.day) });
    },
  }),
  'points.approve': defineStory({
    title: { zh: '审批超预算积分', en: 'Approve points beyond the budget' },
    rules: ['R-33'],
    authority: committee,
    input: z.strictObject({ numbers }),
    concerns: (input, books) => householdsOf(books, input.numbers),
    decide(books, input, { when, orderedBy }) {
      const decision: Decision = decideApproval(input.numbers, found(books, input.numbers), { ...orderedBy, ...when });
      return pointSources.reduce((so, source) => warned(so, budgetOf(books, source, when.day)), decision);
    },
  }),
  'points.reject': defineStory({
    title: { zh: '不批超预算积分', en: 'Reject points beyond the budget' },
    rules: ['R-33'],
    authority: committee,
    input: z.strictObject({ numbers, reason: z.enum(['budget', 'error']).default('budget') }),
    concerns: (input, books) => householdsOf(books, input.numbers),
    decide: (books, input, { when, orderedBy }) => decideRejection(input.numbers, found(books, input.numbers), input.reason, { ...orderedBy, ...when }),
  }),
  'points.expire': defineStory({
    title: { zh: '清理到期积分', en: 'Let points of past years expire' },
    rules: ['R-31'],
    authority: { by: ['committee', 'supervisor', 'technician'] },
    input: z.strictObject({ day: daySchema.describe('What had ended before this day, which has begun.') }),
    decide: (books, { day }, { when, orderedBy }) =>
      day > when.day ? refuse('session_ahead', { day }) : endedOn(books, { day, dateTrusted: when.dateTrusted, operator: orderedBy.operator }),
  }),
} as const;
