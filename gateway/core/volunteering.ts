/** Volunteering: an organiser lists who helped, somebody else confirms, and at most so many events a month are rewarded. Pure. Rule: R-22. */
import type { volunteerOutcomes } from '../../protocol/events/volunteering.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { AwardContext, Budget } from './budget.ts';
import { draftAward } from './budget.ts';
import { type Refused, refuse } from './refusals.ts';

type Outcome = (typeof volunteerOutcomes)[number];
type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;

/** A list as it was entered. */
export interface VolunteerList {
  readonly activity: string;
  readonly day: string;
  readonly households: readonly string[];
  readonly listedBy: string;
  readonly state: 'listed' | 'confirmed' | 'rejected';
}

export interface VolunteerFacts {
  readonly mayEarn: boolean;
  /** Events of the activity's month this household was rewarded for or waits for. */
  readonly rewarded: number;
}

/** the organiser's list. A household that is not known is refused, so that the list can be put right. */
export function decideListing(
  { isActivityKnown, isKnown, today }: { readonly isActivityKnown: boolean; readonly isKnown: (household: string) => boolean; readonly today: string },
  wanted: {
    readonly activity: string;
    readonly day: string;
    readonly households: readonly string[];
    readonly operator: string;
    readonly second: string | null;
  },
): Drafted {
  if (isActivityKnown) return refuse('activity_known', { activity: wanted.activity });
  if (wanted.day > today) return refuse('session_ahead', { day: wanted.day });
  if (!wanted.households.every(isKnown)) return refuse('household_unknown');
  const households = [...new Set(wanted.households)];
  return { ok: true, drafts: [{ name: 'volunteer.listed', subject: wanted.activity, data: { ...wanted, households } }] };
}

interface Confirmation {
  readonly list: VolunteerList | undefined;
  readonly activity: string;
  readonly factsOf: (household: string) => VolunteerFacts;
  /** Points of one event, from the tariff of its day. */
  readonly volunteeringPoints: number;
  readonly eventsPerMonth: number;
  readonly budget: Budget;
}

/** a person other than the organiser confirms the list; every household on it is answered. */
export function decideConfirmation(asked: Confirmation, context: AwardContext & { readonly operator: string }): Drafted {
  const { operator, second } = context;
  const open = openList(asked.list, asked.activity);
  if (!('listedBy' in open)) return open;
  if (open.listedBy === operator) return refuse('lists_own');
  const { activity, listedBy } = open;
  const drafts: EventDraft[] = [];
  let { issued } = asked.budget;
  for (const household of open.households) {
    const confirmed = (outcome: Outcome): EventDraft => ({
      name: 'volunteer.confirmed',
      subject: household,
      data: { activity, household, outcome, listedBy, operator, second },
    });
    const { mayEarn, rewarded } = asked.factsOf(household);
    const points = asked.volunteeringPoints;
    if (!mayEarn || rewarded >= asked.eventsPerMonth || points === 0) {
      drafts.push(confirmed(mayEarn ? 'capped' : 'noConsent'));
      continue;
    }
    const { outcome, draft } = draftAward({ household, source: 'volunteering', points, reference: activity }, context, { ...asked.budget, issued });
    if (outcome === 'awarded') issued += points;
    drafts.push(confirmed(outcome), draft);
  }
  return { ok: true, drafts };
}

/** a list that is not confirmed. */
export function decideListRejection(
  list: VolunteerList | undefined,
  { activity, operator, second }: { readonly activity: string; readonly operator: string; readonly second: string | null },
): Drafted {
  const open = openList(list, activity);
  if (!('listedBy' in open)) return open;
  return { ok: true, drafts: [{ name: 'volunteer.rejected', subject: activity, data: { activity, operator, second } }] };
}

const openList = (list: VolunteerList | undefined, activity: string): VolunteerList | Refused =>
  list?.state === 'listed' ? list : refuse('activity_not_open', { activity });
