/**
 * The integers of the domain with their unit in the type, and the checked makers that are the only way in.
 * Money, points and grams are whole numbers everywhere: 1 point = 1 fen (0.01 yuan), so no float ever touches a balance.
 * This file must never know where a number came from.
 */
declare const unit: unique symbol;
type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** Net or gross mass. Unit: gram. Bounds: whole, magnitude at most 2^53 - 1. */
export type Grams = Quantity<'g'>;
/** Credit of a household. Unit: point (1 point = 1 fen). Bounds: whole, magnitude at most 2^53 - 1. */
export type Points = Quantity<'point'>;
/** A duration. Unit: millisecond. Bounds: whole, 0 or more. */
export type Millis = Quantity<'ms'>;
/** A wall-clock instant in village time. Unit: millisecond since 1970-01-01T00:00Z. Bounds: whole, 0 or more. */
export type EpochMs = Quantity<'epochMs'>;

function whole(value: number, name: string, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) throw new RangeError(`${name} must be a whole number of at least ${least}, got ${value}`);
  return value === 0 ? 0 : value;
}

/** @throws RangeError when the value is not a safe integer. */
export const grams = (value: number): Grams => whole(value, 'grams', Number.MIN_SAFE_INTEGER) as Grams;
/** @throws RangeError when the value is not a safe integer. */
export const points = (value: number): Points => whole(value, 'points', Number.MIN_SAFE_INTEGER) as Points;
/** @throws RangeError when the value is not a whole number of at least 0. */
export const millis = (value: number): Millis => whole(value, 'millis', 0) as Millis;
/** @throws RangeError when the value is not a whole number of at least 0. */
export const epochMs = (value: number): EpochMs => whole(value, 'epochMs', 0) as EpochMs;
