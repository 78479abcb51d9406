/**
 * The iron of a bag dispenser: a magazine of coded rolls in order, a motor that pushes the first one through the throat past the exit
 * light barrier, a door, and the tray a villager reaches into. Pure and seeded. It must never know jobs, counters or registers: whether
 * a roll may move is the firmware's business, where it is is ours.
 */
import type { Random } from '../random.ts';

export interface Mechanism {
  /** Labels of the rolls, next one out first. */
  readonly magazine: readonly string[];
  /** Labels of rolls lying in the tray. */
  readonly tray: readonly string[];
  readonly motorOn: boolean;
  /** How far the first roll has been pushed, in motor time; it leaves at `cycleMs`. Unit: ms. */
  readonly pushedMs: number;
  /** Motor time this roll needs, drawn when it starts to move; 0 before that. Unit: ms. */
  readonly cycleMs: number;
  /** Motor time at which this roll sticks, however long the motor runs; `null` when it runs free. Unit: ms. */
  readonly sticksAtMs: number | null;
  readonly doorOpen: boolean;
}

export interface MechanismOptions {
  /** Rolls the magazine holds. */
  readonly capacity: number;
  /** Chance that a roll sticks on its way, 0..1. */
  readonly jamProbability: number;
  /** What is wrong with the iron now: rolls stick in the throat, stop half-way before it, or none is there to be gripped. */
  readonly trouble?: 'jam' | 'half-dispense' | 'no-roll' | undefined;
}

/** Motor time of one roll, drawn evenly. Unit: ms of village time. */
const cycleBounds = { least: 2_200, most: 2_800 } as const;
/** Part of its way after which a roll stands in the throat; that is where rolls stick. */
const throatShare = 0.6;
/** Part of its way at which a troubled machine leaves a roll. */
const troubledShare = { jam: 0.8, 'half-dispense': 0.4 } as const;
/** Rolls the tray holds; what comes on top pushes the oldest one out into the yard. */
const trayHolds = 20;
/** Rolls at which the low-level switch falls: 20 % of a full magazine. */
const lowShare = 0.2;

export const emptyMechanism: Mechanism = {
  magazine: [],
  tray: [],
  motorOn: false,
  pushedMs: 0,
  cycleMs: 0,
  sticksAtMs: null,
  doorOpen: false,
};

/** Whether a roll stands in the throat light barrier. */
export const isThroatBlocked = (mechanism: Mechanism): boolean => mechanism.cycleMs > 0 && mechanism.pushedMs > mechanism.cycleMs * throatShare;
/** Whether the low-level switch has fallen. */
export const isRollLow = (mechanism: Mechanism, options: MechanismOptions): boolean => mechanism.magazine.length <= options.capacity * lowShare;

/**
 * Runs the motor for `elapsedMs` of village time, at most until a roll passes the exit. `out` is its label; the caller tells the
 * firmware and calls again for the rest of the time.
 */
export function stepMechanism(
  mechanism: Mechanism,
  elapsedMs: number,
  options: MechanismOptions,
  random: Random,
): { mechanism: Mechanism; out: string | null } {
  const [label, ...rest] = mechanism.magazine;
  const { trouble } = options;
  if (!mechanism.motorOn || label === undefined || trouble === 'no-roll') return { mechanism, out: null };
  const started = mechanism.cycleMs > 0 ? mechanism : startRoll(mechanism, options, random);
  const troubledAtMs = trouble === undefined ? Number.POSITIVE_INFINITY : started.cycleMs * troubledShare[trouble];
  const stopsAtMs = Math.min(started.sticksAtMs ?? Number.POSITIVE_INFINITY, troubledAtMs);
  const pushedMs = Math.max(started.pushedMs, Math.min(started.pushedMs + elapsedMs, stopsAtMs));
  if (pushedMs < started.cycleMs) return { mechanism: { ...started, pushedMs }, out: null };
  return { mechanism: { ...started, magazine: rest, tray: [...started.tray, label].slice(-trayHolds), pushedMs: 0, cycleMs: 0, sticksAtMs: null }, out: label };
}

function startRoll(mechanism: Mechanism, options: MechanismOptions, random: Random): Mechanism {
  const cycleMs = random.whole(cycleBounds.least, cycleBounds.most);
  const sticks = random.chance(options.jamProbability);
  const sticksAtMs = sticks ? Math.floor(cycleMs * (throatShare + (1 - throatShare) * (0.1 + 0.8 * random.next()))) : null;
  return { ...mechanism, cycleMs, sticksAtMs, pushedMs: 0 };
}

/** Puts a roll behind the others. Needs an open door and a free place; otherwise says which is missing. */
export function loadRoll(mechanism: Mechanism, label: string, options: MechanismOptions): { ok: true; mechanism: Mechanism } | { ok: false; reason: string } {
  if (!mechanism.doorOpen) return { ok: false, reason: 'the door is closed' };
  if (mechanism.magazine.length >= options.capacity) return { ok: false, reason: `the magazine is full (${options.capacity} rolls)` };
  return { ok: true, mechanism: { ...mechanism, magazine: [...mechanism.magazine, label] } };
}

/** A keeper pushes the first roll back to where it was before the motor started. */
export const freeThroat = (mechanism: Mechanism): Mechanism => ({ ...mechanism, pushedMs: 0, cycleMs: 0, sticksAtMs: null });
/** Somebody takes whatever lies in the tray. */
export const emptyTray = (mechanism: Mechanism): Mechanism => ({ ...mechanism, tray: [] });
