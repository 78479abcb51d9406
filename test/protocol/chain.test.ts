// Lost without this file: the table that tells a resend from a cloned key, row by row.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchorChain, type ChainLink, type ChainState, chainStart, stepChain } from '../../protocol/chain.ts';
import { firstPrev } from '../../protocol/signed-event.ts';

const source = 'urn:sifen:gw:gw-1';
const link = (sequence: number, leaf: string, prev: string, more: Partial<ChainLink> = {}): ChainLink => ({
  source,
  epoch: 1,
  sequence,
  prev,
  leaf,
  type: 'device.health.v1',
  ...more,
});
const history = (count: number): readonly ChainLink[] =>
  Array.from({ length: count }, (_, index) => link(index + 1, `leaf${index + 1}`, index === 0 ? firstPrev : `leaf${index}`));
const follow = (links: readonly ChainLink[], from: ChainState = chainStart): ChainState => links.reduce((state, one) => stepChain(state, one).state, from);
const opening = (epoch: number, sequence: number, prev: string): ChainLink =>
  link(sequence, `opened${epoch}-${sequence}`, prev, { epoch, type: 'epoch.opened.v1' });

describe('from the first event on', () => {
  it('every link of a whole history is normal', () => {
    let state = chainStart;
    for (const one of history(2000)) {
      const step = stepChain(state, one);
      expect(step.verdict).toBe('normal');
      state = step.state;
    }
    expect(state.recent.length).toBe(1024);
  });
  it('a history that begins elsewhere is told', () => {
    expect(stepChain(chainStart, link(2, 'x', 'y'))).toMatchObject({ verdict: 'gap', missing: { from: 1, to: 1 } });
    expect(stepChain(chainStart, link(1, 'x', 'y')).verdict).toBe('fork');
    expect(stepChain(chainStart, link(1, 'x', firstPrev, { epoch: 2 })).verdict).toBe('hidden_rollback');
  });
});

describe('after ten events', () => {
  const state = follow(history(10));
  const unchanged = (one: ChainLink) => {
    const { state: after, ...verdict } = stepChain(state, one);
    expect(after).toBe(state);
    return verdict;
  };
  it('a repeated event is a duplicate', () => {
    for (const one of history(10)) expect(unchanged(one)).toEqual({ verdict: 'duplicate' });
  });
  it('another event in the place of one we have is a fork', () => {
    expect(unchanged(link(4, 'other', 'leaf3'))).toEqual({ verdict: 'fork' });
    expect(unchanged(link(10, 'other', 'leaf9'))).toEqual({ verdict: 'fork' });
  });
  it('a next event that names another predecessor is a fork', () => {
    expect(unchanged(link(11, 'leaf11', 'other'))).toEqual({ verdict: 'fork' });
  });
  it('a later event is a gap and names what is missing', () => {
    expect(unchanged(link(14, 'leaf14', 'leaf13'))).toEqual({ verdict: 'gap', missing: { from: 11, to: 13 } });
  });
  it('a new epoch that nobody opened is a hidden rollback', () => {
    expect(unchanged(link(11, 'x', 'leaf10', { epoch: 2 }))).toEqual({ verdict: 'hidden_rollback' });
    expect(unchanged(opening(2, 11, 'unknown'))).toEqual({ verdict: 'hidden_rollback' });
    expect(unchanged(opening(3, 11, 'leaf10'))).toEqual({ verdict: 'hidden_rollback' });
    expect(unchanged(opening(2, 12, 'leaf10'))).toEqual({ verdict: 'hidden_rollback' });
  });
  it('a declared new epoch goes on from the last event', () => {
    const step = stepChain(state, opening(2, 11, 'leaf10'));
    expect(step.verdict).toBe('epoch_opened');
    expect(stepChain(step.state, link(12, 'x', 'opened2-11', { epoch: 2 })).verdict).toBe('normal');
    // The old epoch is closed: a copy of it is harmless, more of it is a second gateway under one key.
    expect(stepChain(step.state, link(9, 'leaf9', 'leaf8')).verdict).toBe('duplicate');
    expect(stepChain(step.state, link(11, 'leaf11', 'leaf10')).verdict).toBe('fork');
  });
  it('a restore that says so names the event it went back to', () => {
    const step = stepChain(state, opening(2, 8, 'leaf7'));
    expect(step).toMatchObject({ verdict: 'declared_rollback', backTo: 7 });
    expect(stepChain(step.state, link(9, 'x', 'opened2-8', { epoch: 2 })).verdict).toBe('normal');
  });
  it('another gateway is the caller’s mistake', () => {
    expect(() => stepChain(state, link(11, 'x', 'leaf10', { source: 'urn:sifen:gw:gw-2' }))).toThrow('gw-2');
  });
});

it('joining a running stream, what came before is not judged', () => {
  const state = anchorChain(link(50, 'leaf50', 'leaf49'));
  expect(stepChain(state, link(49, 'leaf49', 'leaf48')).verdict).toBe('too_old');
  expect(stepChain(state, link(50, 'leaf50', 'leaf49')).verdict).toBe('duplicate');
  expect(stepChain(state, link(51, 'leaf51', 'leaf50')).verdict).toBe('normal');
});

it('any resending in order, from wherever, reads as duplicates and then goes on', () => {
  const all = history(60);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(59), fc.nat(59)), { maxLength: 12 }), (runs) => {
      let state = chainStart;
      let head = 0;
      for (const [start, length] of runs) {
        const from = Math.min(start, head);
        for (const one of all.slice(from, from + length)) {
          const step = stepChain(state, one);
          expect(step.verdict).toBe(one.sequence <= head ? 'duplicate' : 'normal');
          head = Math.max(head, one.sequence);
          state = step.state;
        }
      }
    }),
  );
});
