/**
 * One compartment of a sorting bin as iron and rubbish: how full, how warm, whether it smokes, whether its door stands open. Pure and
 * seeded. It must never know registers or alarms.
 */
import type { Random } from '../random.ts';

export interface BinCompartment {
  /** Unit: 0.1 %, 0..1000. */
  readonly fillPermille: number;
  /** Unit: 0.1 degree Celsius. */
  readonly temperatureDeciC: number;
  readonly smoke: boolean;
  readonly doorOpen: boolean;
}

/** The shed in spring. Unit: 0.1 degree Celsius. */
const airDeciC = { least: 120, most: 260 } as const;
const temperatureEveryMs = 30_000;

/** Fill of a compartment as a morning finds it. Unit: 0.1 %. */
const morningFill = { least: 350, most: 760 } as const;

/** A compartment as the morning finds it. */
export const morningCompartment = (random: Random): BinCompartment => ({
  fillPermille: random.whole(morningFill.least, morningFill.most),
  temperatureDeciC: random.whole(150, 200),
  smoke: false,
  doorOpen: false,
});

/** Throws something in; what does not fit stays outside. */
export const throwIn = (compartment: BinCompartment, permille: number): BinCompartment => ({
  ...compartment,
  fillPermille: Math.min(1_000, compartment.fillPermille + permille),
});

export const emptyCompartment = (compartment: BinCompartment): BinCompartment => ({ ...compartment, fillPermille: 0 });

/** Lets the temperature wander for `elapsedMs`, which the caller gives in steps of its own; a fire adds heat of its own. */
export function stepCompartment(compartment: BinCompartment, elapsedMs: number, random: Random): BinCompartment {
  if (!random.chance(Math.min(1, elapsedMs / temperatureEveryMs))) return compartment;
  const wandered = compartment.temperatureDeciC + random.whole(-2, 2);
  return { ...compartment, temperatureDeciC: Math.max(airDeciC.least, Math.min(airDeciC.most, wandered)) };
}
