/** Stories of the treatment station and of what it sells: intake, reversal, compost, loads out, sorting, sales and stock counts. */
import { z } from 'zod';
import { deviceIdSchema, materialSchema } from '../../../protocol/events/fields.ts';
import { wasteClassSchema } from '../../../protocol/events/pickups.ts';
import { destinationSchema, loadProblemSchema, puritySchema, roundNumberSchema } from '../../../protocol/events/rounds.ts';
import { tariffOn } from '../../core/points.ts';
import { decideCompost, decideIntake, decideIntakeReversal, decideLoadSent, decideSorted } from '../../core/station.ts';
import { decideSale, decideStockCount } from '../../core/trade.ts';
import { defineStory } from '../story.ts';

const station = { by: ['stationMaster'] } as const;
/** Stock and money of the village are answered for by two. */
const twoOfYard = { by: ['stationMaster', 'clerk', 'committee'], second: 'always', secondBy: ['stationMaster', 'clerk', 'committee', 'supervisor'] } as const;
const grams = z.int().min(1).max(50_000_000);
const price = z.int().min(0).max(100_000).nullable().default(null);

const loadSchema = z
  .strictObject({
    wasteClass: wasteClassSchema,
    grossGrams: grams,
    tareGrams: z.int().min(0).max(50_000_000).default(0),
    purity: puritySchema,
    problems: z
      .array(loadProblemSchema)
      .max(7)
      .refine((problems) => new Set(problems).size === problems.length, 'a problem stands once')
      .default([]),
  })
  .refine(({ grossGrams, tareGrams }) => grossGrams > tareGrams, { path: ['tareGrams'], message: 'the tare is less than the gross weight' });

const saleSchema = z
  .strictObject({
    company: deviceIdSchema.describe('A code of the village for the company.'),
    material: materialSchema,
    netGrams: grams.nullable().default(null),
    pieces: z.int().min(1).max(1_000_000).nullable().default(null),
    fenPerKg: price,
    fenEach: price,
  })
  .refine(({ netGrams, pieces }) => (netGrams === null) !== (pieces === null), 'either grams or pieces')
  .refine(({ netGrams, fenPerKg, fenEach }) => (netGrams === null ? fenPerKg === null && fenEach !== null : fenEach === null && fenPerKg !== null), {
    path: ['fenPerKg'],
    message: 'grams have a price by the kilogram, pieces one by the piece',
  });

export const stationStories = {
  'station.intake': defineStory({
    title: { zh: '处理站进料', en: 'Weigh in what rounds brought' },
    rules: ['R-43', 'R-44'],
    authority: station,
    input: z.strictObject({
      rounds: z
        .array(roundNumberSchema)
        .min(1)
        .max(8)
        .refine((rounds) => new Set(rounds).size === rounds.length, 'a round stands once'),
      loads: z.array(loadSchema).min(1).max(8),
    }),
    decide({ store, rules }, { rounds, loads }, { when, orderedBy }) {
      const { day, dateTrusted } = when;
      const facts = { rounds: rounds.map((round) => store.rounds.one(round)), next: store.rounds.next('intake'), today: store.rounds.today(day) };
      return decideIntake(loads, { ...facts, day, dateTrusted }, rules(day).rules.collection, orderedBy);
    },
  }),
  'station.reverse': defineStory({
    title: { zh: '冲销进料', en: 'Reverse an intake' },
    rules: ['R-43'],
    authority: { ...station, second: 'always', secondBy: ['stationMaster', 'collector', 'committee', 'supervisor'] },
    input: z.strictObject({ intake: roundNumberSchema }),
    decide: ({ store }, { intake }, { orderedBy }) =>
      decideIntakeReversal(store.rounds.intake(intake), (account) => store.ledger.balance(account, 'grams'), orderedBy),
  }),
  'station.compost': defineStory({
    title: { zh: '堆肥出料', en: 'Record a batch of compost' },
    rules: ['R-45'],
    authority: station,
    input: z.strictObject({
      inputGrams: grams,
      compostGrams: z.int().min(0).max(50_000_000),
      residueGrams: z.int().min(0).max(50_000_000).default(0),
      compostTo: destinationSchema,
      residueTo: destinationSchema.default('incineration'),
    }),
    decide: ({ store }, batch, { orderedBy }) =>
      decideCompost(batch, { foodGrams: store.ledger.balance('station/food', 'grams'), next: store.rounds.next('batch') }, orderedBy),
  }),
  'station.send': defineStory({
    title: { zh: '处理站运出', en: 'Send a load from the station' },
    rules: ['R-45'],
    authority: station,
    input: z.strictObject({ wasteClass: wasteClassSchema.exclude(['hazardous']), netGrams: grams, destination: destinationSchema }),
    decide: ({ store }, load, { orderedBy }) => decideLoadSent(load, store.ledger.balance(`station/${load.wasteClass}`, 'grams'), orderedBy),
  }),
  'station.sort': defineStory({
    title: { zh: '分拣可回收物', en: 'Sort collected recyclables into a material' },
    rules: ['R-45'],
    authority: { by: ['stationMaster', 'clerk'] },
    input: z.strictObject({ material: materialSchema, netGrams: grams }),
    decide({ store, tariffs }, sorted, { when, orderedBy }) {
      const isKnown = Object.hasOwn(tariffOn(tariffs(), when.day)?.materials ?? {}, sorted.material);
      return decideSorted(sorted, { stationGrams: store.ledger.balance('station/recyclable', 'grams'), isKnown }, orderedBy);
    },
  }),
  'recyclables.sell': defineStory({
    title: { zh: '可回收物交售', en: 'Hand recyclables to a company' },
    rules: ['R-45'],
    authority: twoOfYard,
    input: saleSchema,
    decide({ store }, wanted, { orderedBy }) {
      const stock = store.ledger.balance(`intake/${wanted.material}`, wanted.netGrams === null ? 'goods' : 'grams');
      return decideSale(wanted, { stock, next: store.trade.nextSale() }, orderedBy);
    },
  }),
  'recyclables.count': defineStory({
    title: { zh: '盘点可回收物', en: 'Count the stock of a material' },
    rules: ['R-45'],
    authority: twoOfYard,
    input: z.strictObject({
      material: materialSchema,
      unit: z.enum(['grams', 'goods']).default('grams'),
      counted: z.int().min(0).max(100_000_000),
      reason: z.enum(['count', 'moisture', 'spoilt', 'theft']).default('count'),
    }),
    decide: ({ store }, counted, { orderedBy }) => decideStockCount(counted, store.ledger.balance(`intake/${counted.material}`, counted.unit), orderedBy),
  }),
} as const;
