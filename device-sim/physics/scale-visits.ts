/**
 * What happens at one tray scale: a villager puts recyclables on the empty tray, shows a card, scans the material on the board, waits
 * for the number and takes the goods off. Tray first, as the sign says. Pure and seeded; nobody here knows what the gateway made of it.
 */
import type { Random } from '../random.ts';
import { type Act, patienceMs, type ScalePost, type Village } from './village.ts';

export interface ScaleCounter {
  readonly phase: 'free' | 'loaded' | 'shown' | 'reading';
  /** Time left in this phase. Unit: village ms. */
  readonly leftMs: number;
  /** Time until the next villager would like to come. Unit: village ms. */
  readonly nextComesInMs: number;
  readonly household: number;
  /** Index in the village's materials. */
  readonly material: number;
  readonly waitedMs: number;
}

export const openingScaleCounter: ScaleCounter = { phase: 'free', leftMs: 2_000, nextComesInMs: 0, household: 0, material: 0, waitedMs: 0 };

const visit = { least: 17_000, most: 23_000 } as const;
const placing = { least: 1_500, most: 2_500 } as const;

interface Scene {
  readonly village: Village;
  readonly post: ScalePost;
  readonly lampOn: boolean;
  readonly random: Random;
}

/** Lets `elapsedMs` of village time pass at this scale. */
export function stepScaleCounter(counter: ScaleCounter, elapsedMs: number, scene: Scene): { counter: ScaleCounter; acts: readonly Act[] } {
  const { post, village, random } = scene;
  const later = {
    ...counter,
    leftMs: counter.leftMs - elapsedMs,
    nextComesInMs: counter.nextComesInMs - elapsedMs,
    waitedMs: counter.waitedMs + elapsedMs,
  };
  // The lamp has to burn a while: whoever loads the tray before the scale has shown zero weighs in vain.
  if (later.phase === 'free' && !scene.lampOn) return { counter: { ...later, leftMs: patienceMs(village, 5_000, 500) }, acts: [] };
  if (later.leftMs > 0) return { counter: later, acts: [] };
  switch (later.phase) {
    case 'free':
      return later.nextComesInMs > 0 || village.households === 0 || village.materials.length === 0 ? { counter: later, acts: [] } : welcome(scene);
    case 'loaded': {
      const shown = { ...later, phase: 'shown' as const, leftMs: random.whole(placing.least, placing.most) };
      return { counter: shown, acts: [{ kind: 'showCard', reader: post.reader, household: later.household }] };
    }
    case 'shown': {
      const code = village.materials[later.material]?.code ?? '';
      const reading = { ...later, phase: 'reading' as const, leftMs: patienceMs(village, 8_000, 250) };
      return { counter: reading, acts: [{ kind: 'scanMaterial', reader: post.reader, code }] };
    }
    case 'reading': {
      // The tray stays empty long enough for the zero check before the next load.
      const free = { ...later, phase: 'free' as const, leftMs: patienceMs(village, 3_000, 100) };
      const { household, waitedMs } = later;
      const goOff: Act = { kind: 'putOnTray', scale: post.scale, grams: 0 };
      return { counter: free, acts: [goOff, { kind: 'leave', at: post.scale, household, outcome: 'weighed', waitedMs }] };
    }
  }
}

/** How long nobody does anything here, as long as the lamp stays as it is. Unit: village ms. */
export function quietAtScaleMs({ phase, leftMs, nextComesInMs }: ScaleCounter, village: Village, lampOn: boolean): number {
  if (phase !== 'free') return Math.max(0, leftMs);
  if (village.households === 0 || village.materials.length === 0) return Number.POSITIVE_INFINITY;
  return lampOn ? Math.max(0, leftMs, nextComesInMs) : 0;
}

function welcome(scene: Scene): { counter: ScaleCounter; acts: readonly Act[] } {
  const { post, village, random } = scene;
  const material = random.whole(0, village.materials.length - 1);
  const brought = village.materials[material];
  const grams = brought === undefined ? 0 : random.whole(brought.leastGrams, brought.mostGrams);
  return {
    counter: {
      phase: 'loaded',
      leftMs: random.whole(placing.least, placing.most),
      nextComesInMs: random.whole(visit.least, visit.most),
      household: random.whole(0, village.households - 1),
      material,
      waitedMs: 0,
    },
    acts: [{ kind: 'putOnTray', scale: post.scale, grams }],
  };
}
