/**
 * One world for all that can only differ in where counting began: job numbers are moved down epoch by epoch, roll counts together, and what
 * is booked becomes the baseline. Every decision compares these values or takes the next one, so nothing that can follow is lost; the
 * invariants are judged before. A counterexample is made again without this, so that its numbers are the real ones.
 */
import type { DispenseIntent, DispenseStep } from '../../gateway/core/dispensing.ts';
import type { DispenserCommand } from '../../protocol/devices/dispenser-bd1.ts';
import type { Doing, Ledger, World } from './world.ts';

const epochSize = 2 ** 32;

/** How far each number and each count is moved. */
interface Move {
  readonly number: (job: number) => number;
  readonly count: (rolls: number) => number;
}

/** Visits every job number and every roll count of a world, in one place for measuring and for moving. */
function moved(world: World, { number, count }: Move): World {
  const command = (old: DispenserCommand): DispenserCommand => ({
    ...old,
    ...{ jobId: number(old.jobId), expectLastJob: number(old.expectLastJob), expectCtrOut: count(old.expectCtrOut) },
  });
  const intentOf = (old: DispenseIntent): DispenseIntent => ({
    ...old,
    ...{ job: number(old.job), expectLastJob: number(old.expectLastJob), expectCtrOut: count(old.expectCtrOut) },
  });
  const fenceOf = (fence: number | null) => (fence === null ? null : number(fence));
  const ledgerOf = (old: Ledger): Ledger => ({
    ...old,
    highest: number(old.highest),
    baseCtrOut: count(old.baseCtrOut),
    open: old.open === null ? null : { intent: intentOf(old.open.intent), fence: fenceOf(old.open.fence) },
  });
  const effectOf = <Effect extends DispenseStep['effect'] | { kind: 'over' }>(old: Effect): Effect =>
    old.kind === 'write' ? { ...old, command: command(old.command) } : old;
  const doingOf = (old: Doing): Doing => {
    switch (old.kind) {
      case 'turn':
        return old;
      case 'job': {
        const { state, effect } = old.step;
        return { ...old, step: { state: { ...state, intent: intentOf(state.intent), fence: fenceOf(state.fence) }, effect: effectOf(effect) } };
      }
      case 'fence': {
        const { state, effect } = old.step;
        return { ...old, step: { state: { ...state, fence: number(state.fence) }, effect: effectOf(effect) } };
      }
    }
  };
  const { ledger, backup, station, nv, truth } = world;
  return {
    ...world,
    ledger: ledgerOf(ledger),
    backup: backup === null ? null : ledgerOf(backup),
    station: { ...station, doing: doingOf(station.doing) },
    nv: { ...nv, lastJob: number(nv.lastJob), ctrOut: count(nv.ctrOut) },
    frames: world.frames.map((frame) => ({ ...frame, command: command(frame.command) })),
    truth: { ...truth, startedJob: truth.startedJob === 0 ? 0 : number(truth.startedJob), rollsOut: count(truth.rollsOut) },
  };
}

/** What is booked becomes the baseline: decisions read the sum. */
function bookedAway(ledger: Ledger): Ledger {
  const { baseCtrOut, posted, purged, suspense } = ledger;
  return { ...ledger, baseCtrOut: baseCtrOut + posted + purged + suspense, posted: 0, purged: 0, suspense: 0 };
}

/** A motor start of the past says something only while its job is the board's last one, or is still open. */
function forgetStart({ truth, nv, ledger }: World): World['truth'] {
  if (truth.startedJob === nv.lastJob || truth.startedJob === ledger.open?.intent.job) return truth;
  return { ...truth, startedJob: 0, rollsOfStarted: 0 };
}

/** The world that stands for this one. */
export function canonical(world: World): World {
  const { ledger, backup } = world;
  const booked = { ...world, truth: forgetStart(world), ledger: bookedAway(ledger), backup: backup === null ? null : bookedAway(backup) };
  const least = new Map<number, number>();
  let leastCount = Number.POSITIVE_INFINITY;
  moved(booked, {
    number: (job) => {
      const epoch = Math.floor(job / epochSize);
      least.set(epoch, Math.min(least.get(epoch) ?? job, job));
      return job;
    },
    count: (rolls) => {
      leastCount = Math.min(leastCount, rolls);
      return rolls;
    },
  });
  return moved(booked, {
    number: (job) => {
      const epoch = Math.floor(job / epochSize);
      // 0 is the factory's number and no epoch's: while a board or a command still has it, the first epoch is counted from there.
      return epoch === 0 || (epoch === 1 && least.has(0)) ? job : job - (least.get(epoch) ?? job) + epoch * epochSize + 1;
    },
    count: (rolls) => rolls - leastCount,
  });
}
