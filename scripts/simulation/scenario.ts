/**
 * What a seed means: which village stands there, and what goes wrong in it and when. Drawn whole before anything runs, so that a run cannot
 * change what it meets. Every seed leaves most kinds of trouble out and takes the others often: mixed evenly, faults hide each other.
 */
import type { BoardFaultName } from '../../device-sim/board-faults.ts';
import { type Random, randomFor } from '../../device-sim/random.ts';
import { type WireFaultName, wireFaults } from '../../device-sim/wire-faults.ts';
import { type KillPoint, killPoints } from './gateway-process.ts';
import { type RequestFault, requestFaults } from './virtual-wires.ts';

/** The village of a scenario. */
export interface VillagePlan {
  readonly households: number;
  readonly rollsPerPeriod: number;
  readonly dispensers: number;
  readonly scales: number;
  readonly bins: number;
  readonly withMacKey: boolean;
  readonly wire: 'serial' | 'rtu-over-tcp';
  readonly baud: 9600 | 19_200 | 38_400 | 115_200;
  /** Undefined: as in service. Unit: ms. */
  readonly idlePollMs: number | undefined;
  readonly jamProbability: number;
  readonly capacity: number;
  /** Village time at the start. Unit: ms since 1970. */
  readonly startAtMs: number;
  readonly isClockSynchronized: boolean;
  readonly withVillagers: boolean;
  readonly withMaterials: boolean;
}

/** When a board loses its power: at once, or on something that happens next. */
const cutMoments = ['now', 'motorStart', 'rollOut', 'beforeCommand', 'afterCommand'] as const;
type CutMoment = (typeof cutMoments)[number];

/** One thing that goes wrong. `forMs` later it is over. */
export type Trouble =
  | { readonly kind: 'reply'; readonly line: string; readonly fault: WireFaultName; readonly p: number; readonly forMs: number }
  | { readonly kind: 'request'; readonly line: string; readonly fault: RequestFault; readonly p: number; readonly forMs: number }
  | { readonly kind: 'unplug'; readonly wire: string; readonly forMs: number }
  | { readonly kind: 'cut'; readonly line: string; readonly forMs: number }
  | { readonly kind: 'power'; readonly device: string; readonly moment: CutMoment; readonly delayMs: number; readonly forMs: number }
  | { readonly kind: 'kill'; readonly point: KillPoint | 'now'; readonly forMs: number }
  | { readonly kind: 'clock'; readonly byMs: number; readonly synchronized: boolean }
  | { readonly kind: 'board'; readonly dispenser: string; readonly fault: BoardFaultName; readonly forMs: number }
  | { readonly kind: 'memory'; readonly dispenser: string }
  | { readonly kind: 'service'; readonly dispenser: string; readonly rolls: number }
  | { readonly kind: 'smoke'; readonly bin: string; readonly compartment: number; readonly on: boolean };

export interface Scenario {
  readonly seed: number;
  /** Length without the calm at its end. Unit: ms. */
  readonly lengthMs: number;
  readonly plan: VillagePlan;
  readonly troubles: readonly { readonly atMs: number; readonly trouble: Trouble }[];
}

const hourMs = 3_600_000;
/** 2026-03-02 08:00 in the village: a Monday. Unit: ms since 1970. */
const mondayMs = Date.UTC(2026, 2, 2);
/** Pause between two troubles, of whatever kind. Unit: ms. */
const betweenMs = { least: 2000, most: 240_000 } as const;

/** Draws the scenario of a seed. `hours` of village time, 1 or more. */
export function drawScenario(seed: number, hours: number): Scenario {
  const random = randomFor(seed, 'scenario');
  const plan = drawPlan(random);
  const lengthMs = hours * hourMs;
  const kinds = random.shuffle(troubleKinds).slice(0, random.whole(1, 5));
  const denseMs = random.whole(betweenMs.least * 5, betweenMs.most);
  const troubles: { atMs: number; trouble: Trouble }[] = [];
  for (let atMs = random.whole(5000, 60_000); atMs < lengthMs; atMs += random.whole(betweenMs.least, denseMs))
    troubles.push({ atMs, trouble: drawTrouble(random.pick(kinds), plan, random) });
  return { seed, lengthMs, plan, troubles };
}

function drawPlan(random: Random): VillagePlan {
  const withScale = random.chance(0.15);
  return {
    households: random.whole(5, 40),
    rollsPerPeriod: random.whole(1, 3),
    dispensers: random.chance(0.2) ? 2 : 1,
    scales: withScale || random.chance(0.2) ? 1 : 0,
    bins: random.whole(0, 2),
    withMacKey: random.chance(0.3),
    wire: random.pick(['serial', 'rtu-over-tcp'] as const),
    baud: random.pick([9600, 19_200, 38_400, 115_200] as const),
    idlePollMs: random.pick([undefined, 5000, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000] as const),
    jamProbability: random.pick([0, 0.02, 0.15]),
    capacity: random.whole(10, 60),
    // Some begin in the last hour of a month.
    startAtMs: random.chance(0.2) ? Date.UTC(2026, 2, 31, 15, random.whole(0, 59)) : mondayMs + random.whole(0, 86_400_000),
    isClockSynchronized: random.chance(0.7),
    withVillagers: true,
    withMaterials: withScale,
  };
}

/** An ordinary day of an ordinary village, with nothing wrong. */
export const quietDay: Scenario = {
  seed: 1,
  lengthMs: 24 * hourMs,
  plan: {
    ...{ households: 365, rollsPerPeriod: 1, dispensers: 1, scales: 1, bins: 2, withMacKey: false, wire: 'rtu-over-tcp', baud: 115_200, idlePollMs: 60_000 },
    ...{ jamProbability: 0, capacity: 60, startAtMs: mondayMs, isClockSynchronized: true, withVillagers: true, withMaterials: false },
  },
  troubles: [],
};

/** Longest a crowd takes for one job, trouble and loading included, on average. Unit: ms. */
const jobMsMax = 20_000;
const crowdKinds = ['reply', 'request', 'unplug', 'cut', 'power', 'power', 'kill', 'clock', 'board', 'service'] as const;

/** One dispenser and many households, with trouble of every kind a crowd can outlast, each soon over. */
export function drawCrowdedScenario(seed: number, jobs: number): Scenario {
  const random = randomFor(seed, 'crowded scenario');
  const plan: VillagePlan = {
    ...drawPlan(random),
    ...{ households: 300, rollsPerPeriod: 10_000, dispensers: 1, scales: 0, bins: 0, idlePollMs: 60_000, jamProbability: 0.02, capacity: 100 },
    ...{ withVillagers: false, withMaterials: false },
  };
  const lengthMs = jobs * jobMsMax;
  const troubles: { atMs: number; trouble: Trouble }[] = [];
  for (let atMs = 60_000; atMs < lengthMs; atMs += random.whole(2000, 90_000)) {
    const trouble = drawTrouble(random.pick(crowdKinds), plan, random);
    // A start reads and verifies the end of the log: every other one of those drawn is enough.
    if (trouble.kind === 'kill' && !random.chance(0.5)) continue;
    troubles.push({ atMs, trouble: 'forMs' in trouble ? { ...trouble, forMs: Math.min(trouble.forMs, 10_000) } : trouble });
  }
  return { seed, lengthMs, plan, troubles };
}

const troubleKinds = ['reply', 'request', 'unplug', 'cut', 'power', 'kill', 'clock', 'board', 'memory', 'service', 'smoke'] as const;
/** Faults of a dispenser that its counters survive. A sensor that counts wrong is not among them: no gateway can know better than the metal says. */
const countedFaults: readonly BoardFaultName[] = ['jam', 'half-dispense', 'no-roll', 'torn-read', 'status-lag'];

/** Lines of a village, and the readers beside them; worlds are built with these names. */
export const lineIds = ({ dispensers, scales, bins }: VillagePlan): string[] => [
  ...Array.from({ length: dispensers }, (_unused, index) => `dispenser-line-${index + 1}`),
  ...(scales > 0 ? ['scale-line'] : []),
  ...(bins > 0 ? ['bin-line'] : []),
];
export const readerIds = ({ dispensers, scales }: VillagePlan): string[] => [
  ...Array.from({ length: dispensers }, (_unused, index) => [`counter-${index + 1}`, `exit-${index + 1}`]).flat(),
  ...(scales > 0 ? ['scale-reader'] : []),
];
export const deviceIds = ({ dispensers, scales, bins }: VillagePlan): string[] => [
  ...Array.from({ length: dispensers }, (_unused, index) => `dispenser-${index + 1}`),
  ...Array.from({ length: scales }, (_unused, index) => `scale-${index + 1}`),
  ...Array.from({ length: bins }, (_unused, index) => `bin-${index + 1}`),
];

/** One trouble of a kind, somewhere in this village. The dispenser meets more than its share. */
function drawTrouble(kind: (typeof troubleKinds)[number], plan: VillagePlan, random: Random): Trouble {
  const dispenser = `dispenser-${random.whole(1, plan.dispensers)}`;
  const line = random.chance(0.7) ? `dispenser-line-${random.whole(1, plan.dispensers)}` : random.pick(lineIds(plan));
  const p = random.pick([0.05, 0.3, 1]);
  switch (kind) {
    case 'reply': {
      const fault = random.pick(Object.keys(wireFaults) as WireFaultName[]);
      return { kind, line, fault, p, forMs: random.whole(1000, 120_000) };
    }
    case 'request':
      return { kind, line, fault: random.pick(requestFaults), p, forMs: random.whole(1000, 120_000) };
    case 'unplug':
      return { kind, wire: random.chance(0.6) ? line : random.pick(readerIds(plan)), forMs: random.whole(200, 60_000) };
    case 'cut':
      return { kind, line, forMs: random.whole(200, 60_000) };
    case 'power': {
      const device = random.chance(0.8) ? dispenser : random.pick(deviceIds(plan));
      const delayMs = random.chance(0.5) ? 0 : random.whole(0, 3000);
      return { kind, device, moment: random.pick(cutMoments), delayMs, forMs: random.pick([200, 1000, 5000, 30_000]) };
    }
    case 'kill':
      return { kind, point: random.chance(0.3) ? 'now' : random.pick(killPoints), forMs: random.whole(500, 20_000) };
    case 'clock':
      return { kind, byMs: random.pick([-1, 1]) * random.pick([500, 60_000, 3_600_000, 40 * 86_400_000]), synchronized: random.chance(0.5) };
    case 'board':
      return { kind, dispenser, fault: random.pick(countedFaults), forMs: random.whole(1000, 60_000) };
    case 'memory':
      return { kind, dispenser };
    case 'service':
      return { kind, dispenser, rolls: random.whole(1, 2) };
    case 'smoke':
      return plan.bins === 0 ? { kind: 'service', dispenser, rolls: 1 } : { kind, bin: 'bin-1', compartment: random.whole(1, 4), on: random.chance(0.6) };
  }
}
