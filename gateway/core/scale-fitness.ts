/**
 * Whether a scale is fit for what its weight is to be used for, and what a check weight says about it: the verification certificate, the
 * last check and the limits of the law. It weighs nothing; what a scale shows is judged in weighing.ts. Pure: facts in, an answer out.
 * Sources: OIML R 76-1:2006 sections 3.5.1 and 3.5.2 (class III, in service twice the errors of verification); JJG 539-2016.
 */
import assert from 'node:assert/strict';

/** What a weight is used for. Cash is trade and needs a verified scale; points do not, but are told. */
export type WeighingPurpose = 'points' | 'cash';

/** Every way a scale is unfit, in order of precedence. */
export const fitnessRefusals = ['scale_check_failed', 'scale_check_due', 'scale_unverified'] as const;
export type FitnessRefusal = (typeof fitnessRefusals)[number];

/** What the site file says of a scale. */
export interface ScalePapers {
  /** Certificate of verification; `expires` is the last day it is good for, YYYY-MM-DD. null: none. */
  readonly verification: { readonly certificate: string; readonly expires: string } | null;
  /** A check weight is due when the last check is older than this. null: no calendar is kept; a failed check locks all the same. Unit: day. */
  readonly checkEveryDays: number | null;
}

/** The last time a check weight was put on. `atMs`: village time. */
export interface ScaleCheck {
  readonly passed: boolean;
  readonly atMs: number;
}

export interface FitnessQuestion {
  readonly papers: ScalePapers;
  readonly lastCheck: ScaleCheck | null;
  readonly purpose: WeighingPurpose;
  readonly nowMs: number;
  /** The village's day, YYYY-MM-DD. */
  readonly day: string;
}
export type FitnessDecision =
  | { readonly ok: true; readonly warnings: readonly 'scale_unverified'[] }
  | { readonly ok: false; readonly refusal: { readonly code: FitnessRefusal } };

const dayMs = 86_400_000;
const refuse = (code: FitnessRefusal): FitnessDecision => ({ ok: false, refusal: { code } });

/** Whether this scale may be used for this purpose now. */
export function decideFitness({ papers, lastCheck, purpose, nowMs, day }: FitnessQuestion): FitnessDecision {
  const { verification, checkEveryDays } = papers;
  if (lastCheck?.passed === false) return refuse('scale_check_failed');
  if (checkEveryDays !== null && (lastCheck === null || nowMs - lastCheck.atMs > checkEveryDays * dayMs)) return refuse('scale_check_due');
  const isVerified = verification !== null && day <= verification.expires;
  if (purpose === 'cash' && !isVerified) return refuse('scale_unverified');
  return { ok: true, warnings: isVerified ? [] : ['scale_unverified'] };
}

/** Largest error in service at a load, class III: 1 e up to 500 e, 2 e up to 2000 e, 3 e above. Units: gram; `intervalGrams` is e. */
export function inServiceErrorGrams(loadGrams: number, intervalGrams: number): number {
  assert(intervalGrams >= 1 && loadGrams >= 0, 'a load on a scale with an interval');
  if (loadGrams <= 500 * intervalGrams) return intervalGrams;
  return loadGrams <= 2000 * intervalGrams ? 2 * intervalGrams : 3 * intervalGrams;
}

/** Judges what a scale showed with a known weight on it. Units: gram. */
export function judgeCheckWeight({ nominalGrams, readGrams, intervalGrams }: { nominalGrams: number; readGrams: number; intervalGrams: number }): {
  readonly passed: boolean;
  readonly limitGrams: number;
} {
  const limitGrams = inServiceErrorGrams(nominalGrams, intervalGrams);
  return { passed: Math.abs(readGrams - nominalGrams) <= limitGrams, limitGrams };
}
