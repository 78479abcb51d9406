/**
 * What one look at a dispenser board leads to: follow a job that was left open, fence the past off, make the ledger match the metal, wait
 * for a person, or serve. Pure, one move at a time: the station makes the move and asks again with what it then knows; the same function is
 * searched exhaustively as a model. It must never lead to a motion that nobody in front of the machine has asked for.
 */
import type { EventDraft } from '../../protocol/events.ts';
import { decideSettlement, type OpenJob } from './bag-issue.ts';
import { type BoardStatus, isResting } from './dispensing.ts';
import { type DispenserFacts, decideReconciliation } from './reconciling.ts';

/** What a look is judged by. */
export interface TurnFacts {
  readonly device: string;
  readonly status: BoardStatus;
  /**
   * The ledger's view of the board, its unsettled job, and the highest job or fence number that can be ours: the highest it ever gave out,
   * or the last one of the epochs before, whichever is more.
   */
  readonly board: DispenserFacts | null;
  readonly open: OpenJob | null;
  readonly highestJob: number;
  readonly memory: TurnMemory;
}

/** What the station knows besides the ledger; a restart forgets it all. */
export interface TurnMemory {
  /** The board took a fence since the start: nothing sent before it can move anything. */
  readonly fenced: boolean;
  /** The board refuses every command; nothing more is written to it. */
  readonly gaveUp: boolean;
  /** Fences tried in a row on a board that stays in FAULT, and how many are tried before it is locked. */
  readonly faultFences: number;
  readonly faultFencesMax: number;
  /** A person stands at the board and takes its counters as they are. */
  readonly looked: boolean;
  /** Moves already made since the turn began. */
  readonly made: ReadonlySet<BoardMove['kind']>;
}

/** A move after which one looks again. `record` never comes twice with the same drafts, once they are written. */
export type BoardMove =
  | { readonly kind: 'follow'; readonly job: OpenJob }
  | { readonly kind: 'record'; readonly drafts: readonly EventDraft[] }
  | { readonly kind: 'rebaseline' }
  | { readonly kind: 'fencePast' }
  | { readonly kind: 'fenceFault' };

/** The last move of a turn. `hold`: nothing until a person has looked. */
export type TurnMove = BoardMove | { readonly kind: 'hold' } | { readonly kind: 'serve' };

/** The next move after a look at the board. */
export function decideTurn(facts: TurnFacts): TurnMove {
  const { status, open, board, device, memory } = facts;
  if (open !== null && status.nonce === open.nonce && !memory.made.has('follow')) return { kind: 'follow', job: open };
  if (memory.looked && isResting(status)) return recordOr(reconcile(facts), { kind: 'rebaseline' });
  // Another board, or one that takes no commands: what became of the job is for a person to say.
  if (open !== null) return recordOr(reconcile(facts), { kind: 'hold' });
  if (!memory.made.has('rebaseline') && isForeign(facts)) {
    const locked: EventDraft = { name: 'device.locked', subject: device, data: { device, reason: 'foreign_job' } };
    return recordOr(board?.locked === null ? [locked] : [], { kind: 'hold' });
  }
  // Since a new epoch was opened the numbers are known to be ours, from before a restore; what they moved goes into suspense.
  if (board?.locked === 'foreign_job' && !memory.gaveUp)
    return memory.made.has('fencePast') ? { kind: 'record', drafts: [unlocked(device, null)] } : { kind: 'fencePast' };
  if (!memory.fenced) return { kind: memory.gaveUp ? 'hold' : 'fencePast' };
  if (board?.locked === 'commands_refused' && !memory.gaveUp) return { kind: 'record', drafts: [unlocked(device, null)] };
  // A job that outlasted everybody's patience has ended after all, or a board that stayed in FAULT was switched off and on: nothing is wrong any more.
  if (board?.locked === 'fault_persists' && isResting(status) && status.state !== 'fault') return { kind: 'record', drafts: [unlocked(device, null)] };
  return recordOr(reconcile(facts), leaveFault(facts));
}

/** A person looked at the board: its counters count from here, an unsettled job is closed as undecided, the lock is lifted. */
export function decideRebaseline(
  { device, status, board, open }: Pick<TurnFacts, 'device' | 'status' | 'board' | 'open'>,
  operator: string,
): readonly EventDraft[] {
  const { nonce, ctrOut, ctrTest } = status;
  const drafts: EventDraft[] = [];
  if (open !== null) drafts.push(decideSettlement(open, { done: 0, result: 'indeterminate' }, { magazine: [], scanned: [] }));
  const reason = board !== null && board.nonce === nonce ? 'counters_reset' : 'board_replaced';
  drafts.push({ name: 'device.rebaselined', subject: device, data: { device, reason, nonce, ctrOut, ctrTest, operator } });
  if (board?.locked) drafts.push(unlocked(device, operator));
  return drafts;
}

const recordOr = (drafts: readonly EventDraft[], otherwise: TurnMove): TurnMove => (drafts.length > 0 ? { kind: 'record', drafts } : otherwise);
const reconcile = ({ device, board, status }: TurnFacts): readonly EventDraft[] => (isResting(status) ? decideReconciliation(device, board, status) : []);
const unlocked = (device: string, operator: string | null): EventDraft => ({ name: 'device.unlocked', subject: device, data: { device, operator } });

/**
 * Whether somebody else has given this board numbers: a second master, or we ourselves before a restore that nobody declared. Its jobs are
 * then not ours to guess at; the board is locked until a person has looked, or until a new epoch was opened.
 */
const isForeign = ({ board, status, highestJob }: TurnFacts): boolean => board !== null && board.nonce === status.nonce && status.lastJob > highestJob;

/** An accepted fence takes a board out of FAULT when throat and door are clear; one that stays there needs a person. */
function leaveFault({ device, status, board, memory }: TurnFacts): TurnMove {
  if (status.state !== 'fault' || memory.made.has('fenceFault')) return { kind: 'serve' };
  if (status.flags.throatBlocked || status.flags.doorOpen || board?.locked) return { kind: 'serve' };
  if (memory.faultFences < memory.faultFencesMax) return { kind: 'fenceFault' };
  return { kind: 'record', drafts: [{ name: 'device.locked', subject: device, data: { device, reason: 'fault_persists' } }] };
}
