// Without this a swapped board, a blocked throat or a roll nobody asked for could pass for a clean ledger.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { BoardStatus } from '../../../gateway/core/dispensing.ts';
import { type DispenserFacts, decideReconciliation, expectedCtrOut, expectedCtrTest } from '../../../gateway/core/reconciling.ts';
import { type EventDraft, eventSchemas, postingsOf } from '../../../protocol/events.ts';
import { makeStatus } from '../../support/board-status.ts';
import { makeStore } from '../../support/make-store.ts';
import { sampleDrafts } from '../../support/village-drafts.ts';

/** Ledger: 40 at the start, 5 to households, 1 purged, 1 in suspense; 2 service rolls and 3 more since. */
const facts = (more: Partial<DispenserFacts> = {}): DispenserFacts => ({
  nonce: 7,
  baseCtrOut: 40,
  baseCtrTest: 2,
  posted: 5,
  purged: 1,
  suspense: 1,
  service: 3,
  locked: null,
  ...more,
});
const blocked = { throatBlocked: true, doorOpen: false, rollLow: false, tamper: false };
const board = (more: Partial<BoardStatus> = {}) => makeStatus({ ctrOut: 47, ctrTest: 5, ...more });
const decide = (ledger: DispenserFacts | null, status: BoardStatus) => decideReconciliation('dispenser-1', ledger, status);
const names = (drafts: EventDraft[]) => drafts.map(({ name }) => name);
const legs = (to: string, rolls: number) => [
  { account: 'magazine/dispenser-1', unit: 'rolls', amount: -rolls },
  { account: to, unit: 'rolls', amount: rolls },
];

describe('a resting board', () => {
  it('that agrees is left in peace', () => {
    expect([expectedCtrOut(facts()), expectedCtrTest(facts())]).toEqual([47, 5]);
    expect(decide(facts(), board())).toEqual([]);
  });

  it('seen for the first time: its counters become the baseline, and it agrees from then on', () => {
    const [first, ...more] = decide(null, board());
    expect(first?.data).toEqual({ device: 'dispenser-1', reason: 'first_seen', nonce: 7, ctrOut: 47, ctrTest: 5, operator: null });
    expect([first?.name, more]).toEqual(['device.rebaselined', []]);
    const fresh = facts({ baseCtrOut: 47, baseCtrTest: 5, posted: 0, purged: 0, suspense: 0, service: 0 });
    expect(decide(fresh, board())).toEqual([]);
  });

  it('that counted rolls nobody asked for: they wait in suspense, with both counts', () => {
    const [draft] = decide(facts(), board({ ctrOut: 49 }));
    const data = { dispenser: 'dispenser-1', rolls: 2, ctrOut: 49, expectedCtrOut: 47, postings: legs('suspense/dispenser-1', 2) };
    expect(draft).toEqual({ name: 'bag.roll.unattributed', subject: 'dispenser-1', data });
  });

  it('that counted service rolls: waste', () => {
    const data = { dispenser: 'dispenser-1', rolls: 4, reason: 'service', ctrTest: 9, postings: legs('waste/dispenser-1', 4) };
    expect(decide(facts(), board({ ctrTest: 9 }))).toEqual([{ name: 'bag.roll.wasted', subject: 'dispenser-1', data }]);
  });

  it('whose throat was known to be blocked when one more roll passed: pulled out by the keeper, waste with a cause', () => {
    const drafts = decide(facts({ locked: 'throat_blocked' }), board({ ctrOut: 48 }));
    expect(names(drafts)).toEqual(['bag.roll.wasted', 'device.unlocked']);
    expect(drafts[0]?.data).toMatchObject({ reason: 'purged', rolls: 1 });
  });
});

describe('a lock', () => {
  test.each([
    ['another contract', { protocolVersion: 2 }, 'protocol_version'],
    ['another board', { nonce: 8 }, 'board_replaced'],
    ['another board with other counters', { nonce: 8, ctrOut: 0, ctrTest: 0 }, 'board_replaced'],
    ['no job numbers left', { lastJob: 2 ** 52 + 1 }, 'job_number_exhausted'],
    ['fewer rolls out than the ledger gave', { ctrOut: 46 }, 'counter_behind'],
    ['fewer service rolls than were booked, and more rolls out', { ctrOut: 60, ctrTest: 4 }, 'counter_behind'],
    ['a roll in the throat', { flags: blocked }, 'throat_blocked'],
  ] as const)('%s: locked once, and nothing is booked from counters that cannot be compared', (_name, change, reason) => {
    const lock = { name: 'device.locked', subject: 'dispenser-1', data: { device: 'dispenser-1', reason } };
    expect(decide(facts(), board(change))).toEqual([lock]);
    expect(decide(facts({ locked: reason }), board(change))).toEqual([]);
  });

  it('for the throat still books what was counted, and lifts by itself when the throat is clear', () => {
    expect(names(decide(facts(), board({ ctrOut: 48, flags: blocked })))).toEqual(['bag.roll.unattributed', 'device.locked']);
    expect(names(decide(facts({ locked: 'throat_blocked' }), board()))).toEqual(['device.unlocked']);
  });

  test.each(['board_replaced', 'counter_behind', 'fault_persists', 'protocol_version', 'job_number_exhausted'] as const)(
    'for %s stays until a person has looked',
    (locked) => {
      expect(decide(facts({ locked }), board())).toEqual([]);
    },
  );

  it('for the throat does not hide a worse reason', () => {
    const worse = { name: 'device.locked', subject: 'dispenser-1', data: { device: 'dispenser-1', reason: 'board_replaced' } };
    expect(decide(facts({ locked: 'throat_blocked' }), board({ nonce: 8 }))).toEqual([worse]);
  });

  it('the last job number still in use is no lock', () => {
    expect(decide(facts(), board({ lastJob: 2 ** 52 }))).toEqual([]);
  });
});

describe('the ledger after it was told', () => {
  const rise = fc.array(fc.tuple(fc.nat(4), fc.nat(3), fc.boolean()), { maxLength: 12 });

  it('agrees with the metal, whatever was counted, and one look is enough', () => {
    fc.assert(
      fc.property(rise, (looks) => {
        const made = makeStore();
        made.store.append([sampleDrafts['device.rebaselined']]);
        let status = makeStatus({ ctrOut: 40, ctrTest: 2 });
        for (const [out, test, throatBlocked] of looks) {
          status = makeStatus({ ctrOut: status.ctrOut + out, ctrTest: status.ctrTest + test, flags: { ...status.flags, throatBlocked } });
          const drafts = decide(made.store.jobs.board('dispenser-1'), status);
          for (const draft of drafts) {
            expect(eventSchemas[draft.name].safeParse(draft.data).error).toBeUndefined();
            expect(postingsOf(draft).reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
          }
          if (drafts.length > 0) made.store.append(drafts);
          expect(decide(made.store.jobs.board('dispenser-1'), status)).toEqual([]);
          expect(made.store.ledger.dispensers()).toMatchObject([{ ctrOut: status.ctrOut, ctrTest: status.ctrTest }]);
        }
        expect(made.store.ledger.problems()).toEqual([]);
        made.close();
      }),
      { numRuns: 40 },
    );
  });
});
