/**
 * Which pick-up is driven to first, and by which of the trucks: what burns, then hazardous, then what is full, then what will be full first; where
 * nothing tells two apart, in the order of the route. Pure, and the same for the same facts: two screens never show two orders. Rule: R-46.
 */
import type { PickupLine } from '../../protocol/events/pickups.ts';
import type { CollectionRules } from '../../protocol/rules/collection.ts';
import type { Pickup } from './pickups.ts';

/** A level a compartment had. `percent` 0..100. */
export interface PastLevel {
  readonly bin: string;
  readonly compartment: number;
  readonly atMs: number;
  readonly percent: number;
}

const hourMs = 3_600_000;
const fullPercent = 95;

/**
 * hours until a compartment is full, from how fast it rose between past levels; falls are emptyings and count for nothing. Null where it
 * never rose, or nothing is known. Unit: whole hours, rounded down, 0 or more.
 */
export function hoursToFull(levels: readonly Omit<PastLevel, 'bin' | 'compartment'>[], nowMs: number): number | null {
  const last = levels.at(-1);
  if (last === undefined) return null;
  if (last.percent >= fullPercent) return 0;
  let rise = 0;
  let tookMs = 0;
  levels.forEach((level, index) => {
    const before = levels[index - 1];
    if (before === undefined || level.percent <= before.percent) return;
    rise += level.percent - before.percent;
    tookMs += Math.max(1, level.atMs - before.atMs);
  });
  if (rise === 0) return null;
  const leftMs = ((fullPercent - last.percent) * tookMs) / rise - (nowMs - last.atMs);
  return Math.max(0, Math.floor(leftMs / hourMs));
}

/** How urgent, 0 first. */
const urgencies = ['fire', 'hazardous', 'full', 'soon', 'asked', 'fluff'] as const;
export type Urgency = (typeof urgencies)[number];

export interface RankedPickup extends Pickup {
  /** From 1. */
  readonly rank: number;
  readonly urgency: Urgency;
  readonly hoursToFull: number | null;
  /** The truck that has it, or that should take it; counted from 1. */
  readonly proposedTruck: number;
}

export interface RankingFacts {
  /** Requests that wait. */
  readonly pickups: readonly Pickup[];
  /** Bins with a fire alarm that stands. */
  readonly burning: ReadonlySet<string>;
  /** Past levels, oldest first. */
  readonly levels: readonly PastLevel[];
  readonly rules: CollectionRules;
  readonly nowMs: number;
}

function urgencyOf({ bin, lines }: Pickup, burning: ReadonlySet<string>): Urgency {
  if (burning.has(bin)) return 'fire';
  const real = lines.filter(({ suspectedFluff }) => !suspectedFluff);
  if (real.length === 0) return 'fluff';
  if (real.some(({ wasteClass }) => wasteClass === 'hazardous')) return 'hazardous';
  if (real.some(({ level }) => level === 'full')) return 'full';
  return real.some(({ level }) => level === 'plan') ? 'soon' : 'asked';
}

function forecast({ bin, lines }: Pickup, { levels, nowMs }: RankingFacts): number | null {
  const hours = lines.flatMap(({ compartment, suspectedFluff }: PickupLine) => {
    if (compartment === null || suspectedFluff) return [];
    return (
      hoursToFull(
        levels.filter((level) => level.bin === bin && level.compartment === compartment),
        nowMs,
      ) ?? []
    );
  });
  return hours.length === 0 ? null : Math.min(...hours);
}

/** every waiting request in the order to drive, shared out to the trucks. A truck keeps what it took. */
export function rankPickups(facts: RankingFacts): RankedPickup[] {
  const { route, trucks } = facts.rules;
  const placeOf = (bin: string): number => (route.includes(bin) ? route.indexOf(bin) : route.length);
  const sorted = facts.pickups
    .map((pickup) => ({ ...pickup, urgency: urgencyOf(pickup, facts.burning), hoursToFull: forecast(pickup, facts) }))
    .sort(
      (a, b) =>
        urgencies.indexOf(a.urgency) - urgencies.indexOf(b.urgency) ||
        (a.hoursToFull ?? Number.MAX_SAFE_INTEGER) - (b.hoursToFull ?? Number.MAX_SAFE_INTEGER) ||
        placeOf(a.bin) - placeOf(b.bin) ||
        a.requestedMs - b.requestedMs ||
        a.request - b.request,
    );
  const fleet = Array.from({ length: trucks }, (_, index) => ({ truck: index + 1, stops: 0, at: 0 }));
  return sorted.map((pickup, index) => {
    const place = placeOf(pickup.bin);
    const taken = fleet.find(({ truck }) => truck === pickup.truck);
    // No truck gets two stops more than another; of those that are free the one that is nearest on the route goes.
    const least = Math.min(...fleet.map(({ stops }) => stops));
    const free = fleet.filter(({ stops }) => stops === least);
    const nearest = free.reduce((best, next) => (Math.abs(next.at - place) < Math.abs(best.at - place) ? next : best));
    const chosen = taken ?? nearest;
    chosen.stops += 1;
    chosen.at = place;
    return { ...pickup, rank: index + 1, proposedTruck: chosen.truck };
  });
}
