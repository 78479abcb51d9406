/** The grid as each of its people may see it: own households only, grades without times. */
import { z } from 'zod';
import { dayOf } from '../../core/calendar.ts';
import { isSeenBy } from '../../core/grid.ts';
import { gradesShownMax, householdsShownMax } from '../../limits.ts';
import type { Books } from '../story.ts';
import { defineView } from '../view.ts';

/** Days back a grade is shown. */
const gradeDays = 31;

/** Grades that count of the last month, by day and stream: a time of day would tell when somebody is at home. */
function gradesOf({ store, time }: Books, household: string) {
  const now = time.clock.now();
  const from = dayOf(Math.max(0, now - gradeDays * 86_400_000));
  const grades = store.earning.grades(household, from, dayOf(now), gradesShownMax);
  return grades.filter(({ state }) => state === 'effective').map(({ day, stream, grade }) => ({ day, stream, grade }));
}

export const gridViews = {
  'grid.show': defineView({
    title: { zh: '联系户', en: 'Households of the grid' },
    rules: ['R-39'],
    by: ['partyMember', 'cadre', 'committee', 'supervisor'],
    input: z.strictObject({}),
    read(books, _input, actor) {
      const { store, personal } = books;
      const seen = store.grid.rows(householdsShownMax).filter((row) => isSeenBy(actor, row));
      return seen.map(({ household, members, partyMember, cadre }) => {
        const record = personal.read(household);
        return { household, label: record?.house ?? record?.number ?? null, members, partyMember, cadre, grades: gradesOf(books, household) };
      });
    },
  }),
} as const;
