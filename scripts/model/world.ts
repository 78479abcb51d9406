/**
 * One dispensing point as the exhaustive search sees it: what outlives a restart of the gateway or a power cut of the board, what does not,
 * what is still on the wire, and what may yet go wrong. Everything is the type the shipped functions take; what no decision depends on
 * (times, boot and start counts, roll labels, households) is left out or held still. It decides nothing.
 */

import { type BoardNv, type BoardRam, blankNv, powerUpBoard } from '../../device-sim/firmware/dispenser-bd1.ts';
import type { DrawFacts, OpenJob } from '../../gateway/core/bag-issue.ts';
import type { BoardMove } from '../../gateway/core/dispenser-turn.ts';
import type { BoardStatus, DispenseIntent, DispenseStep, FenceStep } from '../../gateway/core/dispensing.ts';
import type { DispenserFacts, LockReason } from '../../gateway/core/reconciling.ts';
import type { DispenserCommand } from '../../protocol/devices/dispenser-bd1.ts';
import type { EventDraft } from '../../protocol/events.ts';

/** What may still happen. `frames` bounds the different commands on the wire at one time. */
export interface Budget {
  readonly jobs: number;
  readonly crashes: number;
  readonly cuts: number;
  readonly restores: number;
  readonly frames: number;
}

/** The ledger as far as decisions about one board read it. Counts are in rolls since the baseline. */
export interface Ledger {
  readonly epoch: number;
  /** Highest job or fence number it ever gave out. */
  readonly highest: number;
  readonly baseCtrOut: number;
  readonly posted: number;
  readonly purged: number;
  readonly suspense: number;
  readonly locked: LockReason | null;
  readonly open: { readonly intent: DispenseIntent; readonly fence: number | null } | null;
}

/** A command on the wire. `inRecovery`: written for a job that was found open after a start, so nobody may be standing there. */
export interface Frame {
  readonly command: DispenserCommand;
  readonly inRecovery: boolean;
}

/** What the gateway is in the middle of. */
export type Doing =
  | { readonly kind: 'turn' }
  | { readonly kind: 'job'; readonly step: DispenseStep }
  | { readonly kind: 'fence'; readonly why: 'fencePast' | 'fenceFault'; readonly step: FenceStep };

/** What a crash of the gateway erases. */
export interface Station {
  readonly fenced: boolean;
  readonly faultFences: number;
  readonly made: ReadonlySet<BoardMove['kind']>;
  readonly doing: Doing;
}

/** Known to the search alone: the truth the books are held against. */
export interface Truth {
  /** Rolls that really passed the exit. */
  readonly rollsOut: number;
  /** Last job the motor started for, how many rolls it pushed out, and whether a start-up had sent it. 0 for none. */
  readonly startedJob: number;
  readonly rollsOfStarted: number;
  readonly armedInRecovery: boolean;
  /** A ledger was put back from a backup, and the board was not yet found at rest since: till then nobody can know what it missed. */
  readonly restored: boolean;
}

export interface World {
  readonly ledger: Ledger;
  readonly backup: Ledger | null;
  readonly station: Station;
  readonly nv: BoardNv;
  readonly ram: BoardRam;
  readonly motorOn: boolean;
  /** Different commands, in the order of `compareFrames`; a copy of one that is there already changes nothing. */
  readonly frames: readonly Frame[];
  readonly left: Budget;
  readonly truth: Truth;
}

/** Something that happened in a move, for the invariants. */
export type Happening =
  | { readonly kind: 'motorStarted'; readonly job: number; readonly inRecovery: boolean }
  | { readonly kind: 'recorded'; readonly drafts: readonly EventDraft[] }
  /** The gateway looked at a resting board and found nothing to record. */
  | { readonly kind: 'rested' };

/** What came of a move. */
export interface Made {
  readonly world: World;
  readonly happened: readonly Happening[];
}

/**
 * One thing that can happen next. `ordinary` moves need no fault and no person. `make` throws an assertion where shipped code would.
 */
export interface Move {
  readonly what: () => string;
  readonly ordinary: boolean;
  readonly make: () => Made;
}

export const device = 'dispenser-1';
export const household = 'h-00000000000000000001';
const period = '2026-11';
/** The board is never swapped here; a lost memory is C15 and locks at once. */
export const nonce = 7;

const clear = { throatBlocked: false, doorOpen: false, rollLow: false, tamper: false };
export const sensors = (throatBlocked: boolean) => (throatBlocked ? { ...clear, throatBlocked } : clear);

/** A gateway that has just started. */
export const freshStation: Station = { fenced: false, faultFences: 0, made: new Set(), doing: { kind: 'turn' } };

/** A factory-new board that the ledger knows, a gateway about to start, and everything still to come. */
export function firstWorld(left: Budget): World {
  const { nv, ram } = powerUpBoard(blankNv(nonce), sensors(false));
  return {
    ledger: { epoch: 1, highest: 0, baseCtrOut: 0, posted: 0, purged: 0, suspense: 0, locked: null, open: null },
    backup: null,
    station: freshStation,
    ...settleCounters(nv, ram),
    motorOn: false,
    frames: [],
    left,
    truth: { rollsOut: 0, startedJob: 0, rollsOfStarted: 0, armedInRecovery: false, restored: false },
  };
}

/** Holds still what nobody decides by: boots, motor starts and served reads only count up. */
export function settleCounters(nv: BoardNv, ram: BoardRam): { readonly nv: BoardNv; readonly ram: BoardRam } {
  return { nv: { ...nv, bootCount: 0, ctrStart: 0 }, ram: { ...ram, snapshot: 0, movedMs: 0 } };
}

/** One consistent status read. */
export function statusOf({ nv, ram }: World): BoardStatus {
  const { quantity: _quantity, bootCount: _boots, ...counters } = nv;
  return { protocolVersion: 1, state: ram.state, flags: ram.sensors, ...counters };
}

export const boardFacts = ({ baseCtrOut, posted, purged, suspense, locked }: Ledger): DispenserFacts => ({
  ...{ nonce, baseCtrOut, baseCtrTest: 0, posted, purged, suspense, service: 0, locked },
});

export const openJobOf = ({ open }: Ledger): OpenJob | null => (open === null ? null : { ...open.intent, dispenser: device, household, period });

/** A household that may have as many rolls as there are jobs, at a magazine that never runs out. */
export const drawFacts = (ledger: Ledger, status: BoardStatus): DrawFacts => ({
  ...{ household, quota: { ok: true, period }, inMagazine: 100 },
  ...{ dispenser: device, board: boardFacts(ledger), status, operator: null },
});

export const compareFrames = (a: Frame, b: Frame): number =>
  a.command.jobId - b.command.jobId ||
  a.command.expectLastJob - b.command.expectLastJob ||
  a.command.expectCtrOut - b.command.expectCtrOut ||
  a.command.opcode.localeCompare(b.command.opcode) ||
  Number(a.inRecovery) - Number(b.inRecovery);

/** `1:3` is the third number of the first epoch. */
export const showNumber = (job: number): string => `${Math.floor(job / 2 ** 32)}:${job % 2 ** 32}`;
