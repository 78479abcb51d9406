/**
 * When the fill level of a compartment is worth an event, and when a bin is on fire. Pure: readings in, events out. A level counts when
 * three readings in a row agree, so that one fluffy bag raises nothing; a fire counts at once and is never cleared by anything but a
 * person. It need not lock anything, as a hatch opens only by a pulse, and none is given while the alarm stands. Rules: R-46 (80 % plan, 95 % full), R-47 (smoke or heat).
 */
import type { CompartmentReading } from '../../protocol/bin-reading.ts';
import type { EventDraft, EventPayload } from '../../protocol/events.ts';

export type FillState = EventPayload<'bin.level.changed'>['fillState'];

/** A pick-up is planned from here. Unit: percent. */
const planPercent = 80;
/** The compartment counts as full from here. Unit: percent. */
const fullPercent = 95;
/** It counts as emptied below this, so that a level around 80 % does not flicker. Unit: percent. */
const normalPercent = 70;
/** Hotter than this is a fire. Unit: 0.1 degC. */
const fireDeciC = 700;
const readingsToBelieve = 3;

/** One level as it was seen: in percent, or by a sensor that knows only full and room. */
export type SeenLevel = number | 'full' | 'room';

/** What is recorded of a compartment, and the last levels seen since, oldest first, at most three. */
export interface CompartmentState {
  readonly fillState: FillState;
  readonly alarm: boolean;
  readonly recentLevels: readonly SeenLevel[];
}
/** A compartment the ledger knows nothing of yet. */
export const freshCompartment: CompartmentState = { fillState: 'normal', alarm: false, recentLevels: [] };

/** Which way `full` and `room` weigh against the thresholds. For comparing only: no such percent was measured, and none is told. */
const weightOf = { full: 100, room: 0 } as const;

/** null: this look says nothing of the level. Full is believed whatever is measured beside it. */
function seenIn({ doorOpen, full, levelPercent }: CompartmentReading): SeenLevel | null {
  // While the hatch is open the sensor sees the arm, not the waste.
  if (doorOpen === true) return null;
  if (full === true) return 'full';
  return levelPercent ?? (full === false ? 'room' : null);
}

/**
 * All three readings must be past a threshold. Once full it stays so until emptied: waste that settles does not make room. Where nothing but
 * full and room is known, room is all that can say that it was emptied, and no pick-up is ever planned ahead.
 */
function judgeLevels(recent: readonly SeenLevel[], current: FillState): FillState {
  if (recent.length < readingsToBelieve) return current;
  const recentPercent = recent.map((level) => (typeof level === 'number' ? level : weightOf[level]));
  const least = Math.min(...recentPercent);
  if (least >= fullPercent) return 'full';
  if (least >= planPercent && current === 'normal') return 'plan';
  return Math.max(...recentPercent) < normalPercent ? 'normal' : current;
}

/** One reading of one compartment. */
export function stepCompartment(bin: string, state: CompartmentState, reading: CompartmentReading): { state: CompartmentState; drafts: readonly EventDraft[] } {
  const { compartment, wasteClass, levelPercent, smoke, temperatureDeciC } = reading;
  const burns = smoke === true || (temperatureDeciC !== null && temperatureDeciC > fireDeciC);
  const fire: EventDraft[] = burns && !state.alarm ? [{ name: 'alarm.fire', subject: bin, data: { bin, compartment, smoke, temperatureDeciC } }] : [];
  const alarm = state.alarm || burns;
  const seen = seenIn(reading);
  if (seen === null) return { state: { ...state, alarm }, drafts: fire };
  const recentLevels = [...state.recentLevels, seen].slice(-readingsToBelieve);
  const fillState = judgeLevels(recentLevels, state.fillState);
  const level: EventDraft[] =
    fillState === state.fillState ? [] : [{ name: 'bin.level.changed', subject: bin, data: { bin, compartment, wasteClass, levelPercent, fillState } }];
  return { state: { fillState, alarm, recentLevels }, drafts: [...fire, ...level] };
}

/** Every way a reset can be refused. */
export type ResetRefusal = 'compartment_unknown' | 'no_alarm';
export type ResetDecision =
  | { readonly ok: true; readonly draft: EventDraft<'alarm.cleared'> }
  | { readonly ok: false; readonly refusal: { readonly code: ResetRefusal } };

/** A person looked and resets the alarm; where it still burns the next reading raises it again. `known` is the ledger's row. */
export function decideAlarmReset(
  place: { readonly bin: string; readonly compartment: number },
  known: { readonly alarm: boolean } | undefined,
  operator: string,
): ResetDecision {
  if (known === undefined) return { ok: false, refusal: { code: 'compartment_unknown' } };
  if (!known.alarm) return { ok: false, refusal: { code: 'no_alarm' } };
  return { ok: true, draft: { name: 'alarm.cleared', subject: place.bin, data: { bin: place.bin, compartment: place.compartment, operator } } };
}

/** Every way to refuse opening a hatch. `alarm_standing`: a fire is never given air. */
export type OpenRefusal = 'alarm_standing' | 'no_lock';

/** Whether a hatch may be opened. `known` is the ledger's row; `hasLock` whether anything would open it. */
export function decideOpen(known: { readonly alarm: boolean } | undefined, hasLock: boolean): OpenRefusal | undefined {
  if (!hasLock) return 'no_lock';
  return known?.alarm ? 'alarm_standing' : undefined;
}
