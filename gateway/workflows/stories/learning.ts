/** Stories of learning: a session is opened, and its attendance list is entered whole, every entry answered. */
import { z } from 'zod';
import { daySchema, householdIdSchema } from '../../../protocol/events/fields.ts';
import { attendanceListMax, sessionIdSchema } from '../../../protocol/events/learning.ts';
import { monthOf } from '../../core/calendar.ts';
import { decideAttendance, decideSession } from '../../core/learning.ts';
import { refuse } from '../../core/refusals.ts';
import { awardingOn, budgetOf, isKnown, mayEarn, warned } from '../awarding.ts';
import { defineStory } from '../story.ts';

const by = ['organiser', 'committee'] as const;
const attendanceSchema = z.strictObject({
  household: householdIdSchema,
  score: z.int().min(0).max(100).nullable().default(null).describe('Of a test; left out where there was none.'),
  gift: z.boolean().default(false).describe('A small gift was handed out instead of points.'),
});

export const learningStories = {
  'learning.open': defineStory({
    title: { zh: '登记学习活动', en: 'Open a learning session' },
    rules: ['R-20'],
    authority: { by },
    input: z.strictObject({ session: sessionIdSchema, day: daySchema }),
    decide: ({ store }, wanted, { orderedBy }) => decideSession(store.earning.session(wanted.session) !== undefined, { ...wanted, ...orderedBy }),
  }),
  'learning.attend': defineStory({
    title: { zh: '录入学习签到和成绩', en: 'Enter who attended a session, with scores' },
    rules: ['R-20', 'R-21', 'R-33'],
    authority: { by },
    input: z.strictObject({ session: sessionIdSchema, attendances: z.array(attendanceSchema).min(1).max(attendanceListMax) }),
    concerns: ({ attendances }) => attendances.map(({ household }) => household),
    decide(books, { session: name, attendances }, asked) {
      const { earning } = books.store;
      const session = earning.session(name);
      if (session === undefined) return refuse('session_unknown', { session: name });
      const awarding = awardingOn(books, session.day, asked);
      if ('ok' in awarding) return awarding;
      const { tariff, dated, context } = awarding;
      const factsOf = (household: string) => ({
        isKnown: isKnown(books)(household),
        mayEarn: mayEarn(books, household),
        isListed: earning.attended(name, household),
        rewarded: earning.rewardedSessions(household, monthOf(session.day)),
      });
      const rules = dated.rules.points;
      const budget = budgetOf(books, 'learning', asked.when.day);
      const list = { session, entries: attendances, factsOf, learningPoints: tariff.learningPoints, rules, budget };
      return warned(decideAttendance(list, context), budget);
    },
  }),
} as const;
