/** Stories of volunteering: the organiser lists, another person confirms or rejects. */
import { z } from 'zod';
import { daySchema, householdIdSchema } from '../../../protocol/events/fields.ts';
import { activityIdSchema, volunteersMax } from '../../../protocol/events/volunteering.ts';
import { monthOf } from '../../core/calendar.ts';
import { refuse } from '../../core/refusals.ts';
import { decideConfirmation, decideListing, decideListRejection } from '../../core/volunteering.ts';
import { awardingOn, budgetOf, isKnown, mayEarn, warned } from '../awarding.ts';
import { type Books, defineStory } from '../story.ts';

const by = ['organiser', 'committee', 'supervisor'] as const;
const activityInput = z.strictObject({ activity: activityIdSchema });
const listed = ({ activity }: z.output<typeof activityInput>, { store }: Books) => store.earning.volunteerList(activity)?.households ?? [];

export const volunteerStories = {
  'volunteer.list': defineStory({
    title: { zh: '上报志愿服务名单', en: 'List who volunteered' },
    rules: ['R-22'],
    authority: { by: ['organiser', 'committee'] },
    input: z.strictObject({ activity: activityIdSchema, day: daySchema, households: z.array(householdIdSchema).min(1).max(volunteersMax) }),
    decide: (books, wanted, { orderedBy, when }) =>
      decideListing(
        { isActivityKnown: books.store.earning.volunteerList(wanted.activity) !== undefined, isKnown: isKnown(books), today: when.day },
        { ...wanted, ...orderedBy },
      ),
  }),
  'volunteer.confirm': defineStory({
    title: { zh: '确认志愿服务名单', en: 'Confirm a list of volunteers' },
    rules: ['R-22', 'R-33'],
    authority: { by },
    input: activityInput,
    concerns: listed,
    decide(books, { activity }, asked) {
      const { earning } = books.store;
      const list = earning.volunteerList(activity);
      if (list === undefined) return refuse('activity_not_open', { activity });
      const awarding = awardingOn(books, list.day, asked);
      if ('ok' in awarding) return awarding;
      const { tariff, dated, context } = awarding;
      const factsOf = (household: string) => ({
        mayEarn: mayEarn(books, household),
        rewarded: earning.rewardedVolunteering(household, monthOf(list.day)),
      });
      const { volunteeringPerMonth: eventsPerMonth } = dated.rules.points;
      const { volunteeringPoints } = tariff;
      const budget = budgetOf(books, 'volunteering', asked.when.day);
      return warned(decideConfirmation({ list, activity, factsOf, volunteeringPoints, eventsPerMonth, budget }, context), budget);
    },
  }),
  'volunteer.reject': defineStory({
    title: { zh: '退回志愿服务名单', en: 'Reject a list of volunteers' },
    rules: ['R-22'],
    authority: { by },
    input: activityInput,
    decide: ({ store }, { activity }, { orderedBy }) => decideListRejection(store.earning.volunteerList(activity), { activity, ...orderedBy }),
  }),
} as const;
