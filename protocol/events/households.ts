/**
 * Events of what a household said and what became of it: commitment and consent, each on its own, and merge, split, move and closing with
 * the points that go along. Names, phones and houses stand in the personal file only.
 */
import { z } from 'zod';
import { count, daySchema, householdIdSchema, operatorSchema, periodSchema, postings } from './fields.ts';
import { operatorIdSchema, orderedBy } from './operators.ts';

/** What a household consents to: points and tracing (PIPL 13), or being named on the red list (PIPL 25, R-38). */
export const consentPurposes = ['processing', 'honourList'] as const;
export type ConsentPurpose = (typeof consentPurposes)[number];
/** Why a household came to the counter without a card. */
export const identificationReasons = ['card_forgotten', 'card_lost', 'card_unreadable', 'no_card'] as const;
/** Why a household is no more. */
const closingReasons = ['merged', 'moved_away', 'death', 'withdrawn'] as const;
/** Why points change hands. */
const transferReasons = ['merge', 'split', 'move', 'death'] as const;

const consent = z.strictObject({ ...orderedBy, household: householdIdSchema, purpose: z.enum(consentPurposes) });
const commitment = z.strictObject({ ...orderedBy, household: householdIdSchema, day: daySchema });

export const householdEvents = {
  'commitment.signed': commitment.describe('The household signed the letter of commitment, on the day it bears. No consent to anything else.'),
  'commitment.ended': commitment.describe('The household ended its commitment: it earns no points, bags and collection go on.'),
  'consent.given': consent.describe('The household said yes to one purpose. Apart from the commitment.'),
  'consent.withdrawn': consent.describe('The household said no. Without consent to processing it has no points and no tracing; bags and collection go on.'),
  'household.identified': z
    .strictObject({ ...orderedBy, household: householdIdSchema, reason: z.enum(identificationReasons) })
    .describe('Somebody without a card was known as this household at the counter, by two operators.'),
  'household.moved': z
    .strictObject({ ...orderedBy, household: householdIdSchema })
    .describe('The household lives in another house of the village; which one stands in the personal file.'),
  'household.split': z
    .strictObject({ ...orderedBy, household: householdIdSchema, into: householdIdSchema, leaving: z.int().min(1).max(29) })
    .describe('Members left a household and are one of their own; the events beside this one say how many either has and what went along.'),
  'account.transferred': z
    .strictObject({ ...orderedBy, from: householdIdSchema, to: householdIdSchema, reason: z.enum(transferReasons), points: z.int(), postings })
    .describe('Points went from one household to another; negative ones too, so that nobody loses a debt by marrying.'),
  'bag.quota.carried': z
    .strictObject({ ...orderedBy, household: householdIdSchema, from: householdIdSchema, period: periodSchema, rolls: count })
    .describe('Rolls another household drew this month count as drawn by this one, so that merging or splitting brings no further roll.'),
  'household.closed': z
    .strictObject({
      ...orderedBy,
      household: householdIdSchema,
      successor: householdIdSchema.nullable(),
      reason: z.enum(closingReasons),
      forfeited: z.int().describe('Points nobody took over; negative where the village gave up a debt.'),
      postings,
    })
    .describe('The household is no more: its cards are revoked, its name is erased when its time is over, what it did stays under its pseudonym.'),
  'person.exported': z
    .strictObject({ ...orderedBy, household: householdIdSchema })
    .describe('What is kept of a household was handed out to it, whole (PIPL 45). The household can see who did.'),
  'person.erased': z
    .strictObject({ operator: operatorSchema, second: operatorIdSchema.nullable(), household: householdIdSchema, reason: z.enum(['asked', 'retention']) })
    .describe('The key of a closed household’s record was destroyed: from here on nobody can say who it was.'),
  'operator.erased': z
    .strictObject({ operator: operatorSchema, erased: operatorIdSchema, reason: z.literal('retention') })
    .describe('Name and PIN of an operator who left were destroyed.'),
} as const;
