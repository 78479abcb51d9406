/** What is to be fetched, in the order to drive. */
import { z } from 'zod';
import { dayOf } from '../../core/calendar.ts';
import { rankPickups } from '../../core/pickup-ranking.ts';
import { pickupsShown } from '../../limits.ts';
import { defineView } from '../view.ts';

export const pickupViews = {
  'pickup.list': defineView({
    title: { zh: '清运排序', en: 'Pick-ups in the order to drive' },
    rules: ['R-46', 'R-47'],
    by: ['collector', 'clerk', 'stationMaster', 'cadre', 'committee', 'supervisor', 'inspector'],
    input: z.strictObject({}),
    read({ store, rules, time }) {
      const nowMs = time.clock.now();
      const burning = new Set(store.bins.state().flatMap(({ bin, alarm }) => (alarm ? [bin] : [])));
      const facts = { pickups: store.pickups.waiting(pickupsShown), burning, levels: store.pickups.levels(), nowMs };
      return rankPickups({ ...facts, rules: rules(dayOf(nowMs)).rules.collection });
    },
  }),
} as const;
