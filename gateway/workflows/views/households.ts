/** What people look up about households: who is who, for those who serve them. */
import { z } from 'zod';
import { dayOf } from '../../core/calendar.ts';
import { mayBeHonoured, mayBeTraced, mayEarn } from '../../core/consent.ts';
import { householdsShownMax } from '../../limits.ts';
import type { Books } from '../story.ts';
import { defineView } from '../view.ts';

const peopleRules = ({ rules, time }: Books) => rules(dayOf(time.clock.now())).rules.people;

export const householdViews = {
  'household.find': defineView({
    title: { zh: '查找农户', en: 'Find a household' },
    rules: ['R-01', 'R-02', 'R-38'],
    by: ['clerk', 'committee', 'supervisor'],
    input: z.strictObject({ text: z.string().trim().max(32).default('').describe('Part of number, head or house; all households if not said.') }),
    read(books, { text }) {
      const { store, personal } = books;
      const rules = peopleRules(books);
      const wanted = text.toUpperCase();
      const order = new Intl.Collator('zh', { numeric: true });
      const people = personal.list().filter(({ household, number, head, house }) => {
        const isMeant = [number, head, house ?? ''].some((field) => field.toUpperCase().includes(wanted));
        return isMeant && store.people.household(household) !== undefined;
      });
      const shown = people.sort((a, b) => order.compare(a.number, b.number)).slice(0, householdsShownMax);
      return {
        more: people.length - shown.length,
        households: shown.map(({ household, number, head, house }) => {
          const standing = store.people.standing(household);
          const may = { mayEarn: mayEarn(standing, rules), mayBeTraced: mayBeTraced(standing, rules), mayBeHonoured: mayBeHonoured(standing) };
          return { household, number, head, house, members: store.people.household(household)?.members ?? 0, ...may };
        }),
      };
    },
  }),
} as const;
