/**
 * What the gateway can do next, one durable or visible thing at a time, in the order in which the station does it: look, decide, commit,
 * act. Decisions are core's; that a look and the commit it leads to are one move loses nothing, because a commit does not touch the board.
 */
import assert from 'node:assert/strict';
import type { BoardMove, TurnFacts } from '../../gateway/core/dispenser-turn.ts';
import {
  type DispenseStep,
  dispenseCommand,
  type FenceStep,
  isResting,
  type LookInput,
  lastJobBefore,
  nextJobNumber,
  type WriteInput,
} from '../../gateway/core/dispensing.ts';
import type { DispenserCommand } from '../../protocol/devices/dispenser-bd1.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { feedBoard } from './board-moves.ts';
import { applyDraft } from './ledger.ts';
import { acceptMs, type Parts } from './parts.ts';
import {
  boardFacts,
  compareFrames,
  type Doing,
  device,
  drawFacts,
  type Frame,
  freshStation,
  type Made,
  type Move,
  openJobOf,
  type Station,
  showNumber,
  statusOf,
  type World,
} from './world.ts';

/** Fences tried on a board that stays in FAULT. The gateway ships with more; how often it tries changes no rule. */
const faultFencesMax = 1;
const nobody: Station['made'] = new Set();

const withStation = (world: World, changes: Partial<Station>): World => ({ ...world, station: { ...world.station, ...changes } });
const doing = (world: World, next: Doing): World => withStation(world, { doing: next });

function record(world: World, drafts: readonly EventDraft[]): Made {
  return { world: { ...world, ledger: drafts.reduce(applyDraft, world.ledger) }, happened: [{ kind: 'recorded', drafts }] };
}

/** All that a restore made the ledger forget is in the books again: from here on nothing is excused. */
const reckoned = (world: World): World => (world.truth.restored ? { ...world, truth: { ...world.truth, restored: false } } : world);
const hasLock = ({ ledger: { locked } }: World): boolean => locked !== null;

const then = ({ world, happened }: Made, go: (world: World) => World): Made => ({ world: go(world), happened });

/** Puts a command on the wire; where no more may be there, it is lost at once. */
function send(world: World, command: DispenserCommand): World {
  const frame: Frame = { command, inRecovery: command.opcode === 'dispense' && world.station.made.has('follow') };
  if (world.frames.some((other) => compareFrames(other, frame) === 0) || world.frames.length >= world.left.frames) return world;
  return { ...world, frames: [...world.frames, frame].sort(compareFrames) };
}

const look = (world: World, parts: Parts): World => feedBoard(world, parts, { kind: 'statusRead', wireMs: 0 }).world;
const fencedDraft = (fence: number, job: number | null): EventDraft => ({
  ...{ name: 'device.fenced', subject: device, data: { device, fence, job, reason: job === null ? 'start_up' : 'open_job' } },
});

/** What a turn is decided by. `looked`: a person stands at the board and has its counters taken as they are. */
function turnFacts(world: World, looked: boolean): TurnFacts {
  const { ledger, station } = world;
  const { fenced, faultFences, made } = station;
  return {
    ...{ device, status: statusOf(world), board: boardFacts(ledger), open: openJobOf(ledger) },
    highestJob: Math.max(ledger.highest, lastJobBefore(ledger.epoch)),
    memory: { fenced, gaveUp: false, faultFences, faultFencesMax, looked, made },
  };
}

/** One move of a turn. */
function turn(before: World, parts: Parts, looked: boolean): Made {
  const world = look(before, parts);
  const { ledger, station } = world;
  const facts = turnFacts(world, looked);
  const { status } = facts;
  const move = parts.decideTurn(facts);
  const made = (kind: BoardMove['kind']) => ({ made: new Set(station.made).add(kind) });
  switch (move.kind) {
    case 'record':
      return record(world, move.drafts);
    case 'rebaseline':
      return then(record(world, parts.decideRebaseline(facts, 'op-1')), (next) => withStation(next, { ...freshStation, ...made('rebaseline') }));
    case 'follow': {
      const { open } = ledger;
      assert(open !== null && move.job.job === open.intent.job, 'the job to follow is the open one');
      const step = parts.resumeDispense(open.intent, open.fence);
      return { world: withStation(world, { ...made('follow'), doing: { kind: 'job', step } }), happened: [] };
    }
    case 'fencePast':
    case 'fenceFault': {
      const fence = nextJobNumber(ledger.epoch, ledger.highest, status.lastJob);
      const step = parts.startFence(fence, status, 0);
      const faultFences = station.faultFences + (move.kind === 'fenceFault' ? 1 : 0);
      const changes = { ...made(move.kind), faultFences, doing: { kind: 'fence', why: move.kind, step } } as const;
      return then(record(world, [fencedDraft(fence, null)]), (next) => withStation(next, changes));
    }
    case 'hold':
    case 'serve': {
      const rests = move.kind === 'serve' && isResting(status);
      const faultFences = move.kind === 'serve' && status.state !== 'fault' ? 0 : station.faultFences;
      const next = withStation(world, { made: nobody, faultFences });
      return rests ? { world: hasLock(next) ? next : reckoned(next), happened: [{ kind: 'rested' }] } : { world: next, happened: [] };
    }
  }
}

const crash = (world: World): World => ({ ...world, station: freshStation, left: { ...world.left, crashes: world.left.crashes - 1 } });

/**
 * A villager asks for a roll while the gateway is ready to serve. Null where it is not, or says no. With `dies`, a gateway that sends first
 * ends before it commits: all else that can come between the two has nothing to do with the commit.
 */
function draw(before: World, parts: Parts, dies: boolean): Made | null {
  const world = look(before, parts);
  const { ledger, left } = world;
  const facts = turnFacts(world, false);
  if (parts.decideTurn(facts).kind !== 'serve') return null;
  const { status } = facts;
  const decision = parts.decideDraw(drawFacts(ledger, status), nextJobNumber(ledger.epoch, ledger.highest, status.lastJob));
  if (!decision.ok) return null;
  const asked = withStation({ ...reckoned(world), left: { ...left, jobs: left.jobs - 1 } }, { made: nobody });
  const { intent, draft } = decision;
  if (dies) return { world: crash(send(asked, dispenseCommand(intent))), happened: [] };
  return then(record(asked, [draft]), (next) => doing(next, { kind: 'job', step: parts.startDispense(intent, 0, acceptMs) }));
}

function turnMoves(world: World, parts: Parts): Move[] {
  const { locked } = world.ledger;
  const moves: Move[] = [{ what: () => 'gateway  looks', ordinary: true, make: () => turn(world, parts, false) }];
  if (locked !== null && locked !== 'throat_blocked')
    moves.push({ what: () => 'person   has looked at the board and takes its counters as they are', ordinary: false, make: () => turn(world, parts, true) });
  if (world.left.jobs === 0) return moves;
  const drawn = draw(world, parts, false);
  if (drawn !== null) moves.push({ what: () => 'villager asks for a roll', ordinary: false, make: () => drawn });
  const lost = parts.commitsFirst || world.left.crashes === 0 ? null : draw(world, parts, true);
  if (lost !== null)
    moves.push({ what: () => 'villager asks for a roll; the gateway writes DISPENSE and crashes before it commits', ordinary: false, make: () => lost });
  return moves;
}

/** A write is taken for obeyed or for refused, whatever came of it: an answer can be lost, or be another's. */
const fates = [
  { kind: 'written', atMs: 0 },
  { kind: 'refused', atMs: 0 },
] as const;
/** A look is within the patience or after it. */
const times = [
  { atMs: 0, when: 'in time' },
  { atMs: acceptMs, when: 'when patience is over' },
] as const;

function writeMoves(world: World, command: DispenserCommand, go: (sent: World, input: WriteInput) => Made): Move[] {
  return fates.map((fate) => ({
    what: () => `gateway  writes ${command.opcode.toUpperCase()} ${showNumber(command.jobId)}, taken for ${fate.kind}`,
    ordinary: true,
    make: () => go(send(world, command), fate),
  }));
}

function lookMoves(world: World, parts: Parts, number: number, go: (seen: World, input: LookInput) => Made): Move[] {
  return times.map(({ atMs, when }) => ({
    what: () => `gateway  looks for ${showNumber(number)} ${when}`,
    ordinary: true,
    make: () => {
      const seen = look(world, parts);
      return go(seen, { kind: 'status', status: statusOf(seen), atMs });
    },
  }));
}

/** Goes on with a job up to the next thing the board, the wire or a clock has a part in. */
function goOn(world: World, parts: Parts, step: DispenseStep): Made {
  const { state, effect } = step;
  if (effect.kind === 'takeFence') {
    const { ledger } = world;
    const fence = nextJobNumber(ledger.epoch, ledger.highest, state.intent.job);
    const next = parts.stepDispense(state, { kind: 'fenceTaken', fence }, acceptMs);
    return then(record(world, [fencedDraft(fence, state.intent.job)]), (taken) => doing(taken, { kind: 'job', step: next }));
  }
  if (effect.kind !== 'settle') return { world: doing(world, { kind: 'job', step }), happened: [] };
  const job = openJobOf(world.ledger);
  assert(job !== null, `I5: job ${showNumber(state.intent.job)} is settled, but its hold is not open`);
  const draft = parts.decideSettlement(job, effect.outcome, { magazine: [], scanned: [] });
  return then(record(world, [draft]), (settled) => doing(settled, { kind: 'turn' }));
}

function jobMoves(world: World, parts: Parts, { state, effect }: DispenseStep): Move[] {
  const go = (next: World, input: LookInput | WriteInput) => goOn(next, parts, parts.stepDispense(state, input, acceptMs));
  if (effect.kind === 'write') return writeMoves(world, effect.command, go);
  assert(effect.kind === 'read', 'no board is swapped here, and all else was done at once');
  return lookMoves(world, parts, state.intent.job, go);
}

function fenceMoves(world: World, parts: Parts, why: 'fencePast' | 'fenceFault', { state, effect }: FenceStep): Move[] {
  const go = (next: World, input: LookInput | WriteInput): Made => {
    const step = parts.stepFence(state, input, acceptMs);
    if (step.effect.kind !== 'over') return { world: doing(next, { kind: 'fence', why, step }), happened: [] };
    return { world: withStation(next, { doing: { kind: 'turn' }, fenced: next.station.fenced || why === 'fencePast' }), happened: [] };
  };
  if (effect.kind === 'write') return writeMoves(world, effect.command, go);
  assert(effect.kind === 'read', 'a fence that is over was left at once');
  return lookMoves(world, parts, state.fence, go);
}

function storyMoves(world: World, parts: Parts): Move[] {
  const { doing: now } = world.station;
  switch (now.kind) {
    case 'turn':
      return turnMoves(world, parts);
    case 'job':
      return jobMoves(world, parts, now.step);
    case 'fence':
      return fenceMoves(world, parts, now.why, now.step);
  }
}

/**
 * The same moves, with a backup taken just before the ledger changes: taken any earlier it would hold the same. One that is never put back
 * changes nothing, so it is taken only while a restore may come.
 */
function withBackup(world: World, move: Move): Move {
  const make = (): Made => {
    const made = move.make();
    return made.world.ledger === world.ledger ? { world, happened: [] } : { ...made, world: { ...made.world, backup: world.ledger } };
  };
  return { what: () => `${move.what()}; a backup was taken just before`, ordinary: false, make };
}

/** Everything the gateway can do, and what can befall it. */
export function stationMoves(world: World, parts: Parts): Move[] {
  const { left, ledger, backup } = world;
  const moves = storyMoves(world, parts);
  if (left.restores > 0 && backup === null) moves.push(...moves.map((move) => withBackup(world, move)));
  const befall = (what: string, next: () => World) => moves.push({ what: () => what, ordinary: false, make: () => ({ world: next(), happened: [] }) });
  if (left.crashes > 0) befall('gateway  crashes and starts again', () => crash(world));
  if (left.restores > 0)
    befall(`person   puts the ledger back from the backup; the gateway starts${parts.opensEpoch ? ' and opens a new epoch' : ''}`, () => ({
      ...world,
      ...{
        ledger: { ...(backup ?? ledger), epoch: ledger.epoch + (parts.opensEpoch ? 1 : 0) },
        backup: null,
        station: freshStation,
        left: { ...left, restores: left.restores - 1 },
      },
      truth: { ...world.truth, restored: true },
    }));
  return moves;
}
