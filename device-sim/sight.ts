/** What people at a simulated point can see, gathered from its boards and readers: lamps, doors, rolls and fill levels. It changes nothing. */
import assert from 'node:assert/strict';
import type { DispenserBoard } from './dispenser-board.ts';
import { isThroatBlocked } from './physics/dispenser-mechanism.ts';
import type { Sight, Village } from './physics/village.ts';
import type { ScaleBoard } from './scale-board.ts';
import { compartmentsOfBin, type SiteFile } from './site-file.ts';

export interface SightFacts {
  readonly site: Pick<SiteFile, 'dispensers' | 'scales' | 'bins'>;
  /** Village time. Unit: ms since 1970. */
  readonly nowMs: number;
  readonly dispensers: ReadonlyMap<string, DispenserBoard>;
  readonly scales: ReadonlyMap<string, ScaleBoard>;
  readonly bins: ReadonlyMap<string, { readonly compartments: readonly { readonly fillPermille: number }[] }>;
  readonly isHeard: (reader: string) => boolean;
  /** Silence after which a ready lamp goes out. Unit: ms of wire time. */
  readonly lampMs: number;
  readonly rollsInStore: number;
}

/** The village calendar is Asia/Shanghai, which has no summer time. Unit: ms. */
const zoneMs = 8 * 3_600_000;

export function lookAround({ site, nowMs, dispensers, scales, bins, isHeard, lampMs, rollsInStore }: SightFacts): Sight {
  const local = new Date(nowMs + zoneMs);
  return {
    month: local.getUTCFullYear() * 12 + local.getUTCMonth(),
    dispensers: site.dispensers.map((row) => {
      const board = dispensers.get(row.id);
      assert(board, row.id);
      const { mechanism } = board;
      return {
        lampOn: board.isAttended(lampMs) && isHeard(row.counter) && isHeard(row.exit),
        doorOpen: mechanism.doorOpen,
        motorOn: mechanism.motorOn,
        throatBlocked: isThroatBlocked(mechanism),
        rollsInMagazine: mechanism.magazine.length,
        rollsInTray: mechanism.tray.length,
      };
    }),
    scales: site.scales.map((row) => ({ lampOn: (scales.get(row.id)?.isAttended(lampMs) ?? false) && isHeard(row.counter) })),
    bins: site.bins.map((row) => bins.get(row.id)?.compartments.map((compartment) => compartment.fillPermille) ?? []),
    rollsInStore,
  };
}

/** What people know of the place before they come. */
export function villageOf({ site, cards, pace }: { readonly site: SiteFile; readonly cards: readonly string[]; readonly pace: number }): Village {
  return {
    households: cards.length,
    dispensers: site.dispensers.map((row) => ({ dispenser: row.id, reader: row.counter, capacity: row.capacity })),
    scales: site.scales.map((row) => ({ scale: row.id, reader: row.counter })),
    bins: site.bins.map((row) => ({ bin: row.id, compartments: compartmentsOfBin(row) })),
    materials: site.materials,
    pace,
  };
}
