// Without this a technician could rehearse a jam that does not jam, or a blind sensor that sees; and a gateway be proven against neither.
import { describe, expect, test } from 'vitest';
import { type BoardFault, StaleWords } from '../../device-sim/board-faults.ts';
import { DispenserBoard } from '../../device-sim/dispenser-board.ts';
import { Random } from '../../device-sim/random.ts';
import { ScaleBoard } from '../../device-sim/scale-board.ts';
import type { MachineEvent } from '../../device-sim/site-event.ts';
import { checkStatusBlock, dispenserBd1, sealCommand, statusWordCount } from '../../protocol/devices/dispenser-bd1.ts';
import { scaleWcn } from '../../protocol/devices/scale-wcn.ts';
import { toledoChecked } from '../../protocol/devices/toledo-continuous.ts';
import type { ModbusResponse } from '../../protocol/modbus.ts';
import { encodeWrites } from '../../protocol/register-codec.ts';

/** A dispenser with three rolls, and a job that asks for one of them. */
function dispenser(...faults: readonly BoardFault[]) {
  const events: MachineEvent[] = [];
  let kept: unknown;
  const memory = {
    get value() {
      return kept;
    },
    commit: (value: unknown) => {
      kept = structuredClone(value);
    },
  };
  const mechanism = { capacity: 60, jamProbability: 0 };
  const options = { id: 'dispenser-1', mechanism, macKey: null, memory, random: new Random(4), wireMs: () => 0 };
  const board = new DispenserBoard({ ...options, onEvent: (event) => events.push(event) });
  board.setDoor(true);
  for (const label of ['ROLL-0', 'ROLL-1', 'ROLL-2']) board.load(label);
  board.setDoor(false);
  const read = () => checkStatusBlock(wordsOf(board.answer({ kind: 'read', space: 'holding', address: 0, count: statusWordCount })));
  const status = () => {
    const decoded = read();
    if (!decoded.ok) throw new Error(decoded.issues.join());
    return decoded.values;
  };
  const { nonce, lastJob, ctrOut } = status();
  const command = { opcode: 'dispense' as const, jobId: 7, quantity: 1, expectLastJob: lastJob, expectCtrOut: ctrOut };
  const [request] = encodeWrites(dispenserBd1, sealCommand(command, { key: null, nonce }));
  if (request === undefined) throw new Error('no request');
  board.setFaults(faults);
  const run = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) board.advance(100);
  };
  const serve = (ms = 10_000) => {
    expect(board.answer(request)).toEqual({ kind: 'written' });
    run(ms);
    return status();
  };
  const rolls = () => events.flatMap((event) => (event.event === 'roll-out' ? [event.label] : []));
  return { board, events, serve, status, run, rolls, nonce };
}
const wordsOf = (response: ModbusResponse | undefined) => (response?.kind === 'words' ? response.words : []);

describe('a dispenser', () => {
  test('jam: nothing comes out, the throat is blocked until somebody frees it, and then it serves', () => {
    const { board, serve, status, run, rolls } = dispenser({ name: 'jam' });
    expect(serve()).toMatchObject({ state: 'fault', result: 'jam', doneRolls: 0, ctrOut: 0, ctrStart: 1, flags: { throatBlocked: true } });
    board.setFaults([]);
    run(1_000);
    expect(status().flags.throatBlocked).toBe(true);
    board.freeThroat();
    expect(status().flags.throatBlocked).toBe(false);
    expect(rolls()).toEqual([]);
  });

  test('half-dispense: nothing comes out and the throat is clear', () => {
    const { serve, rolls } = dispenser({ name: 'half-dispense' });
    expect(serve()).toMatchObject({ state: 'fault', result: 'jam', doneRolls: 0, flags: { throatBlocked: false } });
    expect(rolls()).toEqual([]);
  });

  test('no-roll: the motor turns in vain, and every roll is still there', () => {
    const { board, serve, rolls } = dispenser({ name: 'no-roll' });
    expect(serve()).toMatchObject({ result: 'jam', ctrStart: 1, ctrOut: 0 });
    expect([rolls(), board.mechanism.magazine]).toEqual([[], ['ROLL-0', 'ROLL-1', 'ROLL-2']]);
  });

  test('blind-exit: rolls fall until the motor is given up, and none is counted', () => {
    const { serve, rolls } = dispenser({ name: 'blind-exit' });
    expect(serve()).toMatchObject({ result: 'jam', doneRolls: 0, ctrOut: 0 });
    expect(rolls()).toEqual(['ROLL-0', 'ROLL-1']);
  });

  test('stuck-exit: one roll is counted that never fell, then none', () => {
    const { status, serve, rolls } = dispenser({ name: 'stuck-exit' });
    expect(status().ctrOut).toBe(1);
    expect(rolls()).toEqual([]);
    // The count has moved, so the job prepared before is refused: that is the compare-and-swap of D4.
    expect(() => serve()).toThrow();
  });

  test('reboot: dark as the motor starts, up again after ms, and the job is left undecided (D9)', () => {
    const { board, serve, status, run, events } = dispenser({ name: 'reboot', ms: 1_000 });
    expect(() => serve(500)).toThrow();
    expect(board.isPowered).toBe(false);
    run(1_000);
    expect(status()).toMatchObject({ state: 'idle', result: 'indeterminate', lastJob: 7, ctrStart: 1, bootCount: 2 });
    expect(events.map(({ event }) => event)).toEqual(['motor-start', 'power', 'power']);
    expect(board.faults).toEqual([]);
  });

  test('memory-lost: another nonce, counters at nought, and the fault is over', () => {
    const { board, status, nonce } = dispenser({ name: 'memory-lost' });
    expect(status()).toMatchObject({ bootCount: 1, lastJob: 0, ctrOut: 0 });
    expect(status().nonce).not.toBe(nonce);
    expect(board.faults).toEqual([]);
  });
});

describe('a scale', () => {
  function weighing(grams: number, ...faults: readonly BoardFault[]) {
    const options = { model: 'W-CN', unit: 1, maxGrams: 30_000, intervalGrams: 10, noiseGrams: 1, random: new Random(2), wireMs: () => 0 };
    const scale = new ScaleBoard({ id: 'scale-1', ...options, onEvent: () => undefined });
    scale.advance(5_000);
    scale.setFaults(faults);
    scale.putOnTray(grams);
    const shown: { grams: number; unstable: boolean; overload: boolean }[] = [];
    for (let second = 0; second < 120; second += 1) {
      for (let step = 0; step < 10; step += 1) scale.advance(100);
      const { gross, status } = scale.fields() as { gross: number; status: { unstable: boolean; overload: boolean } };
      shown.push({ grams: gross * 10, unstable: status.unstable, overload: status.overload });
    }
    return shown;
  }
  const last = (shown: ReturnType<typeof weighing>) => shown.at(-1)?.grams ?? 0;

  test('is sound without a fault', () => {
    expect(weighing(2_500).at(-1)).toEqual({ grams: 2_500, unstable: false, overload: false });
  });
  test('overload', () => expect(weighing(0, { name: 'overload' }).at(-1)).toMatchObject({ overload: true }));
  test('zero-offset', () => expect(last(weighing(2_500, { name: 'zero-offset', grams: 120 }))).toBe(2_620));
  test('wind: never at rest', () => expect(weighing(2_500, { name: 'wind' }).filter(({ unstable }) => !unstable)).toEqual([]));
  test('noise: hardly ever at rest', () => expect(weighing(2_500, { name: 'noise' }).filter(({ unstable }) => unstable).length).toBeGreaterThan(60));
  test('creep: 25 g on 2.5 kg less what has not crept yet', () => {
    const crept = last(weighing(5_000, { name: 'creep', grams: 100 })) - 5_000;
    expect(crept).toBeGreaterThanOrEqual(30);
    expect(crept).toBeLessThanOrEqual(60);
  });
  test('drift: 30 g a minute, and it stays', () => {
    const drifted = last(weighing(5_000, { name: 'drift' })) - 5_000;
    expect(drifted).toBeGreaterThanOrEqual(50);
    expect(drifted).toBeLessThanOrEqual(70);
  });
  test('kept-tare: gross is shown with a preset beside it, and what lies on the tray is still all there', () => {
    const options = { model: 'TOLEDO-C', unit: 1, maxGrams: 30_000, intervalGrams: 10, noiseGrams: 1, random: new Random(2), wireMs: () => 0 };
    const scale = new ScaleBoard({ id: 'scale-1', ...options, onEvent: () => undefined });
    scale.advance(5_000);
    scale.putOnTray(2_500);
    scale.advance(5_000);
    scale.setFaults([{ name: 'kept-tare', grams: 1_500 }]);
    let said: Uint8Array = new Uint8Array();
    scale.stream((bytes) => {
      said = bytes;
      return true;
    });
    const [frame] = toledoChecked.device.fromDevice.parser().push(said);
    expect(frame).toMatchObject({ ok: true, message: { net: false, weight: 250, tare: 150 } });
    expect(frame?.ok && toledoChecked.decode([frame.message])).toMatchObject({ values: { grossGrams: 2_500, netGrams: 2_500, tareGrams: 0 } });
  });
});

describe('words of two readings in one', () => {
  const read = { kind: 'read', space: 'holding', address: 0x50, count: 2 } as const;
  const words = (...list: readonly number[]): ModbusResponse => ({ kind: 'words', words: list });

  test('torn-read: the high word of a number is that of the reading before', () => {
    const stale = new StaleWords(scaleWcn);
    expect(stale.mix(read, words(0, 0xfff0), [{ name: 'torn-read' }])).toEqual(words(0, 0xfff0));
    expect(stale.mix(read, words(1, 0x0010), [{ name: 'torn-read' }])).toEqual(words(0, 0x0010));
    expect(stale.mix(read, words(1, 0x0020), [])).toEqual(words(1, 0x0020));
  });

  test('status-lag: flags are those of the reading before, numbers are not', () => {
    const stale = new StaleWords(scaleWcn);
    const status = { kind: 'read', space: 'holding', address: 0x08, count: 1 } as const;
    stale.mix(status, words(0x20), []);
    stale.mix(read, words(0, 1), []);
    expect(stale.mix(status, words(0x02), [{ name: 'status-lag' }])).toEqual(words(0x20));
    expect(stale.mix(read, words(0, 2), [{ name: 'status-lag' }])).toEqual(words(0, 2));
    expect(stale.mix(status, words(0x02), [{ name: 'status-lag' }])).toEqual(words(0x02));
  });
});
