/** Rules of people as dated data: what consent is, how long somebody counts as identified, when a name goes. Numbers in brackets are the business rules. */
import { z } from 'zod';

export const peopleRulesSchema = z
  .strictObject({
    consent: z
      .enum(['assumed', 'recorded'])
      .default('assumed')
      .describe('Whether a household that has said nothing consents to points and tracing: until it says no, or only once it has said yes (R-02).'),
    commitment: z
      .enum(['optional', 'required'])
      .default('optional')
      .describe('Whether only a household with a signed commitment earns points; one that ended it never does (R-01).'),
    identifiedMinutes: z
      .int()
      .min(1)
      .max(240)
      .default(10)
      .describe('How long a household that came without a card counts as identified at the counter. Unit: minute.'),
    identityDays: z
      .int()
      .min(0)
      .max(3650)
      .default(90)
      .describe('Days a name is kept after a household is closed or an operator has left; it is erased then (PIPL 19).'),
  })
  .prefault({});
