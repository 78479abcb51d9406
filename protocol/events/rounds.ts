/**
 * Events of collection from door to station: rounds and their stops, what the station weighed in, what left it, and what does not add up.
 * Grams go from `door/<household>-<class>` to `round/<number>`, from there to `station/<class>`, and out to `output/...` or `intake/<material>`.
 */
import { z } from 'zod';
import { count, daySchema, deviceIdSchema, householdIdSchema, materialSchema, postings } from './fields.ts';
import { orderedBy } from './operators.ts';
import { wasteClassSchema } from './pickups.ts';

/** Number of a round, an intake or a batch; the village's own, without gaps within its kind. */
export const roundNumberSchema = z.int().min(1).max(0x7fff_ffff).meta({ title: 'number of a round, an intake or a batch' });
const grams = z.int().min(1).max(50_000_000);
const dated = { day: daySchema, dateTrusted: z.boolean() };

/** Why a house gave nothing. */
export const skipReasons = ['nobody_home', 'nothing_out', 'not_sorted', 'blocked', 'declined'] as const;
export const skipReasonSchema = z.enum(skipReasons).meta({ title: 'why a house was skipped' });
/** How pure a load is, as the station master sees it. */
const purityGrades = ['clean', 'fair', 'mixed', 'rejected'] as const;
export const puritySchema = z.enum(purityGrades).meta({ title: 'purity of a load' });
/** What makes trouble at the station. */
const loadProblems = ['grease', 'bambooShells', 'plasticInside', 'hazardousInside', 'liquid', 'stones', 'mouldy'] as const;
export const loadProblemSchema = z.enum(loadProblems).meta({ title: 'problem of a load' });
/** Where something goes from the station. */
export const destinations = ['farmland', 'orchard', 'sold', 'biogas', 'incineration', 'landfill'] as const;
export const destinationSchema = z.enum(destinations).meta({ title: 'where it goes' });

const stopLoadSchema = z.strictObject({ wasteClass: wasteClassSchema, netGrams: grams });
const intakeLoadSchema = z.strictObject({
  wasteClass: wasteClassSchema,
  grossGrams: grams,
  tareGrams: z.int().min(0).max(50_000_000),
  netGrams: grams,
  purity: puritySchema,
  problems: z.array(loadProblemSchema).max(loadProblems.length),
});

export const roundEvents = {
  'round.started': z
    .strictObject({ round: roundNumberSchema, cart: deviceIdSchema, tareGrams: z.int().min(0).max(2_000_000), ...dated, ...orderedBy })
    .describe('A collector sets out with an empty cart, whose weight is its tare.'),
  'round.stop.recorded': z
    .strictObject({
      round: roundNumberSchema,
      household: householdIdSchema.nullable().describe('Null where the household did not agree to be traced.'),
      identifiedBy: z.enum(['plaque', 'named']),
      loads: z.array(stopLoadSchema).min(1).max(4),
      cartStable: z.literal(true).describe('The operator’s word: the cart stood still while it weighed.'),
      ...orderedBy,
      postings,
    })
    .describe('A house was collected from, weighed by class.'),
  'round.house.skipped': z
    .strictObject({ round: roundNumberSchema, household: householdIdSchema, reason: skipReasonSchema, ...orderedBy })
    .describe('A house gave nothing, and why.'),
  'round.closed': z
    .strictObject({
      round: roundNumberSchema,
      endGrams: z.int().min(0).max(50_000_000).nullable().describe('Cart with its load; null where it was emptied on the way.'),
      stopGrams: z.int().min(0),
      stops: count,
      skipped: count,
      ...orderedBy,
    })
    .describe('The round is over.'),
  'intake.recorded': z
    .strictObject({
      intake: roundNumberSchema,
      rounds: z.array(roundNumberSchema).min(1).max(8),
      loads: z.array(intakeLoadSchema).min(1).max(8),
      expectedGrams: z.int().min(0).describe('What the stops of these rounds add up to.'),
      ...dated,
      ...orderedBy,
      postings,
    })
    .describe('The station weighed in what these rounds brought.'),
  'intake.reversed': z
    .strictObject({ intake: roundNumberSchema, rounds: z.array(roundNumberSchema).min(1).max(8), ...orderedBy, postings })
    .describe('An intake was entered wrongly; all its legs go back, and its rounds wait to be weighed in again.'),
  'balance.alert': z
    .strictObject({
      scope: z.enum(['cart', 'round', 'day']),
      day: daySchema,
      number: roundNumberSchema.nullable().describe('Of the round for `cart`, of the intake for `round`, null for `day`.'),
      expectedGrams: z.int().min(0),
      measuredGrams: z.int(),
      toleranceGrams: z.int().min(0),
    })
    .describe('What was collected and what was weighed in differ by more than the tolerance: to be reviewed, no penalty.'),
  'compost.batch.recorded': z
    .strictObject({
      batch: roundNumberSchema,
      inputGrams: grams,
      compostGrams: z.int().min(0).max(50_000_000),
      residueGrams: z.int().min(0).max(50_000_000),
      compostTo: destinationSchema,
      residueTo: destinationSchema,
      ...orderedBy,
      postings,
    })
    .describe('A batch of compost is ready: what went in, what came out and where to, what was left; the rest is water and gas.'),
  'station.load.sent': z
    .strictObject({ wasteClass: wasteClassSchema, netGrams: grams, destination: destinationSchema, ...orderedBy, postings })
    .describe('A load left the station.'),
  'recyclables.sorted': z
    .strictObject({ material: materialSchema, netGrams: grams, ...orderedBy, postings })
    .describe('Collected recyclables were sorted into a material of the stock.'),
} as const;
