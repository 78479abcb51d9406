/** Events of door evaluations: grades, superseded ones and appeals. Photos stay outside; an event names one by its hash. */
import { z } from 'zod';
import { evidenceSchema, gradeReasonSchema, gradeSchema, streamSchema } from '../grades.ts';
import { rulesVersionSchema } from '../village-rules.ts';
import { daySchema, householdIdSchema, observedMsSchema } from './fields.ts';
import { orderedBy } from './operators.ts';

/**
 * What a grade led to. `limit`: nothing was left to take, of the month or of the household. `outdated`: a later look at the same door and day was
 * told before it, so that it never counted.
 */
export const evaluationOutcomes = ['awarded', 'queued', 'nothing', 'warned', 'deducted', 'limit', 'noConsent', 'outdated'] as const;

/** Grades of a household, stream and day are counted; the last one is the one that counts (invariant 8). */
const graded = { household: householdIdSchema, stream: streamSchema, day: daySchema, revision: z.int().min(1).max(1000) };

export const evaluationEvents = {
  'evaluation.recorded': z
    .strictObject({
      ...graded,
      grade: gradeSchema,
      reason: gradeReasonSchema.nullable(),
      evidence: evidenceSchema.nullable(),
      outcome: z.enum(evaluationOutcomes),
      observedMs: observedMsSchema,
      dateTrusted: z.boolean(),
      rulesVersion: rulesVersionSchema,
      ...orderedBy,
    })
    .describe('A door was graded.'),
  'evaluation.confirmed': z
    .strictObject({ ...graded, observedMs: observedMsSchema, ...orderedBy })
    .describe('A later look at a door found the grade that counts already; the time of the look is what changes.'),
  'evaluation.superseded': z.strictObject({ ...graded, ...orderedBy }).describe('A grade no longer counts, for a later one of the same day takes its place.'),
  'evaluation.appealed': z.strictObject({ ...graded, ...orderedBy }).describe('A household does not agree with a grade.'),
  'evaluation.appeal.decided': z
    .strictObject({ ...graded, upheld: z.boolean().describe('True when the household was right: the grade no longer counts.'), ...orderedBy })
    .describe('The supervision group decided on an appeal.'),
} as const;
