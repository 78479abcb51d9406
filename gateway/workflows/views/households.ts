/** What people look up about households: who is who, for those who serve them. */
import { z } from 'zod';
import { householdIdSchema } from '../../../protocol/events/fields.ts';
import { dayOf } from '../../core/calendar.ts';
import { mayBeHonoured, mayBeTraced, mayEarn } from '../../core/consent.ts';
import { refuse } from '../../core/refusals.ts';
import { statementPage } from '../../core/statement-page.ts';
import { householdsShownMax } from '../../limits.ts';
import { cardsOf, statementOf } from '../statement.ts';
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
  'household.cards': defineView({
    title: { zh: '一户的卡', en: 'Cards of a household' },
    rules: ['R-03'],
    by: ['clerk', 'committee'],
    input: z.strictObject({ household: householdIdSchema }),
    read: (books, { household }) => (books.store.people.life(household) === undefined ? refuse('household_unknown') : cardsOf(books, household)),
  }),
  'household.statement': defineView({
    title: { zh: '农户对账单', en: 'Statement of a household' },
    rules: ['R-01', 'R-02', 'R-03'],
    by: ['clerk', 'committee'],
    input: z.strictObject({
      exported: z.int().min(1).describe('Number of the event of `person.export`, of the same operator and day.'),
      format: z.enum(['json', 'html']).default('json').describe('The data, or a page to print.'),
    }),
    read(books, { exported, format }, actor) {
      const { store, time } = books;
      const look = store.people.look(exported);
      const isOwn = look?.kind === 'exported' && look.operator === actor.operator && dayOf(look.atMs) === dayOf(time.clock.now());
      if (!isOwn) return refuse('export_not_yours');
      const statement = statementOf(books, look.household, actor.operator);
      if (statement === undefined) return refuse('person_erased');
      return format === 'html' ? { html: statementPage(statement) } : statement;
    },
  }),
} as const;
