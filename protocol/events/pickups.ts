/**
 * Events of pick-ups: what waits to be fetched at a bin or shed, who goes, and what came of it. One request a bin: what fills up meanwhile joins
 * it. Weights here prove or refute a level and are no mass of the ledger; that is weighed at rounds and at the station.
 */
import { z } from 'zod';
import { wasteClasses } from '../bin-reading.ts';
import { deviceIdSchema } from './fields.ts';
import { orderedBy } from './operators.ts';

export const wasteClassSchema = z.enum(wasteClasses).meta({ title: 'waste class' });
/** Number of a pick-up; the village's own, without gaps. */
export const pickupNumberSchema = z.int().min(1).max(0x7fff_ffff).meta({ title: 'number of a pick-up' });
const compartment = z.int().min(1).max(8);

/** One thing to fetch. `asked`: somebody said so. */
const pickupLineSchema = z.strictObject({
  compartment: compartment.nullable().describe('Counted from 1; null where a person asked.'),
  wasteClass: wasteClassSchema,
  level: z.enum(['plan', 'full', 'asked']),
  suspectedFluff: z.boolean().describe('It said full, and weighed too little for it.'),
});
export type PickupLine = z.infer<typeof pickupLineSchema>;
export const pickupLinesMax = 16;
const lines = z.array(pickupLineSchema).min(1).max(pickupLinesMax);
const numbered = { request: pickupNumberSchema, bin: deviceIdSchema };
const truck = z.int().min(1).max(8).describe('Counted from 1.');
/** Null: the level of the bin itself said so. */
const askedBy = z.strictObject(orderedBy).nullable();

export const pickupEvents = {
  'pickup.requested': z.strictObject({ ...numbered, lines, askedBy }).describe('A bin or shed waits to be emptied.'),
  'pickup.changed': z
    .strictObject({ ...numbered, lines, askedBy })
    .describe('More is to be fetched by the same request, or less: all its lines as they are now.'),
  'pickup.acknowledged': z.strictObject({ ...numbered, truck, ...orderedBy }).describe('Somebody has seen it and will go.'),
  'pickup.started': z.strictObject({ ...numbered, truck, ...orderedBy }).describe('A truck is on its way.'),
  'pickup.checked': z
    .strictObject({ ...numbered, wasteClass: wasteClassSchema, netGrams: z.int().min(0).max(10_000_000), suspectedFluff: z.boolean(), ...orderedBy })
    .describe('Somebody weighed what lies in a compartment that says full.'),
  'pickup.done': z
    .strictObject({
      ...numbered,
      truck,
      fetched: z.array(z.strictObject({ wasteClass: wasteClassSchema, netGrams: z.int().min(0).max(10_000_000), suspectedFluff: z.boolean() })).max(4),
      ...orderedBy,
    })
    .describe('It was fetched. Without a weight nothing is said of fluff.'),
  'pickup.cancelled': z
    .strictObject({ ...numbered, reason: z.enum(['emptied', 'false_full', 'error']), askedBy })
    .describe('Nobody goes: the bin was emptied meanwhile, was not full, or the request was a mistake.'),
  'pickup.escalated': z.strictObject({ ...numbered, ageMinutes: z.int().min(1) }).describe('Nobody set out for it in time; told once.'),
} as const;
