/** Stories of door evaluations: a grade, an appeal against it, and what the supervision group decides. */
import { z } from 'zod';
import { daySchema, householdIdSchema, observedMsSchema } from '../../../protocol/events/fields.ts';
import { evidenceSchema, gradeReasonSchema, gradeSchema, streamSchema } from '../../../protocol/grades.ts';
import { dayOf, monthOf } from '../../core/calendar.ts';
import { type DoorDay, decideAppeal, decideAppealOutcome, decideGrade, evaluationReference } from '../../core/evaluation.ts';
import { refuse } from '../../core/refusals.ts';
import { observationAheadMsMax } from '../../limits.ts';
import { awardingOn, balanceOf, budgetOf, isKnown, mayEarn, warned } from '../awarding.ts';
import { type Books, defineStory } from '../story.ts';

const door = { household: householdIdSchema, stream: streamSchema, day: daySchema };
const concerns = ({ household }: DoorDay): readonly string[] => [household];

/** The grade of a door that counts, and the points that moved with it. */
function standing({ store }: Books, which: DoorDay) {
  const current = store.earning.grade(which);
  const revisions = store.earning.revisions(which);
  if (current === undefined) return { current, revisions, entry: undefined, queued: undefined };
  const reference = evaluationReference(current);
  return {
    current,
    revisions,
    entry: store.points.entryOf(which.household, reference, 'evaluation'),
    queued: store.points.waitingOf(which.household, reference, 'evaluation'),
  };
}

export const evaluationStories = {
  'evaluation.record': defineStory({
    title: { zh: '上门评分', en: 'Grade a door' },
    rules: ['R-23', 'R-24', 'R-33', 'R-49'],
    authority: { by: ['collector', 'partyMember', 'cadre'] },
    input: z
      .strictObject({
        ...door,
        grade: gradeSchema,
        reason: gradeReasonSchema.nullable().default(null),
        evidence: evidenceSchema.nullable().default(null).describe('SHA-256 of a photo that shows the bag and nobody; the photo stays outside.'),
        observedMs: observedMsSchema.nullable().default(null).describe('When the door was seen so; now if not said. Unit: ms since 1970.'),
      })
      .refine(({ day, observedMs }) => observedMs === null || dayOf(observedMs) === day, {
        path: ['observedMs'],
        message: 'the door was seen on another day than the one that is graded',
      }),
    concerns,
    decide(books, input, asked) {
      const { household, day } = input;
      const wanted = { ...input, observedMs: input.observedMs ?? asked.when.atMs };
      if (!isKnown(books)(household)) return refuse('household_unknown');
      if (wanted.observedMs > asked.when.atMs + observationAheadMsMax) return refuse('observed_ahead');
      const awarding = awardingOn(books, day, asked);
      if ('ok' in awarding) return awarding;
      const budget = budgetOf(books, 'evaluation', asked.when.day);
      const facts = {
        ...standing(books, wanted),
        mayEarn: mayEarn(books, household),
        warned: books.store.earning.warned(household),
        minus: books.store.points.minus(household, monthOf(asked.when.day)),
        balance: balanceOf(books, household),
        budget,
      };
      return warned(decideGrade(wanted, facts, { ...awarding.context, dated: awarding.dated }), budget);
    },
  }),
  'evaluation.appeal': defineStory({
    title: { zh: '对评分申诉', en: 'Appeal against a grade' },
    rules: ['R-25'],
    authority: { by: ['clerk', 'collector', 'partyMember', 'cadre', 'committee', 'supervisor'] },
    input: z.strictObject(door),
    decide: (books, which, { orderedBy, when }) =>
      decideAppeal(books.store.earning.grade(which), { ...orderedBy, day: when.day, dated: books.rules(when.day) }),
  }),
  'evaluation.decide': defineStory({
    title: { zh: '处理评分申诉', en: 'Decide on an appeal' },
    rules: ['R-25'],
    authority: { by: ['supervisor'] },
    input: z.strictObject({ ...door, upheld: z.boolean().default(false).describe('The household is right; what was taken is given back.') }),
    concerns,
    decide(books, { upheld, ...which }, { orderedBy, when }) {
      const { current, entry } = standing(books, which);
      return decideAppealOutcome(current, upheld, { ...orderedBy, day: when.day, dated: books.rules(when.day), entry });
    },
  }),
} as const;
