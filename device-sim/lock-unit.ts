/** The lock board of a simulated bin: lock n holds the hatch of compartment n, which springs open when its bolt gives way. */
import { lockWkly } from '../protocol/devices/lock-wkly.ts';
import { doorsSeen, freshLocks, hearLockRequest, type LockSight, ownPulseMs, stepLocks } from './firmware/lock-board.ts';
import { type FrameBoard, type HasFault, makeFrameBoard } from './frame-board.ts';
import type { MachineEvent } from './site-event.ts';

/** The hatches behind the locks. */
export interface Hatches {
  readonly compartments: readonly { readonly doorOpen: boolean }[];
  /** `compartment` counts from 1. */
  moveDoor(compartment: number, open: boolean): void;
}

export function openLockBoard(row: { readonly id: string; readonly board: number }, hatches: Hatches, onEvent: (event: MachineEvent) => void): FrameBoard {
  const sight = (hasFault: HasFault): LockSight => ({
    board: row.board,
    doorsOpen: hatches.compartments.map(({ doorOpen }) => doorOpen),
    coilBroken: hasFault('coil-broken'),
    contactBlind: hasFault('contact-blind'),
    boltStuck: hasFault('bolt-stuck'),
  });
  return makeFrameBoard({
    ...{ id: row.id, device: lockWkly, onEvent },
    show: (hasFault) => Object.fromEntries(doorsSeen(sight(hasFault)).map((door, at) => [`door${at + 1}`, door])),
    power(hasFault) {
      let ram = freshLocks;
      return {
        hear(request) {
          const { say, pulsed, opens } = hearLockRequest(request, sight(hasFault));
          if (pulsed !== null) onEvent({ event: 'lock-pulse', device: row.id, compartment: pulsed, pulseMs: ownPulseMs });
          if (pulsed !== null && opens) hatches.moveDoor(pulsed, true);
          return say;
        },
        advance() {
          const step = stepLocks(ram, sight(hasFault));
          ram = step.ram;
          return step.say;
        },
      };
    },
  });
}
