// Without this, the board's half of "never twice, never lost" could drift from the contract, and the gateway would be tested against a fiction.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BoardCommand,
  type BoardEffect,
  type BoardInput,
  type BoardNv,
  type BoardRam,
  type BoardSensors,
  type BoardStep,
  blankNv,
  heartbeatMs,
  jamAfterMs,
  powerUpBoard,
  stepBoard,
} from '../../../device-sim/firmware/dispenser-bd1.ts';

const clear: BoardSensors = { throatBlocked: false, doorOpen: false, rollLow: false, tamper: false };
const blocked: BoardSensors = { ...clear, throatBlocked: true };
const open: BoardSensors = { ...clear, doorOpen: true };

/** A board whose gateway has just read its status at wire time 0. */
function readyBoard(nv: BoardNv = blankNv(7), sensors = clear): BoardStep {
  const up = powerUpBoard(nv, sensors);
  return stepBoard(up.nv, up.ram, { kind: 'statusRead', wireMs: 0 });
}
const feed = (board: BoardStep, ...inputs: readonly BoardInput[]): BoardStep => inputs.reduce((now, input) => stepBoard(now.nv, now.ram, input), board);
const dispense = (jobId: number, more: Partial<BoardCommand> = {}, wireMs = 0): BoardInput => ({
  kind: 'command',
  command: { opcode: 'dispense', jobId, quantity: 1, expectLastJob: 0, expectCtrOut: 0, ...more },
  wireMs,
});
const fence = (jobId: number, more: Partial<BoardCommand> = {}): BoardInput => dispense(jobId, { opcode: 'fence', quantity: 0, ...more });
const tick: BoardInput = { kind: 'tick', elapsedMs: 100 };
const edge: BoardInput = { kind: 'exitEdge' };
const said = (board: BoardStep): string | undefined => board.effects.find((effect) => effect.kind === 'answer')?.answer;
const motorOn = (effect: BoardEffect) => effect.kind === 'motor' && effect.on;

describe('the rules of the board', () => {
  test('D1: the job it knows already changes nothing and is answered, in every state', () => {
    for (const before of [[], [tick], [tick, edge], [tick, edge, tick], [tick, { kind: 'tick', elapsedMs: jamAfterMs } as const]]) {
      const board = feed(readyBoard(), dispense(5), ...before);
      const again = feed(board, dispense(5));
      expect(again).toEqual({ nv: board.nv, ram: board.ram, effects: [{ kind: 'answer', answer: 'written' }] });
    }
  });

  test('D2: while armed or moving it is busy for every other job and fence', () => {
    for (const before of [[], [tick]]) {
      const board = feed(readyBoard(), dispense(5), ...before);
      for (const command of [dispense(6, { expectLastJob: 5 }), fence(6, { expectLastJob: 5 }), dispense(4)]) {
        expect(feed(board, command)).toEqual({ nv: board.nv, ram: board.ram, effects: [{ kind: 'answer', answer: 'busy' }] });
      }
    }
  });

  test('D2: in fault only a fence is accepted, and it lifts the fault when throat and door are clear', () => {
    const jammed = feed(readyBoard(), dispense(5), tick, { kind: 'tick', elapsedMs: jamAfterMs });
    expect(jammed.ram.state).toBe('fault');
    expect(said(feed(jammed, dispense(6, { expectLastJob: 5 })))).toBe('refused');
    expect(feed(jammed, fence(6, { expectLastJob: 5 })).ram.state).toBe('idle');
    for (const sensors of [blocked, open]) {
      const held = feed(jammed, { kind: 'sensors', sensors }, fence(6, { expectLastJob: 5 }));
      expect(held.ram.state).toBe('fault');
      expect(held.nv).toMatchObject({ lastJob: 6, result: 'fenced' });
    }
  });

  test('D3: a lower job number is refused for ever', () => {
    const board = feed(readyBoard(), fence(9));
    for (const old of [dispense(8, { expectLastJob: 9 }), fence(8, { expectLastJob: 9 })]) {
      expect(feed(board, old)).toEqual({ nv: board.nv, ram: board.ram, effects: [{ kind: 'answer', answer: 'refused' }] });
    }
  });

  test.each([{ expectLastJob: 3 }, { expectCtrOut: 1 }])('D4: refused when the board is not what the gateway expects: %o', (wrong) => {
    for (const command of [dispense(5, wrong), fence(5, wrong)]) expect(feed(readyBoard(), command).nv.lastJob).toBe(0);
    expect(said(feed(readyBoard(), dispense(5, wrong)))).toBe('refused');
  });

  test('D5: the job is in memory, armed, before it is answered and before anything moves', () => {
    const board = feed(readyBoard(), dispense(5, { quantity: 3 }));
    expect(board.nv).toMatchObject({ lastJob: 5, quantity: 3, doneRolls: 0, result: 'armed' });
    expect(board.effects).toEqual([{ kind: 'commit' }, { kind: 'answer', answer: 'written' }]);
  });

  test('D6: the start is counted in memory before the motor has current', () => {
    const board = feed(readyBoard(), dispense(5), tick);
    expect(board.nv.ctrStart).toBe(1);
    expect(board.effects).toEqual([{ kind: 'commit' }, { kind: 'motor', on: true, job: 5 }]);
  });

  test('D7: one edge, one write: the counter and the job count together', () => {
    const board = feed(readyBoard(), dispense(5, { quantity: 2 }), tick, edge);
    expect(board.nv).toMatchObject({ ctrOut: 1, doneRolls: 1, result: 'armed' });
    expect(board.effects).toEqual([{ kind: 'commit' }]);
    expect(feed(board, edge).effects).toEqual([{ kind: 'commit' }, { kind: 'motor', on: false, job: null }]);
  });

  test('D7: a roll nobody asked for is counted past the exit, and for no job', () => {
    const board = feed(readyBoard(), dispense(5), tick, edge, tick, edge);
    expect(board.nv).toMatchObject({ ctrOut: 2, doneRolls: 1, result: 'ok' });
    // Two rolls that slip past together, before the board has noted the end of the job.
    expect(feed(readyBoard(), dispense(5), tick, edge, edge, tick).nv).toMatchObject({ ctrOut: 2, doneRolls: 1, result: 'ok' });
  });

  test('D8: the result is in memory when the job is done, or jammed when no roll came in time', () => {
    expect(feed(readyBoard(), dispense(5), tick, edge, tick)).toMatchObject({ nv: { result: 'ok' }, ram: { state: 'done' } });
    const jammed = feed(readyBoard(), dispense(5, { quantity: 2 }), tick, edge, { kind: 'tick', elapsedMs: jamAfterMs });
    expect(jammed).toMatchObject({ nv: { result: 'jam', doneRolls: 1 }, ram: { state: 'fault' } });
    expect(jammed.effects).toEqual([{ kind: 'motor', on: false, job: null }, { kind: 'commit' }]);
  });

  test('D9: a job cut off is indeterminate after power-up, and is never resumed', () => {
    for (const before of [[], [tick], [tick, edge]]) {
      const cut = feed(readyBoard(), dispense(5, { quantity: 2 }), ...before);
      const up = powerUpBoard(cut.nv, clear);
      expect(up.nv).toEqual({ ...cut.nv, bootCount: cut.nv.bootCount + 1, result: 'indeterminate' });
      expect(up.effects).toEqual([{ kind: 'commit' }]);
      expect(feed(up, tick, tick, { kind: 'statusRead', wireMs: 1 }, dispense(5, { quantity: 2 }), tick).effects.some(motorOn)).toBe(false);
    }
  });

  test('D9: a final result survives power-up, and a blocked throat makes it a fault', () => {
    const done = feed(readyBoard(), dispense(5), tick, edge, tick);
    expect(powerUpBoard(done.nv, clear)).toMatchObject({ nv: { result: 'ok', lastJob: 5 }, ram: { state: 'idle' } });
    expect(powerUpBoard(done.nv, blocked).ram.state).toBe('fault');
  });

  test('D10: a fence takes the number and moves nothing', () => {
    const board = feed(readyBoard(), fence(5));
    expect(board.nv).toMatchObject({ lastJob: 5, result: 'fenced', doneRolls: 0, ctrStart: 0 });
    expect(feed(board, tick, tick).effects).toEqual([]);
  });

  test('D11: service rolls count in CTR_TEST only, and the board returns to where it was', () => {
    const board = feed(readyBoard(), { kind: 'serviceDispense', rolls: 2 }, edge, edge, tick);
    expect(board.nv).toEqual({ ...readyBoard().nv, ctrTest: 2 });
    expect(board.ram).toMatchObject({ state: 'idle', service: null });
    const jammed = feed(readyBoard(), dispense(5), tick, { kind: 'tick', elapsedMs: jamAfterMs });
    expect(feed(jammed, { kind: 'serviceDispense', rolls: 1 }, edge, tick).ram.state).toBe('fault');
    expect(said(feed(readyBoard(), { kind: 'serviceDispense', rolls: 1 }, dispense(6)))).toBe('busy');
    expect(said(feed(readyBoard(), dispense(6), { kind: 'serviceDispense', rolls: 1 }))).toBe('busy');
  });

  test('D12: without a status read in the last 10 s nothing new is accepted, and what runs is finished', () => {
    expect(said(feed(readyBoard(), dispense(5, {}, heartbeatMs)))).toBe('written');
    expect(said(feed(readyBoard(), dispense(5, {}, heartbeatMs + 1)))).toBe('refused');
    expect(said(feed(powerUpBoard(blankNv(7), clear), fence(5)))).toBe('refused');
    expect(feed(readyBoard(), dispense(5), tick, edge, tick, { kind: 'tick', elapsedMs: 10 * heartbeatMs }).nv.result).toBe('ok');
  });

  test('an open door or a blocked throat: no motion, ever', () => {
    for (const sensors of [open, blocked]) {
      expect(said(feed(readyBoard(), { kind: 'sensors', sensors }, dispense(5)))).toBe('refused');
      const armed = feed(readyBoard(), dispense(5), { kind: 'sensors', sensors }, tick);
      expect(armed).toMatchObject({ nv: { result: 'jam', ctrStart: 0 }, ram: { state: 'fault' } });
    }
    const moving = feed(readyBoard(), dispense(5), tick, { kind: 'sensors', sensors: open });
    expect(moving).toMatchObject({ nv: { result: 'jam' }, effects: [{ kind: 'motor', on: false }, { kind: 'commit' }] });
    expect(feed(moving, { kind: 'sensors', sensors: clear }, tick, tick).effects).toEqual([]);
    expect(said(feed(readyBoard(), { kind: 'sensors', sensors: open }, { kind: 'serviceDispense', rolls: 1 }))).toBe('refused');
  });

  test('every status read moves the snapshot counter by one, modulo 65536', () => {
    const board = readyBoard();
    expect(feed(board, { kind: 'statusRead', wireMs: 1 }).ram.snapshot).toBe(board.ram.snapshot + 1);
    const last = { ...board, ram: { ...board.ram, snapshot: 0xffff } };
    expect(feed(last, { kind: 'statusRead', wireMs: 1 }).ram.snapshot).toBe(0);
  });
});

type Happening =
  | { readonly kind: 'command'; readonly opcode: 'dispense' | 'fence'; readonly above: number; readonly quantity: number; readonly stale: boolean }
  | { readonly kind: 'read' }
  | { readonly kind: 'edge' }
  | { readonly kind: 'power' }
  | { readonly kind: 'service' }
  | { readonly kind: 'tick'; readonly elapsedMs: number }
  | { readonly kind: 'sensors'; readonly throatBlocked: boolean; readonly doorOpen: boolean };

const command = fc.record({
  kind: fc.constant('command' as const),
  opcode: fc.constantFrom('dispense' as const, 'dispense' as const, 'fence' as const),
  /** How far the number is above the last one the board took; 0 and -1 are repeats and late frames. */
  above: fc.constantFrom(1, 1, 1, 2, 0, -1),
  quantity: fc.integer({ min: 1, max: 3 }),
  stale: fc.constantFrom(false, false, false, true),
});
const ticking = fc.record({ kind: fc.constant('tick' as const), elapsedMs: fc.constantFrom(100, 100, 100, 100, 100, 100, jamAfterMs) });
const doing = (...kinds: readonly ('read' | 'edge' | 'power' | 'service')[]): fc.Arbitrary<Happening> => fc.constantFrom(...kinds.map((kind) => ({ kind })));
const often = (value: boolean) => fc.constantFrom(value, value, value, !value);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: command },
  { weight: 12, arbitrary: doing('read', 'edge', 'edge') },
  { weight: 6, arbitrary: ticking },
  { weight: 1, arbitrary: doing('power', 'service') },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sensors' as const), throatBlocked: often(false), doorOpen: often(false) }) },
);

/** A board in the world: what is on the medium, and what really happened. A cut drops all effects after the first `survive`. */
class World {
  nv = blankNv(1);
  ram: BoardRam | null = null;
  motor = false;
  rollsOut = 0;
  wireMs = 0;
  readonly starts = new Map<number, number>();
  #sensors = clear;

  happen(what: Happening, survive: number): void {
    this.wireMs += 10;
    if (this.ram === null) {
      this.#run(powerUpBoard(this.nv, this.#sensors), survive);
      return;
    }
    const input = this.#inputOf(what);
    if (input === null) {
      this.#cut();
      return;
    }
    const isEdge = input.kind === 'exitEdge';
    if (isEdge && !this.motor) return;
    if (isEdge) this.rollsOut += 1;
    // The hold-up keeps the board alive from the edge to its count.
    this.#run(stepBoard(this.nv, this.ram, input), isEdge ? Math.max(1, survive) : survive);
  }

  #inputOf(what: Happening): BoardInput | null {
    if (what.kind === 'power') return null;
    if (what.kind === 'read') return { kind: 'statusRead', wireMs: this.wireMs };
    if (what.kind === 'edge') return { kind: 'exitEdge' };
    if (what.kind === 'service') return { kind: 'serviceDispense', rolls: 1 };
    if (what.kind === 'tick') return what;
    if (what.kind === 'sensors') {
      this.#sensors = { ...clear, throatBlocked: what.throatBlocked, doorOpen: what.doorOpen };
      return { kind: 'sensors', sensors: this.#sensors };
    }
    const expectLastJob = what.stale ? this.nv.lastJob - 1 : this.nv.lastJob;
    const command = {
      opcode: what.opcode,
      jobId: this.nv.lastJob + what.above,
      quantity: what.opcode === 'fence' ? 0 : what.quantity,
      expectLastJob,
      expectCtrOut: this.nv.ctrOut,
    };
    return { kind: 'command', command, wireMs: this.wireMs };
  }

  #run(step: BoardStep, survive: number): void {
    this.ram = step.ram;
    for (const [index, effect] of step.effects.entries()) {
      if (index >= survive) {
        this.#cut();
        return;
      }
      if (effect.kind === 'commit') this.nv = step.nv;
      if (effect.kind !== 'motor') continue;
      this.motor = effect.on;
      if (effect.on && effect.job !== null) this.starts.set(effect.job, (this.starts.get(effect.job) ?? 0) + 1);
    }
  }

  #cut(): void {
    this.ram = null;
    this.motor = false;
  }
}

describe('whatever comes, in whatever order, with the power cut anywhere', () => {
  test('one motor start a job, every roll counted once, no more than asked, memory never ahead of the metal', () => {
    const life = fc.array(fc.tuple(happening, fc.constantFrom(9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0, 1)), { minLength: 20, maxLength: 120, size: 'max' });
    let starts = 0;
    fc.assert(
      fc.property(life, (events) => {
        const world = new World();
        for (const [what, survive] of events) {
          const before = world.nv;
          world.happen(what, survive);
          expect(world.nv.lastJob).toBeGreaterThanOrEqual(before.lastJob);
          expect(world.nv.doneRolls).toBeLessThanOrEqual(world.nv.quantity);
          expect(world.nv.ctrOut + world.nv.ctrTest).toBe(world.rollsOut);
          for (const count of world.starts.values()) expect(count).toBe(1);
          expect(world.nv.ctrStart).toBeGreaterThanOrEqual(world.starts.size);
          if (world.motor) expect(world.ram?.state).toBe('moving');
          if (world.ram?.state === 'moving' && world.ram.service === null) expect(world.nv.result).toBe('armed');
        }
        starts += world.starts.size;
      }),
      { numRuns: 1_000 },
    );
    expect(starts).toBeGreaterThan(500);
  });

  test('a power-up never leads to motion without a new command', () => {
    let cutInMotion = 0;
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60, size: 'max' }), fc.array(happening, { maxLength: 30 }), (before, after) => {
        const world = new World();
        for (const what of before) world.happen(what, 9);
        if (world.motor) cutInMotion += 1;
        world.happen({ kind: 'power' }, 9);
        const known = world.starts.size;
        for (const what of after) if (what.kind !== 'command' && what.kind !== 'service') world.happen(what, 9);
        expect(world.motor).toBe(false);
        expect(world.starts.size).toBe(known);
      }),
      { numRuns: 1_000 },
    );
    expect(cutInMotion).toBeGreaterThan(50);
  });
});
