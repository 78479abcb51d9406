/**
 * Taking rolls into a magazine by the labels a keeper scans, in the order they will come out. Pure. A label counts only while the door is
 * open, and only once.
 */
import type { EventDraft } from '../../protocol/events.ts';

export type LabelRefusal = 'door_closed' | 'roll_known';

/** Labels scanned since the last look, as roll codes in order. `isKnown` says whether the ledger has seen a roll before. */
export interface LoadingFacts {
  readonly dispenser: string;
  readonly labels: readonly string[];
  readonly doorOpen: boolean;
  /** What the ledger has of a roll; undefined for one it has never seen. */
  readonly stateOf: (roll: string) => string | undefined;
}

/** What is stocked, and for each label that is not, why. */
export function decideLoading({ dispenser, labels, doorOpen, stateOf }: LoadingFacts): { readonly drafts: EventDraft[]; readonly refusals: LabelRefusal[] } {
  const refusalOf = (roll: string, index: number): LabelRefusal | null => {
    if (!doorOpen) return 'door_closed';
    const state = stateOf(roll);
    return (state !== undefined && state !== 'inStock') || labels.indexOf(roll) < index ? 'roll_known' : null;
  };
  const refusals = labels.map(refusalOf);
  const drafts = labels
    .filter((_roll, index) => refusals[index] === null)
    .map((roll) => stocked(dispenser, roll, stateOf(roll) === 'inStock' ? 'stock/rolls' : 'supplier'));
  return { drafts, refusals: refusals.filter((refusal) => refusal !== null) };
}

const stocked = (dispenser: string, roll: string, from: string): EventDraft => ({
  name: 'bag.roll.stocked',
  subject: dispenser,
  data: {
    roll,
    dispenser,
    postings: [
      { account: from, unit: 'rolls', amount: -1 },
      { account: `magazine/${dispenser}`, unit: 'rolls', amount: 1 },
    ],
  },
});
