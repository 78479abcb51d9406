/** What people look up about oversight: samples, agreement of grades, inspections, the red list, totals of the grid, outages and repairs. */
import { z } from 'zod';
import { daySchema, deviceIdSchema, periodSchema } from '../../../protocol/events/fields.ts';
import { roleNames } from '../../../protocol/roles.ts';
import { dayOf, monthAfter } from '../../core/calendar.ts';
import { mayBeHonoured } from '../../core/consent.ts';
import { reportMonth } from '../../core/month-report.ts';
import { compareReviews, findingState, gridTotals, honourList } from '../../core/oversight.ts';
import { bannerOf } from '../../core/repairs.ts';
import { householdsShownMax, inspectionsShownMax, outagesShownMax, repairsShownMax, reviewsShownMax } from '../../limits.ts';
import type { Books } from '../story.ts';
import { defineView } from '../view.ts';

const today = ({ time }: Books): string => dayOf(time.clock.now());
const rulesNow = (books: Books) => books.rules(today(books)).rules.oversight;
const supervising = ['committee', 'supervisor'] as const;
const span = z.strictObject({ from: daySchema, to: daySchema });

export const oversightViews = {
  'review.sampled': defineView({
    title: { zh: '日评抽中的农户', en: 'Doors drawn for review, and which are left' },
    rules: ['R-35'],
    by: ['cadre', 'partyMember', 'committee', 'supervisor'],
    input: z.strictObject({ day: daySchema }),
    read({ store, personal }, { day }) {
      const { population = 0, households = [] } = store.oversight.sample(day) ?? {};
      const isDone = (household: string, stream: 'rotting' | 'nonRotting') => store.oversight.review(day, household, stream) !== undefined;
      const doors = households.map((household) => {
        const label = personal.read(household)?.number ?? null;
        return { household, label, rotting: isDone(household, 'rotting'), nonRotting: isDone(household, 'nonRotting') };
      });
      return { day, of: population, doors };
    },
  }),
  'review.compare': defineView({
    title: { zh: '日评与收集员评分对比', en: 'How far reviews and collectors agree' },
    rules: ['R-35'],
    by: supervising,
    input: span,
    read({ store }, { from, to }) {
      const doors = store.oversight.reviews(from, to, reviewsShownMax);
      return { ...compareReviews(doors), doors };
    },
  }),
  'inspection.list': defineView({
    title: { zh: '检查和督查', en: 'Inspections and visits, and what is left to put right' },
    rules: ['R-36', 'R-37'],
    by: ['committee', 'supervisor', 'inspector', 'cadre'],
    input: span,
    read(books, { from, to }) {
      const { oversight } = books.store;
      const day = today(books);
      // Side by side, each by its own: never one number for both.
      return oversight.inspections(from, to, inspectionsShownMax).map((row) => ({
        ...row,
        findings: oversight.findings(row.inspection).map(({ item, rectifiedMs }) => {
          const rectifiedOn = rectifiedMs === null ? null : dayOf(rectifiedMs);
          return { item, rectifiedOn, state: row.rectifyBy === null ? null : findingState(row.rectifyBy, rectifiedOn, day) };
        }),
      }));
    },
  }),
  'honour.list': defineView({
    title: { zh: '红榜（本户同意的）', en: 'Red list of a month, of households that consented' },
    rules: ['R-38'],
    by: supervising,
    input: z.strictObject({ month: periodSchema }),
    read(books, { month }) {
      const { store, personal } = books;
      const consented = (household: string): boolean => mayBeHonoured(store.people.standing(household));
      const named = honourList(store.oversight.monthGrades(month, householdsShownMax), consented, rulesNow(books));
      return named.map(({ household, days, excellent }) => ({ head: personal.read(household)?.head ?? null, days, excellent }));
    },
  }),
  'grid.totals': defineView({
    title: { zh: '网格评分汇总', en: 'Grades of a month by cell of the grid, without names' },
    rules: ['R-38'],
    by: ['cadre', 'partyMember', 'committee', 'supervisor', 'inspector'],
    input: z.strictObject({ month: periodSchema }),
    read: (books, { month }) => ({ month, ...gridTotals(books.store.oversight.monthGrades(month, householdsShownMax), rulesNow(books)) }),
  }),
  'report.month': defineView({
    title: { zh: '月度四率', en: 'The four rates of a month' },
    rules: [],
    by: ['committee', 'supervisor', 'stationMaster', 'inspector'],
    input: z.strictObject({ month: periodSchema }),
    read: (books, { month }) => reportMonth(books.store.months.of(month, monthAfter(month)), rulesNow(books)),
  }),
  'device.banners': defineView({
    title: { zh: '停用公告', en: 'What is out of service, and where to go instead' },
    rules: ['R-48'],
    by: roleNames,
    input: z.strictObject({}),
    read: ({ store }) => store.oversight.outages(outagesShownMax).map((row) => ({ ...row, ...bannerOf(row) })),
  }),
  'device.log': defineView({
    title: { zh: '维修台账', en: 'Outages, repairs and parts of a device' },
    rules: ['R-48'],
    by: ['technician', 'clerk', 'committee', 'supervisor'],
    input: z.strictObject({ device: deviceIdSchema }),
    read: ({ store }, { device }) => store.oversight.repairs(device, repairsShownMax),
  }),
} as const;
