/**
 * What is to be fetched where: one request a bin, raised by its level or by a person, joined by what fills up meanwhile, acknowledged, driven
 * to and finished; escalated when nobody sets out. Pure. Rules: for what burns. The order of the trucks: core/pickup-ranking.ts.
 */
import type { WasteClass } from '../../protocol/bin-reading.ts';
import { type PickupLine, pickupLinesMax } from '../../protocol/events/pickups.ts';
import type { EventDraft, EventPayload } from '../../protocol/events.ts';
import type { CollectionRules } from '../../protocol/rules/collection.ts';
import { type Refused, refuse } from './refusals.ts';

export type PickupState = 'open' | 'acknowledged' | 'enRoute' | 'done' | 'cancelled';

/** A request as the ledger has it. `requestedMs`: ms since 1970. `truck`: counted from 1; null before somebody took it. */
export interface Pickup {
  readonly request: number;
  readonly bin: string;
  readonly lines: readonly PickupLine[];
  readonly state: PickupState;
  readonly truck: number | null;
  readonly requestedMs: number;
  readonly escalated: boolean;
}

interface OrderedBy {
  readonly operator: string;
  readonly second: string | null;
}
type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;
const recorded = (...drafts: EventDraft[]): Drafted => ({ ok: true, drafts });
const isWaiting = ({ state }: Pickup): boolean => state !== 'done' && state !== 'cancelled';

type LevelChange = Pick<EventPayload<'bin.level.changed'>, 'compartment' | 'wasteClass' | 'fillState'>;

/** Lines after a change of level: normal takes the compartment out, plan and full put it in. Fluff that was weighed stays known until it is emptied. */
function after(lines: readonly PickupLine[], { compartment, wasteClass, fillState }: LevelChange): PickupLine[] {
  const before = lines.find((line) => line.compartment === compartment);
  const others = lines.filter((line) => line !== before);
  if (fillState === 'normal') return others;
  return [...others, { compartment, wasteClass, level: fillState, suspectedFluff: before?.suspectedFluff ?? false }];
}

/**
 * what changes of level of one bin ask for: a new request, more or less in the one that waits, or its end where everything was emptied
 * before a truck set out. `waiting`: the request of this bin that is neither done nor cancelled. No refusal: a bin is never told no.
 */
export function decideRaised(
  bin: string,
  changes: readonly LevelChange[],
  { waiting, next: nextRequest }: { readonly waiting: Pickup | undefined; readonly next: number },
): readonly EventDraft[] {
  if (changes.length === 0) return [];
  const before = waiting?.lines ?? [];
  const lines = changes.reduce<readonly PickupLine[]>(after, before).slice(0, pickupLinesMax);
  if (waiting === undefined) {
    return lines.length === 0 ? [] : [{ name: 'pickup.requested', subject: bin, data: { request: nextRequest, bin, lines: [...lines], askedBy: null } }];
  }
  const { request } = waiting;
  // A truck on its way comes and says what it fetched.
  if (lines.length === 0) {
    return waiting.state === 'enRoute' ? [] : [{ name: 'pickup.cancelled', subject: bin, data: { request, bin, reason: 'emptied', askedBy: null } }];
  }
  if (JSON.stringify(lines) === JSON.stringify(before)) return [];
  return [{ name: 'pickup.changed', subject: bin, data: { request, bin, lines: [...lines], askedBy: null } }];
}

/** a person asks for a pick-up, at a bin or a shed without one; it joins what waits there. The same again changes nothing. */
export function decideAsked(
  { bin, wasteClass }: { readonly bin: string; readonly wasteClass: WasteClass },
  { waiting, next }: { readonly waiting: Pickup | undefined; readonly next: number },
  askedBy: OrderedBy,
): Drafted {
  const line: PickupLine = { compartment: null, wasteClass, level: 'asked', suspectedFluff: false };
  if (waiting === undefined) return recorded({ name: 'pickup.requested', subject: bin, data: { request: next, bin, lines: [line], askedBy } });
  if (waiting.lines.some((known) => known.wasteClass === wasteClass && !known.suspectedFluff)) return recorded();
  if (waiting.lines.length >= pickupLinesMax) return recorded();
  return recorded({ name: 'pickup.changed', subject: bin, data: { request: waiting.request, bin, lines: [...waiting.lines, line], askedBy } });
}

const known = (pickup: Pickup | undefined): Pickup | Refused => {
  if (pickup === undefined) return refuse('pickup_unknown');
  return isWaiting(pickup) ? pickup : refuse(pickup.state === 'done' ? 'pickup_done' : 'pickup_cancelled', { request: pickup.request });
};

/** somebody will go, with one of the village's trucks. Another truck may take it over until one is on its way. */
export function decideAcknowledged(pickup: Pickup | undefined, truck: number, { trucks }: CollectionRules, by: OrderedBy): Drafted {
  const found = known(pickup);
  if ('ok' in found) return found;
  if (truck > trucks) return refuse('truck_unknown', { trucks });
  if (found.state === 'enRoute') return refuse('pickup_en_route', { request: found.request });
  const { request, bin } = found;
  if (found.truck === truck) return recorded();
  return recorded({ name: 'pickup.acknowledged', subject: bin, data: { request, bin, truck, ...by } });
}

/** the truck that took it sets out. */
export function decideStarted(pickup: Pickup | undefined, by: OrderedBy): Drafted {
  const found = known(pickup);
  if ('ok' in found) return found;
  const { request, bin, truck, state } = found;
  if (truck === null) return refuse('pickup_not_acknowledged', { request });
  return state === 'enRoute' ? recorded() : recorded({ name: 'pickup.started', subject: bin, data: { request, bin, truck, ...by } });
}

/** whether something that says full is too light for it. Only a level that says full can be refuted. */
const isFluff = (lines: readonly PickupLine[], wasteClass: WasteClass, netGrams: number, { fluffGrams }: CollectionRules): boolean =>
  lines.some((line) => line.wasteClass === wasteClass && line.level === 'full') && netGrams < fluffGrams[wasteClass];

/** false full, checked by weight before a truck sets out. */
export function decideChecked(
  pickup: Pickup | undefined,
  { wasteClass, netGrams }: { readonly wasteClass: WasteClass; readonly netGrams: number },
  rules: CollectionRules,
  by: OrderedBy,
): Drafted {
  const found = known(pickup);
  if ('ok' in found) return found;
  const { request, bin, lines } = found;
  if (!lines.some((line) => line.wasteClass === wasteClass)) return refuse('pickup_other_class', { request });
  const suspectedFluff = isFluff(lines, wasteClass, netGrams, rules);
  return recorded({ name: 'pickup.checked', subject: bin, data: { request, bin, wasteClass, netGrams, suspectedFluff, ...by } });
}

/** fetched, with its weight by class where there was a scale. It must have been driven to. */
export function decideFetched(
  pickup: Pickup | undefined,
  fetched: readonly { readonly wasteClass: WasteClass; readonly netGrams: number }[],
  rules: CollectionRules,
  by: OrderedBy,
): Drafted {
  const found = known(pickup);
  if ('ok' in found) return found;
  const { request, bin, lines, state, truck } = found;
  if (state !== 'enRoute' || truck === null) return refuse('pickup_not_started', { request });
  const judged = fetched.map((load) => ({ ...load, suspectedFluff: isFluff(lines, load.wasteClass, load.netGrams, rules) }));
  return recorded({ name: 'pickup.done', subject: bin, data: { request, bin, truck, fetched: judged, ...by } });
}

/** nobody goes. `false_full` takes a check that found it so, of everything that says full. */
export function decideCancelled(pickup: Pickup | undefined, reason: 'false_full' | 'error', askedBy: OrderedBy): Drafted {
  const found = known(pickup);
  if ('ok' in found) return found;
  const { request, bin, lines } = found;
  if (reason === 'false_full' && !lines.every(({ suspectedFluff }) => suspectedFluff)) return refuse('pickup_not_checked', { request });
  return recorded({ name: 'pickup.cancelled', subject: bin, data: { request, bin, reason, askedBy } });
}

/** requests nobody set out for in time, each told once. */
export function decideEscalated(waiting: readonly Pickup[], nowMs: number, { escalateHours }: CollectionRules): readonly EventDraft[] {
  return waiting.flatMap((pickup): EventDraft[] => {
    const { request, bin, requestedMs, escalated, state } = pickup;
    const ageMinutes = Math.floor((nowMs - requestedMs) / 60_000);
    const isLate = (state === 'open' || state === 'acknowledged') && ageMinutes >= escalateHours * 60;
    return isLate && !escalated ? [{ name: 'pickup.escalated', subject: bin, data: { request, bin, ageMinutes } }] : [];
  });
}
