/**
 * What an event changes in the ledger's view of one board: the same reading of events as the store's projections, over plain values
 * instead of rows (a test holds the two against each other). It decides nothing; it refuses what the tables would refuse.
 */
import assert from 'node:assert/strict';
import type { EventDraft } from '../../protocol/events.ts';
import type { Ledger } from './world.ts';

/** The ledger after one event. @throws AssertionError naming I5 where a hold would be opened twice or settled twice. */
export function applyDraft(ledger: Ledger, draft: EventDraft): Ledger {
  switch (draft.name) {
    case 'bag.issue.requested': {
      assert(ledger.open === null, `I5: job ${draft.data.job} is put on hold while another hold is open`);
      const { job, rolls, expectLastJob, expectCtrOut, nonce } = draft.data;
      const intent = { job, rolls, expectLastJob, expectCtrOut, nonce };
      return { ...ledger, highest: Math.max(ledger.highest, job), open: { intent, fence: null } };
    }
    case 'bag.roll.issued':
      return { ...closeHold(ledger, draft.data.job), posted: ledger.posted + draft.data.rolls.length };
    case 'bag.issue.voided':
      return closeHold(ledger, draft.data.job);
    case 'bag.roll.wasted':
      return { ...ledger, purged: ledger.purged + draft.data.rolls };
    case 'bag.roll.unattributed':
      return { ...ledger, suspense: ledger.suspense + draft.data.rolls };
    case 'device.fenced': {
      const { fence, job } = draft.data;
      const open = ledger.open !== null && job === ledger.open.intent.job ? { ...ledger.open, fence } : ledger.open;
      return { ...ledger, open, highest: Math.max(ledger.highest, fence) };
    }
    case 'device.rebaselined':
      return { ...ledger, baseCtrOut: draft.data.ctrOut, posted: 0, purged: 0, suspense: 0 };
    case 'device.locked':
      return { ...ledger, locked: draft.data.reason };
    case 'device.unlocked':
      return { ...ledger, locked: null };
    default:
      return assert.fail(`${draft.name} is no event of a dispenser`);
  }
}

function closeHold(ledger: Ledger, job: number): Ledger {
  assert(ledger.open?.intent.job === job, `I5: job ${job} is settled, but its hold is not open`);
  return { ...ledger, open: null };
}
