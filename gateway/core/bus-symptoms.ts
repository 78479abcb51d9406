/**
 * What damaged replies say about the wiring: two devices under one number damage only each other's replies, noise damages everybody's. A step
 * function over the counters of each unit and a verdict; it never speaks to a line, and its verdict is a suspicion that changes nothing.
 */

/** Where a device stands and how its requests have ended since the start. */
export interface UnitTraffic {
  readonly id: string;
  readonly line: string;
  /** 1..247. */
  readonly unit: number;
  readonly answered: number;
  readonly exceptions: number;
  readonly timeouts: number;
  readonly garbled: number;
  /** Answers, among `answered`, behind which another reply came that nobody asked for. */
  readonly doubled: number;
}

/** One device's recent requests: the latest counters, how many requests still count, and how many of them came back damaged or doubled. */
interface Recent {
  readonly counters: UnitTraffic;
  readonly tries: number;
  readonly damaged: number;
}
/** By device. */
export type TrafficMemory = ReadonlyMap<string, Recent>;

/** `duplicate_address`: this unit's replies are damaged and its neighbours' are not. `noise`: those of several are. `garbled`: it has no neighbour to tell by. */
export const busSymptoms = ['duplicate_address', 'noise', 'garbled'] as const;
export type BusSymptom = (typeof busSymptoms)[number];

/** Above this many remembered requests the older half is forgotten: a cause that was mended must not be held against the line for days. */
const triesRemembered = 60;
/** Fewer requests, or fewer damaged replies, tell nothing. */
const leastTries = 5;
const leastDamaged = 3;
/** Share of damaged replies from which a unit is suspect, and up to which a neighbour counts as clean: rare noise is everywhere. */
const suspectShare = 0.2;
const cleanShare = 0.05;

/** What is remembered after the counters read now. Counters that went back began anew. */
export function rememberTraffic(memory: TrafficMemory, units: readonly UnitTraffic[]): TrafficMemory {
  return new Map(
    units.map((counters) => {
      const before = memory.get(counters.id);
      const isOn = before !== undefined && damagedOf(counters) >= damagedOf(before.counters) && triesOf(counters) >= triesOf(before.counters);
      const known = isOn ? before : undefined;
      const fresh = {
        tries: triesOf(counters) - (known ? triesOf(known.counters) : 0),
        damaged: damagedOf(counters) - (known ? damagedOf(known.counters) : 0),
      };
      const keep = known !== undefined && known.tries > triesRemembered ? 0.5 : 1;
      return [counters.id, { counters, tries: (known?.tries ?? 0) * keep + fresh.tries, damaged: (known?.damaged ?? 0) * keep + fresh.damaged }];
    }),
  );
}

const triesOf = ({ answered, exceptions, timeouts, garbled }: UnitTraffic): number => answered + exceptions + timeouts + garbled;
/** A second reply behind a right one damages nothing yet: it would, had another question been on its way. */
const damagedOf = ({ garbled, doubled }: UnitTraffic): number => garbled + doubled;

/** Suspicions by device; a device without one is not in it. */
export function judgeTraffic(memory: TrafficMemory): ReadonlyMap<string, BusSymptom> {
  const known = [...memory.values()].filter(({ tries }) => tries >= leastTries);
  const suspects = known.filter(({ tries, damaged }) => damaged >= leastDamaged && damaged / tries >= suspectShare);
  return new Map(
    suspects.map(({ counters: { id, line, unit } }): [string, BusSymptom] => {
      const neighbours = known.filter(({ counters }) => counters.line === line && counters.unit !== unit);
      if (neighbours.length === 0) return [id, 'garbled'];
      return [id, neighbours.some(({ tries, damaged }) => damaged / tries > cleanShare) ? 'noise' : 'duplicate_address'];
    }),
  );
}

/** The suspicion as a short phrase for people. */
export function describeSymptom(symptom: BusSymptom, unit: number): string {
  if (symptom === 'noise') return 'replies damaged by noise: check termination and wiring';
  const suspicion = `two devices may answer as unit ${unit}`;
  return symptom === 'duplicate_address' ? suspicion : `replies damaged: noise, or ${suspicion}`;
}
