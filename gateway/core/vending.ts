/**
 * One roll from a board without a job register: at most one order, never repeated whatever is lost, and an end that is read where the board
 * can tell. What cannot be told ends indeterminate: the roll stays held and a person settles it. Class B boards keep their last result and
 * are asked for it, class C boards tell it once; both go through this one step function. Pure: nothing here waits or knows the time.
 * Rules: R-12 (outcome unknown); the dispensing contract, third-party device without job register.
 */
import assert from 'node:assert/strict';

/** Why nobody can say what became of a job. */
export type DoubtCause = 'no_answer' | 'unconfirmed' | 'contradiction' | 'sensor_faulty' | 'motor_fault' | 'unknown_to_board' | 'ended_without_result';

/** A board's last word on a job. `done` in rolls. */
export type VendEnd =
  | { readonly kind: 'ended'; readonly done: 0 | 1; readonly result: 'ok' | 'jam' }
  | { readonly kind: 'doubt'; readonly cause: Exclude<DoubtCause, 'no_answer' | 'unconfirmed' | 'contradiction'> };
/** What a board says of the job that is open. */
export type VendWord = { readonly kind: 'running' } | VendEnd;

export interface VendOutcome {
  readonly done: 0 | 1;
  /** `none`: the order certainly never left; `indeterminate`: the board did not say it, but the label of the roll was read at the exit. */
  readonly result: 'ok' | 'jam' | 'none' | 'indeterminate';
}

export interface VendState {
  readonly phase: 'ordering' | 'awaiting';
  /** A last word heard once; it counts when it is heard again. */
  readonly heard: VendEnd | null;
  /** The exit reader saw a roll of this magazine since the order. */
  readonly seen: boolean;
  /** Unit: ms of the caller's monotonic clock. */
  readonly patienceUntilMs: number;
}

export type VendInput =
  /** The one order has left, or may have. */
  | { readonly kind: 'ordered'; readonly atMs: number }
  /** Not a byte of it has left, and it has been withdrawn. */
  | { readonly kind: 'unsent' }
  | { readonly kind: 'word'; readonly word: VendWord; readonly atMs: number }
  | { readonly kind: 'silence'; readonly atMs: number }
  | { readonly kind: 'seen'; readonly atMs: number };

export type VendEffect =
  | { readonly kind: 'order' }
  /** Ask the board, or listen to it: moves nothing. */
  | { readonly kind: 'look' }
  | { readonly kind: 'settle'; readonly outcome: VendOutcome }
  | { readonly kind: 'giveUp'; readonly cause: DoubtCause };

export interface VendStep {
  readonly state: VendState;
  readonly effect: VendEffect;
}

const look = (state: VendState): VendStep => ({ state, effect: { kind: 'look' } });

/** First step of a job whose intent was just committed: the only one that may ever order. */
export const startVend = (): VendStep => ({
  state: { phase: 'ordering', heard: null, seen: false, patienceUntilMs: Number.POSITIVE_INFINITY },
  effect: { kind: 'order' },
});

/** First step of a job found open at start-up: it may have been ordered, so it is never ordered again. */
export const resumeVend = (atMs: number, patienceMs: number): VendStep =>
  look({ phase: 'awaiting', heard: null, seen: false, patienceUntilMs: atMs + patienceMs });

/** One step. `patienceMs` is how long after the order the board may take for its last word. */
export function stepVend(state: VendState, input: VendInput, patienceMs: number): VendStep {
  switch (input.kind) {
    case 'ordered':
      assert(state.phase === 'ordering', 'a job is ordered once');
      return look({ ...state, phase: 'awaiting', patienceUntilMs: input.atMs + patienceMs });
    case 'unsent':
      assert(state.phase === 'ordering', 'only an order that was not sent can be unsent');
      return { state, effect: { kind: 'settle', outcome: { done: 0, result: 'none' } } };
    case 'seen':
      return decide({ ...state, seen: true }, input.atMs);
    case 'word':
      return input.word.kind === 'running' ? decide(state, input.atMs) : stepEnd(state, input.word, input.atMs);
    case 'silence':
      return decide(state, input.atMs);
  }
}

const sameEnd = (one: VendEnd, other: VendEnd): boolean =>
  one.kind === 'ended' ? other.kind === 'ended' && one.done === other.done && one.result === other.result : other.kind === 'doubt' && one.cause === other.cause;

/** No check of these boards sees every wrong byte, so a last word counts when it was said twice, or once and the roll itself was seen. */
function stepEnd(state: VendState, word: VendEnd, atMs: number): VendStep {
  if (state.heard === null) return decide({ ...state, heard: word }, atMs);
  if (!sameEnd(state.heard, word)) return { state, effect: { kind: 'giveUp', cause: 'contradiction' } };
  if (word.kind === 'doubt') return giveUp(state, word.cause);
  if (state.seen && word.done === 0) return { state, effect: { kind: 'giveUp', cause: 'contradiction' } };
  return { state, effect: { kind: 'settle', outcome: { done: word.done, result: word.result } } };
}

/** A label read at the exit is a roll outside, whatever the board fails to say. */
const giveUp = (state: VendState, cause: DoubtCause): VendStep => ({
  state,
  effect: state.seen ? { kind: 'settle', outcome: { done: 1, result: 'indeterminate' } } : { kind: 'giveUp', cause },
});

function decide(state: VendState, atMs: number): VendStep {
  if (state.seen && state.heard?.kind === 'ended' && state.heard.done === 1) return { state, effect: { kind: 'settle', outcome: { done: 1, result: 'ok' } } };
  if (atMs < state.patienceUntilMs) return look(state);
  if (state.heard === null) return giveUp(state, 'no_answer');
  return state.heard.kind === 'ended' && state.heard.done === 0 && state.seen
    ? { state, effect: { kind: 'giveUp', cause: 'contradiction' } }
    : giveUp(state, 'unconfirmed');
}
