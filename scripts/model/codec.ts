/**
 * A world as a fixed number of bytes, and the world those bytes stand for: millions fit in memory and are compared exactly, never by hash
 * alone. Left out is only what no decision reads: where counting began (see row.ts), how the rolls that are booked divide into posted, wasted
 * and suspense, and past motor starts that no invariant asks for. The invariants are judged before, and a counterexample is made again in
 * full, so that its numbers are the real ones.
 */
import assert from 'node:assert/strict';
import type { BoardNv, BoardRam } from '../../device-sim/firmware/dispenser-bd1.ts';
import type { DispenseEffect, DispenseStep, FenceStep } from '../../gateway/core/dispensing.ts';
import type { LockReason } from '../../gateway/core/reconciling.ts';
import { Row } from './row.ts';
import { type Budget, type Doing, type Frame, type Ledger, nonce, type Station, sensors, type World } from './world.ts';

const framesMax = 3;
const ledgerBytes = 8;
export const worldBytes = 2 * ledgerBytes + 10 + 6 + framesMax * 4 + 2 + 4;

const rolls = 1;
const locks = ['foreign_job', 'counter_behind', 'throat_blocked', 'fault_persists', 'board_replaced', 'protocol_version', 'job_number_exhausted'] as const;
const boardStates = ['idle', 'armed', 'moving', 'done', 'fault'] as const satisfies readonly BoardRam['state'][];
const results = ['none', 'armed', 'ok', 'jam', 'indeterminate', 'fenced'] as const satisfies readonly BoardNv['result'][];
const phases = ['accepting', 'running', 'needsFence', 'fencing'] as const satisfies readonly DispenseStep['state']['phase'][];
const doings = ['turn', 'job', 'fencePast', 'fenceFault'] as const;
const effects = ['none', 'write', 'read', 'takeFence', 'settle', 'over'] as const;
const madeKinds = ['follow', 'rebaseline', 'fenceFault', 'fencePast'] as const;
const madeSets = Array.from({ length: 16 }, (_unused, bits): Station['made'] => new Set(madeKinds.filter((_kind, index) => bits & (1 << index))));

/** `bytes` has `worldBytes` bytes; all of them are written. */
export const encodeWorld = (world: World, bytes: Uint8Array): void => new Row(bytes).write((row) => putWorld(row, world));

function putWorld(row: Row, world: World): void {
  putLedger(row, world.ledger);
  if (world.backup === null) row.skip(ledgerBytes);
  else putLedger(row, world.backup);
  putStation(row, world);
  const { nv, ram, motorOn, left } = world;
  row.putNumber(nv.lastJob);
  row.put(nv.quantity * 16 + nv.doneRolls);
  row.putOf(results, nv.result);
  row.putCount(nv.ctrOut);
  row.putOf(boardStates, ram.state);
  row.put((ram.statusReadAtMs === null ? 0 : 1) + (ram.sensors.throatBlocked ? 2 : 0) + (motorOn ? 4 : 0));
  for (const { command, inRecovery } of world.frames) {
    row.put((command.opcode === 'dispense' ? 1 : 2) + (inRecovery ? 4 : 0));
    row.putNumber(command.jobId);
    row.putNumber(command.expectLastJob);
    row.putCount(command.expectCtrOut);
  }
  row.skip((framesMax - world.frames.length) * 4);
  row.put(left.jobs * 16 + left.crashes);
  row.put(left.cuts * 16 + left.restores);
  putTruth(row, world);
}

/** A motor start of the past says something only while its job is the board's last one, or is still open. */
function putTruth(row: Row, { truth, nv, ledger }: World): void {
  row.putCount(truth.rollsOut);
  if (truth.startedJob !== 0 && (truth.startedJob === nv.lastJob || truth.startedJob === ledger.open?.intent.job)) {
    row.putNumber(truth.startedJob);
    row.put(truth.rollsOfStarted);
  } else row.skip(2);
  row.put((truth.armedInRecovery ? 1 : 0) + (truth.restored ? 2 : 0));
}

/** The world that stands for all with these bytes. `frames` is what the budget allows on the wire; it is the same in all worlds of a search. */
export function decodeWorld(bytes: Uint8Array, frames: number): World {
  const row = new Row(bytes);
  const ledger = takeLedger(row);
  assert(ledger !== null, 'there is always a ledger');
  const backup = takeLedger(row);
  const station = takeStation(row, ledger);
  const lastJob = row.takeNumber();
  const counts = row.take();
  const nv: BoardNv = {
    ...{ bootCount: 0, nonce, lastJob, quantity: counts >> 4, doneRolls: counts & 15, result: row.takeOf(results) },
    ...{ ctrOut: row.take(), ctrStart: 0, ctrTest: 0 },
  };
  const state = row.takeOf(boardStates);
  const flags = row.take();
  const ram: BoardRam = {
    ...{ state, service: null, movedMs: 0, snapshot: 0, statusReadAtMs: flags & 1 ? 0 : null, sensors: sensors((flags & 2) !== 0) },
  };
  const onWire = takeFrames(row);
  const [asked, upset] = [row.take(), row.take()];
  const left: Budget = { jobs: asked >> 4, crashes: asked & 15, cuts: upset >> 4, restores: upset & 15, frames };
  const [rollsOut, startedJob, rollsOfStarted, marks] = [row.take(), row.takeNumber(), row.take(), row.take()];
  const truth = { rollsOut, startedJob, rollsOfStarted, armedInRecovery: (marks & 1) !== 0, restored: (marks & 2) !== 0 };
  return { ledger, backup, station, nv, ram, motorOn: (flags & 4) !== 0, frames: onWire, left, truth };
}

/** What is booked becomes the baseline: decisions read the sum. */
function putLedger(row: Row, { epoch, highest, baseCtrOut, posted, purged, suspense, locked, open }: Ledger): void {
  row.put(epoch);
  row.putNumber(highest);
  row.putCount(baseCtrOut + posted + purged + suspense);
  row.put(locked === null ? 0 : locks.indexOf(locked as (typeof locks)[number]) + 1);
  if (open === null) {
    row.skip(4);
    return;
  }
  row.putNumber(open.intent.job);
  row.putNumber(open.intent.expectLastJob);
  row.putCount(open.intent.expectCtrOut);
  if (open.fence === null) row.put(0);
  else row.putNumber(open.fence);
}

function takeLedger(row: Row): Ledger | null {
  const [epoch, highest, baseCtrOut, lock] = [row.take(), row.takeNumber(), row.take(), row.take()];
  const [job, expectLastJob, expectCtrOut, fence] = [row.takeNumber(), row.takeNumber(), row.take(), row.takeNumber()];
  if (epoch === 0) return null;
  const locked: LockReason | null = lock === 0 ? null : (locks[lock - 1] ?? assert.fail('no such lock'));
  const open = job === 0 ? null : { intent: { job, rolls, expectLastJob, expectCtrOut, nonce }, fence: fence === 0 ? null : fence };
  return { epoch, highest, baseCtrOut, posted: 0, purged: 0, suspense: 0, locked, open };
}

/** What the running step knows from the ledger is not written twice: the job is the open one, a fence the number given out last. */
function putStation(row: Row, { station, ledger }: World): void {
  const { doing } = station;
  row.put(madeKinds.reduce((bits, kind, index) => bits + (station.made.has(kind) ? 1 << index : 0), station.fenced ? 16 : 0));
  row.put(station.faultFences);
  row.putOf(doings, doing.kind === 'fence' ? doing.why : doing.kind);
  switch (doing.kind) {
    case 'turn':
      row.skip(7);
      break;
    case 'job': {
      const { state, effect } = doing.step;
      assert(state.intent.job === ledger.open?.intent.job && state.fence === ledger.open.fence, 'a running job is the open one');
      row.putOf(phases, state.phase);
      row.put(state.sendsLeft * 4 + state.patienceUntilMs);
      putEffect(row, effect);
      break;
    }
    case 'fence': {
      const { state, effect } = doing.step;
      assert(state.fence === ledger.highest, 'a running fence is the number given out last');
      row.put(0);
      row.put(state.patienceUntilMs);
      putEffect(row, effect);
    }
  }
}

function takeStation(row: Row, ledger: Ledger): Station {
  const flags = row.take();
  const made = madeSets[flags & 15] ?? assert.fail('no such set');
  return { fenced: (flags & 16) !== 0, faultFences: row.take(), made, doing: takeDoing(row, ledger) };
}

function takeDoing(row: Row, ledger: Ledger): Doing {
  const kind = row.takeOf(doings);
  if (kind === 'turn') {
    row.pass(7);
    return { kind };
  }
  const [phase, patience] = [row.takeOf(phases), row.take()];
  if (kind === 'job') {
    const { open } = ledger;
    assert(open !== null, 'a running job is the open one');
    const sendsLeft = (patience >> 2) as 0 | 1 | 2;
    const state = { intent: open.intent, phase, sendsLeft, fence: open.fence, patienceUntilMs: patience & 3 };
    return { kind, step: { state, effect: takeEffect(row, open.intent.job, ledger) as DispenseEffect } };
  }
  const state = { fence: ledger.highest, nonce, patienceUntilMs: patience };
  return { kind: 'fence', why: kind, step: { state, effect: takeEffect(row, 0, ledger) as FenceStep['effect'] } };
}

function putEffect(row: Row, effect: DispenseEffect | FenceStep['effect']): void {
  assert(effect.kind !== 'lock', 'no board is swapped here');
  row.putOf(effects, effect.kind);
  if (effect.kind === 'write') {
    row.put(effect.command.opcode === 'dispense' ? 1 : 2);
    row.putNumber(effect.command.jobId);
    row.putNumber(effect.command.expectLastJob);
    row.putCount(effect.command.expectCtrOut);
  } else if (effect.kind === 'settle') {
    row.put(effect.outcome.done);
    row.putOf(results, effect.outcome.result);
    row.skip(2);
  } else row.skip(4);
}

function takeEffect(row: Row, job: number, ledger: Ledger): DispenseEffect | FenceStep['effect'] {
  const kind = row.takeOf(effects);
  if (kind === 'write') {
    const opcode = row.take() === 1 ? 'dispense' : 'fence';
    const [jobId, expectLastJob, expectCtrOut] = [row.takeNumber(), row.takeNumber(), row.take()];
    return { kind, command: { opcode, jobId, quantity: opcode === 'dispense' ? rolls : 0, expectLastJob, expectCtrOut } };
  }
  const [done, result] = [row.take(), results[row.take()] ?? 'none'];
  row.pass(2);
  assert(kind !== 'none', `job ${job} of ${ledger.highest} does something`);
  if (kind !== 'settle') return { kind };
  assert(result !== 'none' && result !== 'armed', 'a settled job has ended');
  return { kind, outcome: { done, result } };
}

function takeFrames(row: Row): Frame[] {
  const frames: Frame[] = [];
  for (let index = 0; index < framesMax; index += 1) {
    const mark = row.take();
    const [jobId, expectLastJob, expectCtrOut] = [row.takeNumber(), row.takeNumber(), row.take()];
    if (mark === 0) continue;
    const opcode = (mark & 3) === 1 ? 'dispense' : 'fence';
    frames.push({ inRecovery: (mark & 4) !== 0, command: { opcode, jobId, quantity: opcode === 'dispense' ? rolls : 0, expectLastJob, expectCtrOut } });
  }
  return frames;
}
