/** Rules of collection as dated data: trucks, pick-ups, rounds and their mass balance. Numbers in brackets are the business rules. */
import { z } from 'zod';
import { deviceIdSchema } from '../events/fields.ts';

const grams = z.int().min(0).max(1_000_000);

export const collectionRulesSchema = z
  .strictObject({
    trucks: z.int().min(1).max(8).default(2).describe('Trucks that pick-ups are shared out to (R-46).'),
    route: z.array(deviceIdSchema).max(64).default([]).describe('Bins and sheds in the order a truck passes them; others come last (R-46).'),
    escalateHours: z.int().min(1).max(168).default(4).describe('A pick-up nobody set out for is escalated after this long (R-46).'),
    fluffGrams: z
      .strictObject({ food: grams.default(20_000), recyclable: grams.default(3000), hazardous: grams.default(0), residual: grams.default(8000) })
      .prefault({})
      .describe('A compartment that says full and weighs less is suspected to hold fluff only (R-46). Unit: gram; 0 for never.'),
    balancePercent: z.int().min(0).max(100).default(5).describe('What was collected and what was weighed in may differ by this much (R-44).'),
    cartErrorGrams: z.int().min(0).max(10_000).default(50).describe('Error of one weighing on a cart (R-44). Unit: gram.'),
    stationErrorGrams: z.int().min(0).max(100_000).default(5000).describe('Error of one weighing at the station (R-44). Unit: gram.'),
  })
  .prefault({});
export type CollectionRules = z.output<typeof collectionRulesSchema>;
