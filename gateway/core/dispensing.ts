/**
 * The gateway's half of the dispensing contract (steps G3 to G5 and the settlement of G6) as a step function: what the board says goes
 * in, the one next thing to do comes out. At most once motion: a job is written to the board at most twice with the same bytes, never
 * at start-up, and after doubt the outcome is read or fenced off, never repeated. Nothing here waits, writes or knows the time; the
 * same function is searched exhaustively as a model.
 */
import assert from 'node:assert/strict';
import type { DispenserCommand, DispenserStatus } from '../../protocol/devices/dispenser-bd1.ts';

/** What one consistent status read of a BD-1 board tells a decision. */
export type BoardStatus = Omit<DispenserStatus, 'bootCount' | 'snapshot' | 'statusCrc'>;

/** Whether nothing is accepted or moving: counters read now stay as they are until somebody acts. */
export const isResting = (status: Pick<BoardStatus, 'state'>): boolean => status.state !== 'armed' && status.state !== 'moving';

/** Job and fence numbers carry the epoch in their high 32 bits. */
const jobsPerEpoch = 2 ** 32;

/** The last job or fence number of the epochs before `epoch`; 0 in the first. */
export const lastJobBefore = (epoch: number): number => (epoch > 1 ? epoch * jobsPerEpoch : 0);

/** Next free job or fence number: above everything the ledger gave out (`highest`, 0 for none), its epoch, and everything the board shows. */
export const nextJobNumber = (epoch: number, highest: number, boardLastJob: number): number => Math.max(epoch * jobsPerEpoch, highest, boardLastJob) + 1;

/** A job as it was committed before anything moved. */
export interface DispenseIntent {
  readonly job: number;
  readonly rolls: number;
  readonly expectLastJob: number;
  readonly expectCtrOut: number;
  readonly nonce: number;
}

/** How a job ended, as the board counted it. */
export interface DispenseOutcome {
  readonly done: number;
  readonly result: 'ok' | 'jam' | 'indeterminate' | 'fenced';
}

type Phase = 'accepting' | 'running' | 'needsFence' | 'fencing';

export interface DispenseState {
  readonly intent: DispenseIntent;
  readonly phase: Phase;
  /** Further times the same DISPENSE may be written; 0 at start-up. */
  readonly sendsLeft: 0 | 1 | 2;
  /** Fence number taken for this job, if any. */
  readonly fence: number | null;
  /** Wire time at which the phase's patience ends. Unit: ms of the caller's monotonic clock. */
  readonly patienceUntilMs: number;
}

/** What came of a look at the board, and of a command written to it. */
export type LookInput = { readonly kind: 'status'; readonly status: BoardStatus; readonly atMs: number } | { readonly kind: 'unreadable' };
export type WriteInput = { readonly kind: 'written'; readonly atMs: number } | { readonly kind: 'refused'; readonly atMs: number };
export type DispenseInput = LookInput | WriteInput | { readonly kind: 'fenceTaken'; readonly fence: number };

export type DispenseEffect =
  | { readonly kind: 'write'; readonly command: DispenserCommand }
  | { readonly kind: 'read' }
  | { readonly kind: 'takeFence' }
  | { readonly kind: 'settle'; readonly outcome: DispenseOutcome }
  | { readonly kind: 'lock'; readonly reason: 'board_replaced' };

export interface DispenseStep {
  readonly state: DispenseState;
  readonly effect: DispenseEffect;
}

/** A fence that belongs to no job: taken at start-up, or to lift a FAULT. */
export interface FenceState {
  readonly fence: number;
  readonly nonce: number;
  /** Wire time at which it is written again. Unit: ms of the caller's monotonic clock. */
  readonly patienceUntilMs: number;
}

/** `over`: the board shows the fence or a higher number, so that no earlier job can run; or another board answers. */
export interface FenceStep {
  readonly state: FenceState;
  readonly effect: Extract<DispenseEffect, { kind: 'write' | 'read' }> | { readonly kind: 'over' };
}

/** The DISPENSE of an intent: the same bytes every time it is sent. */
export const dispenseCommand = (intent: DispenseIntent): DispenserCommand => ({
  opcode: 'dispense',
  jobId: intent.job,
  quantity: intent.rolls,
  expectLastJob: intent.expectLastJob,
  expectCtrOut: intent.expectCtrOut,
});

/** A FENCE under the board's present state: no motion, and no job below `fence` can ever run afterwards. */
const fenceCommand = (fence: number, status: BoardStatus): DispenserCommand => ({
  opcode: 'fence',
  jobId: fence,
  quantity: 0,
  expectLastJob: status.lastJob,
  expectCtrOut: status.ctrOut,
});

/** First step of a job whose intent was just committed. `acceptMs` is the patience for its acceptance. */
export function startDispense(intent: DispenseIntent, atMs: number, acceptMs: number): DispenseStep {
  return {
    state: { intent, phase: 'accepting', sendsLeft: 1, fence: null, patienceUntilMs: atMs + acceptMs },
    effect: { kind: 'write', command: dispenseCommand(intent) },
  };
}

/** First step of a job found open at start-up: read, never resend. `fence` is one already taken for it, if any. */
export function resumeDispense(intent: DispenseIntent, fence: number | null): DispenseStep {
  return { state: { intent, phase: 'needsFence', sendsLeft: 0, fence, patienceUntilMs: 0 }, effect: { kind: 'read' } };
}

/**
 * One step. `acceptMs` is the patience, in wire ms, for a written command to show in the status.
 * Whatever could not be read or written leads to another read: the caller paces and cancels.
 */
export function stepDispense(state: DispenseState, input: DispenseInput, acceptMs: number): DispenseStep {
  switch (input.kind) {
    case 'unreadable':
      return { state, effect: { kind: 'read' } };
    case 'written':
      return { state: { ...state, patienceUntilMs: input.atMs + acceptMs }, effect: { kind: 'read' } };
    case 'refused':
      // The board heard this frame and will not act on it, but an earlier copy may still have been taken: read, then fence.
      return {
        state: state.phase === 'accepting' ? { ...state, phase: 'needsFence', sendsLeft: 0 } : { ...state, patienceUntilMs: input.atMs },
        effect: { kind: 'read' },
      };
    case 'fenceTaken':
      assert(input.fence > state.intent.job, 'a fence is above the job it closes');
      return { state: { ...state, fence: input.fence, phase: 'needsFence' }, effect: { kind: 'read' } };
    case 'status':
      return stepStatus(state, input.status, input.atMs, acceptMs);
  }
}

function stepStatus(state: DispenseState, status: BoardStatus, atMs: number, acceptMs: number): DispenseStep {
  const { intent } = state;
  if (status.nonce !== intent.nonce) return { state, effect: { kind: 'lock', reason: 'board_replaced' } };
  if (status.lastJob === intent.job) return stepAccepted(state, status);
  // Job numbers only rise and the board refuses lower ones, so a higher last job means this one can never run.
  if (status.lastJob > intent.job) return { state, effect: { kind: 'settle', outcome: { done: 0, result: 'fenced' } } };
  if (state.phase === 'accepting' || state.phase === 'fencing') {
    if (atMs < state.patienceUntilMs) return { state, effect: { kind: 'read' } };
    if (state.phase === 'accepting' && state.sendsLeft > 0) {
      return { state: { ...state, sendsLeft: 0, patienceUntilMs: atMs + acceptMs }, effect: { kind: 'write', command: dispenseCommand(intent) } };
    }
  }
  if (state.fence === null) return { state: { ...state, phase: 'needsFence', sendsLeft: 0 }, effect: { kind: 'takeFence' } };
  return {
    state: { ...state, phase: 'fencing', sendsLeft: 0, patienceUntilMs: atMs + acceptMs },
    effect: { kind: 'write', command: fenceCommand(state.fence, status) },
  };
}

function stepAccepted(state: DispenseState, status: BoardStatus): DispenseStep {
  const { result } = status;
  if (result === 'ok' || result === 'jam' || result === 'indeterminate')
    // A board that claims more than it was asked for is believed up to that: what its exit counter shows beyond is in suspense for a person.
    return { state, effect: { kind: 'settle', outcome: { done: Math.min(status.doneRolls, state.intent.rolls), result } } };
  return { state: { ...state, phase: 'running' }, effect: { kind: 'read' } };
}

/** First step of a fence whose number was just committed. `status` is the look that made it necessary. */
export const startFence = (fence: number, status: BoardStatus, atMs: number): FenceStep =>
  offerFence({ fence, nonce: status.nonce, patienceUntilMs: atMs }, status, atMs, 0);

/** One step of a fence: it is offered under the board's present state until the board shows it. `acceptMs` as for `stepDispense`. */
export function stepFence(state: FenceState, input: LookInput | WriteInput, acceptMs: number): FenceStep {
  switch (input.kind) {
    case 'unreadable':
      return { state, effect: { kind: 'read' } };
    case 'written':
      return { state: { ...state, patienceUntilMs: input.atMs + acceptMs }, effect: { kind: 'read' } };
    case 'refused':
      return { state: { ...state, patienceUntilMs: input.atMs }, effect: { kind: 'read' } };
    case 'status':
      return offerFence(state, input.status, input.atMs, acceptMs);
  }
}

function offerFence(state: FenceState, status: BoardStatus, atMs: number, acceptMs: number): FenceStep {
  if (status.nonce !== state.nonce || status.lastJob >= state.fence) return { state, effect: { kind: 'over' } };
  if (atMs < state.patienceUntilMs) return { state, effect: { kind: 'read' } };
  return { state: { ...state, patienceUntilMs: atMs + acceptMs }, effect: { kind: 'write', command: fenceCommand(state.fence, status) } };
}
