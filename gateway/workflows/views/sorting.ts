/** What people sort into here, with names and colours, for every screen that shows a class. */
import { z } from 'zod';
import { daySchema } from '../../../protocol/events/fields.ts';
import { gradeReasons } from '../../../protocol/grades.ts';
import { roleNames } from '../../../protocol/roles.ts';
import { dayOf } from '../../core/calendar.ts';
import { reasonsUnder } from '../../core/sorting.ts';
import { defineView } from '../view.ts';

export const sortingViews = {
  'deposit.counts': defineView({
    title: { zh: '投放次数', en: 'Deposits of a day' },
    rules: ['R-14'],
    by: ['collector', 'stationMaster', 'committee', 'supervisor', 'inspector'],
    input: z.strictObject({ day: daySchema }),
    read: ({ store }, { day }) => store.deposits.onDay(day),
  }),
  'sorting.classes': defineView({
    title: { zh: '分类名称和颜色', en: 'Classes with names and colours' },
    rules: ['R-26'],
    by: roleNames,
    input: z.strictObject({}),
    read({ rules, time }) {
      const { home, shed, bagPolicy } = rules(dayOf(time.clock.now())).rules.sorting;
      return { home, shed, bagPolicy, reasons: reasonsUnder(bagPolicy).map((reason) => ({ reason, ...gradeReasons[reason] })) };
    },
  }),
} as const;
