/**
 * Events of the exchange shop and of its till: goods, what is held, handed over or given back, and recyclables bought for cash. Goods are
 * counted in the unit `goods`, each kind in accounts of its own.
 */
import { z } from 'zod';
import { count, daySchema, deviceIdSchema, householdIdSchema, materialSchema, postings } from './fields.ts';
import { orderedBy } from './operators.ts';

/** A kind of goods: lower case letters, digits and hyphens. */
export const goodSchema = deviceIdSchema.meta({ title: 'kind of goods' });
/** Number on a receipt; the shop's own, without gaps. */
export const receiptSchema = z.int().min(1).max(0x7fff_ffff).meta({ title: 'receipt number' });
const fen = z.int().min(1).max(10_000_000);
const identifiedBy = z.enum(['card', 'second']).describe('By a card that was read, or by a second person.');
const pieces = z.int().min(1).max(1000);
const pricePoints = z.int().min(1).max(1_000_000);

/** One kind of goods on a receipt, at the price of that moment. */
const receiptLineSchema = z.strictObject({ good: goodSchema, pieces, pricePoints: pricePoints.describe('A piece.') });

export const shopEvents = {
  'goods.priced': z
    .strictObject({
      ...orderedBy,
      good: goodSchema,
      zh: z.string().min(1).max(16),
      en: z.string().max(32),
      pricePoints: pricePoints.nullable().describe('Null: no longer offered.'),
    })
    .describe('Goods of the shop and what a piece costs from here on.'),
  'goods.received': z.strictObject({ ...orderedBy, good: goodSchema, pieces, postings }).describe('Goods came into the shop.'),
  'goods.counted': z
    .strictObject({ ...orderedBy, good: goodSchema, counted: count, expected: count, postings })
    .describe('Two people counted the stock; what is missing or too many is posted as shrinkage.'),
  'redemption.held': z
    .strictObject({
      ...orderedBy,
      receipt: receiptSchema,
      household: householdIdSchema,
      identifiedBy,
      lines: z.array(receiptLineSchema).min(1).max(10),
      points: z.int().min(1),
      expiresMs: z.int().min(0),
      postings,
    })
    .describe('Points and goods are set aside for a household; nothing has changed hands.'),
  'redemption.captured': z
    .strictObject({ ...orderedBy, receipt: receiptSchema, household: householdIdSchema, points: z.int().min(1), postings })
    .describe('The goods were handed over, and the points are spent.'),
  'redemption.released': z
    .strictObject({ ...orderedBy, receipt: receiptSchema, household: householdIdSchema, reason: z.enum(['cancelled', 'expired']), postings })
    .describe('Nothing was handed over; points and goods went back.'),
  'till.filled': z
    .strictObject({ ...orderedBy, till: deviceIdSchema, fen: z.int().refine((amount) => amount !== 0, 'nothing moves'), postings })
    .describe('Cash was put into the till by the village, or taken out again (below zero).'),
  'till.counted': z
    .strictObject({ ...orderedBy, till: deviceIdSchema, countedFen: z.int().min(0), expectedFen: z.int(), postings })
    .describe('Two people counted the till; the difference is posted.'),
  'cash.paid': z
    .strictObject({
      ...orderedBy,
      receipt: receiptSchema,
      till: deviceIdSchema,
      household: householdIdSchema,
      identifiedBy,
      day: daySchema.describe('Of the village; for the limit of a day.'),
      weighing: z.string().max(48),
      material: materialSchema,
      netGrams: z.int().min(1),
      fenPerKg: z.int().min(1),
      fen,
      tariffVersion: z.string().max(32),
      postings,
    })
    .describe('Recyclables bought for cash, by a weighing that earned nothing else.'),
} as const;
