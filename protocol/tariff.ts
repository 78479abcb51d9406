/**
 * What things are worth, as dated data: the schema of a tariff file and of a tariff sent as a message. Whole points only;
 * 100 points are 1 yuan, so 1 point is 1 fen. Deciding what an actual weighing earns is gateway/core's work, not this file's.
 */
import { z } from 'zod';
import { daySchema, materialSchema } from './events/fields.ts';
import { takeBackKinds } from './take-back.ts';

/** Of 150 bytes each at most, they leave an event of 8 KiB room for its other fields. */
const materialsMax = 40;
const wholePoints = z.int().min(0).max(100_000);

/** One recyclable material: its name for people, and its price either by mass or by piece. */
const materialRowSchema = z
  .strictObject({
    name: z.strictObject({ zh: z.string().min(1).max(16), en: z.string().min(1).max(32) }),
    pointsPerKg: wholePoints.optional().describe('Points per kilogram of net weight, rounded down.'),
    fenPerKg: z.int().min(1).max(100_000).optional().describe('Cash per kilogram of net weight, rounded down; absent: not bought for cash (R-29).'),
    pointsEach: wholePoints.optional().describe('Points per piece.'),
    maxGramsPerSession: z.int().min(1).max(1_000_000).default(50_000).describe('Above this an operator must look (R-19). Unit: gram.'),
  })
  .refine((row) => row.pointsPerKg !== undefined || row.pointsEach !== undefined, 'a material has a price: pointsPerKg or pointsEach');

export const tariffSchema = z.strictObject({
  version: z
    .string()
    .regex(/^[0-9A-Za-z.-]{1,32}$/, 'letters, digits, dots and hyphens, at most 32')
    .describe('Named in every event that used this tariff.'),
  validFrom: daySchema.describe('First day in force, Asia/Shanghai.'),
  learningPoints: wholePoints.describe('Per learning session attended (R-20).'),
  volunteeringPoints: wholePoints.describe('Per confirmed volunteering event (R-22).'),
  materials: z
    .record(materialSchema, materialRowSchema)
    .refine((rows) => Object.keys(rows).length <= materialsMax, `at most ${materialsMax} materials: a price list fits into one event`)
    .refine((rows) => takeBackKinds.every((kind) => !Object.hasOwn(rows, kind)), 'hazardous waste and pesticide packaging are no recyclables (R-41)')
    .describe('By material key.'),
});
export type Tariff = z.infer<typeof tariffSchema>;
