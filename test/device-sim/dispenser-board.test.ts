// Without this, firmware, registers, iron and memory could each be right and still not belong together: the board the gateway meets.
import { describe, expect, test } from 'vitest';
import { type BoardMemory, DispenserBoard } from '../../device-sim/dispenser-board.ts';
import { Random } from '../../device-sim/random.ts';
import type { MachineEvent } from '../../device-sim/site-event.ts';
import {
  checkStatusBlock,
  type DispenserCommand,
  type DispenserStatus,
  dispenserBd1,
  sealCommand,
  serviceKey,
  statusWordCount,
} from '../../protocol/devices/dispenser-bd1.ts';
import { encodeWrites } from '../../protocol/register-codec.ts';

const key = Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex');

/** A board as a gateway sees it, with a memory that can be cut off and a clock that is turned by hand. */
class Bench {
  readonly events: MachineEvent[] = [];
  readonly kept: unknown[] = [];
  readonly macKey: Uint8Array | null;
  wireMs = 0;
  board: DispenserBoard;
  readonly #memory: BoardMemory;

  constructor(macKey: Uint8Array | null = null, jamProbability = 0) {
    this.macKey = macKey;
    const kept = this.kept;
    this.#memory = {
      get value() {
        return kept.at(-1);
      },
      commit: (value) => void kept.push(structuredClone(value)),
    };
    this.board = this.restart(jamProbability);
  }

  /** The process dies and comes back with what was committed. */
  restart(jamProbability = 0): DispenserBoard {
    const mechanism = { capacity: 60, jamProbability };
    const options = { id: 'dispenser-1', mechanism, macKey: this.macKey, memory: this.#memory, random: new Random(4) };
    this.board = new DispenserBoard({ ...options, wireMs: () => this.wireMs, onEvent: (event) => this.events.push(event) });
    return this.board;
  }

  load(...labels: readonly string[]): this {
    this.board.setDoor(true);
    for (const label of labels) expect(this.board.load(label)).toEqual({ ok: true });
    this.board.setDoor(false);
    return this;
  }

  status(): DispenserStatus {
    const answer = this.board.answer({ kind: 'read', space: 'holding', address: 0, count: statusWordCount });
    const decoded = checkStatusBlock(answer?.kind === 'words' ? answer.words : []);
    if (!decoded.ok) throw new Error(decoded.issues.join());
    return decoded.values;
  }

  /** Writes a command as the gateway would, right in everything but `wrong`. */
  command(jobId: number, wrong: Partial<DispenserCommand> = {}, sealedWith = this.macKey) {
    const { nonce, lastJob, ctrOut } = this.status();
    const command: DispenserCommand = { opcode: 'dispense', jobId, quantity: 1, expectLastJob: lastJob, expectCtrOut: ctrOut, ...wrong };
    const [request] = encodeWrites(dispenserBd1, sealCommand(command, { key: sealedWith, nonce }));
    if (request === undefined) throw new Error('no request');
    return { request, answer: this.board.answer(request) };
  }

  run(ms: number): this {
    for (let passed = 0; passed < ms; passed += 100) this.board.advance(100);
    return this;
  }

  starts = () => this.events.flatMap((event) => (event.event === 'motor-start' ? [event.job] : []));
  labelsOut = () => this.events.flatMap((event) => (event.event === 'roll-out' ? [event.label] : []));
}

const written = { kind: 'written' };
const busy = { kind: 'exception', code: 6 };
const illegalValue = { kind: 'exception', code: 3 };

describe('a job from command to roll', () => {
  test('moves one roll, counts it once and says so', () => {
    const bench = new Bench().load('a', 'b');
    expect(bench.command(7).answer).toEqual(written);
    expect(bench.status()).toMatchObject({ state: 'armed', lastJob: 7, result: 'armed', ctrStart: 0 });
    bench.run(500);
    expect(bench.status()).toMatchObject({ state: 'moving', ctrStart: 1 });
    expect(bench.command(8).answer).toEqual(busy);
    bench.run(5_000);
    expect(bench.status()).toMatchObject({ state: 'done', result: 'ok', doneRolls: 1, ctrOut: 1, ctrStart: 1, ctrTest: 0 });
    expect([bench.starts(), bench.labelsOut()]).toEqual([[7], ['a']]);
    expect(bench.board.mechanism).toMatchObject({ magazine: ['b'], tray: ['a'], motorOn: false });
  });

  test('three rolls are one motion', () => {
    const bench = new Bench().load('a', 'b', 'c', 'd');
    bench.command(7, { quantity: 3 });
    bench.run(15_000);
    expect(bench.status()).toMatchObject({ result: 'ok', doneRolls: 3, ctrOut: 3, ctrStart: 1 });
    expect([bench.starts(), bench.labelsOut()]).toEqual([[7], ['a', 'b', 'c']]);
  });

  test('the same bytes again and again move nothing more', () => {
    const bench = new Bench().load('a', 'b');
    const { request } = bench.command(7);
    bench.run(5_000);
    for (let copy = 0; copy < 50; copy += 1) {
      expect(bench.board.answer(request)).toEqual(written);
      bench.run(300);
    }
    expect(bench.starts()).toEqual([7]);
  });

  test('an empty magazine is a jam with nothing delivered', () => {
    const bench = new Bench();
    bench.command(7);
    bench.run(8_000);
    expect(bench.status()).toMatchObject({ state: 'fault', result: 'jam', doneRolls: 0, ctrStart: 1, ctrOut: 0 });
  });

  test('a roll that sticks blocks the throat until somebody frees it, and a fence lifts the fault', () => {
    const bench = new Bench(null, 1).load('a');
    bench.command(7);
    bench.run(8_000);
    expect(bench.status()).toMatchObject({ state: 'fault', result: 'jam', flags: { throatBlocked: true } });
    expect(bench.command(8).answer).toEqual(illegalValue);
    bench.board.freeThroat();
    expect(bench.status().flags.throatBlocked).toBe(false);
    expect(bench.command(9, { opcode: 'fence', quantity: 0 }).answer).toEqual(written);
    expect(bench.status()).toMatchObject({ state: 'idle', result: 'fenced', lastJob: 9 });
  });
});

describe('the power cut', () => {
  test('at every memory write of a job: at most one motion, every roll counted, never resumed', () => {
    const whole = new Bench().load('a', 'b', 'c');
    const first = whole.kept.length;
    whole.command(7, { quantity: 2 });
    whole.run(10_000);
    expect(whole.kept.length - first).toBeGreaterThanOrEqual(5);
    for (let survives = first; survives <= whole.kept.length; survives += 1) {
      const bench = new Bench();
      bench.kept.splice(0, Number.POSITIVE_INFINITY, ...whole.kept.slice(0, survives));
      bench.restart();
      const status = bench.status();
      bench.run(10_000);
      expect(bench.starts()).toEqual([]);
      expect(bench.status().ctrOut).toBe(status.ctrOut);
      expect(bench.board.mechanism.magazine).toHaveLength(3 - status.ctrOut);
      if (status.lastJob === 7) expect([status.result, status.doneRolls]).toEqual([survives === whole.kept.length ? 'ok' : 'indeterminate', status.ctrOut]);
    }
  });

  test('by the switch: silent while off, indeterminate afterwards, the roll where it stopped', () => {
    const bench = new Bench().load('a');
    bench.command(7);
    bench.run(1_000);
    bench.board.setPower(false);
    expect(bench.board.answer({ kind: 'read', space: 'holding', address: 0, count: 1 })).toBeUndefined();
    bench.run(10_000);
    expect(bench.labelsOut()).toEqual([]);
    bench.board.setPower(true);
    expect(bench.status()).toMatchObject({ state: 'idle', result: 'indeterminate', bootCount: 2, doneRolls: 0 });
    bench.run(10_000);
    expect(bench.starts()).toEqual([7]);
  });
});

describe('what a board does not believe', () => {
  test('a command with a wrong MAC, no MAC, or the MAC of another board', () => {
    const bench = new Bench(key).load('a');
    const other = Buffer.alloc(16, 1);
    expect(bench.command(7, {}, other).answer).toEqual(illegalValue);
    expect(bench.command(7, {}, null).answer).toEqual(illegalValue);
    expect(bench.status().lastJob).toBe(0);
    expect(bench.command(7).answer).toEqual(written);
  });

  test('any flipped bit of a sealed command', () => {
    for (const macKey of [null, key]) {
      const bench = new Bench(macKey).load('a');
      const { request } = new Bench(macKey).load('a').command(7);
      if (request.kind !== 'writeRegisters') throw new Error('a command is one FC16');
      for (let bit = 0; bit < request.words.length * 16; bit += 1) {
        bench.status();
        const words = request.words.map((word, index) => (index === bit >> 4 ? word ^ (1 << (bit & 15)) : word));
        expect(bench.board.answer({ ...request, words })).toEqual(illegalValue);
      }
      bench.run(1_000);
      expect([bench.status().lastJob, bench.starts()]).toEqual([0, []]);
    }
  });

  test('half a command, a status written, and a read of the command', () => {
    const bench = new Bench().load('a');
    const { request } = new Bench().load('a').command(7);
    if (request.kind !== 'writeRegisters') throw new Error('a command is one FC16');
    const illegalAddress = { kind: 'exception', code: 2 };
    expect(bench.board.answer({ ...request, words: request.words.slice(0, 12) })).toEqual(illegalAddress);
    expect(bench.board.answer({ kind: 'writeRegister', address: 5, value: 1 })).toEqual(illegalAddress);
    expect(bench.board.answer({ kind: 'read', space: 'holding', address: 0x100, count: 4 })).toEqual(illegalAddress);
  });

  test('a gateway that has not looked for more than 10 s', () => {
    const bench = new Bench().load('a');
    const { request } = new Bench().load('a').command(7);
    bench.status();
    bench.wireMs = 10_001;
    expect(bench.board.answer(request)).toEqual(illegalValue);
    expect(bench.board.isAttended(10_000)).toBe(false);
    // A read of part of the block is no status read.
    bench.board.answer({ kind: 'read', space: 'holding', address: 0, count: 2 });
    expect(bench.board.answer(request)).toEqual(illegalValue);
    bench.status();
    expect(bench.board.answer(request)).toEqual(written);
  });
});

describe('a technician', () => {
  test('dispenses for a test by the guarded register; only CTR_TEST moves', () => {
    const bench = new Bench().load('a', 'b');
    const service = (word: number) => bench.board.answer({ kind: 'writeRegisters', address: 0x120, words: [2, word] });
    expect(service(0x1234)).toEqual(illegalValue);
    expect(service(serviceKey)).toEqual(written);
    expect(bench.command(7).answer).toEqual(busy);
    bench.run(10_000);
    expect(bench.status()).toMatchObject({ state: 'idle', ctrTest: 2, ctrOut: 0, ctrStart: 0, lastJob: 0 });
    expect([bench.starts(), bench.labelsOut()]).toEqual([[null], ['a', 'b']]);
  });

  test('each served status has the next snapshot number and a right seal', () => {
    const bench = new Bench();
    const snapshots = Array.from({ length: 5 }, () => bench.status().snapshot);
    expect(snapshots.map((snapshot, index) => snapshot - index)).toEqual(Array.from({ length: 5 }, () => snapshots[0]));
  });
});
