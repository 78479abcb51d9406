// Without this a household could draw twice, be told the wrong reason, or a settlement could leave a roll on hold for ever.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type DrawFacts, decideDraw, decideSettlement, drawRefusals, type OpenJob } from '../../../gateway/core/bag-issue.ts';
import type { BoardStatus, DispenseOutcome } from '../../../gateway/core/dispensing.ts';
import { type EventDraft, eventSchemas, postingsOf } from '../../../protocol/events.ts';
import { makeStatus } from '../../support/board-status.ts';

const household = 'h-0123456789abcdef0123';
const flags = { throatBlocked: false, doorOpen: false, rollLow: false, tamper: false };
const board = { nonce: 7, baseCtrOut: 40, baseCtrTest: 0, posted: 2, purged: 0, suspense: 0, service: 0, locked: null };
const facts = (more: Partial<DrawFacts> = {}): DrawFacts => ({
  household,
  quota: { ok: true, period: '2026-11' },
  inMagazine: 20,
  dispenser: 'dispenser-1',
  board,
  status: makeStatus({ lastJob: 50, ctrOut: 42 }),
  operator: null,
  ...more,
});
const status = (more: Partial<BoardStatus>) => makeStatus({ lastJob: 50, ctrOut: 42, ...more });

describe('a draw', () => {
  it('is worded as the intent the board will be held to, with the roll on hold', () => {
    const decided = decideDraw(facts({ operator: 'clerk' }), 51);
    const intent = { job: 51, rolls: 1, expectLastJob: 50, expectCtrOut: 42, nonce: 7 };
    const postings = [
      { account: 'magazine/dispenser-1', unit: 'rolls', amount: -1 },
      { account: 'hold/51', unit: 'rolls', amount: 1 },
    ];
    const data = { ...intent, dispenser: 'dispenser-1', household, period: '2026-11', operator: 'clerk', postings };
    expect(decided).toEqual({ ok: true, intent, draft: { name: 'bag.issue.requested', subject: household, data } });
    expect(eventSchemas['bag.issue.requested'].safeParse(data).error).toBeUndefined();
  });

  const refusals = {
    quota_used: { quota: { ok: false, code: 'quota_used' } },
    dispenser_locked: { board: { ...board, locked: 'throat_blocked' } },
    dispenser_busy: { status: { state: 'moving' } },
    door_open: { status: { flags: { ...flags, doorOpen: true } } },
    dispenser_fault: { status: { state: 'fault' } },
    magazine_empty: { inMagazine: 0 },
  } as const;
  const decideWith = (codes: readonly (keyof typeof refusals)[]) => {
    const changes = codes.map((code): Omit<Partial<DrawFacts>, 'status'> & { status?: Partial<BoardStatus> } => refusals[code]);
    // Earlier codes win where two speak of the same register, as on a real board.
    const merged = Object.assign({}, ...changes.toReversed(), { status: status(Object.assign({}, ...changes.toReversed().map((change) => change.status))) });
    const decided = decideDraw(facts(merged), 51);
    return decided.ok ? undefined : decided.refusal.code;
  };

  test.each(Object.keys(refusals) as (keyof typeof refusals)[])('is refused alone for %s', (code) => {
    expect(decideWith([code])).toBe(code);
  });
  it('is refused while the board is armed, too', () => {
    expect(decideDraw(facts({ status: status({ state: 'armed' }) }), 51)).toEqual({ ok: false, refusal: { code: 'dispenser_busy' } });
  });
  it('is decided the same whatever else is wrong: the first refusal of the list wins', () => {
    const listed = drawRefusals.filter((code): code is keyof typeof refusals => code in refusals);
    fc.assert(
      fc.property(fc.subarray(listed, { minLength: 1 }), (wrong) => {
        expect(decideWith(wrong)).toBe(wrong[0]);
      }),
    );
  });

  it('is never decided on a board that was not reconciled, or with a number the board has seen', () => {
    expect(() => decideDraw(facts({ status: status({ ctrOut: 43 }) }), 51)).toThrow('reconciled board');
    expect(() => decideDraw(facts({ status: status({ nonce: 8 }) }), 51)).toThrow('reconciled board');
    expect(() => decideDraw(facts(), 50)).toThrow('above everything the board has seen');
  });
});

const job = (rolls: number): OpenJob => ({
  job: 51,
  rolls,
  expectLastJob: 50,
  expectCtrOut: 42,
  nonce: 7,
  dispenser: 'dispenser-1',
  household,
  period: '2026-11',
});
const rolls = ['K1WXJ010000001', 'K1WXJ010000002', 'K1WXJ010000003'];
const [first, second, third] = rolls;
const results = ['ok', 'jam', 'indeterminate', 'fenced'] as const;

describe('a settlement', () => {
  const outcomes = [1, 2, 3].flatMap((asked) =>
    results.flatMap((result) => Array.from({ length: asked + 1 }, (_unused, done): [number, DispenseOutcome] => [asked, { done, result }])),
  );
  test.each(outcomes)('of %i rolls ending %o empties the hold and gives every roll one place', (asked, outcome) => {
    const draft = decideSettlement(job(asked), outcome, { magazine: rolls, scanned: [] });
    expect(eventSchemas[draft.name].safeParse(draft.data).error).toBeUndefined();
    const moved = Object.fromEntries(postingsOf(draft).map(({ account, amount }) => [account, amount]));
    expect(Object.values(moved).reduce((sum, amount) => sum + amount, 0)).toBe(0);
    expect(moved['hold/51']).toBe(-asked);
    expect(moved[`household/${household}`] ?? 0).toBe(outcome.done);
    expect(moved['magazine/dispenser-1'] ?? 0).toBe(asked - outcome.done);
    expect(draft.name).toBe(outcome.done > 0 ? 'bag.roll.issued' : 'bag.issue.voided');
  });

  test.each([
    ['ok', 'none'],
    ['jam', 'jam'],
    ['indeterminate', 'indeterminate'],
    ['fenced', 'fenced'],
  ] as const)('with nothing out after %s is voided for %s', (result, reason) => {
    expect(decideSettlement(job(1), { done: 0, result }, { magazine: rolls, scanned: rolls }).data).toMatchObject({ reason, rolls: 1 });
  });

  it('of part of a job tells both halves', () => {
    const draft = decideSettlement(job(3), { done: 1, result: 'jam' }, { magazine: rolls, scanned: [String(first)] });
    expect(draft.data).toMatchObject({ voided: 2, result: 'jam', rollUnconfirmed: false, rolls: [{ roll: first, confirmed: true }] });
  });

  it('of more than was asked for is our own mistake', () => {
    expect(() => decideSettlement(job(1), { done: 2, result: 'ok' }, { magazine: rolls, scanned: [] })).toThrow('never delivers more');
    expect(() => decideSettlement(job(1), { done: -1, result: 'ok' }, { magazine: rolls, scanned: [] })).toThrow('never delivers more');
  });
});

describe('which roll it was', () => {
  const named = (done: number, magazine: (string | undefined)[], scanned: (string | undefined)[]) => {
    const evidence = { magazine: magazine.map(String), scanned: scanned.map(String) };
    const { data } = decideSettlement(job(done), { done, result: 'ok' }, evidence) as EventDraft<'bag.roll.issued'>;
    return { rolls: data.rolls.map(({ roll, confirmed }) => [roll, confirmed]), unconfirmed: data.rollUnconfirmed };
  };
  it('read in order: confirmed', () => {
    expect(named(1, rolls, [first])).toEqual({ rolls: [[first, true]], unconfirmed: false });
    const both = [
      [first, true],
      [second, true],
    ];
    expect(named(2, rolls, [first, second])).toEqual({ rolls: both, unconfirmed: false });
  });
  it('unread: the next one, unconfirmed', () => {
    expect(named(1, rolls, [])).toEqual({ rolls: [[first, false]], unconfirmed: true });
  });
  it('read out of order: the one that was read, unconfirmed, and nobody gets it twice', () => {
    expect(named(1, rolls, [third])).toEqual({ rolls: [[third, false]], unconfirmed: true });
    const swapped = [
      [second, false],
      [first, true],
    ];
    expect(named(2, rolls, [second, first])).toEqual({ rolls: swapped, unconfirmed: true });
    const twice = [
      [first, true],
      [second, false],
    ];
    expect(named(2, rolls, [first, first])).toEqual({ rolls: twice, unconfirmed: true });
  });
  it('a label that was never loaded: the next one, unconfirmed', () => {
    expect(named(1, rolls, ['K1WXJ019999999'])).toEqual({ rolls: [[first, false]], unconfirmed: true });
  });
  it('a magazine whose list has run out: nobody knows', () => {
    expect(named(1, [], [])).toEqual({ rolls: [[null, false]], unconfirmed: true });
    expect(named(1, [], [first])).toEqual({ rolls: [[null, false]], unconfirmed: true });
  });
});
