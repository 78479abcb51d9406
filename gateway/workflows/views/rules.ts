/** What a village runs by on a day: the rules and the prices in force, for everybody who works there. */
import { z } from 'zod';
import { daySchema } from '../../../protocol/events/fields.ts';
import { roleNames } from '../../../protocol/roles.ts';
import { dayOf } from '../../core/calendar.ts';
import { tariffOn } from '../../core/points.ts';
import { defineView } from '../view.ts';

export const ruleViews = {
  'rules.show': defineView({
    title: { zh: '现行规则和积分标准', en: 'Rules and prices in force' },
    rules: ['R-16', 'R-50'],
    by: roleNames,
    input: z.strictObject({ day: daySchema.optional().describe('Today if not said.') }),
    read(books, { day = dayOf(books.time.clock.now()) }) {
      const { version, from, rules } = books.rules(day);
      return { day, rules: { version, from, ...rules }, tariff: tariffOn(books.tariffs(), day) ?? null };
    },
  }),
} as const;
