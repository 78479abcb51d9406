/**
 * Which roll came out, found out afterwards: a bag at the door or a label at the counter shows the roll a household really has, and the roll
 * that was only assumed takes its place. And whose bag this is, and a bag in the wrong place. Pure.
 * Rules: R-13 (a found bag is reported, never punished); invariant 3 (a roll is in exactly one state).
 */
import type { Posting } from '../../protocol/events/fields.ts';
import type { rollReasons } from '../../protocol/events/rolls.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { type KnownRoll, shelfOf } from './bag-stock.ts';
import { dayAfter } from './calendar.ts';
import type { Drafted } from './operators.ts';
import { refuse } from './refusals.ts';

/** A roll of a job that nobody saw come out. `roll` is the best guess, null where there was none. */
export interface UnconfirmedRoll {
  readonly job: number;
  readonly household: string;
  readonly dispenser: string;
  readonly roll: string | null;
}

export interface SightingFacts {
  readonly operator: string;
  readonly second: string | null;
  readonly household: string;
  readonly roll: string;
  readonly known: KnownRoll | undefined;
  /** Of this household, oldest first. */
  readonly unconfirmed: readonly UnconfirmedRoll[];
  /** Whose unconfirmed roll this is in the books. */
  readonly assumedOf: UnconfirmedRoll | null;
}

/**
 * The household was seen with this roll. Nothing to do where that is known; else it settles an unconfirmed job. A roll that stood in for another
 * goes where that one was: into the magazine it never left, to the household it was exchanged with, or into suspense.
 */
export function decideSighting(facts: SightingFacts): Drafted {
  const { household, roll, known, assumedOf } = facts;
  if (known?.state === 'issued' && known.household === household && known.confirmed) return { ok: true, drafts: [] };
  if (assumedOf?.household === household) return confirmed(facts, assumedOf, null, []);
  if (known?.state === 'issued' && known.confirmed) return refuse('roll_of_another', { roll });
  if (known !== undefined && (known.state === 'lost' || known.state === 'damaged' || known.state === 'returned' || known.state === 'void'))
    return refuse('roll_used', { roll });
  // A roll the books have on the shelf, or nowhere, was loaded without its label being read.
  const isUnread = known === undefined || known.state === 'inStock';
  const open = facts.unconfirmed.find(({ dispenser }) => isUnread || dispenser === known.dispenser);
  if (open === undefined) return refuse('nothing_unconfirmed', { roll });
  const postings: Posting[] = isUnread
    ? [
        { account: shelfOf(known), unit: 'rolls', amount: -1 },
        { account: `magazine/${open.dispenser}`, unit: 'rolls', amount: 1 },
      ]
    : [];
  return confirmed(facts, open, assumedOf, postings);
}

function confirmed({ operator, second, household, roll }: SightingFacts, open: UnconfirmedRoll, other: UnconfirmedRoll | null, postings: Posting[]): Drafted {
  const exchangedWith = other === null ? null : { household: other.household, job: other.job };
  const data = { operator, second, household, job: open.job, assumed: open.roll, roll, exchangedWith, postings };
  return { ok: true, drafts: [{ name: 'bag.roll.confirmed', subject: household, data }] };
}

interface Ordered {
  readonly operator: string;
  readonly second: string | null;
}
interface Bag {
  readonly roll: string;
  readonly bag: number;
}

/** Whether bags of a roll can still be traced: `days` beyond its month, and never without one. `today` is `YYYY-MM-DD`. */
export const isTraceable = (period: string | null, today: string, days: number): period is string => period !== null && today <= dayAfter(period, days);

export interface TraceFacts extends Ordered, Bag {
  readonly known: KnownRoll | undefined;
  readonly day: string;
  readonly traceDays: number;
  /** Whether a household lets its bags be followed. */
  readonly mayBeTraced: (household: string) => boolean;
  readonly purpose: (typeof rollReasons.trace)[number];
}

/** Names the household of a bag, and writes down who asked. */
export function decideTrace({ operator, second, roll, bag, known, day, traceDays, mayBeTraced, purpose }: TraceFacts): Drafted {
  if (known === undefined || known.household === null) return refuse('roll_not_issued', { roll });
  if (!isTraceable(known.period, day, traceDays)) return refuse('trace_too_late', { days: traceDays });
  if (!mayBeTraced(known.household)) return refuse('consent_missing');
  const data = { operator, second, roll, bag, household: known.household, purpose };
  return { ok: true, drafts: [{ name: 'bag.traced', subject: known.household, data }] };
}

/** a bag was found where it does not belong. It costs nobody anything; the owner is asked first whether the roll was lost. */
export function decideFinding({
  operator,
  second,
  roll,
  bag,
  known,
  at,
}: Ordered & Bag & { readonly known: KnownRoll | undefined; readonly at: string | null }): Drafted {
  const owner = known?.household ?? null;
  if (owner !== null && owner === at) return refuse('bag_at_home', { roll });
  return { ok: true, drafts: [{ name: 'bag.found', subject: owner ?? 'rolls', data: { operator, second, roll, bag, owner, at } }] };
}

/** What is known of a found bag. */
export interface Finding {
  readonly finding: number;
  readonly roll: string;
  readonly owner: string | null;
  readonly state: 'open' | EventDraft<'bag.finding.answered'>['data']['answer'];
}

export interface AnswerFacts extends Ordered {
  readonly finding: Finding | undefined;
  readonly known: KnownRoll | undefined;
  readonly answer: EventDraft<'bag.finding.answered'>['data']['answer'];
}

/** the owner's word. A roll said to be lost is written off with it; that is all that follows. */
export function decideAnswer({ operator, second, finding, known, answer }: AnswerFacts): Drafted {
  if (finding === undefined || finding.owner === null) return refuse('finding_unknown');
  if (finding.state !== 'open') return refuse('finding_answered', { finding: finding.finding });
  const { owner: household, roll } = finding;
  const drafts: EventDraft[] = [{ name: 'bag.finding.answered', subject: household, data: { operator, second, finding: finding.finding, household, answer } }];
  if (answer === 'lost' && known?.state === 'issued' && known.household === household) {
    const postings: Posting[] = [
      { account: `household/${household}`, unit: 'rolls', amount: -1 },
      { account: 'waste/lost', unit: 'rolls', amount: 1 },
    ];
    drafts.push({ name: 'bag.roll.lost', subject: household, data: { operator, second, household, roll, postings } });
  }
  return { ok: true, drafts };
}
