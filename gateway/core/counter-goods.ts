/**
 * Recyclables at the counter: counted by the piece, or weighed on a scale we do not read and entered by hand. An operator stands for the
 * number; above what one person is believed, two do. Pure. Rules.
 */
import type { EventDraft } from '../../protocol/events.ts';
import type { Tariff } from '../../protocol/tariff.ts';
import { awardRecyclables, type DailyCap, intakeLegs, tariffOn, underCap } from './points.ts';
import { type Refused, refuse } from './refusals.ts';

/** What was brought: grams by weight, or pieces. */
export interface BroughtGoods {
  readonly receipt: string;
  readonly household: string;
  readonly material: string;
  readonly netGrams: number | null;
  readonly pieces: number | null;
}

interface CounterContext {
  readonly tariffs: readonly Tariff[];
  readonly day: string;
  readonly dateTrusted: boolean;
  readonly rulesVersion: string;
  readonly daily: DailyCap;
  /** What the goods earn nothing for where the household did not agree. */
  readonly mayEarn: boolean;
  readonly operator: string;
  readonly second: string | null;
}

interface CounterPrice {
  readonly tariffVersion: string;
  readonly points: number;
  readonly pointsPerKg: number | null;
  readonly pointsEach: number | null;
  readonly isPlausible: boolean;
}

/** the price of the day for grams or pieces, whole points, rounded down. */
function priceOf({ material, netGrams, pieces }: BroughtGoods, tariffs: readonly Tariff[], day: string): CounterPrice | Refused {
  const tariff = tariffOn(tariffs, day);
  if (tariff === undefined) return refuse('tariff_not_yet_valid');
  const row = Object.hasOwn(tariff.materials, material) ? tariff.materials[material] : undefined;
  if (row === undefined) return refuse('material_unknown');
  const tariffVersion = tariff.version;
  if (pieces !== null) {
    if (row.pointsEach === undefined) return refuse('priced_by_weight');
    return { tariffVersion, points: pieces * row.pointsEach, pointsPerKg: null, pointsEach: row.pointsEach, isPlausible: true };
  }
  if (row.pointsPerKg === undefined) return refuse('priced_by_piece');
  const grams = netGrams ?? 0;
  const points = Math.floor((grams * row.pointsPerKg) / 1000);
  return { tariffVersion, points, pointsPerKg: row.pointsPerKg, pointsEach: null, isPlausible: grams <= row.maxGramsPerSession };
}

/** goods taken in by an operator, and what they earn under the cap of the day. Above the session limit it takes two. */
export function decideReceipt(goods: BroughtGoods, context: CounterContext): { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused {
  const { day, dateTrusted, rulesVersion, operator, second } = context;
  const price = priceOf(goods, context.tariffs, day);
  if ('ok' in price) return price;
  if (!price.isPlausible && second === null) return refuse('second_person_needed');
  const { receipt, household, material, netGrams, pieces } = goods;
  const postings = pieces === null ? intakeLegs(material, 'grams', netGrams ?? 0) : intakeLegs(material, 'goods', pieces);
  const received: EventDraft<'recyclables.received'> = {
    name: 'recyclables.received',
    subject: household,
    data: { receipt, household, material, netGrams, pieces, day, dateTrusted, operator, second, postings },
  };
  if (!context.mayEarn) return { ok: true, drafts: [received] };
  const { tariffVersion, points: tariffPoints, pointsPerKg, pointsEach } = price;
  const brought = { reference: receipt, material, netGrams, pieces, pointsPerKg, pointsEach };
  const points = underCap(tariffPoints, context.daily);
  const by = { day, dateTrusted, tariffVersion, rulesVersion, operator, second };
  return { ok: true, drafts: [received, awardRecyclables({ household, points, tariffPoints, ...brought, ...by })] };
}
