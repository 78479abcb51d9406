/**
 * Weighing controllers of the ID551 type as a register map: weights are single precision floats, commands are edges. Traps: the motion bit is 1
 * while MOVING; a float of 12.34 kg is 12.34000015..., so grams are made by a decoder that refuses what is no whole gram, never by rounding.
 */
import { defineDevice } from '../define-device.ts';
import type { Decoded } from '../register-codec.ts';
import type { ReadingOf } from '../register-map.ts';
import { defineRegisterScale, type NoWeight, type ScaleReading } from '../scale-reading.ts';

export const scaleFloat = defineDevice({
  model: 'W-FLOAT',
  kind: 'scale',
  title: 'Tray scale, ID551 type controller with floating point weights',
  source: { document: 'Tuna ID551PN weighing controller manual, section 3.5, format MODBUS-RTU2, scale 1', revision: 'page 22' },
  wordOrder: 'highFirst',
  printedBase: 40_001,
  units: { first: 1, last: 247 },
  timeoutMs: 200,
  guardMs: 300,
  notes: [
    'Polarity: `motion` is 1 while the load moves; `dataValid` is 1 when the weights may be used.',
    'The unit is whatever the controller shows: set it to kilograms. Tare is not reported; it is gross less the weight shown in net mode.',
    'The manual does not name the order of the words: read a known weight once.',
    'The same register locks the keypad and enables remote calibration; both bits are written 0, that is: unlocked, disabled.',
    'Capacity, increment and calibration (format RTU1) are left out: configuration is never written by a gateway, least of all in a loop.',
  ],
  blocks: { shown: 'read' },
  fields: {
    displayed: { space: 'holding', address: 0, kind: 'f32', unit: 'kg', access: 'r', poll: 'status', block: 'shown', doc: 'Weight shown: net in net mode.' },
    gross: { space: 'holding', address: 2, kind: 'f32', unit: 'kg', access: 'r', poll: 'status', block: 'shown', doc: 'Gross weight.' },
    status: {
      space: 'holding',
      address: 4,
      kind: 'bits',
      bits: {
        calFree: 0,
        tareEnabled: 1,
        calFreeError: 7,
        atZero: 8,
        underZero: 9,
        overCapacity: 10,
        net: 11,
        motion: 12,
        zeroedAtPowerOn: 13,
        inSetup: 14,
        dataValid: 15,
      },
      access: 'r',
      poll: 'status',
      block: 'shown',
      doc: 'Flags. Polarity: motion is 1 while the load moves.',
    },
    demand: {
      space: 'holding',
      address: 5,
      kind: 'bits',
      bits: { zero: 11, tare: 12, clear: 13 },
      access: 'w',
      trigger: 'edge',
      doc: 'The push buttons zero, tare and clear.',
    },
  },
});

const fields = ['displayed', 'gross', 'status'] as const;

/** Beyond this a step of the format is no longer small against a gram. Unit: kg. */
const floatKilogramsMax = 1_000;

/**
 * A float of kilograms as whole grams: the number whose nearest single it is, or one step of the format beside that, for a controller that
 * multiplies a count by its division in single precision. At 1,000 kg such a step is 0.06 g. Anything else is no whole gram.
 */
function gramsOfFloat(kilograms: number): number | undefined {
  const grams = Math.round(kilograms * 1000);
  const step = 2 ** (Math.floor(Math.log2(Math.abs(kilograms) || 1)) - 23);
  if (Math.abs(kilograms) > floatKilogramsMax || Math.abs(kilograms - Math.fround(grams / 1000)) > step) return undefined;
  return grams === 0 ? 0 : grams;
}

/** Floats and flags to whole grams. A controller in set-up, or one whose data are not valid, gives no weight. */
function decode({ displayed, gross, status }: Pick<ReadingOf<typeof scaleFloat>, (typeof fields)[number]>): Decoded<ScaleReading | NoWeight> {
  if (!status.dataValid || status.inSetup || status.calFreeError) return { ok: true, values: { noWeight: 'fault' } };
  if (status.overCapacity) return { ok: true, values: { noWeight: 'overload' } };
  const issues: string[] = [];
  const grams = (name: string, kilograms: number) => {
    const whole = gramsOfFloat(kilograms);
    if (whole === undefined) issues.push(`W-FLOAT.${name}: ${kilograms} kg is not a whole gram`);
    return whole ?? 0;
  };
  const grossGrams = grams('gross', gross);
  const shownGrams = grams('displayed', displayed);
  if (!status.net && shownGrams !== grossGrams) issues.push(`W-FLOAT.displayed: ${displayed} kg is shown as gross beside ${gross} kg`);
  if (issues.length > 0) return { ok: false, issues };
  const weights = { grossGrams, netGrams: shownGrams, tareGrams: grossGrams - shownGrams, maxGrams: null, intervalGrams: null };
  return { ok: true, values: { ...weights, unstable: status.motion, atZero: status.atZero, overload: false, underload: status.underZero, fault: false } };
}

const press = { zero: false, tare: false, clear: false };
/** The controller as a scale. */
export const floatScale = defineRegisterScale({
  speaks: 'registers',
  map: scaleFloat,
  reports: { intervalGrams: false, maxGrams: false },
  reportsDecimals: true,
  fields,
  decode,
  orders: { zero: [{ demand: { ...press, zero: true } }], tare: [{ demand: { ...press, tare: true } }], clearTare: [{ demand: { ...press, clear: true } }] },
});
