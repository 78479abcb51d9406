/** What the shop offers, what waits to be handed over, and what the till holds. */
import { z } from 'zod';
import { roleNames } from '../../../protocol/roles.ts';
import { dayOf } from '../../core/calendar.ts';
import { shopHoldsShown } from '../../limits.ts';
import { defineView } from '../view.ts';

const nothing = z.strictObject({});

export const shopViews = {
  'shop.goods': defineView({
    title: { zh: '店里的商品', en: 'Goods of the shop' },
    rules: ['R-27', 'R-28'],
    by: roleNames,
    input: nothing,
    read({ store, rules, time }) {
      const nowMs = time.clock.now();
      const { countDays } = rules(dayOf(nowMs)).rules.shop;
      return store.shop.goods().map((row) => ({ ...row, countDue: row.countedMs === null || nowMs - row.countedMs > countDays * 86_400_000 }));
    },
  }),
  'shop.holds': defineView({
    title: { zh: '等着领的货', en: 'Goods held for households' },
    rules: ['R-27'],
    by: ['clerk', 'committee', 'supervisor'],
    input: nothing,
    read: ({ store }) => store.shop.openHolds(shopHoldsShown),
  }),
  'till.show': defineView({
    title: { zh: '钱箱余额', en: 'What the tills hold' },
    rules: ['R-29'],
    by: ['clerk', 'committee', 'supervisor'],
    input: nothing,
    read: ({ store }) => store.shop.tills(),
  }),
} as const;
