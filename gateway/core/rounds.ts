/**
 * A collection round: an empty cart is weighed, houses are collected from or skipped with a reason, the full cart is weighed. Pure.
 * Rules: R-42 (rounds), R-44 (the cart against its stops), R-02 (who did not agree is collected from and not traced).
 */
import type { WasteClass } from '../../protocol/bin-reading.ts';
import type { skipReasons } from '../../protocol/events/rounds.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { CollectionRules } from '../../protocol/rules/collection.ts';
import { balanceAlert } from './mass-balance.ts';
import { type Refused, refuse } from './refusals.ts';

/** A round as the ledger has it. `grams`: what its stops add up to. */
export interface Round {
  readonly round: number;
  readonly cart: string;
  readonly tareGrams: number;
  readonly day: string;
  readonly state: 'open' | 'closed' | 'takenIn';
  readonly stops: number;
  readonly skipped: number;
  readonly grams: number;
  /** Single weighings at its stops. */
  readonly weighings: number;
}
interface OrderedBy {
  readonly operator: string;
  readonly second: string | null;
}
type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;
const recorded = (...drafts: EventDraft[]): Drafted => ({ ok: true, drafts });
const subject = ({ round }: Pick<Round, 'round'>): string => `round-${round}`;

/** sets out. A cart is on one round at a time, and the operator says that it stood still. */
export function decideRoundStart(
  wanted: { readonly cart: string; readonly tareGrams: number; readonly cartStable: boolean },
  facts: { readonly open: Round | undefined; readonly next: number; readonly day: string; readonly dateTrusted: boolean },
  by: OrderedBy,
): Drafted {
  const { cart, tareGrams, cartStable } = wanted;
  const { open, next: round, day, dateTrusted } = facts;
  if (open !== undefined) return refuse('cart_on_round', { cart, round: open.round });
  if (!cartStable) return refuse('cart_not_stable');
  return recorded({ name: 'round.started', subject: subject({ round }), data: { round, cart, tareGrams, day, dateTrusted, ...by } });
}

const onRound = (round: Round | undefined): Round | Refused => {
  if (round === undefined) return refuse('round_unknown');
  return round.state === 'open' ? round : refuse('round_closed', { round: round.round });
};

export interface StopFacts {
  readonly household: string;
  readonly identifiedBy: 'plaque' | 'named';
  readonly loads: readonly { readonly wasteClass: WasteClass; readonly netGrams: number }[];
  readonly cartStable: boolean;
  /** Whether the household agreed to be traced. */
  readonly mayBeTraced: boolean;
  /** What the round knows of this household already. */
  readonly visited: 'stop' | 'skipped' | undefined;
}

/** a stop, weighed by class. A house that was skipped may be collected from after all, but no house twice in a round. */
export function decideStop(round: Round | undefined, facts: StopFacts, by: OrderedBy): Drafted {
  const found = onRound(round);
  if ('ok' in found) return found;
  const { identifiedBy, loads, cartStable } = facts;
  if (facts.visited === 'stop') return refuse('stop_known', { round: found.round });
  if (!cartStable) return refuse('cart_not_stable');
  // its waste is counted, and nobody can tell whose it was.
  const household = facts.mayBeTraced ? facts.household : null;
  const door = household ?? 'unnamed';
  const sum = loads.reduce((total, { netGrams }) => total + netGrams, 0);
  const postings = [
    ...loads.map(({ wasteClass, netGrams }) => ({ account: `door/${door}-${wasteClass}`, unit: 'grams' as const, amount: -netGrams })),
    { account: `round/${found.round}`, unit: 'grams' as const, amount: sum },
  ];
  const data = { round: found.round, household, identifiedBy, loads: [...loads], cartStable: true as const, ...by, postings };
  return recorded({ name: 'round.stop.recorded', subject: subject(found), data });
}

/** a house that gave nothing, and why. */
export function decideSkip(
  round: Round | undefined,
  { household, reason, visited }: { readonly household: string; readonly reason: (typeof skipReasons)[number]; readonly visited: StopFacts['visited'] },
  by: OrderedBy,
): Drafted {
  const found = onRound(round);
  if ('ok' in found) return found;
  if (visited !== undefined) return refuse('stop_known', { round: found.round });
  return recorded({ name: 'round.house.skipped', subject: subject(found), data: { round: found.round, household, reason, ...by } });
}

/** the round is over; where the cart was not emptied on the way its weight must be that of its stops. */
export function decideRoundClose(
  round: Round | undefined,
  { endGrams, cartStable }: { readonly endGrams: number | null; readonly cartStable: boolean },
  rules: CollectionRules,
  by: OrderedBy,
): Drafted {
  const found = onRound(round);
  if ('ok' in found) return found;
  if (endGrams !== null && !cartStable) return refuse('cart_not_stable');
  const { round: number, tareGrams, grams, stops, skipped, weighings, day } = found;
  if (endGrams !== null && endGrams < tareGrams) return refuse('cart_below_tare', { grams: tareGrams });
  const closed: EventDraft = { name: 'round.closed', subject: subject(found), data: { round: number, endGrams, stopGrams: grams, stops, skipped, ...by } };
  if (endGrams === null) return recorded(closed);
  // Two weighings of the cart itself, its tare and its end, stand on the other side.
  const facts = { expectedGrams: grams, measuredGrams: endGrams - tareGrams, stops: weighings + 2, loads: 0 };
  return recorded(closed, ...balanceAlert({ scope: 'cart', day, number }, facts, rules));
}
