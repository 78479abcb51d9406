// One valid draft of every event of the shop and its till. Without it the store and the timeline would be tried on none of them.
import type { shopEvents } from '../../protocol/events/shop.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { move } from './earning-drafts.ts';

const twoOrdered = { operator: 'committee-1', second: 'committee-2' };

export const shopDrafts = (household: string): { readonly [Name in keyof typeof shopEvents]: EventDraft<Name> } => ({
  'goods.priced': { name: 'goods.priced', subject: 'shop', data: { ...twoOrdered, good: 'salt', zh: '盐', en: 'salt', pricePoints: 200 } },
  'goods.received': {
    name: 'goods.received',
    subject: 'shop',
    data: { operator: 'clerk-1', second: null, good: 'salt', pieces: 10, postings: move('goods', 'supplier/salt', 'stock/salt', 10) },
  },
  'goods.counted': {
    name: 'goods.counted',
    subject: 'shop',
    data: { ...twoOrdered, good: 'salt', counted: 9, expected: 10, postings: move('goods', 'stock/salt', 'shrinkage/salt', 1) },
  },
  'redemption.held': {
    name: 'redemption.held',
    subject: household,
    data: {
      ...{ operator: 'clerk-1', second: null, receipt: 1, household: household, identifiedBy: 'card', points: 400, expiresMs: 1_795_393_800_000 },
      lines: [{ good: 'salt', pieces: 2, pricePoints: 200 }],
      postings: [...move('points', `household/${household}`, 'hold/receipt-1', 400), ...move('goods', 'stock/salt', 'held-goods/salt', 2)],
    },
  },
  'redemption.captured': {
    name: 'redemption.captured',
    subject: household,
    data: {
      ...{ operator: 'clerk-1', second: null, receipt: 1, household: household, points: 400 },
      postings: [...move('points', 'hold/receipt-1', 'redemption/shop', 400), ...move('goods', 'held-goods/salt', 'handed/salt', 2)],
    },
  },
  'redemption.released': {
    name: 'redemption.released',
    subject: household,
    data: {
      ...{ operator: 'gateway', second: null, receipt: 1, household: household, reason: 'expired' },
      postings: [...move('points', 'hold/receipt-1', `household/${household}`, 400), ...move('goods', 'held-goods/salt', 'stock/salt', 2)],
    },
  },
  'till.filled': {
    name: 'till.filled',
    subject: 'till',
    data: { ...twoOrdered, till: 'till', fen: 50_000, postings: move('fen', 'village-cash/till', 'till/till', 50_000) },
  },
  'till.counted': {
    name: 'till.counted',
    subject: 'till',
    data: { ...twoOrdered, till: 'till', countedFen: 49_900, expectedFen: 50_000, postings: move('fen', 'till/till', 'till-difference/till', 100) },
  },
  'cash.paid': {
    name: 'cash.paid',
    subject: household,
    data: {
      ...{
        operator: 'clerk-1',
        second: null,
        receipt: 1,
        till: 'till',
        household: household,
        identifiedBy: 'card',
        day: '2026-11-23',
        weighing: 'scale-1-7',
      },
      ...{ material: 'cardboard', netGrams: 2500, fenPerKg: 60, fen: 150, tariffVersion: '2026-1', postings: move('fen', 'till/till', 'cash/cardboard', 150) },
    },
  },
});
