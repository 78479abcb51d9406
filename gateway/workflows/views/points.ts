/** What people look up about points: a household's, what waits for the committee, what the village owes, grades and appeals. */
import { z } from 'zod';
import { daySchema, householdIdSchema } from '../../../protocol/events/fields.ts';
import { pointSources } from '../../../protocol/rules/points.ts';
import { reportLiability } from '../../core/budget.ts';
import { dayOf, monthOf } from '../../core/calendar.ts';
import { expiryNotice, lastDayOf } from '../../core/point-lots.ts';
import { refuse } from '../../core/refusals.ts';
import { gradesShownMax, queuedPointsMax } from '../../limits.ts';
import { balanceOf, isKnown } from '../awarding.ts';
import type { Books } from '../story.ts';
import { defineView } from '../view.ts';

const today = ({ time }: Books): string => dayOf(time.clock.now());
const supervising = ['committee', 'supervisor'] as const;

export const pointViews = {
  'points.show': defineView({
    title: { zh: '一户的积分', en: 'Points of a household' },
    rules: ['R-31', 'R-32'],
    by: ['clerk', 'committee', 'supervisor', 'cadre'],
    input: z.strictObject({ household: householdIdSchema }),
    read(books, { household }) {
      if (!isKnown(books)(household)) return refuse('household_unknown');
      const day = today(books);
      const dated = books.rules(day);
      const lots = books.store.points.lots(`household/${household}`);
      const balance = balanceOf(books, household);
      return {
        ...{ household, day, balance, redemptionBlocked: balance < 0 },
        lots: lots.map((lot) => ({ ...lot, lastDay: lastDayOf(lot.year, dated) })),
        notice: expiryNotice(lots, day, dated),
        // A year and the month before it: what a person asks about.
        earned: books.store.points.earnings(household, `${Number(day.slice(0, 4)) - 1}${day.slice(4, 8)}01`, day),
      };
    },
  }),
  'points.waiting': defineView({
    title: { zh: '待审批的积分', en: 'Points that wait for the committee' },
    rules: ['R-33'],
    by: supervising,
    input: z.strictObject({}),
    read: ({ store }) => store.points.waiting(queuedPointsMax).map(({ seq: number, ...row }) => ({ number, ...row })),
  }),
  'points.liability': defineView({
    title: { zh: '积分负债和本月预算', en: 'What the village owes in points, and this month’s budgets' },
    rules: ['R-33', 'R-34'],
    by: supervising,
    input: z.strictObject({}),
    read(books) {
      const day = today(books);
      const dated = books.rules(day);
      const { points } = books.store;
      const sources = pointSources.map((source) => ({ source, issued: points.issued(monthOf(day), source), waiting: points.waitingCount(source) }));
      const report = reportLiability({ lots: points.byYear(), negative: points.negative(), sources, dated, lastDayOf: (year) => lastDayOf(year, dated) });
      return { day, month: monthOf(day), ...report };
    },
  }),
  'evaluation.list': defineView({
    title: { zh: '一户的评分', en: 'Grades of a household' },
    rules: ['R-23', 'R-24', 'R-25'],
    by: ['collector', 'clerk', 'committee', 'supervisor'],
    input: z.strictObject({ household: householdIdSchema, from: daySchema, to: daySchema }),
    read: ({ store }, { household, from, to }) => store.earning.grades(household, from, to, gradesShownMax),
  }),
  'evaluation.appeals': defineView({
    title: { zh: '待处理的申诉', en: 'Appeals to decide' },
    rules: ['R-25'],
    by: supervising,
    input: z.strictObject({}),
    read: ({ store }) => store.earning.openAppeals(gradesShownMax),
  }),
} as const;
