/**
 * The four rates the province asks a village for, each with what it was computed from, and null where the ledger cannot know it. They are of what
 * was treated in the month: a load that waits at the station counts when it leaves. Pure. Source: rural waste plan of Zhejiang, 2019.
 */
import type { OversightRules } from '../../protocol/rules/oversight.ts';

/** Grams an account got (or gave, below zero) in a month, by the name of the event that moved them. */
export interface MonthFlow {
  readonly name: string;
  readonly account: string;
  readonly grams: number;
}
export interface MonthFacts {
  readonly month: string;
  /** Households there were at the end of the month, and those among them that were graded, drew a roll, brought something or were collected from. */
  readonly households: number;
  readonly taking: number;
  readonly flows: readonly MonthFlow[];
  /** Recyclables taken by the piece, which have no weight. */
  readonly pieces: number;
}
/** `permille` is rounded down; null where nobody can know it, with numerator and denominator as far as they are known. */
export interface Rate {
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly permille: number | null;
}

const unknown: Rate = { numerator: null, denominator: null, permille: null };
const rate = (numerator: number, denominator: number): Rate =>
  denominator <= 0 ? { ...unknown, denominator: 0 } : { numerator, denominator, permille: Math.floor((numerator * 1000) / denominator) };

/** What became of the waste of a month. Unit: gram. */
interface Treated {
  /** Recyclables bought or taken at the counter and by scales, and sorted out of what was collected. */
  readonly recyclables: number;
  /** Compost with its water and gas, but not its residue. */
  readonly composted: number;
  /** What left by destination, residue of compost included. */
  readonly sent: ReadonlyMap<string, { readonly organic: number; readonly other: number }>;
  readonly total: number;
}

/** `output/<what>-<destination>` */
const output = /^output\/(compost|residue|food|recyclable|residual)-([a-z]+)$/;

function treatedIn(flows: readonly MonthFlow[]): Treated {
  let recyclables = 0;
  let composted = 0;
  const sent = new Map<string, { organic: number; other: number }>();
  for (const { name, account, grams } of flows) {
    // From households over the counter or a scale, less what was put right again.
    if (account === 'source/recyclables') recyclables -= grams;
    if (name === 'recyclables.sorted' && account.startsWith('intake/')) recyclables += grams;
    if (account === 'loss/composting') composted += grams;
    const [, what, destination = ''] = output.exec(account) ?? [];
    if (what === undefined) continue;
    if (what === 'compost') composted += grams;
    else {
      const before = sent.get(destination) ?? { organic: 0, other: 0 };
      const isOrganic = what === 'food' || what === 'recyclable';
      sent.set(destination, isOrganic ? { ...before, organic: before.organic + grams } : { ...before, other: before.other + grams });
    }
  }
  const left = [...sent.values()].reduce((sum, { organic, other }) => sum + organic + other, 0);
  return { recyclables, composted, sent, total: recyclables + composted + left };
}

/**
 * Coverage, recycling, resource use and harmless treatment of a month. Without residual waste in the books, which a village that weighs only
 * what it buys does not have, nobody knows how much there was, and the three rates of weight are null rather than 100 %.
 */
export function reportMonth({ month, households, taking, flows, pieces }: MonthFacts, { energyDestinations, harmlessDestinations }: OversightRules) {
  const { recyclables, composted, sent, total } = treatedIn(flows);
  const knowsResidual = flows.some(({ account, grams }) => grams !== 0 && (account === 'station/residual' || account.startsWith('output/residual-')));
  const to = (destinations: readonly string[], of: 'organic' | 'all'): number =>
    [...sent].reduce((sum, [destination, { organic, other }]) => (destinations.includes(destination) ? sum + organic + (of === 'all' ? other : 0) : sum), 0);
  const burnt = ['incineration', 'landfill'];
  const kept = [...sent.keys()].filter((destination) => !burnt.includes(destination));
  const recycled = recyclables + composted + to(kept, 'organic');
  const energy = energyDestinations.filter((destination) => !kept.includes(destination));
  const used = recycled + to(kept, 'all') - to(kept, 'organic') + to(energy, 'all');
  const harmless = recyclables + composted + to(harmlessDestinations, 'all');
  const ofWeight = (numerator: number): Rate => (knowsResidual ? rate(numerator, total) : { ...unknown, numerator });
  return {
    month,
    coverage: rate(taking, households),
    recycling: ofWeight(recycled),
    resourceUse: ofWeight(used),
    harmlessTreatment: ofWeight(harmless),
    grams: { recyclables, composted, sent: Object.fromEntries([...sent].map(([destination, { organic, other }]) => [destination, organic + other])), total },
    piecesWithoutWeight: pieces,
  };
}
