// Without this a start could serve before the past is fenced off, follow one job twice, or go on with a board a person should look at.
import { describe, expect, it, test } from 'vitest';
import type { OpenJob } from '../../../gateway/core/bag-issue.ts';
import { decideRebaseline, decideTurn, type TurnFacts, type TurnMemory, type TurnMove } from '../../../gateway/core/dispenser-turn.ts';
import type { BoardStatus } from '../../../gateway/core/dispensing.ts';
import type { DispenserFacts } from '../../../gateway/core/reconciling.ts';
import { makeStatus } from '../../support/board-status.ts';
import { householdOf } from '../../support/village-drafts.ts';

const device = 'dispenser-1';
const board: DispenserFacts = { nonce: 7, baseCtrOut: 0, baseCtrTest: 0, posted: 0, purged: 0, suspense: 0, service: 0, locked: null };
const open: OpenJob = {
  ...{ job: 12, rolls: 1, expectLastJob: 10, expectCtrOut: 0, nonce: 7 },
  ...{ dispenser: device, household: householdOf(1), period: '2026-11' },
};
const started: TurnMemory = { fenced: false, gaveUp: false, faultFences: 0, faultFencesMax: 3, looked: false, made: new Set() };
const serving = { ...started, fenced: true };

interface Changes extends Partial<Omit<TurnFacts, 'status' | 'memory'>> {
  readonly status?: Partial<BoardStatus>;
  readonly memory?: Partial<TurnMemory>;
}
const facts = ({ status, memory, ...more }: Changes): TurnFacts => ({
  ...{ device, board, open: null, highestJob: 12 },
  ...more,
  status: makeStatus({ lastJob: 10, ...status }),
  memory: { ...serving, ...memory },
});
const moveOf = (changes: Changes) => decideTurn(facts(changes));
const made = (...kinds: ('follow' | 'rebaseline' | 'fencePast' | 'fenceFault')[]) => ({ made: new Set(kinds) });
const lockOf = (move: TurnMove) => (move.kind === 'record' ? move.drafts.map(({ data }) => ('reason' in data ? data.reason : null)) : move.kind);

describe('a turn after a start', () => {
  it('follows an open job before anything else, once', () => {
    expect(moveOf({ open, memory: started })).toEqual({ kind: 'follow', job: open });
    expect(moveOf({ open, memory: { ...started, looked: true } }).kind).toBe('follow');
    expect(moveOf({ open, memory: { ...started, ...made('follow') } }).kind).toBe('hold');
  });

  it('does not follow a job on another board, locks that, and holds', () => {
    const swapped = { open, status: { nonce: 8 } };
    expect(lockOf(moveOf(swapped))).toEqual(['board_replaced']);
    expect(moveOf({ ...swapped, board: { ...board, locked: 'board_replaced' } }).kind).toBe('hold');
  });

  it('fences the past before it books or serves, and holds when that was given up', () => {
    expect(moveOf({ memory: started, status: { ctrOut: 1 } }).kind).toBe('fencePast');
    expect(moveOf({ memory: started, board: null }).kind).toBe('fencePast');
    expect(moveOf({ memory: { ...started, gaveUp: true } }).kind).toBe('hold');
  });

  it('locks a board that shows a number this ledger never gave, before it writes to it', () => {
    const foreign = { memory: started, status: { lastJob: 13 } };
    expect(lockOf(moveOf(foreign))).toEqual(['foreign_job']);
    expect(moveOf({ ...foreign, board: { ...board, locked: 'foreign_job' } }).kind).toBe('hold');
    expect(moveOf({ ...foreign, board: null }).kind).toBe('fencePast');
    expect(moveOf({ ...foreign, memory: { ...started, ...made('rebaseline') } }).kind).toBe('fencePast');
  });

  it('fences once more and unlocks when a new epoch explains the number, unless the board takes no commands', () => {
    const explained = { board: { ...board, locked: 'foreign_job' as const }, status: { lastJob: 13 }, highestJob: 2 ** 33 };
    expect(moveOf(explained).kind).toBe('fencePast');
    expect(moveOf({ ...explained, memory: made('fencePast') })).toMatchObject({ kind: 'record', drafts: [{ name: 'device.unlocked' }] });
    expect(moveOf({ ...explained, memory: { ...started, gaveUp: true } }).kind).toBe('hold');
  });

  it('lifts the lock of a board that takes commands again', () => {
    const locked = { ...board, locked: 'commands_refused' as const };
    expect(moveOf({ board: locked })).toEqual({ kind: 'record', drafts: [{ name: 'device.unlocked', subject: device, data: { device, operator: null } }] });
    expect(moveOf({ board: locked, memory: { gaveUp: true } }).kind).toBe('serve');
  });
});

describe('a turn with a fenced board', () => {
  it('records what the counters say, and serves when they agree', () => {
    const move = moveOf({ status: { ctrOut: 2 } });
    expect(move).toMatchObject({ kind: 'record', drafts: [{ name: 'bag.roll.unattributed', data: { rolls: 2 } }] });
    expect(moveOf({ status: { ctrOut: 2 }, board: { ...board, suspense: 2 } }).kind).toBe('serve');
  });

  test.each(['armed', 'moving'] as const)('books nothing from a board that is %s', (state) => {
    expect(moveOf({ status: { state, ctrOut: 2 } }).kind).toBe('serve');
    expect(moveOf({ status: { state, ctrOut: 2 }, memory: { looked: true } }).kind).toBe('serve');
  });

  it('lifts a FAULT by a fence, once a turn and only so often, with throat and door clear and no lock', () => {
    const fault = { state: 'fault' } as const;
    const flags = makeStatus().flags;
    expect(moveOf({ status: fault }).kind).toBe('fenceFault');
    expect(moveOf({ status: fault, memory: made('fenceFault') }).kind).toBe('serve');
    expect(moveOf({ status: { ...fault, flags: { ...flags, doorOpen: true } } }).kind).toBe('serve');
    expect(moveOf({ status: fault, board: { ...board, locked: 'fault_persists' } }).kind).toBe('serve');
    expect(lockOf(moveOf({ status: fault, memory: { faultFences: 3 } }))).toEqual(['fault_persists']);
    // Switched off and on, or at the end of a job that outlasted everybody's patience.
    const lifted = moveOf({ board: { ...board, locked: 'fault_persists' } });
    expect(lifted.kind === 'record' && lifted.drafts).toMatchObject([{ name: 'device.unlocked', data: { operator: null } }]);
    expect(lockOf(moveOf({ status: { ...fault, flags: { ...flags, throatBlocked: true } } }))).toEqual(['throat_blocked']);
  });
});

describe('a person at the board', () => {
  it('first has the books made equal, then counts from what the board shows', () => {
    expect(moveOf({ status: { ctrOut: 1 }, memory: { looked: true } }).kind).toBe('record');
    expect(moveOf({ memory: { looked: true } }).kind).toBe('rebaseline');
  });

  it('closes the open job as undecided and lifts the lock', () => {
    const { status } = facts({ status: { ctrOut: 5 } });
    expect(decideRebaseline({ device, status, board: { ...board, locked: 'counter_behind' }, open }, 'op-1')).toMatchObject([
      { name: 'bag.issue.voided', data: { job: 12, reason: 'indeterminate', rolls: 1 } },
      { name: 'device.rebaselined', data: { reason: 'counters_reset', ctrOut: 5, operator: 'op-1' } },
      { name: 'device.unlocked', data: { operator: 'op-1' } },
    ]);
    expect(decideRebaseline({ device, status: { ...status, nonce: 9 }, board, open: null }, 'op-1')).toMatchObject([
      { name: 'device.rebaselined', data: { reason: 'board_replaced', nonce: 9 } },
    ]);
  });
});
