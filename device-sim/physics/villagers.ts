/**
 * A morning in the village: who comes to which counter, what they throw into the bins on their way, and the collector who empties them.
 * One pure seeded step over everybody's state, which is plain JSON and goes on where it stopped. People act on machines only through
 * the acts returned here.
 */
import { Random } from '../random.ts';
import { type DispenserCounter, openingCounter, quietAtDispenserMs, stepDispenserCounter, type Turnout } from './dispenser-visits.ts';
import { openingScaleCounter, quietAtScaleMs, type ScaleCounter, stepScaleCounter } from './scale-visits.ts';
import type { Act, Sight, Village } from './village.ts';

/** The collector at one bin. `comes` counts down while a compartment is full, `working` while the door is open. */
interface Collector {
  readonly phase: 'away' | 'coming' | 'working';
  /** Unit: village ms. */
  readonly leftMs: number;
}

export interface Villagers {
  readonly random: number;
  readonly month: number;
  readonly turnout: Turnout;
  readonly dispensers: readonly DispenserCounter[];
  readonly scales: readonly ScaleCounter[];
  readonly collectors: readonly Collector[];
}

/** Compartment fill at which the collector is called. Unit: 0.1 %. */
const collectAt = 950;
const comesAfter = { least: 120_000, most: 400_000 } as const;
const emptyingMs = 20_000;
/** What one visit throws in. Unit: 0.1 %. */
const thrownIn = { least: 5, most: 25 } as const;

/** Everybody at home, nobody served. */
export function gatherVillagers(village: Village, seed: number): Villagers {
  return {
    random: seed,
    month: -1,
    turnout: { waiting: [], disappointed: [], through: [] },
    dispensers: village.dispensers.map(() => openingCounter),
    scales: village.scales.map(() => openingScaleCounter),
    collectors: village.bins.map(() => ({ phase: 'away', leftMs: 0 })),
  };
}

/**
 * The same village after a stop: whoever stood at a counter went home, so every counter opens afresh. Households that were just then in
 * front, or are new in the card file, come later this month.
 */
export function resumeVillagers(kept: Pick<Villagers, 'random' | 'month' | 'turnout'>, village: Village): Villagers {
  const fresh = gatherVillagers(village, kept.random);
  const known = (household: number) => household < village.households;
  const waiting = kept.turnout.waiting.filter(known);
  const through = kept.turnout.through.filter(known);
  const placed = new Set([...waiting, ...through]);
  const unplaced = Array.from({ length: village.households }, (_unused, household) => household).filter((household) => !placed.has(household));
  return { ...fresh, month: kept.month, turnout: { waiting: [...waiting, ...unplaced], disappointed: kept.turnout.disappointed.filter(known), through } };
}

/** Lets `elapsedMs` of village time pass. */
export function stepVillagers(villagers: Villagers, village: Village, sight: Sight, elapsedMs: number): { villagers: Villagers; acts: readonly Act[] } {
  const random = new Random(villagers.random);
  const acts: Act[] = [];
  let turnout = villagers.month === sight.month ? villagers.turnout : newMonth(village, random);
  const dispensers = villagers.dispensers.map((counter, index) => {
    const [post, seen] = [village.dispensers[index], sight.dispensers[index]];
    if (post === undefined || seen === undefined) return counter;
    const step = stepDispenserCounter(counter, turnout, elapsedMs, { village, post, seen, rollsInStore: sight.rollsInStore, random });
    turnout = step.turnout;
    acts.push(...step.acts);
    return step.counter;
  });
  const scales = villagers.scales.map((counter, index) => {
    const post = village.scales[index];
    if (post === undefined) return counter;
    const step = stepScaleCounter(counter, elapsedMs, { village, post, lampOn: sight.scales[index]?.lampOn ?? false, random });
    acts.push(...step.acts);
    return step.counter;
  });
  const leaving = acts.filter((act) => act.kind === 'leave').length;
  for (let person = 0; person < leaving; person += 1) acts.push(...throwSomething(village, sight, random));
  const collectors = villagers.collectors.map((collector, index) => {
    const step = stepCollector(collector, village.bins[index]?.bin ?? '', sight.bins[index] ?? [], elapsedMs, random);
    acts.push(...step.acts);
    return step.collector;
  });
  return { villagers: { random: random.state, month: sight.month, turnout, dispensers, scales, collectors }, acts };
}

/** How long nobody does anything, as long as what can be seen stays as it is; 0 while somebody is about to. Unit: village ms. */
export function quietMs({ month, dispensers, scales, collectors }: Villagers, village: Village, sight: Sight): number {
  if (month !== sight.month) return 0;
  const seenAt = (index: number) => sight.dispensers[index];
  return Math.min(
    ...dispensers.map((counter, index) => {
      const seen = seenAt(index);
      return seen === undefined ? Number.POSITIVE_INFINITY : quietAtDispenserMs(counter, seen, sight.rollsInStore);
    }),
    ...scales.map((counter, index) => quietAtScaleMs(counter, village, sight.scales[index]?.lampOn ?? false)),
    ...collectors.map(({ phase, leftMs }, index) => {
      if (phase !== 'away') return Math.max(0, leftMs);
      return (sight.bins[index] ?? []).some((permille) => permille >= collectAt) ? 0 : Number.POSITIVE_INFINITY;
    }),
  );
}

function newMonth(village: Village, random: Random): Turnout {
  const everybody = Array.from({ length: village.households }, (_unused, household) => household);
  return { waiting: random.shuffle(everybody), disappointed: [], through: [] };
}

function throwSomething(village: Village, sight: Sight, random: Random): readonly Act[] {
  if (village.bins.length === 0) return [];
  const index = random.whole(0, village.bins.length - 1);
  const compartment = random.whole(1, village.bins[index]?.compartments ?? 1);
  const permille = random.whole(thrownIn.least, thrownIn.most);
  const filled = sight.bins[index]?.[compartment - 1] ?? 0;
  // What does not fit goes home again.
  return filled + permille > 1_000 ? [] : [{ kind: 'throwIn', bin: village.bins[index]?.bin ?? '', compartment, permille }];
}

function stepCollector(
  collector: Collector,
  bin: string,
  levels: readonly number[],
  elapsedMs: number,
  random: Random,
): { collector: Collector; acts: readonly Act[] } {
  if (collector.phase === 'away') {
    const called = levels.some((permille) => permille >= collectAt);
    return { collector: called ? { phase: 'coming', leftMs: random.whole(comesAfter.least, comesAfter.most) } : collector, acts: [] };
  }
  const leftMs = collector.leftMs - elapsedMs;
  if (leftMs > 0) return { collector: { ...collector, leftMs }, acts: [] };
  if (collector.phase === 'coming') {
    return { collector: { phase: 'working', leftMs: emptyingMs }, acts: [{ kind: 'setDoor', device: bin, open: true }] };
  }
  const worthEmptying = levels.flatMap((permille, index) => (permille >= 500 ? [index + 1] : []));
  const empties = worthEmptying.map((compartment): Act => ({ kind: 'emptyCompartment', bin, compartment }));
  return { collector: { phase: 'away', leftMs: 0 }, acts: [...empties, { kind: 'setDoor', device: bin, open: false }] };
}
