/** What people look up about rolls and bags: stock and warnings, what waits for a person, found bags, and the answer to a trace. */
import { z } from 'zod';
import { stockLevel } from '../../core/bag-stock.ts';
import { dayOf } from '../../core/calendar.ts';
import { mayBeTraced } from '../../core/consent.ts';
import { refuse } from '../../core/refusals.ts';
import { isTraceable } from '../../core/roll-sighting.ts';
import { bagsListedMax } from '../../limits.ts';
import { tracers } from '../stories/found-bags.ts';
import type { Books } from '../story.ts';
import { defineView } from '../view.ts';

const rulesNow = ({ rules, time }: Books) => rules(dayOf(time.clock.now())).rules.bags;

export const bagViews = {
  'bag.stock': defineView({
    title: { zh: '袋卷库存', en: 'Stock of rolls' },
    rules: ['R-09', 'R-12'],
    by: ['clerk', 'committee', 'supervisor', 'technician', 'collector'],
    input: z.strictObject({}),
    read(books) {
      const rules = rulesNow(books);
      const { rolls } = books.store;
      const counts = Object.fromEntries(rolls.counts().map(({ state, rolls: count }) => [state, count]));
      return {
        magazines: rolls.magazines().map(({ dispenser, rolls: loaded, held }) => ({ dispenser, rolls: loaded, held, level: stockLevel(loaded - held, rules) })),
        shelf: { rolls: counts['inStock'] ?? 0, level: stockLevel(counts['inStock'] ?? 0, rules) },
        rolls: counts,
      };
    },
  }),
  'bag.open': defineView({
    title: { zh: '待核实的袋卷', en: 'Rolls that wait for a person' },
    rules: ['R-12'],
    by: ['clerk', 'committee', 'supervisor', 'technician'],
    input: z.strictObject({}),
    read: ({ store }) => ({ undecided: store.rolls.undecided(bagsListedMax), unconfirmed: store.rolls.unconfirmed(bagsListedMax) }),
  }),
  'bag.findings': defineView({
    title: { zh: '捡到的袋', en: 'Found bags' },
    rules: ['R-13'],
    by: tracers,
    input: z.strictObject({}),
    read: ({ store }) => store.rolls.openFindings(bagsListedMax),
  }),
  'bag.owner': defineView({
    title: { zh: '袋的主人', en: 'Whose bag it is' },
    rules: ['R-13'],
    by: tracers,
    input: z.strictObject({ trace: z.int().min(1).describe('Number of the event of the trace.') }),
    read(books, { trace: number }, actor) {
      const trace = books.store.rolls.trace(number);
      if (trace?.operator !== actor.operator) return refuse('trace_not_yours');
      const { traceDays } = rulesNow(books);
      const { household, roll, bag } = trace;
      const { people } = books.rules(dayOf(books.time.clock.now())).rules;
      if (!mayBeTraced(books.store.people.standing(household), people)) return refuse('consent_missing');
      const known = books.store.rolls.one(roll);
      if (!isTraceable(known?.period ?? null, dayOf(books.time.clock.now()), traceDays)) return refuse('trace_too_late', { days: traceDays });
      const person = books.personal.read(household);
      return { household, roll, bag, head: person?.head ?? null, house: person?.house ?? null, number: person?.number ?? null };
    },
  }),
} as const;
