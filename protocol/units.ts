/**
 * Quantities with their unit in the type, and the checked makers that are the only way in. A quantity gets a type here when two rooms could
 * mistake it for another; masses, points and counts carry their unit in their name instead. This file must never know where a number came from.
 */
declare const unit: unique symbol;
type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** A wall-clock instant in village time, never a duration. Unit: millisecond since 1970-01-01T00:00Z. Bounds: whole, 0 or more. */
export type EpochMs = Quantity<'epochMs'>;

/** @throws RangeError when the value is not a whole number of at least 0. */
export function epochMs(value: number): EpochMs {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`epochMs must be a whole number of at least 0, got ${value}`);
  return value as EpochMs;
}
