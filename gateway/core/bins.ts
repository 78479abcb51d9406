/**
 * When the fill level of a compartment is worth an event, and when a bin is on fire. Pure: readings in, events out. A level counts after
 * three equal verdicts in a row, so that a hand in the hatch or one fluffy bag raises nothing; a fire counts at once and never clears
 * itself. Rules: R-46 (80 % plan, 95 % full), R-47 (smoke or heat).
 */
import type { EventDraft, EventPayload } from '../../protocol/events.ts';

export type FillState = EventPayload<'bin.level.changed'>['fillState'];
export type WasteClass = EventPayload<'bin.level.changed'>['wasteClass'];

/** Unit: percent. */
const planPercent = 80;
const fullPercent = 95;
/** A compartment counts as emptied below this, so that a level around 80 % does not flicker. Unit: percent. */
const normalPercent = 70;
/** Hotter than this is a fire. Unit: 0.1 degC. */
const fireDeciC = 700;
const readingsToBelieve = 3;

/** What one read of one compartment shows. */
export interface CompartmentReading {
  readonly compartment: number;
  readonly wasteClass: WasteClass;
  readonly levelPercent: number;
  readonly doorOpen: boolean;
  readonly temperatureDeciC: number;
  readonly smoke: boolean;
}

/** What is recorded of a compartment, and what may be about to be. */
export interface CompartmentState {
  readonly fillState: FillState;
  readonly alarm: boolean;
  readonly candidate: FillState;
  readonly candidateReadings: number;
}

/** A compartment as the ledger holds it, or a new one. */
export const recordedCompartment = (fillState: FillState = 'normal', alarm = false): CompartmentState => ({ fillState, alarm, candidate: fillState, candidateReadings: 0 });

function judgeLevel(levelPercent: number, current: FillState): FillState {
  if (levelPercent >= fullPercent) return 'full';
  if (levelPercent >= planPercent) return current === 'full' ? 'full' : 'plan';
  return levelPercent < normalPercent ? 'normal' : current;
}

/** One reading of one compartment. */
export function stepCompartment(bin: string, state: CompartmentState, reading: CompartmentReading): { state: CompartmentState; drafts: EventDraft[] } {
  const { compartment, smoke, temperatureDeciC } = reading;
  const drafts: EventDraft[] = [];
  let next = state;
  if (!state.alarm && (smoke || temperatureDeciC > fireDeciC)) {
    drafts.push({ name: 'alarm.fire', subject: bin, data: { bin, compartment, smoke, temperatureDeciC } });
    next = { ...next, alarm: true };
  }
  // While the hatch is open the sensor sees the arm, not the waste.
  if (reading.doorOpen) return { state: { ...next, candidateReadings: 0 }, drafts };
  const verdict = judgeLevel(reading.levelPercent, next.fillState);
  const candidateReadings = verdict === next.candidate ? next.candidateReadings + 1 : 1;
  next = { ...next, candidate: verdict, candidateReadings };
  if (verdict !== next.fillState && candidateReadings >= readingsToBelieve) {
    const { wasteClass, levelPercent } = reading;
    drafts.push({ name: 'bin.level.changed', subject: bin, data: { bin, compartment, wasteClass, levelPercent, fillState: verdict } });
    next = { ...next, fillState: verdict };
  }
  return { state: next, drafts };
}
