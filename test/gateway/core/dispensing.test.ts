// Without this a lost answer could become a second roll, or a delivered roll nobody's: the gateway's half of at-most-once motion.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type BoardStatus,
  type DispenseInput,
  type DispenseIntent,
  type DispenseOutcome,
  type DispenseStep,
  dispenseCommand,
  nextJobNumber,
  resumeDispense,
  startDispense,
  startFence,
  stepDispense,
  stepFence,
} from '../../../gateway/core/dispensing.ts';
import { makeStatus } from '../../support/board-status.ts';

type BoardCommand = ReturnType<typeof dispenseCommand>;
const acceptMs = 3000;
const intent: DispenseIntent = { job: 51, rolls: 1, expectLastJob: 50, expectCtrOut: 40, nonce: 7 };
const dispense = { opcode: 'dispense', jobId: 51, quantity: 1, expectLastJob: 50, expectCtrOut: 40 };
const fence = (jobId: number) => ({ opcode: 'fence', jobId, quantity: 0, expectLastJob: 50, expectCtrOut: 40 });

const idle = { lastJob: 50, ctrOut: 40, ctrStart: 40 };
const status = (atMs: number, more: Partial<BoardStatus> = {}): DispenseInput => ({ kind: 'status', atMs, status: makeStatus({ ...idle, ...more }) });
const written = (atMs: number): DispenseInput => ({ kind: 'written', atMs });
const refused = (atMs: number): DispenseInput => ({ kind: 'refused', atMs });
const unreadable: DispenseInput = { kind: 'unreadable' };
const taken = (number: number): DispenseInput => ({ kind: 'fenceTaken', fence: number });
const settled = (done: number, result: DispenseOutcome['result']) => ({ kind: 'settle', outcome: { done, result } });
const write = (command: object) => ({ kind: 'write', command });
const read = { kind: 'read' };
const takeFence = { kind: 'takeFence' };

/** Effects of a first step and of each input after it. */
function effects(first: DispenseStep, inputs: readonly DispenseInput[]): DispenseStep['effect'][] {
  const seen = [first.effect];
  let { state } = first;
  for (const input of inputs) {
    const next = stepDispense(state, input, acceptMs);
    seen.push(next.effect);
    state = next.state;
  }
  return seen;
}
const started = () => startDispense(intent, 0, acceptMs);
const finals = [
  ['ok', 1],
  ['jam', 0],
  ['indeterminate', 1],
] as const;

describe('a job that was just committed', () => {
  test.each(finals)('is written once, followed while it moves, and settled %s as the board counted: %i', (result, doneRolls) => {
    const moving = status(200, { state: 'moving', lastJob: 51, result: 'armed' });
    const inputs = [written(10), status(100), moving, unreadable, moving, status(900, { state: 'done', lastJob: 51, result, doneRolls })];
    expect(effects(started(), inputs)).toEqual([write(dispense), read, read, read, read, read, settled(doneRolls, result)]);
  });

  it('is sent once more, byte for byte, when nothing shows in time, and then never again', () => {
    const inputs = [written(10), status(3009), status(3010), written(3020), status(6019), status(6020)];
    expect(effects(started(), inputs)).toEqual([write(dispense), read, read, write(dispense), read, read, takeFence]);
  });

  it('waits from the moment the write was done, not from when it was asked for', () => {
    expect(effects(started(), [written(2900), status(5899)]).at(-1)).toEqual(read);
    expect(effects(started(), [written(2900), status(5900)]).at(-1)).toEqual(write(dispense));
  });

  it('is fenced off at once when the board refused it, and not sent again', () => {
    const inputs = [refused(10), status(20), taken(52), status(30), written(40), status(50, { lastJob: 52, result: 'fenced' })];
    expect(effects(started(), inputs)).toEqual([write(dispense), read, takeFence, read, write(fence(52)), read, settled(0, 'fenced')]);
  });

  it('is settled as done when the refusal was of the second copy and the first had run', () => {
    const inputs = [written(10), status(3010), refused(3020), status(3030, { state: 'done', lastJob: 51, result: 'ok', doneRolls: 1, ctrOut: 41 })];
    expect(effects(started(), inputs).at(-1)).toEqual(settled(1, 'ok'));
  });

  it('cannot be proved from silence: an unreadable board is read again for as long as it takes', () => {
    expect(
      effects(
        started(),
        Array.from({ length: 50 }, () => unreadable),
      ).slice(1),
    ).toEqual(Array.from({ length: 50 }, () => read));
  });

  it('locks when another board answers, whatever that one says', () => {
    expect(effects(started(), [written(1), status(9, { nonce: 8, lastJob: 51, result: 'ok', doneRolls: 1 })]).at(-1)).toEqual({
      kind: 'lock',
      reason: 'board_replaced',
    });
  });
});

describe('the fence', () => {
  const toFence = [refused(10), status(20), taken(52), status(30)];

  it('loses to a job that was accepted in the meantime: the job is followed to its end', () => {
    const moving = status(60, { state: 'moving', lastJob: 51, result: 'armed' });
    const done = status(90, { state: 'done', lastJob: 51, result: 'ok', doneRolls: 1, ctrOut: 41 });
    expect(effects(started(), [...toFence, refused(50), moving, done]).slice(-4)).toEqual([write(fence(52)), read, read, settled(1, 'ok')]);
  });

  it('is repeated with the same number, under what the board holds now', () => {
    const again = effects(started(), [...toFence, written(40), status(3039), status(3040, { ctrOut: 41 })]);
    expect(again.slice(-2)).toEqual([read, write({ ...fence(52), expectCtrOut: 41 })]);
    expect(effects(started(), [...toFence, refused(40), status(41, { lastJob: 49 })]).at(-1)).toEqual(write({ ...fence(52), expectLastJob: 49 }));
  });

  it('is above the job it closes, or it is our own mistake', () => {
    expect(() => stepDispense(started().state, taken(51), acceptMs)).toThrow('a fence is above the job it closes');
  });
});

describe('a job found open at start-up', () => {
  it('is read first, then fenced; it is never written', () => {
    const inputs = [status(0), taken(52), status(1), written(2), status(3, { lastJob: 52, result: 'fenced' })];
    expect(effects(resumeDispense(intent, null), inputs)).toEqual([read, takeFence, read, write(fence(52)), read, settled(0, 'fenced')]);
  });
  it('uses the fence that was already taken for it', () => {
    expect(effects(resumeDispense(intent, 52), [status(0)])).toEqual([read, write(fence(52))]);
  });
  test.each(finals)('is settled from what the board remembers: %s', (result, doneRolls) => {
    expect(effects(resumeDispense(intent, null), [status(0, { lastJob: 51, result, doneRolls })])).toEqual([read, settled(doneRolls, result)]);
  });
  it('locks for a swapped board and voids for one that is already past it', () => {
    expect(effects(resumeDispense(intent, 52), [status(0, { nonce: 1 })]).at(-1)).toEqual({ kind: 'lock', reason: 'board_replaced' });
    expect(effects(resumeDispense(intent, 52), [status(0, { lastJob: 60, result: 'ok', doneRolls: 1 })]).at(-1)).toEqual(settled(0, 'fenced'));
  });
});

const anyStatus: fc.Arbitrary<BoardStatus> = fc.record({
  protocolVersion: fc.constant(1),
  state: fc.constantFrom('idle', 'armed', 'moving', 'done', 'fault'),
  nonce: fc.constantFrom(7, 7, 7, 7, 7, 8),
  lastJob: fc.constantFrom(0, 49, 50, 50, 50, 51, 52, 60),
  doneRolls: fc.constantFrom(0, 1),
  result: fc.constantFrom('none', 'armed', 'ok', 'jam', 'indeterminate', 'fenced'),
  ctrOut: fc.nat(100),
  ctrStart: fc.nat(100),
  ctrTest: fc.nat(9),
  flags: fc.record({ throatBlocked: fc.boolean(), doorOpen: fc.boolean(), rollLow: fc.boolean(), tamper: fc.boolean() }),
});
const atMs = fc.nat(20_000);
const anyInput: fc.Arbitrary<DispenseInput> = fc.oneof(
  fc.record({ kind: fc.constant('status'), status: anyStatus, atMs }),
  fc.record({ kind: fc.constant('unreadable') }),
  fc.record({ kind: fc.constantFrom('written', 'refused'), atMs }),
  fc.record({ kind: fc.constant('fenceTaken'), fence: fc.integer({ min: 52, max: 60 }) }),
);

/** A settlement repeats what the input before it showed, and a fence stands above the job. */
function expectFounded(effect: DispenseStep['effect'], cause: DispenseInput | undefined): void {
  if (effect.kind === 'write' && effect.command.opcode === 'fence') expect(effect.command.jobId).toBeGreaterThan(51);
  if (effect.kind !== 'settle') return;
  expect(cause?.kind === 'status' && cause.status.nonce === 7 && cause.status.lastJob >= 51).toBe(true);
  if (effect.outcome.result !== 'fenced') expect(cause).toMatchObject({ status: { lastJob: 51, doneRolls: effect.outcome.done } });
}

describe('a fence that belongs to no job', () => {
  const offered = (inputs: readonly Parameters<typeof stepFence>[1][]) => {
    let step = startFence(60, makeStatus(idle), 0);
    const seen = [step.effect];
    for (const input of inputs) {
      step = stepFence(step.state, input, acceptMs);
      seen.push(step.effect);
    }
    return seen;
  };
  const look = (atMs: number, more: Partial<BoardStatus> = {}) => ({ kind: 'status' as const, atMs, status: makeStatus({ ...idle, ...more }) });
  const over = { kind: 'over' };

  it('is offered under the present state until the board shows it', () => {
    const moved = { lastJob: 51, ctrOut: 41 };
    const inputs = [{ kind: 'written', atMs: 10 } as const, look(3009), { kind: 'unreadable' } as const, look(3010, moved), look(3011, { lastJob: 60 })];
    const again = write({ opcode: 'fence', jobId: 60, quantity: 0, expectLastJob: 51, expectCtrOut: 41 });
    expect(offered(inputs)).toEqual([write(fence(60)), read, read, read, again, over]);
  });

  it('is offered again at once after a refusal, and is over when a higher number or another board shows', () => {
    expect(offered([{ kind: 'refused', atMs: 10 }, look(10)])).toEqual([write(fence(60)), read, write(fence(60))]);
    expect(offered([look(10, { lastJob: 61 })]).at(-1)).toEqual(over);
    expect(offered([look(10, { nonce: 8 })]).at(-1)).toEqual(over);
  });
});

test('numbers rise above the ledger, the epoch and the board', () => {
  expect(nextJobNumber(1, 0, 0)).toBe(2 ** 32 + 1);
  expect(nextJobNumber(1, 2 ** 32 + 8, 0)).toBe(2 ** 32 + 9);
  expect(nextJobNumber(1, 2 ** 32 + 8, 2 ** 32 + 9)).toBe(2 ** 32 + 10);
  expect(nextJobNumber(2, 2 ** 32 + 8, 2 ** 32 + 9)).toBe(2 ** 33 + 1);
});

describe('whatever comes in', () => {
  it('at most two equal DISPENSE are written, none after a start-up, and nothing is settled that no status showed', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 40 }), fc.constantFrom(null, 52), fc.boolean(), (inputs, taken, resumed) => {
        const first = resumed ? resumeDispense(intent, taken) : started();
        const seen = effects(first, inputs);
        const motions = seen.flatMap((effect) => (effect.kind === 'write' && effect.command.opcode === 'dispense' ? [effect.command] : []));
        expect(motions.length).toBeLessThanOrEqual(resumed ? 0 : 2);
        for (const command of motions) expect(command).toEqual(dispense);
        for (const [index, effect] of seen.entries()) expectFounded(effect, inputs[index - 1]);
      }),
      { numRuns: 5000 },
    );
  });
});

/** The board's side in as few words as its rules allow: compare and swap, numbers only rise, motion only from rest (D1 to D5). */
class ModelBoard {
  status: BoardStatus = makeStatus(idle);
  moved = 0;
  obey({ opcode, jobId, expectLastJob, expectCtrOut }: BoardCommand): boolean {
    const { state, lastJob, ctrOut } = this.status;
    if (jobId === lastJob && opcode === 'dispense') return true;
    if (jobId <= lastJob || expectLastJob !== lastJob || expectCtrOut !== ctrOut || state === 'moving') return false;
    this.status = {
      ...this.status,
      lastJob: jobId,
      doneRolls: 0,
      result: opcode === 'fence' ? 'fenced' : 'armed',
      state: opcode === 'fence' ? 'idle' : 'moving',
    };
    return true;
  }
  finish(jammed: boolean): void {
    if (this.status.state !== 'moving') return;
    const out = jammed ? 0 : 1;
    this.moved += out;
    this.status = { ...this.status, state: 'done', doneRolls: out, ctrOut: this.status.ctrOut + out, result: jammed ? 'jam' : 'ok' };
  }
}

type Fate = 'fine' | 'requestLost' | 'answerLost' | 'late' | 'gatewayDies' | 'slow';
const fates = ['fine', 'requestLost', 'answerLost', 'late', 'gatewayDies', 'slow'] as const satisfies readonly Fate[];

/** The wire between the two: one fate a step. What is late arrives when a later step of that fate comes, or after the end. */
class ModelWire {
  readonly board = new ModelBoard();
  readonly late: BoardCommand[] = [];

  write(command: BoardCommand, fate: Fate, atMs: number): DispenseInput {
    if (fate === 'late') this.late.push(command);
    if (fate === 'late' || fate === 'requestLost') return written(atMs);
    const taken = this.board.obey(command);
    return taken || fate === 'answerLost' ? written(atMs) : refused(atMs);
  }

  read(fate: Fate, atMs: number): DispenseInput {
    const overtaken = fate === 'late' ? this.late.shift() : undefined;
    if (overtaken) this.board.obey(overtaken);
    return fate === 'fine' || fate === 'slow' ? { kind: 'status', status: this.board.status, atMs } : unreadable;
  }
}

/** Plays one job against the model board, with one fate a step and none after they have run out. */
function play(script: readonly Fate[], jams: boolean) {
  const wire = new ModelWire();
  const outcomes: DispenseOutcome[] = [];
  let fenceTaken: number | null = null;
  let step = started();
  let nowMs = 0;
  for (let turn = 0; turn < script.length + 80 && outcomes.length === 0; turn += 1) {
    const fate = script[turn] ?? 'fine';
    nowMs += fate === 'slow' ? 3100 : 100;
    if (turn % 3 === 0) wire.board.finish(jams);
    const { state, effect } = step;
    if (fate === 'gatewayDies') {
      step = resumeDispense(intent, fenceTaken);
    } else if (effect.kind === 'settle') {
      outcomes.push(effect.outcome);
    } else if (effect.kind === 'takeFence') {
      fenceTaken = 52;
      step = stepDispense(state, taken(52), acceptMs);
    } else {
      const input = effect.kind === 'write' ? wire.write(effect.command, fate, nowMs) : wire.read(fate, nowMs);
      step = stepDispense(state, input, acceptMs);
    }
  }
  const movedAtSettlement = wire.board.moved;
  for (const command of wire.late) wire.board.obey(command);
  wire.board.finish(jams);
  return { outcomes, movedAtSettlement, moved: wire.board.moved };
}

describe('against a board that keeps its contract', () => {
  it('whatever is lost, late or dies: one settlement, as many rolls as moved, never two, and no straggler moves anything', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fates), { maxLength: 30 }), fc.boolean(), (script, jams) => {
        const { outcomes, movedAtSettlement, moved } = play(script, jams);
        expect(outcomes).toHaveLength(1);
        expect(outcomes[0]?.done).toBe(moved);
        expect(moved).toBe(movedAtSettlement);
        expect(moved).toBeLessThanOrEqual(1);
        seen.add(outcomes[0]?.result ?? '');
      }),
      { numRuns: 3000 },
    );
    // The property says nothing unless the interesting ends were reached.
    expect([...seen].sort()).toEqual(['fenced', 'jam', 'ok']);
  });

  it('the same bytes are what makes the second copy harmless', () => {
    const board = new ModelBoard();
    expect([board.obey(dispenseCommand(intent)), board.obey(dispenseCommand(intent))]).toEqual([true, true]);
    board.finish(false);
    expect(board.obey(dispenseCommand(intent))).toBe(true);
    board.finish(false);
    expect(board.moved).toBe(1);
  });
});

it('believes a board that claims more rolls than it was asked for only up to that', () => {
  const intent = { job: 12, rolls: 1, expectLastJob: 10, expectCtrOut: 0, nonce: 7 };
  const { state } = startDispense(intent, 0, 3000);
  const status = makeStatus({ lastJob: 12, nonce: 7, doneRolls: 2, ctrOut: 2, result: 'ok', state: 'done' });
  expect(stepDispense(state, { kind: 'status', status, atMs: 5 }, 3000).effect).toEqual({ kind: 'settle', outcome: { done: 1, result: 'ok' } });
});
