/** Rounds, what the station has, what does not add up, and where recyclables went. */
import { z } from 'zod';
import { wasteClasses } from '../../../protocol/bin-reading.ts';
import { roundNumberSchema } from '../../../protocol/events/rounds.ts';
import { dayOf } from '../../core/calendar.ts';
import { mayBeTraced } from '../../core/consent.ts';
import { refuse } from '../../core/refusals.ts';
import { flowDifference } from '../../core/trade.ts';
import { householdsShownMax, roundsShown } from '../../limits.ts';
import { defineView } from '../view.ts';

const nothing = z.strictObject({});
const watchers = ['collector', 'stationMaster', 'committee', 'supervisor', 'inspector'] as const;

export const roundViews = {
  'round.list': defineView({
    title: { zh: '收运轮次', en: 'Collection rounds' },
    rules: ['R-42'],
    by: watchers,
    input: nothing,
    read: ({ store }) => store.rounds.recent(roundsShown),
  }),
  'round.houses': defineView({
    title: { zh: '这一轮没收的户', en: 'Houses a round has no stop at' },
    rules: ['R-42', 'R-02'],
    by: ['collector', 'stationMaster', 'committee', 'supervisor'],
    input: z.strictObject({ round: roundNumberSchema }),
    read({ store, rules, time }, { round }) {
      const found = store.rounds.one(round);
      if (found === undefined) return refuse('round_unknown');
      const visits = store.rounds.houses(round);
      const people = rules(dayOf(time.clock.now())).rules.people;
      // Stops at who did not agree to be traced bear no name, so nobody can say that they are missing.
      const unvisited = store.people
        .households()
        .filter(({ household }) => visits.get(household)?.visit !== 'stop' && mayBeTraced(store.people.standing(household), people));
      const houses = unvisited.slice(0, householdsShownMax).map(({ household }) => ({ household, skipped: visits.get(household)?.reason ?? null }));
      return { ...found, houses, more: unvisited.length - houses.length };
    },
  }),
  'station.show': defineView({
    title: { zh: '处理站存量与进料', en: 'What the station holds and took in' },
    rules: ['R-43', 'R-45'],
    by: watchers,
    input: nothing,
    read({ store }) {
      const held = Object.fromEntries(wasteClasses.map((wasteClass) => [wasteClass, store.ledger.balance(`station/${wasteClass}`, 'grams')]));
      return { heldGrams: held, unexplainedGrams: store.ledger.balance('mass-balance/station', 'grams'), intakes: store.rounds.intakes(roundsShown) };
    },
  }),
  'balance.alerts': defineView({
    title: { zh: '重量对不上的', en: 'Masses that do not add up' },
    rules: ['R-44'],
    by: ['stationMaster', 'committee', 'supervisor', 'inspector'],
    input: nothing,
    read: ({ store }) => store.rounds.alerts(roundsShown),
  }),
  'recyclables.flow': defineView({
    title: { zh: '可回收物收支', en: 'Recyclables: bought + collected = sold + stock + loss' },
    rules: ['R-45'],
    by: ['clerk', 'stationMaster', 'committee', 'supervisor', 'inspector'],
    input: nothing,
    read({ store }) {
      const money = store.trade.money();
      const of = (material: string) => money.find((row) => row.material === material);
      return store.trade.flows().map((flow) => {
        const { paidFen = 0, incomeFen = 0 } = of(flow.material) ?? {};
        return { ...flow, difference: flowDifference(flow), paidFen, incomeFen };
      });
    },
  }),
  'recyclables.sales': defineView({
    title: { zh: '交售记录', en: 'Sales of recyclables' },
    rules: ['R-45'],
    by: ['clerk', 'stationMaster', 'committee', 'supervisor', 'inspector'],
    input: nothing,
    read: ({ store }) => store.trade.sales(roundsShown),
  }),
} as const;
