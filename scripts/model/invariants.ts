/**
 * What must hold after every move, in the words and numbers of the reliability survey's invariants I1 to I8 (I9, that every open job can
 * still come to an end, is asked of the whole graph in search.ts). Each is judged against the truth, never against what the gateway thinks.
 */

import type { LockReason } from '../../gateway/core/reconciling.ts';
import { type EventDraft, postingsOf } from '../../protocol/events.ts';
import { type Happening, type Made, openJobOf, showNumber, type World } from './world.ts';

/** Locks that need no restore to be right (one explains what comes until the board was found at rest; see `Truth`): the machine itself is stuck. */
const honestLocks: ReadonlySet<LockReason | null> = new Set([null, 'throat_blocked', 'fault_persists']);

/** The first invariant that does not hold after this move, in words; null when all do. */
export function brokenBy(before: World, { world: after, happened }: Made): string | null {
  for (const happening of happened) {
    const broken = judge(before, after, happening);
    if (broken !== null) return broken;
  }
  const { nv, truth, ledger } = after;
  if (nv.doneRolls > nv.quantity) return `I2: the board counts ${nv.doneRolls} of ${nv.quantity} rolls for ${showNumber(nv.lastJob)}`;
  if (nv.ctrOut !== truth.rollsOut) return `I3: ${truth.rollsOut} rolls are out, the board counts ${nv.ctrOut}`;
  if (nv.lastJob < before.nv.lastJob) return `I1: the board's last job fell from ${showNumber(before.nv.lastJob)} to ${showNumber(nv.lastJob)}`;
  if (truth.restored) return null;
  const lost = ledger.suspense - before.ledger.suspense;
  if (lost > 0) return `I7: ${lost} roll(s) go into suspense, and no restore explains it`;
  if (!honestLocks.has(ledger.locked)) return `I7: the board is locked as ${ledger.locked}, and no restore explains it`;
  return null;
}

function judge(before: World, after: World, happening: Happening): string | null {
  switch (happening.kind) {
    case 'motorStarted':
      if (happening.job <= before.truth.startedJob) return `I1: the motor starts again for job ${showNumber(happening.job)}`;
      if (happening.inRecovery) return `I4: the motor starts for job ${showNumber(happening.job)} because a start-up sent it`;
      return null;
    case 'recorded':
      return (
        judgeBooks(before, after, happening.drafts) ?? happening.drafts.map((draft) => judgeSettlement(before, draft)).find((broken) => broken !== null) ?? null
      );
    case 'rested':
      return judgeRest(after);
  }
}

/** I3: nothing is open, nothing to record, no lock that waits for a person: then every roll that is out is in the books. */
function judgeRest({ ledger, truth }: World): string | null {
  const { baseCtrOut, posted, purged, suspense, locked } = ledger;
  if (locked !== null && !honestLocks.has(locked)) return null;
  const booked = posted + purged + suspense;
  if (booked === truth.rollsOut - baseCtrOut) return null;
  return `I3: ${truth.rollsOut - baseCtrOut} roll(s) are out, the books have ${posted} posted, ${purged} wasted, ${suspense} in suspense`;
}

/** I6: an issue says just what the motor pushed out for this job. A ledger that was put back may not know what it said before; of what it began since, it does. */
function judgeSettlement({ truth, ledger }: World, draft: EventDraft): string | null {
  if (draft.name !== 'bag.roll.issued' && draft.name !== 'bag.issue.voided') return null;
  if (truth.restored) return null;
  const { job } = draft.data;
  const issued = draft.name === 'bag.roll.issued' ? draft.data.rolls.length : 0;
  const given = truth.startedJob === job ? truth.rollsOfStarted : 0;
  if (issued > (openJobOf(ledger)?.rolls ?? 0)) return `I2: job ${showNumber(job)} is issued ${issued} rolls`;
  return issued === given ? null : `I6: job ${showNumber(job)} gave ${given} roll(s) and is booked as ${issued}`;
}

/** I8: each event's legs sum to zero, and together they are what the balances moved by. */
function judgeBooks(before: World, after: World, drafts: readonly EventDraft[]): string | null {
  const moved = new Map<string, number>();
  for (const draft of drafts) {
    let sum = 0;
    for (const { account, amount } of postingsOf(draft)) {
      sum += amount;
      const kind = account.split('/')[0] ?? account;
      moved.set(kind, (moved.get(kind) ?? 0) + amount);
    }
    if (sum !== 0) return `I8: the legs of ${draft.name} sum to ${sum}`;
  }
  if (drafts.some(({ name }) => name === 'device.rebaselined')) return null;
  const [was, is] = [before.ledger, after.ledger];
  const held = Number(is.open !== null) - Number(was.open !== null);
  const changes = { household: is.posted - was.posted, waste: is.purged - was.purged, suspense: is.suspense - was.suspense, hold: held };
  for (const [kind, change] of Object.entries(changes))
    if ((moved.get(kind) ?? 0) !== change) return `I8: the events move ${moved.get(kind) ?? 0} roll(s) to ${kind}, the balance moves by ${change}`;
  return null;
}
