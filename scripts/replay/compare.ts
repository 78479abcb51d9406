/**
 * Whether a replay decided what was decided when it was recorded. Each device is looked at on its own, in order: two of them may come a little
 * earlier or later than each other, never than their own past. What has to differ is not compared: versions and keys, and what people did to the roster.
 */
import { isGiven } from '../../protocol/capture-folder.ts';

/** One decision: an event appended, or a word to somebody at a counter. `atMs` since the capture began. */
export interface Decision {
  readonly atMs: number;
  readonly kind: 'event' | 'told';
  readonly name: string;
  /** Whose it is: a device or the village. */
  readonly of: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Difference {
  /** In the recording, or where it has nothing, in the replay. Unit: ms since the capture began. */
  readonly atMs: number;
  readonly of: string;
  /** The first field that differs, as a path; null when the decision itself is another, or missing. */
  readonly field: string | null;
  readonly recorded: Decision | null;
  readonly replayed: Decision | null;
}

export interface Bounds {
  /** Nothing is compared beyond. Unit: ms since the capture began. */
  readonly untilMs: number;
  /** Village time runs this much faster than the wires. */
  readonly pace: number;
}

/** How much earlier or later a decision, or a time in its data, may be. Unit: ms of the wires. */
export const toleranceMs = 2000;

/** Circumstances of a start, said with other keys and versions by each gateway, and a modem that is not there. */
const notDecided: ReadonlySet<string> = new Set(['gateway.started', 'config.activated', 'epoch.opened', 'alarm.notified']);
/** Names the program, not what it decided. */
const notCompared: ReadonlySet<string> = new Set(['core']);

interface RecordedEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** A person had told a story. */
  readonly asked: boolean;
}

/** An event as a decision, or undefined for one that is not compared. */
export function eventDecision(atMs: number, event: RecordedEvent): Decision | undefined {
  const { name, data } = event;
  if (notDecided.has(name) || isGiven(event)) return undefined;
  const device = [data['dispenser'], data['scale'], data['device'], data['bin']].find((value) => typeof value === 'string');
  // Who is there is looked after by a watch of its own, beside the story of the device.
  const of = name === 'device.health' ? `the presence of ${device}` : (device ?? 'the village');
  return { atMs, kind: 'event', name, of, data };
}

export const toldDecision = (atMs: number, station: string, outcome: Readonly<Record<string, unknown>>): Decision => ({
  ...{ atMs, kind: 'told', name: String(outcome['kind']), of: `the counter of ${station}`, data: outcome },
});

/** @returns the first difference of each device by time, none where all is the same; and how many decisions were compared. */
export function compareDecisions(
  recorded: readonly Decision[],
  replayed: readonly Decision[],
  bounds: Bounds,
): { readonly differences: readonly Difference[]; readonly compared: number } {
  const whose = new Set([...recorded, ...replayed].map(({ of }) => of));
  const found = [...whose].map((of) => firstDifference(recorded.filter(isOf(of)), replayed.filter(isOf(of)), bounds));
  const differences = found.flatMap(({ difference }) => (difference === null ? [] : [difference]));
  return { differences: differences.toSorted((one, other) => one.atMs - other.atMs), compared: found.reduce((sum, { compared }) => sum + compared, 0) };
}

const isOf =
  (of: string) =>
  (decision: Decision): boolean =>
    decision.of === of;

function firstDifference(recorded: readonly Decision[], replayed: readonly Decision[], bounds: Bounds): { difference: Difference | null; compared: number } {
  const count = Math.max(recorded.length, replayed.length);
  for (let at = 0; at < count; at += 1) {
    const [one = null, other = null] = [recorded[at], replayed[at]];
    const decision = one ?? other;
    if (decision === null) break;
    const differing = { atMs: decision.atMs, of: decision.of, recorded: one, replayed: other };
    if (one === null || other === null) {
      // So near the end the other may have been about to follow.
      const isCut = decision.atMs > bounds.untilMs - toleranceMs;
      return { difference: isCut ? null : { ...differing, field: null }, compared: at };
    }
    if (one.kind !== other.kind || one.name !== other.name) return { difference: { ...differing, field: null }, compared: at };
    const field = fieldThatDiffers(one.data, other.data, bounds.pace);
    if (field !== null) return { difference: { ...differing, field }, compared: at };
    if (Math.abs(one.atMs - other.atMs) > toleranceMs) return { difference: { ...differing, field: 'the moment' }, compared: at };
  }
  return { difference: null, compared: count };
}

/** Path of the first value that differs, or null. Times may differ within the tolerance. */
function fieldThatDiffers(one: unknown, other: unknown, pace: number, path = ''): string | null {
  if (Object.is(one, other) || notCompared.has(path)) return null;
  if (typeof one === 'number' && typeof other === 'number' && path.endsWith('Ms') && Math.abs(one - other) <= toleranceMs * pace) return null;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return path;
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const found = fieldThatDiffers(left[key], right[key], pace, path === '' ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

/** The value at a path of `fieldThatDiffers`. */
export function valueAt(decision: Decision | null, path: string): unknown {
  let value: unknown = decision?.data;
  for (const key of path.split('.')) value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return value;
}
