// What a resting dispenser board answers, so that a test names only what matters to it.
import type { BoardStatus } from '../../gateway/core/dispensing.ts';

/** A BD-1 board at rest, in order, that never did anything. */
export const makeStatus = (more: Partial<BoardStatus> = {}): BoardStatus => ({
  protocolVersion: 1,
  state: 'idle',
  nonce: 7,
  lastJob: 0,
  doneRolls: 0,
  result: 'none',
  ctrOut: 0,
  ctrStart: 0,
  ctrTest: 0,
  flags: { throatBlocked: false, doorOpen: false, rollLow: false, tamper: false },
  ...more,
});
