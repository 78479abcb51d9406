/**
 * The life of a household: registered, changed, merged, split, moved, closed. Points go along by posting and are never made or lost by it; a
 * household that is no more keeps its pseudonym and its history, its cards are revoked. Names and houses are written by the caller into the
 * personal file. Pure; randomness is handed in.
 */
import assert from 'node:assert/strict';
import type { EventDraft, EventPayload } from '../../protocol/events.ts';
import { isFree, type KnownCard, type NewCard } from './cards.ts';
import { decideCarry, type MonthOfTwo } from './quota-carry.ts';
import { type Refused, refuse } from './refusals.ts';

/** Most members of a household (protocol/events/people.ts). */
export const membersMax = 30;

interface Ordered {
  readonly operator: string;
  readonly second: string | null;
}
type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;
export type TransferReason = EventPayload<'account.transferred'>['reason'];
export type ClosingReason = EventPayload<'household.closed'>['reason'];

/** A household as it stands. `points` is its balance; `pending` counts what nobody knows the end of yet: orders at dispensers, goods held at the shop, points that wait. */
export interface HouseholdState {
  readonly household: string;
  readonly members: number;
  readonly points: number;
  readonly pending: number;
  readonly cards: readonly KnownCard[];
}

/** a household with its cards. A number that a living or unforgotten household has is not given twice. */
export function decideRegistration(
  { operator, second }: Ordered,
  wanted: { readonly household: string; readonly members: number; readonly isNumberTaken: boolean; readonly cards: readonly NewCard[] },
): Drafted {
  if (wanted.isNumberTaken) return refuse('number_taken');
  if (!wanted.cards.every(isFree)) return refuse('card_taken');
  assert(wanted.cards.length > 0, 'every household has a card or plaque');
  const { household, members } = wanted;
  const data = { operator, second, household, members, credentials: wanted.cards.map(({ credential }) => credential) };
  return { ok: true, drafts: [{ name: 'household.registered', subject: household, data }] };
}

/** Other members, or another head, phone or house: the event says that it was changed and by whom, the personal file says what. */
export function decideChange({ operator, second }: Ordered, household: string, members: number): Drafted {
  return { ok: true, drafts: [{ name: 'household.changed', subject: household, data: { operator, second, household, members } }] };
}

/** legs of points between two households. Nothing is said of nothing. */
function transfer({ operator, second }: Ordered, from: string, to: string, points: number, reason: TransferReason): EventDraft[] {
  if (points === 0) return [];
  const postings = [
    { account: `household/${from}`, unit: 'points' as const, amount: -points },
    { account: `household/${to}`, unit: 'points' as const, amount: points },
  ];
  return [{ name: 'account.transferred', subject: from, data: { operator, second, from, to, reason, points, postings } }];
}

/** The end: every card that counts is revoked, what points are left go nowhere (expiry) or, where it owed some, are given up (clawback). */
function close(
  { operator, second }: Ordered,
  { household, cards }: HouseholdState,
  { reason, successor, forfeited }: { readonly reason: ClosingReason; readonly successor: string | null; readonly forfeited: number },
): EventDraft[] {
  const revoked = cards
    .filter(({ state }) => state === 'active')
    .map(({ credential }): EventDraft => {
      const data = { operator, second, household, credential, reason: 'closed' as const };
      return { name: 'credential.revoked', subject: household, data };
    });
  const postings =
    forfeited === 0
      ? []
      : [
          { account: `household/${household}`, unit: 'points' as const, amount: -forfeited },
          { account: forfeited > 0 ? 'expiry/closed' : 'clawback/closed', unit: 'points' as const, amount: forfeited },
        ];
  return [...revoked, { name: 'household.closed', subject: household, data: { operator, second, household, successor, reason, forfeited, postings } }];
}

/**
 * two households become one. All points go along, debts too; rolls drawn stay with who drew them and count for the quota of the other
 * (quota-carry.ts); `months` are those whose rolls can be drawn now.
 */
export function decideMerge(
  ordered: Ordered,
  {
    from,
    into,
    members,
    months,
  }: { readonly from: HouseholdState; readonly into: HouseholdState; readonly members: number; readonly months: readonly MonthOfTwo[] },
): Drafted {
  if (from.household === into.household) return refuse('same_household');
  if (from.pending > 0) return refuse('household_pending', { count: from.pending });
  const { operator, second } = ordered;
  const changed: EventDraft[] =
    members === into.members ? [] : [{ name: 'household.changed', subject: into.household, data: { operator, second, household: into.household, members } }];
  return {
    ok: true,
    drafts: [
      ...transfer(ordered, from.household, into.household, from.points, 'merge'),
      ...changed,
      ...decideCarry(ordered, { household: into.household, from: from.household, months, kind: 'merge' }),
      ...close(ordered, from, { reason: 'merged', successor: into.household, forfeited: 0 }),
    ],
  };
}

/** members leave and are a household of their own, with so many of the points. At least one stays, and one goes. */
export function decideSplit(
  ordered: Ordered,
  {
    from,
    into,
    leaving,
    points,
    months,
    ...registration
  }: {
    readonly from: HouseholdState;
    readonly into: string;
    readonly leaving: number;
    readonly points: number;
    readonly months: readonly MonthOfTwo[];
    readonly isNumberTaken: boolean;
    readonly cards: readonly NewCard[];
  },
): Drafted {
  if (leaving >= from.members) return refuse('nobody_left', { members: from.members });
  if (points > Math.max(0, from.points)) return refuse('points_too_many', { points: from.points });
  const registered = decideRegistration(ordered, { ...registration, household: into, members: leaving });
  if (!registered.ok) return registered;
  const { operator, second } = ordered;
  const { household } = from;
  const split: EventDraft = { name: 'household.split', subject: household, data: { operator, second, household, into, leaving } };
  const left: EventDraft = { name: 'household.changed', subject: household, data: { operator, second, household, members: from.members - leaving } };
  return {
    ok: true,
    drafts: [
      ...registered.drafts,
      split,
      left,
      ...transfer(ordered, household, into, points, 'split'),
      ...decideCarry(ordered, { household: into, from: household, months, kind: 'split' }),
    ],
  };
}

/** another house of the same village. Points, rolls and cards stay as they are. */
export function decideMove({ operator, second }: Ordered, household: string): Drafted {
  return { ok: true, drafts: [{ name: 'household.moved', subject: household, data: { operator, second, household } }] };
}

const reasonOfTransfer = { moved_away: 'move', death: 'death', withdrawn: 'move' } as const;

/**
 * a household leaves the village, or its last member died. Points go to the one that takes over; where nobody does, that they are
 * given up must be said, so that no balance is lost by a slip.
 */
export function decideClosing(
  ordered: Ordered,
  {
    from,
    to,
    reason,
    forfeit,
  }: { readonly from: HouseholdState; readonly to: string | null; readonly reason: Exclude<ClosingReason, 'merged'>; readonly forfeit: boolean },
): Drafted {
  if (to === from.household) return refuse('same_household');
  if (from.pending > 0) return refuse('household_pending', { count: from.pending });
  if (to === null && from.points !== 0 && !forfeit) return refuse('points_left', { points: from.points });
  const moved = to === null ? [] : transfer(ordered, from.household, to, from.points, reasonOfTransfer[reason]);
  return { ok: true, drafts: [...moved, ...close(ordered, from, { reason, successor: to, forfeited: to === null ? from.points : 0 })] };
}
