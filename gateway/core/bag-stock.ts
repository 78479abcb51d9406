/**
 * Rolls in the hands of people: what comes into stock, which roll may be handed to whom, what a lost or bad one costs, and what becomes of the
 * code. Pure. A roll that was issued for sure never comes back into stock; it ends as lost, damaged, returned or void.
 * Rules: R-08 (issue by hand), R-09 (warnings), R-10 (lost), R-11 (damaged or misprinted), R-12 (manual roll after an undecided job).
 */
import type { Posting } from '../../protocol/events/fields.ts';
import { manifestPartMax, type rollReasons } from '../../protocol/events/rolls.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { RollManifest } from '../../protocol/roll-manifest.ts';
import type { Drafted } from './operators.ts';
import type { BagRules, Quota } from './quota.ts';
import { refuse } from './refusals.ts';

/** Where a roll is; the ledger has it in exactly one (invariant 3). `inMagazine` is reserved for whoever draws next. */
export type RollState = 'inStock' | 'inMagazine' | 'issued' | 'lost' | 'damaged' | 'returned' | 'void' | 'wasted' | 'suspense';

/** A roll the ledger knows. */
export interface KnownRoll {
  readonly roll: string;
  readonly state: RollState;
  readonly dispenser: string | null;
  readonly household: string | null;
  /** Month it was issued for. */
  readonly period: string | null;
  readonly confirmed: boolean;
  readonly bagsPerRoll: number | null;
}

interface Ordered {
  readonly operator: string;
  readonly second: string | null;
}

/** Store of the village, and whoever prints rolls: where a roll the ledger has not seen comes from. */
const stock = 'stock/rolls';
const supplier = 'supplier';

const move = (from: string, to: string, rolls = 1): Posting[] => [
  { account: from, unit: 'rolls', amount: -rolls },
  { account: to, unit: 'rolls', amount: rolls },
];
/** Where a roll that is not in use stands in the books. */
export const shelfOf = (known: KnownRoll | undefined): string => (known === undefined ? supplier : stock);

export interface ManifestFacts extends Ordered {
  readonly village: string;
  /** Key that signed; null where nobody did. */
  readonly signedBy: string | null;
  readonly isBatchKnown: boolean;
  readonly isKnown: (roll: string) => boolean;
}

/** Takes a print run into stock. Unsigned, two persons answer for it. Rolls in use before their manifest came stay as they are. */
export function decideImport(facts: ManifestFacts, manifest: RollManifest): Drafted {
  const { operator, second, village, signedBy } = facts;
  if (signedBy === null && second === null) return refuse('second_person_needed');
  if (facts.isBatchKnown) return refuse('batch_known', { batch: manifest.batch });
  if (manifest.rolls.some((roll) => !roll.startsWith(`K1${village}`))) return refuse('rolls_of_another_village');
  const rolls = manifest.rolls.filter((roll) => !facts.isKnown(roll));
  if (rolls.length === 0) return refuse('batch_known', { batch: manifest.batch });
  const parts = Math.ceil(rolls.length / manifestPartMax);
  const { batch, bagsPerRoll } = manifest;
  const drafts = Array.from({ length: parts }, (_unused, index): EventDraft => {
    const named = rolls.slice(index * manifestPartMax, (index + 1) * manifestPartMax);
    const data = { operator, second, batch, part: index + 1, parts, bagsPerRoll, signedBy, rolls: named, postings: move(supplier, stock, named.length) };
    return { name: 'bag.manifest.imported', subject: 'rolls', data };
  });
  return { ok: true, drafts };
}

/** Who stands at the counter. `second` identified: no card was shown. */
export interface Recipient {
  readonly household: string;
  readonly identifiedBy: 'card' | 'second';
}

export interface HandingFacts extends Ordered, Recipient {
  readonly roll: string;
  readonly known: KnownRoll | undefined;
  readonly quota: Quota;
  /** A job of this household nobody can tell the end of, for which no roll was given yet. */
  readonly undecided: { readonly job: number; readonly period: string } | null;
}

/** hands out a roll from stock, by quota; where a machine left it open whether one came out, one more at once. */
export function decideHanding(facts: HandingFacts): Drafted {
  const barred = barredFromHand(facts.roll, facts.known);
  if (barred !== null) return barred;
  const { quota, undecided } = facts;
  if (quota.ok) return { ok: true, drafts: [handed(facts, { period: quota.period, reason: 'counter', job: null })] };
  if (undecided === null) return refuse(quota.code);
  return { ok: true, drafts: [handed(facts, { ...undecided, reason: 'manual' })] };
}

function barredFromHand(roll: string, known: KnownRoll | undefined) {
  if (known === undefined || known.state === 'inStock') return null;
  return known.state === 'inMagazine' ? refuse('roll_in_magazine', { roll, dispenser: known.dispenser ?? '?' }) : refuse('roll_used', { roll });
}

const handed = (
  { operator, second, household, identifiedBy, roll, known }: Ordered & Recipient & Pick<HandingFacts, 'roll' | 'known'>,
  how: { readonly period: string; readonly reason: 'counter' | 'swap' | 'manual'; readonly job: number | null },
): EventDraft => ({
  name: 'bag.roll.handed',
  subject: household,
  data: { operator, second, household, roll, ...how, identifiedBy, postings: move(shelfOf(known), `household/${household}`) },
});

export interface LossFacts extends Ordered {
  readonly household: string;
  readonly known: KnownRoll;
  readonly rules: Pick<BagRules, 'freeReplacementsPerHalfYear' | 'replacementPoints'>;
  /** Whether another roll is asked for, and the month it would count for. */
  readonly replace: { readonly period: string } | null;
  /** Whether this very roll was replaced before. */
  readonly isReplaced: boolean;
  readonly freeThisHalfYear: number;
  readonly points: number;
}

/** a lost roll is written off; its replacement is free once in half a year, then costs points, and nobody goes below zero for it. */
export function decideLoss(facts: LossFacts): Drafted {
  const { operator, second, household, known, rules, replace } = facts;
  const { roll } = known;
  if (known.household !== household || (known.state !== 'issued' && known.state !== 'lost')) return refuse('roll_not_theirs', { roll });
  const drafts: EventDraft[] = [];
  if (known.state === 'issued')
    drafts.push({
      name: 'bag.roll.lost',
      subject: household,
      data: { operator, second, household, roll, postings: move(`household/${household}`, 'waste/lost') },
    });
  if (replace === null) return { ok: true, drafts };
  if (facts.isReplaced) return refuse('roll_replaced', { roll });
  const isFree = facts.freeThisHalfYear < rules.freeReplacementsPerHalfYear;
  const points = isFree ? 0 : rules.replacementPoints;
  if (facts.points < points) return refuse('points_short', { points, balance: facts.points });
  const postings: Posting[] =
    points === 0
      ? []
      : [
          { account: `household/${household}`, unit: 'points', amount: -points },
          { account: 'redemption/rolls', unit: 'points', amount: points },
        ];
  const data = { operator, second, household, roll, period: replace.period, terms: isFree ? ('free' as const) : ('points' as const), points, postings };
  return { ok: true, drafts: [...drafts, { name: 'bag.replacement.granted', subject: household, data }] };
}

export interface SwapFacts extends Ordered, Recipient {
  readonly bad: KnownRoll;
  readonly reason: (typeof rollReasons.swap)[number];
  /** Unused bags of the bad roll, by number. */
  readonly bags: readonly number[];
  readonly roll: string;
  readonly known: KnownRoll | undefined;
  readonly period: string;
  readonly rules: Pick<BagRules, 'swapMinPercent' | 'bagsPerRoll'>;
}

/** a bad roll against another, for enough unused bags; those become void. */
export function decideSwap(facts: SwapFacts): Drafted {
  const { operator, second, household, bad, reason, period, rules } = facts;
  if (bad.household !== household || bad.state !== 'issued') return refuse('roll_not_theirs', { roll: bad.roll });
  const barred = barredFromHand(facts.roll, facts.known);
  if (barred !== null) return barred;
  const voidBags = [...new Set(facts.bags)].toSorted((one, other) => one - other);
  const needed = Math.ceil(((bad.bagsPerRoll ?? rules.bagsPerRoll) * rules.swapMinPercent) / 100);
  if (voidBags.length < needed) return refuse('bags_too_few', { needed, bags: voidBags.length });
  const postings = move(`household/${household}`, 'waste/damaged');
  const data = { operator, second, household, roll: bad.roll, period, reason, voidBags, postings };
  return { ok: true, drafts: [{ name: 'bag.roll.damaged', subject: household, data }, handed(facts, { period, reason: 'swap', job: null })] };
}

/** A whole roll comes back: the right of its month with it, the code never. */
export function decideReturn({ operator, second, household, known }: Ordered & { readonly household: string; readonly known: KnownRoll }): Drafted {
  const { roll, period } = known;
  if (known.household !== household || known.state !== 'issued' || period === null) return refuse('roll_not_theirs', { roll });
  const data = { operator, second, household, roll, period, postings: move(`household/${household}`, 'waste/returned') };
  return { ok: true, drafts: [{ name: 'bag.roll.returned', subject: household, data }] };
}

/** Writes off a roll in stock, by two persons. */
export function decideVoid({
  operator,
  second,
  known,
  reason,
}: Ordered & { readonly known: KnownRoll; readonly reason: (typeof rollReasons.void)[number] }): Drafted {
  const { roll } = known;
  if (known.state !== 'inStock') return refuse('roll_not_in_stock', { roll });
  return { ok: true, drafts: [{ name: 'bag.roll.voided', subject: 'rolls', data: { operator, second, roll, reason, postings: move(stock, 'waste/void') } }] };
}

/** Takes a roll out of a magazine; not while a job holds one of its rolls, which may be this very one. */
export function decideUnloading({ operator, second, known, isHolding }: Ordered & { readonly known: KnownRoll; readonly isHolding: boolean }): Drafted {
  const { roll, dispenser } = known;
  if (known.state !== 'inMagazine' || dispenser === null) return refuse('roll_not_in_magazine', { roll });
  if (isHolding) return refuse('dispenser_holds_roll', { dispenser });
  const data = { operator, second, roll, dispenser, postings: move(`magazine/${dispenser}`, stock) };
  return { ok: true, drafts: [{ name: 'bag.roll.unloaded', subject: dispenser, data }] };
}

export type StockLevel = 'ok' | 'low' | 'nearly_empty' | 'empty';

/** how a magazine or a shelf with `rolls` of `full` stands. */
export function stockLevel(
  rolls: number,
  { magazineRolls: full, lowPercent, emptyPercent }: Pick<BagRules, 'magazineRolls' | 'lowPercent' | 'emptyPercent'>,
): StockLevel {
  if (rolls <= 0) return 'empty';
  if (rolls * 100 <= full * emptyPercent) return 'nearly_empty';
  return rolls * 100 <= full * lowPercent ? 'low' : 'ok';
}
