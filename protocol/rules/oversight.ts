/** Rules of oversight as dated data: samples, bands, deadlines, the red list. Numbers in brackets are the business rules. */
import { z } from 'zod';
import { destinationSchema, destinations } from '../events/rounds.ts';

const score = z.int().min(0).max(100);

export const oversightRulesSchema = z
  .strictObject({
    sampleHouseholds: z.int().min(1).max(200).default(10).describe('Households drawn for the review of a day (R-35).'),
    bands: z
      .strictObject({ green: score.default(90), blue: score.default(75), yellow: score.default(60) })
      .prefault({})
      .refine(({ green, blue, yellow }) => green > blue && blue > yellow, 'bands go down from green over blue to yellow')
      .describe('Score from which a band begins; below yellow is red (R-36).'),
    rectifyDays: z.int().min(1).max(90).default(7).describe('Days to put right what an inspection found, where it names no day (R-36).'),
    honourDays: z.int().min(1).max(31).default(8).describe('Days of a month a household must have been graded on to be on the red list (R-38).'),
    honourHouseholds: z.int().min(1).max(200).default(20).describe('Households on the red list of a month (R-38).'),
    gridHouseholdsMin: z
      .int()
      .min(3)
      .max(50)
      .default(5)
      .describe('Graded households below which a cell of the grid shows no totals: they would name somebody (R-38).'),
    energyDestinations: z
      .array(destinationSchema)
      .max(destinations.length)
      .default(['incineration', 'biogas'])
      .describe('Where waste gives energy: counted as used in the month’s report.'),
    harmlessDestinations: z
      .array(destinationSchema)
      .max(destinations.length)
      .default([...destinations])
      .describe('Plants and fields that are up to the standard: counted as harmless in the month’s report. Strike out those that are not.'),
  })
  .prefault({});
export type OversightRules = z.output<typeof oversightRulesSchema>;
