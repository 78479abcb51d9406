/**
 * What one more verified event means to somebody who follows a gateway: the next link, a copy, a hole, or proof that two histories
 * exist under one key. The verifier, `sifen watch` and the store's own check all use this one table. It must never verify a
 * signature (envelope.ts has done that) nor forget an alarm for the caller.
 */
import assert from 'node:assert/strict';
import { firstPrev } from './signed-event.ts';

/** The part of an event its place in the chain depends on. */
export interface ChainLink {
  readonly source: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly prev: string;
  readonly leaf: string;
  readonly type: string;
}
interface Seen {
  readonly epoch: number;
  readonly sequence: number;
  readonly leaf: string;
}
/** How far a follower has come. `recent` ends with the last link and is bounded by `recentLinksMax`; empty before the first event. */
export interface ChainState {
  readonly source: string | undefined;
  readonly recent: readonly Seen[];
}

/**
 * normal: the next link. duplicate: seen before, harmless. epoch_opened: a declared new epoch that lost nothing. declared_rollback: a
 * restore says so itself and names the event it goes back to. gap: events between are missing. fork: another event stands where we
 * have one, so the key was cloned or a restore was hidden. hidden_rollback: a later epoch that nobody opened. too_old: from before
 * what is remembered, not judged.
 */
export type ChainVerdict =
  | { readonly verdict: 'normal' | 'duplicate' | 'epoch_opened' | 'fork' | 'hidden_rollback' | 'too_old' }
  | { readonly verdict: 'declared_rollback'; readonly backTo: number }
  | { readonly verdict: 'gap'; readonly missing: { readonly from: number; readonly to: number } };
/** `state` is unchanged by anything but a new link: a gap, fork or hidden rollback is for the caller to settle. */
export type ChainStep = ChainVerdict & { readonly state: ChainState };

/** Leaves remembered to tell a copy from a fork. A forwarder repeats at most its window unless its cursor was lost. */
const recentLinksMax = 1024;
const openingType = 'epoch.opened.v1';

/** Before anything: the first event must be number 1 of epoch 1 with 32 zero bytes as its previous leaf. */
export const chainStart: ChainState = { source: undefined, recent: [] };

/** Starts to follow at `link`, on trust that what came before is in order: for whoever joins a running stream or goes on after a gap. */
export const anchorChain = (link: ChainLink): ChainState => ({ source: link.source, recent: [seen(link)] });

/** Judges one verified event. A link of another source is the caller's mistake (assertion). Source: assurance notes, table 1.3. */
export function stepChain(state: ChainState, link: ChainLink): ChainStep {
  assert(state.source === undefined || state.source === link.source, `${link.source} in the chain of ${state.source}`);
  const last = state.recent.at(-1);
  if (last === undefined) return stepFirst(state, link);
  if (link.epoch > last.epoch) return stepEpoch(state, last, link);
  if (link.epoch < last.epoch || link.sequence <= last.sequence) return { ...judgePast(state, link), state };
  if (link.sequence > last.sequence + 1) return { verdict: 'gap', missing: { from: last.sequence + 1, to: link.sequence - 1 }, state };
  return link.prev === last.leaf ? { verdict: 'normal', state: advance(state, link) } : { verdict: 'fork', state };
}

function stepFirst(state: ChainState, link: ChainLink): ChainStep {
  if (link.epoch !== 1) return { verdict: 'hidden_rollback', state };
  if (link.sequence !== 1) return { verdict: 'gap', missing: { from: 1, to: link.sequence - 1 }, state };
  return link.prev === firstPrev ? { verdict: 'normal', state: advance(state, link) } : { verdict: 'fork', state };
}

/** A new epoch is its opening event, one higher, continuing the numbers of the link it names as the one before. */
function stepEpoch(state: ChainState, last: Seen, link: ChainLink): ChainStep {
  const before = state.recent.find(({ leaf }) => leaf === link.prev);
  const opens = link.type === openingType && link.epoch === last.epoch + 1 && before !== undefined && link.sequence === before.sequence + 1;
  if (!opens) return { verdict: 'hidden_rollback', state };
  if (before === last) return { verdict: 'epoch_opened', state: advance(state, link) };
  return { verdict: 'declared_rollback', backTo: before.sequence, state: advance(state, link) };
}

function judgePast(state: ChainState, link: ChainLink): ChainVerdict {
  const known = state.recent.find(({ epoch, sequence }) => epoch === link.epoch && sequence === link.sequence);
  if (known !== undefined) return { verdict: known.leaf === link.leaf ? 'duplicate' : 'fork' };
  // An event past the end of a closed epoch did not exist when the next epoch was opened.
  const lastOfEpoch = state.recent.findLast(({ epoch }) => epoch === link.epoch);
  return { verdict: lastOfEpoch !== undefined && link.sequence > lastOfEpoch.sequence ? 'fork' : 'too_old' };
}

const seen = ({ epoch, sequence, leaf }: ChainLink): Seen => ({ epoch, sequence, leaf });
const advance = (state: ChainState, link: ChainLink): ChainState => ({
  source: link.source,
  recent: [...state.recent.slice(1 - recentLinksMax), seen(link)],
});
