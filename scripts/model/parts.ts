/**
 * The protocol under search: exactly the functions that ship, and where a mutant differs, one of them wrapped. Nothing is rewritten here.
 */

import { type BoardInput, type BoardNv, powerUpBoard, stepBoard } from '../../device-sim/firmware/dispenser-bd1.ts';
import { decideDraw, decideSettlement } from '../../gateway/core/bag-issue.ts';
import { decideRebaseline, decideTurn } from '../../gateway/core/dispenser-turn.ts';
import { resumeDispense, startDispense, startFence, stepDispense, stepFence } from '../../gateway/core/dispensing.ts';

/** Patience in the model: a look is early (0) or late (1), so one unit of waiting is enough. */
export const acceptMs = 1;

const shippedFunctions = {
  ...{ decideTurn, decideRebaseline, decideDraw, decideSettlement },
  ...{ startDispense, resumeDispense, stepDispense, startFence, stepFence },
  ...{ stepBoard, powerUpBoard },
};

export type Parts = typeof shippedFunctions & {
  /** Whether the intent is in the ledger before its command is on the wire, as the station does it. */
  readonly commitsFirst: boolean;
  /** Whether a ledger that was put back gives numbers of a new epoch from then on. */
  readonly opensEpoch: boolean;
  /** What the board's memory may hold when power goes in the middle of a step; empty where a step is one write. */
  readonly tornWrites: (nv: BoardNv, input: BoardInput, after: BoardNv) => readonly BoardNv[];
};

export const shipped: Parts = { ...shippedFunctions, commitsFirst: true, opensEpoch: true, tornWrites: () => [] };

export const mutantNames = ['no-fence', 'no-compare-and-swap', 'send-before-intent', 'torn-count', 'resend-at-boot', 'no-new-epoch'] as const;
export type MutantName = (typeof mutantNames)[number];

/** Six ways to get it wrong. Each is the shipped protocol with one rule taken out. */
export const mutants: { readonly [Name in MutantName]: Parts } = {
  // A job that nobody took is voided at once, and a start fences nothing off.
  'no-fence': {
    ...shipped,
    decideTurn: (facts) => decideTurn({ ...facts, memory: { ...facts.memory, fenced: true } }),
    stepDispense: (state, input, patienceMs) => {
      const step = stepDispense(state, input, patienceMs);
      return step.effect.kind === 'takeFence' ? { ...step, effect: { kind: 'settle', outcome: { done: 0, result: 'fenced' } } } : step;
    },
  },
  // The board takes whatever the command says it expects for true (D4 left out).
  'no-compare-and-swap': {
    ...shipped,
    stepBoard: (nv, ram, input) => {
      if (input.kind !== 'command') return stepBoard(nv, ram, input);
      return stepBoard(nv, ram, { ...input, command: { ...input.command, expectLastJob: nv.lastJob, expectCtrOut: nv.ctrOut } });
    },
  },
  'send-before-intent': { ...shipped, commitsFirst: false },
  // The edge is counted in two writes, the job's count first (D7 left out).
  'torn-count': { ...shipped, tornWrites: (nv, input, after) => (input.kind === 'exitEdge' ? [{ ...after, ctrOut: nv.ctrOut }] : []) },
  // A job found open is sent again instead of being read and fenced.
  'resend-at-boot': {
    ...shipped,
    resumeDispense: (intent, fence) => (fence === null ? startDispense(intent, 0, acceptMs) : resumeDispense(intent, fence)),
  },
  // A ledger that was put back goes on in its old epoch and gives numbers a second time. Only a restore shows it.
  'no-new-epoch': { ...shipped, opensEpoch: false },
};
