/** Stories of oversight: the sample and review of a day, inspections and what was put right, outages and repairs. */
import { z } from 'zod';
import { daySchema, deviceIdSchema, householdIdSchema, referenceSchema } from '../../../protocol/events/fields.ts';
import { findings } from '../../../protocol/events/oversight.ts';
import { evidenceSchema, gradeReasonSchema, gradeSchema, streamSchema } from '../../../protocol/grades.ts';
import { inspectionItemSchema, outageSchema, repairWorkSchema, sparePartSchema } from '../../../protocol/oversight.ts';
import { monthOf } from '../../core/calendar.ts';
import { decideInspection, decideRectified, decideReview, decideSample, decideVisit } from '../../core/oversight.ts';
import { refuse } from '../../core/refusals.ts';
import { decideRepair, decideReturn, decideWithdrawal } from '../../core/repairs.ts';
import { isKnown } from '../awarding.ts';
import { type Asked, type Books, defineStory } from '../story.ts';

const inspected = z
  .strictObject({
    inspection: referenceSchema.describe('A name of its own, such as 2026-11-third.'),
    day: daySchema,
    score: z.int().min(0).max(100),
    findings: findings.default([]),
    rectifyBy: daySchema.nullable().default(null).describe('Last day to put the findings right; as the rules say if not said.'),
  })
  .refine((input) => new Set(input.findings.map(({ item }) => item)).size === input.findings.length, { path: ['findings'], message: 'each finding once' });

const contextOf = ({ rules }: Books, { orderedBy, when }: Asked) => {
  const dated = rules(when.day);
  return { ...orderedBy, today: when.day, rules: dated.rules.oversight, rulesVersion: dated.version };
};

export const oversightStories = {
  'review.sample': defineStory({
    title: { zh: '日评抽样', en: 'Draw the households to review today' },
    rules: ['R-35'],
    authority: { by: ['cadre', 'committee', 'supervisor'] },
    input: z.strictObject({ day: daySchema }),
    decide(books, { day }, asked) {
      const { store } = books;
      const { rules, ...context } = contextOf(books, asked);
      const households = store.people.households().map(({ household }) => household);
      const count = rules.sampleHouseholds;
      return decideSample({ ...context, day }, { isDrawn: store.oversight.sample(day) !== undefined, households, count, random: books.random(count * 4) });
    },
  }),
  'review.record': defineStory({
    title: { zh: '日评打分', en: 'Grade a door of the sample' },
    rules: ['R-35'],
    authority: { by: ['cadre', 'partyMember'] },
    input: z.strictObject({
      household: householdIdSchema,
      stream: streamSchema,
      day: daySchema,
      grade: gradeSchema,
      reason: gradeReasonSchema.nullable().default(null),
      evidence: evidenceSchema.nullable().default(null),
    }),
    concerns: ({ household }) => [household],
    decide(books, wanted, { orderedBy, when }) {
      const { store } = books;
      const { household, stream, day } = wanted;
      if (!isKnown(books)(household)) return refuse('household_unknown');
      const { lateDays } = books.rules(when.day).rules.points.evaluation;
      const graded = store.earning.grade(wanted);
      const isDrawn = store.oversight.sample(day)?.households.includes(household) ?? false;
      const isReviewed = store.oversight.review(day, household, stream) !== undefined;
      return decideReview(
        wanted,
        { ...orderedBy, today: when.day, lateDays },
        { isDrawn, isReviewed, graders: [graded?.operator ?? null, graded?.second ?? null] },
      );
    },
  }),
  'supervision.visit': defineStory({
    title: { zh: '督查记录', en: 'Record a visit of the supervisors' },
    rules: ['R-37'],
    authority: { by: ['supervisor'] },
    input: inspected,
    decide: (books, wanted, asked) => decideVisit(wanted, contextOf(books, asked), books.store.oversight.inspection(wanted.inspection) !== undefined),
  }),
  'inspection.record': defineStory({
    title: { zh: '第三方月度检查', en: 'Record the third party’s inspection of a month' },
    rules: ['R-36', 'R-37'],
    authority: { by: ['inspector'] },
    input: inspected,
    decide(books, wanted, asked) {
      const { oversight } = books.store;
      const known = { isKnown: oversight.inspection(wanted.inspection) !== undefined, isOfMonth: oversight.inspectionOf(monthOf(wanted.day)) !== undefined };
      return decideInspection(wanted, contextOf(books, asked), known);
    },
  }),
  'inspection.rectify': defineStory({
    title: { zh: '整改完成', en: 'Put a finding right' },
    rules: ['R-36'],
    // Whoever was to put it right does not say alone that it is.
    authority: { by: ['committee'], second: 'always', secondBy: ['supervisor', 'inspector'] },
    input: z.strictObject({ inspection: referenceSchema, item: inspectionItemSchema, evidence: evidenceSchema.nullable().default(null) }),
    decide({ store }, { inspection, item, evidence }, { orderedBy }) {
      const finding = store.oversight.findings(inspection).find((row) => row.item === item);
      return decideRectified({ ...orderedBy, inspection, item, evidence }, finding);
    },
  }),
  'device.withdraw': defineStory({
    title: { zh: '设备停用', en: 'Take a device or place out of service' },
    rules: ['R-48'],
    authority: { by: ['technician', 'clerk', 'collector', 'committee'] },
    input: z.strictObject({
      device: deviceIdSchema,
      reason: outageSchema,
      alternative: deviceIdSchema.nullable().default(null).describe('Where people go meanwhile: another device or place.'),
    }),
    decide: ({ store }, input, { orderedBy }) =>
      decideWithdrawal({ ...orderedBy, ...input }, input.alternative !== null && store.oversight.outage(input.alternative) !== undefined),
  }),
  'device.repair': defineStory({
    title: { zh: '维修记录', en: 'Record work at a device' },
    rules: ['R-48'],
    authority: { by: ['technician'] },
    input: z.strictObject({
      device: deviceIdSchema,
      work: repairWorkSchema,
      parts: z
        .array(z.strictObject({ part: sparePartSchema, pieces: z.int().min(1).max(100) }))
        .max(14)
        .default([]),
    }),
    decide: (_books, input, { orderedBy }) => decideRepair({ ...orderedBy, ...input }),
  }),
  'device.return': defineStory({
    title: { zh: '设备恢复使用', en: 'Put a device or place into service again' },
    rules: ['R-48'],
    authority: { by: ['technician', 'clerk', 'committee'] },
    input: z.strictObject({ device: deviceIdSchema }),
    decide: ({ store }, { device }, { orderedBy }) => decideReturn({ ...orderedBy, device }, store.oversight.outage(device) !== undefined),
  }),
} as const;
