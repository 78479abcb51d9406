/** Rules of points as dated data: caps, bands, grades, expiry, clawback and budgets. Numbers in brackets are the business rules. */
import { z } from 'zod';
import { materialSchema } from '../events/fields.ts';

const points = z.int().min(0).max(1_000_000);
const aMonth = z.int().min(0).max(31);

/** Ways to earn, in the order they are shown. */
export const pointSources = ['recyclables', 'learning', 'volunteering', 'evaluation', 'takeback'] as const;
export type PointSource = (typeof pointSources)[number];

const bandSchema = z.strictObject({ scoreFrom: z.int().min(0).max(100), percent: z.int().min(0).max(100) });
const budget = points.max(100_000_000).nullable().default(null);

const evaluationSchema = z
  .strictObject({
    points: z
      .strictObject({
        excellent: points.max(1000).default(10),
        good: points.max(1000).default(5),
        fair: points.max(1000).default(0),
        poor: z.int().min(-1000).max(0).default(-10),
      })
      .prefault({})
      .describe('What a grade of a stream is worth a day (R-23).'),
    minusPerMonth: points.default(100).describe('Points a household can lose by grades in a calendar month (R-24).'),
    warnings: z.int().min(0).max(100).default(1).describe('Low grades that only warn before one takes points (R-24).'),
    lateDays: z.int().min(0).max(30).default(3).describe('Days after which a grade can no longer be entered; a handheld may be offline (R-49).'),
    appealDays: z.int().min(0).max(365).default(14).describe('Days in which a household may appeal (R-25).'),
  })
  .prefault({});

export const pointRulesSchema = z
  .strictObject({
    dailyCap: points.default(3000).describe('Points a household can earn a day with one material (R-19). 3000 are 50 kg of paper.'),
    dailyCaps: z.record(materialSchema, points).default({}).describe('The same for materials that have a cap of their own (R-19).'),
    learningPerMonth: aMonth.default(2).describe('Learning sessions of a calendar month that are rewarded (R-20).'),
    learningBands: z
      .array(bandSchema)
      .min(1)
      .max(8)
      .default([
        { scoreFrom: 90, percent: 100 },
        { scoreFrom: 75, percent: 80 },
        { scoreFrom: 60, percent: 60 },
      ])
      .refine((bands) => bands.every((band, index) => index === 0 || band.scoreFrom < (bands[index - 1]?.scoreFrom ?? 0)), 'bands go down in score')
      .describe('What a score is worth, best band first; below the last one nothing (R-21).'),
    volunteeringPerMonth: aMonth.default(4).describe('Volunteering events of a calendar month that are rewarded (R-22).'),
    evaluation: evaluationSchema,
    expiryYears: z.int().min(1).max(20).default(1).describe('Points last to the end of this many years after the one they were earned in (R-31).'),
    expiryNoticeDays: z.int().min(0).max(365).default(60).describe('Days before their end from which a household is told (R-31).'),
    clawbackDays: z.int().min(0).max(365).default(90).describe('Days in which an award can be taken back (R-32).'),
    clawbackFloor: points.max(100_000).default(500).describe('How far below zero taking back may bring a household (R-32).'),
    budget: z
      .strictObject({ recyclables: budget, learning: budget, volunteering: budget, evaluation: budget, takeback: budget })
      .prefault({})
      .describe('Points a source may give a calendar month; null for no bound. Recyclables go on above it (R-33).'),
    budgetWarnPercent: z.int().min(1).max(100).default(80).describe('Of a budget, from which the committee is warned (R-33).'),
  })
  .prefault({});
export type PointRules = z.output<typeof pointRulesSchema>;
