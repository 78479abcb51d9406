/**
 * What wire, board, iron and a keeper's hand can do next: a command arrives, late, twice or never; the board takes a step; a roll reaches
 * the throat or leaves it; power goes. Rules are the firmware's, where the roll may be is ours.
 */
import { type BoardInput, type BoardNv, jamAfterMs } from '../../device-sim/firmware/dispenser-bd1.ts';
import type { Parts } from './parts.ts';
import { type Frame, type Happening, type Made, type Move, sensors, settleCounters, showNumber, type World } from './world.ts';

const isThroatBlocked = (world: World): boolean => world.ram.sensors.throatBlocked;

const calm = (world: World): Made => ({ world, happened: [] });

/** Feeds the board one input and lets the motor do what it says. */
export function feedBoard(world: World, parts: Parts, input: BoardInput): Made {
  const step = parts.stepBoard(world.nv, world.ram, input);
  if (step.nv === world.nv && step.ram === world.ram && step.effects.every(({ kind }) => kind === 'answer')) return calm(world);
  const happened: Happening[] = [];
  let { motorOn, truth } = world;
  for (const effect of step.effects) {
    if (effect.kind !== 'motor') continue;
    motorOn = effect.on;
    if (effect.on && effect.job !== null) {
      happened.push({ kind: 'motorStarted', job: effect.job, inRecovery: truth.armedInRecovery });
      truth = { ...truth, startedJob: effect.job, rollsOfStarted: 0 };
    }
  }
  return { world: { ...world, ...settleCounters(step.nv, step.ram), motorOn, truth }, happened };
}

function cutPower(world: World, parts: Parts, nv: BoardNv): World {
  const { nv: kept, ram } = parts.powerUpBoard(nv, world.ram.sensors);
  const truth = { ...world.truth, armedInRecovery: false };
  return { ...world, ...settleCounters(kept, ram), motorOn: false, truth, left: { ...world.left, cuts: world.left.cuts - 1 } };
}

const without = (world: World, frame: Frame): World => ({ ...world, frames: world.frames.filter((other) => other !== frame) });
const showFrame = ({ command, inRecovery }: Frame): string =>
  `${command.opcode.toUpperCase()} ${showNumber(command.jobId)}${inRecovery ? ' (sent in recovery)' : ''}`;

function deliver(world: World, parts: Parts, frame: Frame): Made {
  const armed = world.nv.result === 'armed';
  const { world: after, happened } = feedBoard(world, parts, { kind: 'command', command: frame.command, wireMs: 0 });
  if (armed || after.nv.result !== 'armed') return { world: after, happened };
  return { world: { ...after, truth: { ...after.truth, armedInRecovery: frame.inRecovery } }, happened };
}

/** A command that changes nothing on arrival is as good as lost, and a copy of it as if nothing had come. */
function wireMoves(world: World, parts: Parts): Move[] {
  return world.frames.flatMap((frame) => {
    const moves: Move[] = [{ what: () => `wire     loses ${showFrame(frame)}`, ordinary: true, make: () => calm(without(world, frame)) }];
    const made = deliver(world, parts, frame);
    if (made.world === world) return moves;
    const alone = { ...made, world: without(made.world, frame) };
    moves.push({ what: () => `wire     delivers ${showFrame(frame)}`, ordinary: true, make: () => alone });
    moves.push({ what: () => `wire     delivers ${showFrame(frame)}, and a copy stays on the wire`, ordinary: true, make: () => made });
    return moves;
  });
}

/** The roll leaves the throat past the light barrier, by motor or by hand. */
function rollOut(world: World, parts: Parts): Made {
  const { truth, motorOn } = world;
  const counted = { ...truth, rollsOut: truth.rollsOut + 1, rollsOfStarted: truth.rollsOfStarted + (motorOn ? 1 : 0) };
  const { world: seen, happened } = feedBoard({ ...world, truth: counted }, parts, { kind: 'exitEdge' });
  const after = feedBoard(seen, parts, { kind: 'sensors', sensors: sensors(false) });
  return { world: after.world, happened: [...happened, ...after.happened] };
}

function tornMoves(world: World, parts: Parts): Move[] {
  const after = rollOut(world, parts).world;
  return parts.tornWrites(world.nv, { kind: 'exitEdge' }, after.nv).map((nv) => ({
    what: () => 'metal    pushes the roll out; power goes while the board counts it, and comes back',
    ordinary: false,
    make: () => calm(cutPower(after, parts, nv)),
  }));
}

function motionMoves(world: World, parts: Parts): Move[] {
  const moves: Move[] = [];
  if (world.ram.state === 'armed' || world.ram.state === 'moving') {
    const what = () => (world.ram.state === 'armed' ? 'board    starts the motor' : 'board    looks whether the motion is complete');
    moves.push({ what, ordinary: true, make: () => feedBoard(world, parts, { kind: 'tick', elapsedMs: 0 }) });
  }
  if (world.ram.state === 'moving')
    moves.push({
      what: () => 'board    has run the motor for as long as it may',
      ordinary: true,
      make: () => feedBoard(world, parts, { kind: 'tick', elapsedMs: jamAfterMs }),
    });
  if (!world.motorOn) return moves;
  if (isThroatBlocked(world)) {
    moves.push({ what: () => 'metal    pushes the roll out past the exit', ordinary: true, make: () => rollOut(world, parts) });
    if (world.left.cuts > 0) moves.push(...tornMoves(world, parts));
  } else
    moves.push({
      what: () => 'metal    pushes the roll into the throat',
      ordinary: true,
      make: () => feedBoard(world, parts, { kind: 'sensors', sensors: sensors(true) }),
    });
  return moves;
}

/** A keeper touches the machine when it says that the throat is blocked, not before. */
function keeperMoves(world: World, parts: Parts): Move[] {
  if (!isThroatBlocked(world) || world.motorOn || world.ledger.locked !== 'throat_blocked') return [];
  return [
    {
      what: () => 'keeper   pushes the roll back',
      ordinary: false,
      make: () => feedBoard(world, parts, { kind: 'sensors', sensors: sensors(false) }),
    },
    { what: () => 'keeper   pulls the roll out', ordinary: false, make: () => rollOut(world, parts) },
  ];
}

/** Everything that can happen outside the gateway. */
export function boardMoves(world: World, parts: Parts): Move[] {
  const moves = [...wireMoves(world, parts), ...motionMoves(world, parts), ...keeperMoves(world, parts)];
  if (world.left.cuts > 0)
    moves.push({
      what: () => 'board    loses power and gets it back',
      ordinary: false,
      make: () => calm(cutPower(world, parts, world.nv)),
    });
  return moves;
}
