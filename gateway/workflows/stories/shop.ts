/** Stories of the exchange shop and its till: prices, goods in, hold, hand over, give back, count, and recyclables for cash. */
import { z } from 'zod';
import { deviceIdSchema } from '../../../protocol/events/fields.ts';
import { goodSchema, receiptSchema } from '../../../protocol/events/shop.ts';
import { decideCashPayment, decideTillCount, decideTillFill } from '../../core/cash.ts';
import { tariffOn } from '../../core/points.ts';
import { refuse } from '../../core/refusals.ts';
import { decideCapture, decideCount, decideGoodsIn, decideHold, decideRelease } from '../../core/shop.ts';
import { balanceOf } from '../awarding.ts';
import { householdMeant, identify, type WhoComes } from '../recipient.ts';
import { type Books, defineStory } from '../story.ts';
import { oneOfTwo, who, witnesses } from './bags.ts';

const shop = ['clerk', 'committee'] as const;
const atCounter = { by: shop, secondBy: witnesses };
/** Shrinkage and differences of a till are answered for by two. */
const twoCount = { by: shop, second: 'always', secondBy: ['clerk', 'committee', 'supervisor'] } as const;
const pieces = z.int().min(1).max(1000);
const till = deviceIdSchema.default('till').describe('Where there are several.');
const ofReceipt = ({ receipt }: { receipt: number }, { store }: Books) => [store.shop.hold(receipt)?.household ?? []].flat();
const meant = (input: WhoComes, books: Books) => householdMeant(books, input);
const tillOf = ({ store }: Books, id: string) => ({ till: id, fen: store.ledger.balance(`till/${id}`, 'fen') });

export const shopStories = {
  'shop.price': defineStory({
    title: { zh: '定商品价格', en: 'Price goods of the shop' },
    rules: ['R-27', 'R-50'],
    authority: { by: ['committee', 'supervisor'], second: 'always' },
    input: z.strictObject({
      good: goodSchema,
      zh: z.string().trim().min(1).max(16).describe('Name, as villagers say it.'),
      en: z.string().trim().max(32).default(''),
      pricePoints: z.int().min(1).max(1_000_000).nullable().describe('A piece; null: no longer offered.'),
    }),
    decide: (_books, input, { orderedBy }) => ({ ok: true, drafts: [{ name: 'goods.priced', subject: 'shop', data: { ...orderedBy, ...input } }] }),
  }),
  'shop.receive': defineStory({
    title: { zh: '商品进货', en: 'Take goods into the shop' },
    rules: ['R-28'],
    authority: { by: shop },
    input: z.strictObject({ good: goodSchema, pieces }),
    decide: ({ store }, input, { orderedBy }) => decideGoodsIn(store.shop.good(input.good), input, orderedBy),
  }),
  'shop.count': defineStory({
    title: { zh: '盘点商品', en: 'Count goods of the shop' },
    rules: ['R-28'],
    authority: twoCount,
    input: z.strictObject({ good: goodSchema, counted: z.int().min(0).max(100_000).describe('On the shelf, what is held for households included.') }),
    decide: ({ store }, input, { orderedBy }) => decideCount(store.shop.good(input.good), input, orderedBy),
  }),
  'shop.hold': defineStory({
    title: { zh: '积分兑换：留货', en: 'Hold goods for a household' },
    rules: ['R-27', 'R-30', 'R-32'],
    authority: atCounter,
    input: oneOfTwo(
      z.strictObject({
        ...who,
        wanted: z
          .array(z.strictObject({ good: goodSchema, pieces }))
          .min(1)
          .max(10),
      }),
    ),
    concerns: meant,
    decide(books, { wanted, ...whoComes }, { when, orderedBy }) {
      const { store } = books;
      const recipient = identify(books, whoComes, orderedBy.second);
      if (!recipient.ok) return recipient;
      const { household, identifiedBy } = recipient;
      const goods = wanted.flatMap(({ good }) => store.shop.good(good) ?? []);
      const facts = { goods, balance: balanceOf(books, household), nextReceipt: store.shop.nextReceipt('goods') };
      const { holdMinutes } = books.rules(when.day).rules.shop;
      return decideHold({ household, identifiedBy, wanted, ...facts, ...orderedBy, nowMs: when.atMs, holdMinutes });
    },
  }),
  'shop.capture': defineStory({
    title: { zh: '积分兑换：交货', en: 'Hand held goods over' },
    rules: ['R-27'],
    authority: { by: shop },
    input: z.strictObject({ receipt: receiptSchema }),
    concerns: ofReceipt,
    decide: ({ store }, { receipt }, { orderedBy }) => decideCapture(store.shop.hold(receipt), orderedBy),
  }),
  'shop.release': defineStory({
    title: { zh: '积分兑换：取消', en: 'Release held goods' },
    rules: ['R-27'],
    authority: { by: shop },
    input: z.strictObject({ receipt: receiptSchema }),
    decide: ({ store }, { receipt }, { orderedBy }) => decideRelease(store.shop.hold(receipt), 'cancelled', orderedBy),
  }),
  'till.fill': defineStory({
    title: { zh: '钱箱放钱或取钱', en: 'Put cash into the till, or take it out' },
    rules: ['R-29'],
    authority: twoCount,
    input: z.strictObject({
      till,
      fen: z
        .int()
        .min(-10_000_000)
        .max(10_000_000)
        .refine((fen) => fen !== 0, 'nothing moves')
        .describe('Below zero: taken out.'),
    }),
    decide: (books, { till: id, fen }, { orderedBy }) => decideTillFill(tillOf(books, id), fen, orderedBy),
  }),
  'till.count': defineStory({
    title: { zh: '清点钱箱', en: 'Count the till' },
    rules: ['R-29'],
    authority: twoCount,
    input: z.strictObject({ till, countedFen: z.int().min(0).max(10_000_000) }),
    decide: (books, { till: id, countedFen }, { orderedBy }) => decideTillCount(tillOf(books, id), countedFen, orderedBy),
  }),
  'cash.pay': defineStory({
    title: { zh: '现金收购可回收物', en: 'Buy weighed recyclables for cash' },
    rules: ['R-29', 'R-30'],
    authority: atCounter,
    input: oneOfTwo(z.strictObject({ ...who, weighing: z.string().min(1).max(48).describe('As `sifen scale weigh` named it.'), till })),
    concerns: meant,
    decide(books, { weighing: id, till: from, ...whoComes }, { when, orderedBy }) {
      const { store } = books;
      const recipient = identify(books, whoComes, orderedBy.second);
      if (!recipient.ok) return recipient;
      if (!when.dateTrusted) return refuse('date_unconfirmed');
      const { household, identifiedBy } = recipient;
      const { day } = when;
      const weighing = store.shop.weighing(id);
      const tariff = tariffOn(books.tariffs(), day);
      const fenPerKg = weighing === undefined ? undefined : tariff?.materials[weighing.material]?.fenPerKg;
      return decideCashPayment({
        ...{ weighing, household, identifiedBy, day, till: from, ...orderedBy },
        ...{ tillFen: tillOf(books, from).fen, paidTodayFen: store.shop.paidFen(household, day), cashFenPerDay: books.rules(day).rules.shop.cashFenPerDay },
        price: tariff === undefined || fenPerKg === undefined ? undefined : { fenPerKg, tariffVersion: tariff.version },
        nextReceipt: store.shop.nextReceipt('cash'),
      });
    },
  }),
} as const;
