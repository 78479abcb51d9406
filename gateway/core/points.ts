/**
 * What a weighing earns: the tariff in force on the day, exact whole-number arithmetic, and the two events that put a settled weighing
 * into the ledger. Works from the stored net weight alone, so that every award can be recomputed from the log for ever.
 * It must never see a scale, round anything upwards or keep a running remainder. Rules.
 */
import assert from 'node:assert/strict';
import type { Posting } from '../../protocol/events/fields.ts';
import type { EventDraft, EventPayload } from '../../protocol/events.ts';
import type { PointRules } from '../../protocol/rules/points.ts';
import type { Tariff } from '../../protocol/tariff.ts';
import type { SettledWeighing } from './weighing.ts';

/** Every way a price can be refused, in order of precedence. */
export const pointsRefusals = ['tariff_not_yet_valid', 'material_unknown', 'priced_by_piece', 'below_minimum', 'over_session_limit'] as const;
export type PointsRefusal = (typeof pointsRefusals)[number];

/** What one kilogram earns today, under which tariff, and how much of it is believed without an operator. */
export interface Price {
  readonly tariffVersion: string;
  /** Unit: point per kg. */
  readonly pointsPerKg: number;
  /** Unit: gram. */
  readonly maxGramsPerSession: number;
}

type Refused = { readonly ok: false; readonly refusal: { readonly code: PointsRefusal } };
export type PriceDecision = { readonly ok: true; readonly price: Price } | Refused;
export type PointsDecision = { readonly ok: true; readonly points: number; readonly price: Price } | Refused;

const refuse = (code: PointsRefusal): Refused => ({ ok: false, refusal: { code } });

/** The tariff in force on `day` (`YYYY-MM-DD`): the latest that has begun; of two that begin together the one listed later. */
export function tariffOn(tariffs: readonly Tariff[], day: string): Tariff | undefined {
  const begun = tariffs.filter((tariff) => tariff.validFrom <= day);
  return begun.reduce<Tariff | undefined>((best, tariff) => (best === undefined || tariff.validFrom >= best.validFrom ? tariff : best), undefined);
}

/** Looks up what `material` earns by weight on `day`; asked before anything is weighed, so that nobody weighs for nothing. */
export function decidePrice(tariffs: readonly Tariff[], day: string, material: string): PriceDecision {
  const tariff = tariffOn(tariffs, day);
  if (tariff === undefined) return refuse('tariff_not_yet_valid');
  const row = Object.hasOwn(tariff.materials, material) ? tariff.materials[material] : undefined;
  if (row === undefined) return refuse('material_unknown');
  if (row.pointsPerKg === undefined) return refuse('priced_by_piece');
  return { ok: true, price: { tariffVersion: tariff.version, pointsPerKg: row.pointsPerKg, maxGramsPerSession: row.maxGramsPerSession } };
}

/** What is to be priced. `netGrams` and `minimumGrams` (Min of the scale) are whole grams. */
export interface PointsQuestion {
  readonly tariffs: readonly Tariff[];
  readonly day: string;
  readonly material: string;
  readonly netGrams: number;
  readonly minimumGrams: number;
}

/** Points for a net weight: floor(netGrams x pointsPerKg / 1000), no remainder kept; an implausible weight needs a person. */
export function decidePoints(question: PointsQuestion): PointsDecision {
  assert(Number.isSafeInteger(question.netGrams), 'a net weight is whole grams');
  const priced = decidePrice(question.tariffs, question.day, question.material);
  if (!priced.ok) return priced;
  if (question.netGrams < question.minimumGrams || question.netGrams < 1) return refuse('below_minimum');
  if (question.netGrams > priced.price.maxGramsPerSession) return refuse('over_session_limit');
  const milliPoints = question.netGrams * priced.price.pointsPerKg;
  assert(Number.isSafeInteger(milliPoints), 'tariff bounds keep the product exact');
  return { ok: true, points: (milliPoints - (milliPoints % 1000)) / 1000, price: priced.price };
}

/** By what was weighed. `certificate` is null where the scale is not verified, or no longer. */
export interface WeighingInstrument {
  readonly model: string;
  readonly profile: string;
  readonly certificate: string | null;
}

/** What a household may earn today with one material, and by which rules. */
export interface DailyCap {
  /** Unit: point a day. */
  readonly cap: number;
  /** Points it earned with this material today. */
  readonly earned: number;
}

/** cap of a material: its own, or that of all. */
export const dailyCapOf = (material: string, { dailyCap, dailyCaps }: Pick<PointRules, 'dailyCap' | 'dailyCaps'>): number =>
  Object.hasOwn(dailyCaps, material) ? (dailyCaps[material] ?? dailyCap) : dailyCap;

/** what is left under the cap of the day; the rest earns nothing, though what was brought is kept in the ledger. */
export const underCap = (points: number, { cap, earned }: DailyCap): number => Math.min(points, Math.max(0, cap - earned));

/** A settled weighing and the places it is entered under. `alibi` is the next gap-free number of this scale, 1 or more. */
export interface WeighingEntry {
  readonly weighing: SettledWeighing;
  readonly scale: string;
  readonly instrument: WeighingInstrument;
  readonly alibi: number;
  readonly tariffs: readonly Tariff[];
  readonly day: string;
  readonly dateTrusted: boolean;
  readonly minimumGrams: number;
  readonly rulesVersion: string;
  readonly daily: DailyCap;
}

export type AwardDecision =
  | {
      readonly ok: true;
      readonly weighingId: string;
      /** What the household gets, and what it would get without the daily cap. */
      readonly points: number;
      readonly tariffPoints: number;
      readonly drafts: readonly [EventDraft<'weigh.committed'>, EventDraft<'points.awarded'>];
    }
  | Refused;

/** Words a settled weighing as `weigh.committed` and `points.awarded`, to be appended together; a refusal is nothing to append. */
export function decideAward(entry: WeighingEntry): AwardDecision {
  const { weighing, scale, alibi, minimumGrams, day, dateTrusted, rulesVersion } = entry;
  const { household, material, netGrams } = weighing;
  const decision = decidePoints({ tariffs: entry.tariffs, day, material, netGrams, minimumGrams });
  if (!decision.ok) return decision;
  const { points: tariffPoints, price } = decision;
  const points = underCap(tariffPoints, entry.daily);
  const weighingId = `${scale}-${alibi}`;
  const committed = wordWeighing(entry, household);
  const brought = { material, netGrams, pieces: null, pointsPerKg: price.pointsPerKg, pointsEach: null };
  const context = { day, dateTrusted, tariffVersion: price.tariffVersion, rulesVersion, operator: null, second: null };
  const awarded = awardRecyclables({ household, points, tariffPoints, reference: weighingId, ...brought, ...context });
  return { ok: true, weighingId, points, tariffPoints, drafts: [committed, awarded] };
}

/** A settled weighing as it is recorded. `household` is null where it is not known yet what it will be used for. */
export function wordWeighing(
  { weighing, scale, instrument, alibi, minimumGrams }: Pick<WeighingEntry, 'weighing' | 'scale' | 'instrument' | 'alibi' | 'minimumGrams'>,
  household: string | null,
): EventDraft<'weigh.committed'> {
  const { material, netGrams, household: _shown, ...measured } = weighing;
  const place = { weighing: `${scale}-${alibi}`, scale, alibi, household, material, netGrams };
  const data = { ...measured, ...instrument, minimumGrams, ...place, rawHex: [...weighing.rawHex], postings: intakeLegs(material, 'grams', netGrams) };
  return { name: 'weigh.committed', subject: scale, data };
}

/** Recyclables come in from outside the village's books. */
export const intakeLegs = (material: string, unit: 'grams' | 'goods', amount: number): Posting[] => [
  { account: 'source/recyclables', unit, amount: -amount },
  { account: `intake/${material}`, unit, amount },
];

type RecyclablesAward = Omit<EventPayload<'points.awarded'>, 'source' | 'queued' | 'postings'>;

/** points for recyclables, never queued. */
export function awardRecyclables(award: RecyclablesAward): EventDraft<'points.awarded'> {
  const { household, points } = award;
  const pointLegs: Posting[] = [
    { account: 'issuance/recyclables', unit: 'points', amount: -points },
    { account: `household/${household}`, unit: 'points', amount: points },
  ];
  return { name: 'points.awarded', subject: household, data: { ...award, source: 'recyclables', queued: null, postings: points === 0 ? [] : pointLegs } };
}
