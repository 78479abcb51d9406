// Lost without it: the proof that each invariant of the simulation can fail; a watch that sees nothing lets every seed pass.
import { beforeEach, expect, test } from 'vitest';
import { dispenserBd1, sealCommand } from '../../protocol/devices/dispenser-bd1.ts';
import type { EventDraft, EventPayload } from '../../protocol/events.ts';
import { encodeWrites } from '../../protocol/register-codec.ts';
import { crc16 } from '../../protocol/rtu-frame.ts';
import { Watch } from '../../scripts/simulation/watch.ts';

const device = 'dispenser-1';
const household = 'h-00000000000000000001';
const job = 2 ** 32 + 1;
let nowMs = 0;
let watch: Watch;

beforeEach(() => {
  nowMs = 1000;
  watch = new Watch({ rollsPerPeriod: 2, nowMs: () => nowMs, hasNonce: (_device, nonce) => nonce === 8, personalMarks: ['SECRET'] });
});

/** A DISPENSE as RTU bytes to unit 1. */
function dispenseFrame(jobId: number): Buffer {
  const command = { jobId, opcode: 'dispense', quantity: 1, expectLastJob: 0, expectCtrOut: 0 } as const;
  const [request] = encodeWrites(dispenserBd1, sealCommand(command, { key: null, nonce: 7 }));
  if (request?.kind !== 'writeRegisters') throw new Error('a command is one write of registers');
  const { address, words } = request;
  const body = Buffer.from([1, 16, address >> 8, address & 0xff, 0, words.length, words.length * 2, ...words.flatMap((word) => [word >> 8, word & 0xff])]);
  const crc = crc16(body);
  return Buffer.concat([body, Buffer.of(crc & 0xff, crc >> 8)]);
}

const leg = (account: string, amount: number) => ({ account, unit: 'rolls' as const, amount });

function requested(changes: Partial<EventPayload<'bag.issue.requested'>> = {}): EventDraft {
  const postings = [leg('magazine/dispenser-1', -1), leg('hold/1', 1)];
  const data = { job, dispenser: device, household, rolls: 1, period: '2026-03', expectLastJob: 0, expectCtrOut: 0, nonce: 7, operator: null, postings };
  return { name: 'bag.issue.requested', subject: household, data: { ...data, ...changes } };
}

function voided(): EventDraft {
  const data = { job, dispenser: device, household, period: '2026-03', rolls: 1, reason: 'fenced' as const, postings: [] };
  return { name: 'bag.issue.voided', subject: household, data };
}

/** The ordinary beginning of a job by process 1. */
function begin(): void {
  watch.onEvent(requested(), 1);
  watch.onSent(device, dispenseFrame(job), 1);
  watch.onMotorStart(device, job);
}

const ruleOf = () => watch.breach?.rule ?? null;

test('an ordinary job breaks nothing', () => {
  begin();
  watch.onRollOut(device, job);
  expect(watch.openJob(device)).toBe(job);
  const rolls = [{ roll: null, confirmed: false }];
  watch.onEvent(
    {
      name: 'bag.roll.issued',
      subject: household,
      data: { job, dispenser: device, household, period: '2026-03', rolls, voided: 0, result: 'ok', rollUnconfirmed: true, postings: [] },
    },
    1,
  );
  watch.atEnd();
  expect(watch.breach).toBeNull();
  expect(watch.openJob(device)).toBeUndefined();
});

const intend = (changes: Partial<EventPayload<'bag.issue.requested'>> = {}) => watch.onEvent(requested(changes), 1);
const send = (life = 1) => watch.onSent(device, dispenseFrame(job), life);
const start = () => watch.onMotorStart(device, job);
const giveRoll = () => watch.onRollOut(device, job);
const giveUp = () => watch.onEvent(voided(), 1);
const end = () => watch.atEnd();
const waitLong = () => {
  nowMs += 11_000;
};
const lock = () => watch.onEvent({ name: 'device.locked', subject: device, data: { device, reason: 'counter_behind' } }, 1);
const load = (grams: number) => () => watch.onTray('scale-1', grams);
const weigh =
  (netGrams: number, alibi = 1) =>
  () => {
    const grams = {
      grossGrams: netGrams,
      tareGrams: 0,
      netGrams,
      intervalGrams: 10,
      maxGrams: 30_000,
      minimumGrams: 50,
      zeroAgeMs: 1,
      stableSource: 'device' as const,
    };
    const record = {
      weighing: `scale-1-${alibi}`,
      scale: 'scale-1',
      alibi,
      household,
      model: 'W-CN',
      profile: '0123456789abcdef',
      certificate: null,
      material: 'paper',
      rawHex: ['00', '00'],
      core: '1',
      method: 'tray' as const,
    };
    watch.onEvent({ name: 'weigh.committed', subject: 'scale-1', data: { ...record, ...grams, postings: [] } }, 1);
  };
const unattributed = { dispenser: device, rolls: 1, ctrOut: 1, expectedCtrOut: 0, postings: [] };
const suspend = () => watch.onEvent({ name: 'bag.roll.unattributed', subject: device, data: unattributed }, 1);

test.each<[rule: string, what: string, acts: (() => void)[]]>([
  ['intent first', 'a command without an intent', [() => send()]],
  ['intent first', 'a motor start without an intent', [start]],
  ['I1', 'a second motor start', [begin, start]],
  ['I2', 'a second roll', [begin, giveRoll, giveRoll]],
  ['I4', 'a command sent by the next process', [begin, () => send(2)]],
  ['I4', 'a command sent a third time', [begin, () => send(), () => send()]],
  ['I4', 'a command sent after the job was voided', [() => intend(), giveUp, () => send()]],
  ['I4', 'a motor start long after the command', [() => intend(), () => send(), waitLong, start]],
  ['I4', 'a motor start after the job was voided', [() => intend(), () => send(), giveUp, start]],
  ['I5', 'a hold resolved twice', [() => intend(), giveUp, giveUp]],
  ['I5', 'a second job beside an open one', [() => intend(), () => intend({ job: job + 1 })]],
  ['I5', 'a job nobody settled', [() => intend(), end]],
  ['I6', 'a roll that was voided', [begin, giveRoll, giveUp, end]],
  ['I7', 'a roll in suspense without a cause', [suspend]],
  ['weighing', 'a weight of nothing', [weigh(900)]],
  ['weighing', 'a weight of what was taken off long ago', [load(900), load(0), waitLong, weigh(900)]],
  ['weighing', 'another weight than what lies there', [load(900), weigh(930)]],
  ['weighing', 'one load weighed twice', [load(900), weigh(900), weigh(900, 2)]],
  ['weighing', 'a number left out', [load(900), weigh(900, 2)]],
  ['quota', 'more rolls than the rule allows', [() => intend({ rolls: 3 })]],
  ['zero sum', 'postings that do not add up', [() => intend({ postings: [leg('hold/1', 1)] })]],
  ['privacy', 'a name in an event', [() => intend({ household: 'SECRET' })]],
  ['needless lock', 'a lock without a cause', [lock]],
])('%s is broken by %s', (rule, _what, acts) => {
  for (const act of acts) act();
  expect(ruleOf()).toBe(rule);
});

test('loads weighed once each, in order, break nothing', () => {
  for (const act of [load(900), weigh(910), load(0), load(2500), load(0), weigh(2490, 2)]) act();
  expect(watch.breach).toBeNull();
});

test('nothing is excused any more once a person has had the counters of the new board taken, unless its memory is lost again', () => {
  const rebaselined = (nonce: number) => {
    const data = { device, reason: 'board_replaced' as const, nonce, ctrOut: 0, ctrTest: 0, operator: 'technician' };
    watch.onEvent({ name: 'device.rebaselined', subject: device, data }, 1);
  };
  watch.onMemoryLost(device);
  // Looked at before, when the board had another memory still.
  rebaselined(7);
  lock();
  suspend();
  expect([watch.isSwapped(device), watch.breach]).toEqual([true, null]);
  rebaselined(8);
  expect([watch.isSwapped(device), watch.breach]).toEqual([false, null]);
  suspend();
  expect(ruleOf()).toBe('I7');
});

test('a board that lost its memory explains a lock and the job that was open then, and no other', () => {
  begin();
  watch.onRollOut(device, job);
  watch.onMemoryLost(device);
  watch.onEvent({ name: 'device.locked', subject: device, data: { device, reason: 'board_replaced' } }, 1);
  watch.onEvent(voided(), 1);
  watch.atEnd();
  expect(watch.breach).toBeNull();
  watch.onEvent(requested({ job: job + 1 }), 1);
  watch.onRollOut(device, job + 1);
  watch.onEvent({ ...voided(), data: { ...voided().data, job: job + 1 } } as EventDraft, 1);
  watch.atEnd();
  expect(ruleOf()).toBe('I6');
});
