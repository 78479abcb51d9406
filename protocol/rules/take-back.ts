/** Rules of hazardous waste and pesticide packaging as dated data: what a piece is worth, and when an open balance is late. */
import { z } from 'zod';

const points = z.int().min(0).max(10_000);
const days = z.int().min(1).max(3650);

export const takeBackRulesSchema = z
  .strictObject({
    points: z
      .strictObject({
        pesticideBottle: points.default(10),
        pesticideBag: points.default(5),
        pesticideDrum: points.default(30),
        lamp: points.default(5),
        battery: points.default(2),
        medicine: points.default(0),
        chemical: points.default(0),
      })
      .prefault({})
      .describe('Points a piece, of a source and a budget of its own, never of the recyclables tariff (R-40, R-41).'),
    campaignOnly: z.boolean().default(true).describe('Pesticide packaging earns while a campaign runs; it is taken in at any time (R-41).'),
    secondAbove: z.int().min(1).max(100_000).default(100).describe('Above so many pieces at once a second person confirms (R-40, R-41).'),
    overdueDays: days.default(90).describe('What lies longer without being handed over is shown as overdue (R-41).'),
    lapseDays: days.default(180).describe('Nothing taken in for so long, and no campaign ahead: shown as lapsed (R-41).'),
  })
  .prefault({});
export type TakeBackRules = z.output<typeof takeBackRulesSchema>;
