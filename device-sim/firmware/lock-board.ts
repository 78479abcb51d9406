/**
 * What a WKLY lock board runs: it gives a coil one pulse, tells its doors when asked, and tells a door that changed by itself. Everything is in
 * RAM: after a power cut it takes the doors as it finds them. Pure.
 * Source: lock board serial protocol WKLY, commands 0x82 to 0x85 (see protocol/devices/lock-wkly.ts).
 */
import type { DoorState, LockReport, LockRequest } from '../../protocol/devices/lock-wkly.ts';

export interface LockRam {
  /** Doors as last told, lock 1 first; null before the first look. */
  readonly told: readonly DoorState[] | null;
}
export const freshLocks: LockRam = { told: null };

/** What hangs on the board, lock 1 first, and what is wrong with it. */
export interface LockSight {
  readonly board: number;
  readonly doorsOpen: readonly boolean[];
  /** A coil that draws no current: the board notices. */
  readonly coilBroken: boolean;
  /** Contacts that cannot be read. */
  readonly contactBlind: boolean;
  /** A bolt that stays where it is: nothing notices but the door. */
  readonly boltStuck: boolean;
}

/** What a request does: the answer, and the lock whose coil is drawn. */
export interface LockStep {
  readonly say: readonly LockReport[];
  /** Counted from 1; null: none. */
  readonly pulsed: number | null;
  /** Whether the bolt gave way. */
  readonly opens: boolean;
}

/** The board's own pulse. The manual gives no number and nothing on the wire tells it. Unit: ms. */
export const ownPulseMs = 500;

/** Doors as the board sees them. */
export const doorsSeen = ({ doorsOpen, contactBlind }: LockSight): DoorState[] =>
  doorsOpen.map((open) => (contactBlind ? 'unknown' : open ? 'open' : 'closed'));

/** Another board's requests, and locks that are not wired, are answered with nothing, and with a failure. */
export function hearLockRequest(request: LockRequest, sight: LockSight): LockStep {
  const { board } = sight;
  const nothing = { pulsed: null, opens: false };
  if (request.board !== board) return { say: [], ...nothing };
  const doors = doorsSeen(sight);
  if (request.kind === 'askAll') return { say: [{ kind: 'askAll', board, ok: true, doors }], ...nothing };
  const { kind, lock } = request;
  const door = doors[lock - 1];
  if (door === undefined) return { say: [{ kind, board, ok: false, lock, door: 'unknown' }], ...nothing };
  if (kind === 'ask') return { say: [{ kind, board, ok: true, lock, door }], ...nothing };
  if (sight.coilBroken) return { say: [{ kind, board, ok: false, lock, door }], ...nothing };
  const opens = !sight.boltStuck;
  const after: DoorState = door === 'closed' && opens ? 'open' : door;
  return { say: [{ kind, board, ok: true, lock, door: after }], pulsed: lock, opens };
}

/** Tells every door that changed since it was last told. */
export function stepLocks({ told }: LockRam, sight: LockSight): { readonly ram: LockRam; readonly say: readonly LockReport[] } {
  const doors = doorsSeen(sight);
  const changed =
    told === null ? [] : doors.flatMap((door, at) => (door === told[at] ? [] : [{ kind: 'changed', board: sight.board, lock: at + 1, door } as const]));
  return { ram: { told: doors }, say: changed };
}
