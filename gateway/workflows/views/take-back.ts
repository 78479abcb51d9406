/** What lies here of hazardous waste and pesticide packaging, and the ledger the law asks for. */
import { z } from 'zod';
import { daySchema } from '../../../protocol/events/fields.ts';
import { takeBackStreams } from '../../../protocol/take-back.ts';
import { dayOf } from '../../core/calendar.ts';
import { reportOpen } from '../../core/take-back.ts';
import { takeBackEntriesShown } from '../../limits.ts';
import { defineView } from '../view.ts';

const watchers = ['clerk', 'stationMaster', 'cadre', 'committee', 'supervisor', 'inspector'] as const;

export const takeBackViews = {
  'takeback.open': defineView({
    title: { zh: '有害垃圾、农药包装未交接', en: 'Hazardous waste and pesticide packaging not handed over yet' },
    rules: ['R-40', 'R-41'],
    by: watchers,
    input: z.strictObject({}),
    read({ store, rules, time }) {
      const nowMs = time.clock.now();
      const day = dayOf(nowMs);
      const facts = { known: store.takeBack.campaigns(), rules: rules(day).rules.takeBack, nowMs, day };
      return takeBackStreams.map((stream) => {
        const grams = store.ledger.balance(`take-back/${stream}`, 'grams');
        return reportOpen({ ...store.takeBack.open(stream), grams, pieces: (kind) => store.ledger.balance(`take-back/${kind}`, 'goods') }, facts);
      });
    },
  }),
  'takeback.ledger': defineView({
    title: { zh: '有害垃圾、农药包装台账', en: 'Ledger of hazardous waste and pesticide packaging' },
    rules: ['R-40', 'R-41'],
    by: watchers,
    input: z.strictObject({
      stream: z.enum(takeBackStreams),
      from: daySchema,
      to: daySchema,
      after: z.int().min(0).default(0).describe('Number of the last entry seen.'),
    }),
    read: ({ store }, { stream, after, ...days }) => store.takeBack.entries(stream, days, after, takeBackEntriesShown),
  }),
} as const;
