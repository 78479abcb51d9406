/**
 * How a door is graded, as the town does it: two streams at home, four grades, and the reasons a low grade must name. What a
 * grade is worth stands in the rules (rules/points.ts). Used by the collector's grade, the daily review and the inspection alike.
 */
import { z } from 'zod';

/** What a household sorts into at home. Source: Jinhua method, 可烂 / 不可烂. */
export const streams = { rotting: { zh: '可烂', en: 'rotting' }, nonRotting: { zh: '不可烂', en: 'not rotting' } } as const;
export type Stream = keyof typeof streams;
export const streamSchema = z.enum(Object.keys(streams) as [Stream, ...Stream[]]).meta({ title: 'stream at home' });

/** Best first. */
export const grades = {
  excellent: { zh: '优', en: 'excellent' },
  good: { zh: '良', en: 'good' },
  fair: { zh: '一般', en: 'fair' },
  poor: { zh: '差', en: 'poor' },
} as const;
export type Grade = keyof typeof grades;
export const gradeSchema = z.enum(Object.keys(grades) as [Grade, ...Grade[]]).meta({ title: 'grade' });

/** Why a grade is low. */
export const gradeReasons = {
  mixed: { zh: '混投', en: 'classes mixed' },
  bagInside: { zh: '袋子投在里面', en: 'bag left inside' },
  bagLeftInFood: { zh: '袋子留在易腐垃圾里', en: 'bag left in the food waste' },
  foreignBag: { zh: '不是发放的袋', en: 'not an issued bag' },
  hazardousInside: { zh: '混有有害垃圾', en: 'hazardous waste inside' },
  emptyBagOnly: { zh: '只有空袋', en: 'an empty bag only' },
} as const;
export type GradeReason = keyof typeof gradeReasons;
export const gradeReasonSchema = z.enum(Object.keys(gradeReasons) as [GradeReason, ...GradeReason[]]).meta({ title: 'reason of a grade' });

/** SHA-256 of a photo or paper that is kept elsewhere, hex. */
export const evidenceSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'evidence is named by its SHA-256: 64 hex digits')
  .meta({ title: 'SHA-256 of the evidence' });
