/** Events of oversight: the review of a day, supervision and inspection of the village, and what was put right. No score is an average of others. */
import { z } from 'zod';
import { evidenceSchema, gradeReasonSchema, gradeSchema, streamSchema } from '../grades.ts';
import { bandSchema, inspectionItemSchema, outageSchema, repairWorkSchema, sparePartSchema } from '../oversight.ts';
import { rulesVersionSchema } from '../village-rules.ts';
import { count, daySchema, deviceIdSchema, householdIdSchema, periodSchema, referenceSchema } from './fields.ts';
import { orderedBy } from './operators.ts';

/** Findings of one inspection; each kind once. */
export const findings = z.array(z.strictObject({ item: inspectionItemSchema, evidence: evidenceSchema.nullable() })).max(11);

const looked = {
  inspection: referenceSchema,
  day: daySchema,
  score: z.int().min(0).max(100),
  findings,
  rectifyBy: daySchema.nullable().describe('Last day to put the findings right; null without any.'),
  rulesVersion: rulesVersionSchema,
};

export const oversightEvents = {
  'review.sampled': z
    .strictObject({ ...orderedBy, day: daySchema, households: z.array(householdIdSchema).min(1).max(200), of: count, rulesVersion: rulesVersionSchema })
    .describe('Households drawn by chance out of `of` for the review of a day.'),
  'review.daily': z
    .strictObject({
      ...orderedBy,
      household: householdIdSchema,
      stream: streamSchema,
      day: daySchema,
      grade: gradeSchema,
      reason: gradeReasonSchema.nullable(),
      evidence: evidenceSchema.nullable(),
    })
    .describe('A cadre or party member graded a door of the sample; it moves no points and stands beside the collector’s grade.'),
  'supervision.visited': z.strictObject({ ...orderedBy, ...looked }).describe('The supervisors looked at the village.'),
  'inspection.monthly': z.strictObject({ ...orderedBy, ...looked, month: periodSchema, band: bandSchema }).describe('The third party inspected the village.'),
  'inspection.rectified': z
    .strictObject({ ...orderedBy, inspection: referenceSchema, item: inspectionItemSchema, evidence: evidenceSchema.nullable() })
    .describe('A finding was put right, and a second person saw it.'),
  'device.withdrawn': z
    .strictObject({ ...orderedBy, device: deviceIdSchema, reason: outageSchema, alternative: deviceIdSchema.nullable().describe('Where people go meanwhile.') })
    .describe('A device or place is out of service, for people to be told.'),
  'device.repaired': z
    .strictObject({
      ...orderedBy,
      device: deviceIdSchema,
      work: repairWorkSchema,
      parts: z.array(z.strictObject({ part: sparePartSchema, pieces: z.int().min(1).max(100) })).max(14),
    })
    .describe('Work at a device, and the parts that went into it.'),
  'device.returned': z.strictObject({ ...orderedBy, device: deviceIdSchema }).describe('A device or place is in service again.'),
} as const;
