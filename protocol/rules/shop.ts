/** Rules of the exchange shop as dated data. Numbers in brackets are the business rules. */
import { z } from 'zod';

export const shopRulesSchema = z
  .strictObject({
    holdMinutes: z.int().min(1).max(1440).default(30).describe('Goods and points held for a household go back after this long (R-27).'),
    countDays: z.int().min(1).max(92).default(15).describe('A stock count is due when the last one is older (R-28: twice a month).'),
    cashFenPerDay: z.int().min(0).max(10_000_000).default(20_000).describe('Cash a household is paid for recyclables a day at most (R-29). Unit: fen.'),
  })
  .prefault({});
