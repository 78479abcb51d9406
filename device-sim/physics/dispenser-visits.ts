/**
 * What happens at one dispenser counter: villagers come, show a card, wait for a roll, take it and go; the keeper comes when the
 * magazine runs low or a roll is stuck. Pure and seeded. People know nothing of quotas and jobs: whoever gets nothing shrugs, and comes
 * back another time if the household has not had its roll.
 */
import type { Random } from '../random.ts';
import { type Act, type DispenserPost, patienceMs, type Sight, type Village, type VisitOutcome } from './village.ts';

export interface DispenserCounter {
  readonly phase: 'free' | 'waiting' | 'taking' | 'opening' | 'loading' | 'closing';
  /** Time left in this phase; in `free` the least pause before the next one comes. Unit: village ms. */
  readonly leftMs: number;
  /** Time until the next villager would like to come. Unit: village ms. */
  readonly nextComesInMs: number;
  readonly household: number;
  /** The household in front has had its roll this month. */
  readonly again: boolean;
  readonly waitedMs: number;
  /** Rolls at which the keeper stops loading. */
  readonly loadUpTo: number;
}

/** Who still means to come this month, in that order; who has left in vain once; who is through. Shared by all counters. */
export interface Turnout {
  readonly waiting: readonly number[];
  readonly disappointed: readonly number[];
  /** Had a roll, or gave up after a second time in vain. */
  readonly through: readonly number[];
}

/** The first load is a short one, so that the first villager need not wait for a full magazine. */
const firstLoad = 40;
/** Rolls at which the keeper comes. */
const keeperComesAt = 6;
/** Share of visits by somebody who has had a roll this month. */
const againShare = 0.02;
/** When all have drawn, somebody tries again this often. Unit: village ms. */
const idleVisit = { least: 300_000, most: 900_000 } as const;
const visit = { least: 17_000, most: 23_000 } as const;
const loadOne = { least: 700, most: 900 } as const;
const take = { least: 1_500, most: 2_500 } as const;

export const openingCounter: DispenserCounter = {
  phase: 'free',
  leftMs: 1_000,
  nextComesInMs: 0,
  household: 0,
  again: false,
  waitedMs: 0,
  loadUpTo: firstLoad,
};

export interface CounterStep {
  readonly counter: DispenserCounter;
  readonly turnout: Turnout;
  readonly acts: readonly Act[];
}

interface Scene {
  readonly village: Village;
  readonly post: DispenserPost;
  readonly seen: Sight['dispensers'][number];
  readonly rollsInStore: number;
  readonly random: Random;
}

/** Lets `elapsedMs` of village time pass at this counter. */
export function stepDispenserCounter(counter: DispenserCounter, turnout: Turnout, elapsedMs: number, scene: Scene): CounterStep {
  const later = {
    ...counter,
    leftMs: counter.leftMs - elapsedMs,
    nextComesInMs: counter.nextComesInMs - elapsedMs,
    waitedMs: counter.waitedMs + elapsedMs,
  };
  switch (later.phase) {
    case 'free':
      return stepFree(later, turnout, scene);
    case 'waiting':
      return stepWaiting(later, turnout, scene);
    case 'taking':
      return later.leftMs > 0 ? stay(later, turnout) : leave(later, turnout, scene, later.again ? 'again_served' : 'served');
    default:
      return { turnout, ...stepKeeper(later, scene) };
  }
}

const stay = (counter: DispenserCounter, turnout: Turnout): CounterStep => ({ counter, turnout, acts: [] });

/** How long nobody does anything here, as long as what can be seen stays as it is. Unit: village ms. */
export function quietAtDispenserMs({ phase, leftMs, nextComesInMs }: DispenserCounter, seen: Scene['seen'], rollsInStore: number): number {
  if (phase !== 'free' || !seen.lampOn || seen.motorOn || seen.throatBlocked || seen.doorOpen) return 0;
  if (seen.rollsInMagazine <= keeperComesAt && rollsInStore > 0) return 0;
  return seen.rollsInMagazine === 0 ? Number.POSITIVE_INFINITY : Math.max(0, leftMs, nextComesInMs);
}

function stepFree(counter: DispenserCounter, turnout: Turnout, scene: Scene): CounterStep {
  const { seen, village, post } = scene;
  if (!seen.lampOn) return stay({ ...counter, leftMs: 1_000 }, turnout);
  if (counter.leftMs > 0) return stay(counter, turnout);
  if (seen.motorOn) return stay(counter, turnout);
  const wanted = seen.rollsInMagazine <= keeperComesAt && scene.rollsInStore > 0;
  if (wanted || seen.throatBlocked || seen.doorOpen) {
    const opening = { ...counter, phase: 'opening' as const, leftMs: patienceMs(village, 3_000, 400) };
    return { counter: opening, turnout, acts: [{ kind: 'setDoor', device: post.dispenser, open: true }] };
  }
  if (counter.nextComesInMs > 0 || seen.rollsInMagazine === 0) return stay(counter, turnout);
  return welcome(counter, turnout, scene);
}

function welcome(counter: DispenserCounter, turnout: Turnout, scene: Scene): CounterStep {
  const { random, village, post, seen } = scene;
  const everybodyServed = turnout.waiting.length === 0;
  const again = (random.chance(againShare) || everybodyServed) && turnout.through.length > 0;
  const [first, ...rest] = turnout.waiting;
  const household = again ? random.pick(turnout.through) : first;
  const pause = everybodyServed ? idleVisit : visit;
  const nextComesInMs = random.whole(pause.least, pause.most);
  if (household === undefined) return stay({ ...counter, nextComesInMs }, turnout);
  const acts: Act[] = [];
  // A roll somebody left behind is put aside first, or it would be taken for one's own.
  if (seen.rollsInTray > 0) acts.push({ kind: 'takeRolls', dispenser: post.dispenser });
  acts.push({ kind: 'showCard', reader: post.reader, household });
  return {
    counter: { ...counter, phase: 'waiting', leftMs: patienceMs(village, 20_000, 1_500), nextComesInMs, household, again, waitedMs: 0 },
    turnout: again ? turnout : { ...turnout, waiting: rest },
    acts,
  };
}

function stepWaiting(counter: DispenserCounter, turnout: Turnout, scene: Scene): CounterStep {
  if (scene.seen.rollsInTray > 0) return stay({ ...counter, phase: 'taking', leftMs: scene.random.whole(take.least, take.most) }, turnout);
  if (counter.leftMs > 0) return stay(counter, turnout);
  return leave(counter, turnout, scene, counter.again ? 'again_in_vain' : 'empty_handed');
}

function leave(counter: DispenserCounter, turnout: Turnout, scene: Scene, outcome: VisitOutcome): CounterStep {
  const { post, village } = scene;
  const { household, waitedMs } = counter;
  const acts: Act[] = [{ kind: 'leave', at: post.dispenser, household, outcome, waitedMs }];
  if (outcome === 'served' || outcome === 'again_served') acts.unshift({ kind: 'takeRolls', dispenser: post.dispenser });
  return { counter: { ...counter, phase: 'free', leftMs: patienceMs(village, 5_000, 150) }, turnout: afterVisit(turnout, household, outcome), acts };
}

function afterVisit(turnout: Turnout, household: number, outcome: VisitOutcome): Turnout {
  if (outcome === 'served') return { ...turnout, through: [...turnout.through, household] };
  if (outcome !== 'empty_handed') return turnout;
  // Whoever was left standing comes once more; after that it is a matter for the clerk, not for this queue.
  if (turnout.disappointed.includes(household)) return { ...turnout, through: [...turnout.through, household] };
  return { ...turnout, waiting: [...turnout.waiting, household], disappointed: [...turnout.disappointed, household] };
}

function stepKeeper(counter: DispenserCounter, scene: Scene): { counter: DispenserCounter; acts: readonly Act[] } {
  const { post, seen, village, random } = scene;
  if (counter.leftMs > 0) return { counter, acts: [] };
  if (counter.phase === 'closing') {
    // The pause gives the gateway time to see the closed door before the next card.
    const free = { ...counter, phase: 'free' as const, leftMs: patienceMs(village, 3_000, 300), loadUpTo: post.capacity };
    return { counter: free, acts: [{ kind: 'setDoor', device: post.dispenser, open: false }] };
  }
  const acts: Act[] = counter.phase === 'opening' && seen.throatBlocked ? [{ kind: 'freeThroat', dispenser: post.dispenser }] : [];
  if (seen.rollsInMagazine >= Math.min(counter.loadUpTo, post.capacity) || scene.rollsInStore === 0) {
    return { counter: { ...counter, phase: 'closing', leftMs: patienceMs(village, 2_000, 400) }, acts };
  }
  // A label held before a reader nobody listens to is a roll the ledger will never know of.
  if (!seen.lampOn) return { counter: { ...counter, leftMs: 1_000 }, acts };
  acts.push({ kind: 'loadRoll', dispenser: post.dispenser });
  return { counter: { ...counter, phase: 'loading', leftMs: random.whole(loadOne.least, loadOne.most) }, acts };
}
