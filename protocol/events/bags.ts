/** Events of bag rolls: from the magazine to the household, and every way one can go astray. */
import { z } from 'zod';
import { code, count, deviceIdSchema, householdIdSchema, jobIdSchema, operatorSchema, periodSchema, postings, rollCodeSchema, u32 } from './fields.ts';

/** What a dispenser board says of its last job. */
export const dispenseResults = ['none', 'armed', 'ok', 'jam', 'indeterminate', 'fenced'] as const;

export const bagEvents = {
  'bag.roll.stocked': z
    .strictObject({ roll: rollCodeSchema, dispenser: deviceIdSchema, postings })
    .describe('A roll label was scanned into the magazine, behind the rolls already there.'),
  'bag.issue.requested': z
    .strictObject({
      job: jobIdSchema,
      dispenser: deviceIdSchema,
      household: householdIdSchema,
      rolls: z.int().min(1).max(10),
      period: periodSchema,
      expectLastJob: z.int().min(0),
      expectCtrOut: u32,
      nonce: u32,
      operator: operatorSchema.nullable(),
      postings,
    })
    .describe('Intent, written before anything moves; the rolls are held. `operator` is null when a card was shown at the reader.'),
  'bag.issue.ordered': z
    .strictObject({
      job: jobIdSchema,
      dispenser: deviceIdSchema,
      household: householdIdSchema,
      rolls: z.literal(1),
      period: periodSchema,
      reliability: z.enum(['B', 'C']),
      sequence: z.int().min(1).max(255),
      operator: operatorSchema.nullable(),
      postings,
    })
    .describe('Intent at a board without a job register, written before anything moves; the roll is held. Class B keeps its last result, class C is blind.'),
  'bag.issue.indeterminate': z
    .strictObject({
      job: jobIdSchema,
      dispenser: deviceIdSchema,
      household: householdIdSchema,
      period: periodSchema,
      reliability: z.enum(['B', 'C']),
      cause: code,
    })
    .describe('Nobody can say whether a roll came out: it stays held until a person or a stock count settles the job.'),
  'bag.issue.settled': z
    .strictObject({
      job: jobIdSchema,
      dispenser: deviceIdSchema,
      outcome: z.enum(['issued', 'void']),
      by: z.enum(['person', 'stock_count']),
      operator: operatorSchema,
    })
    .describe('An indeterminate job was settled; the event after this one moves the roll.'),
  'bag.stock.counted': z
    .strictObject({ dispenser: deviceIdSchema, counted: count, expected: count, held: count, operator: operatorSchema, postings })
    .describe(
      'The rolls in a magazine were counted by hand. `expected` leaves out the rolls held for indeterminate jobs; what neither explains goes to suspense.',
    ),
  'bag.roll.issued': z
    .strictObject({
      job: jobIdSchema,
      dispenser: deviceIdSchema,
      household: householdIdSchema,
      period: periodSchema,
      rolls: z
        .array(z.strictObject({ roll: rollCodeSchema.nullable(), confirmed: z.boolean() }))
        .min(1)
        .max(10),
      voided: count,
      result: z.enum(dispenseResults),
      rollUnconfirmed: z.boolean(),
      postings,
    })
    .describe('Rolls counted past the exit for this job; `voided` is what the hold gave back.'),
  'bag.issue.voided': z
    .strictObject({
      job: jobIdSchema,
      dispenser: deviceIdSchema,
      household: householdIdSchema,
      period: periodSchema,
      rolls: z.int().min(1).max(10),
      reason: z.enum(['fenced', 'jam', 'indeterminate', 'refused', 'none']),
      postings,
    })
    .describe('The job ended with nothing delivered; the whole hold was given back.'),
  'bag.roll.wasted': z
    .strictObject({ dispenser: deviceIdSchema, rolls: z.int().min(1), reason: z.enum(['service', 'purged']), ctrTest: u32, postings })
    .describe('Rolls that left the magazine for nobody: service dispense or purge.'),
  'bag.roll.unattributed': z
    .strictObject({ dispenser: deviceIdSchema, rolls: z.int(), ctrOut: u32, expectedCtrOut: u32, postings })
    .describe('The board counted rolls the ledger knows nothing of; held in suspense for a person.'),
} as const;
