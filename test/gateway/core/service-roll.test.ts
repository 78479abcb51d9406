// Without this a roll a villager draws could pass for the one of the service key, or a motor that runs for nothing for a press that never came.
import { expect, it, test } from 'vitest';
import { judgeServiceRoll, judgeUnfinishedServiceRoll, refuseServiceRoll } from '../../../gateway/core/service-roll.ts';
import { makeStatus } from '../../support/board-status.ts';

const before = makeStatus({ ctrTest: 3, ctrStart: 10, lastJob: 7 });
const seen = (more: Parameters<typeof makeStatus>[0]) => makeStatus({ ctrTest: 3, ctrStart: 10, lastJob: 7, ...more });

test.each<[string, Parameters<typeof refuseServiceRoll>[0], string | null]>([
  ['a board in order', { status: before, locked: false, rollsInMagazine: 1 }, null],
  ['no board', { status: null, locked: false, rollsInMagazine: 1 }, 'dispenser_unreachable'],
  ['a lock', { status: before, locked: true, rollsInMagazine: 1 }, 'dispenser_locked'],
  ['a fault', { status: seen({ state: 'fault' }), locked: false, rollsInMagazine: 1 }, 'dispenser_fault'],
  ['no roll', { status: before, locked: false, rollsInMagazine: 0 }, 'magazine_empty'],
])('nobody is asked to press the key for nothing: %s', (_what, sight, refusal) => expect(refuseServiceRoll(sight)).toBe(refusal));

test.each<[string, ReturnType<typeof judgeServiceRoll>, object]>([
  ['nothing pressed', judgeServiceRoll(before, before, false), { kind: 'wait' }],
  ['no answer at the moment', judgeServiceRoll(before, null, false), { kind: 'wait' }],
  ['the motor runs', judgeServiceRoll(before, seen({ state: 'moving', ctrStart: 11 }), false), { kind: 'wait' }],
  ['counted, and the ledger still to come', judgeServiceRoll(before, seen({ ctrStart: 11, ctrTest: 4 }), false), { kind: 'wait' }],
  ['counted and booked', judgeServiceRoll(before, seen({ ctrStart: 11, ctrTest: 4 }), true), { kind: 'over', refusal: null }],
  ['two rolls', judgeServiceRoll(before, seen({ ctrStart: 11, ctrTest: 5 }), true), { kind: 'over', refusal: 'too_many_rolls' }],
  ['the motor ran for nothing', judgeServiceRoll(before, seen({ ctrStart: 11 }), false), { kind: 'over', refusal: 'no_roll' }],
  ['a jam', judgeServiceRoll(before, seen({ state: 'fault', ctrStart: 11 }), false), { kind: 'over', refusal: 'dispenser_fault' }],
  ['another board', judgeServiceRoll(before, seen({ nonce: 8, ctrTest: 4 }), true), { kind: 'over', refusal: 'board_replaced' }],
])('%s', (_what, verdict, wanted) => expect(verdict).toMatchObject(wanted));

it('a motor start of a job that ran meanwhile is not that of the key', () => {
  const drawn = judgeServiceRoll(before, seen({ lastJob: 8, ctrStart: 11, ctrOut: 1, state: 'done' }), false);
  expect(drawn).toMatchObject({ kind: 'wait', before: { lastJob: 8, ctrStart: 11, ctrTest: 3 } });
  const baseline = drawn.kind === 'wait' ? drawn.before : before;
  expect(judgeServiceRoll(baseline, seen({ lastJob: 8, ctrStart: 12, ctrTest: 4, state: 'done' }), true)).toEqual({ kind: 'over', refusal: null });
});

test.each<[string, Parameters<typeof makeStatus>[0] | null, string]>([
  ['nobody pressed', {}, 'service_key_unpressed'],
  ['a count the ledger never took', { ctrTest: 4 }, 'not_booked'],
  ['a board that went silent', null, 'dispenser_unreachable'],
])('the end of the wait: %s', (_what, more, reason) => expect(judgeUnfinishedServiceRoll(before, more === null ? null : seen(more))).toBe(reason));
