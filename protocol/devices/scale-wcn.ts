/**
 * The generic Chinese weighing transmitter (W-CN; the KYD-310 class answers the same registers) as a register map, and the step from its
 * counts to whole grams. Traps: the stability bit is 1 when UNSTABLE, the decimals live in the status word, and the status may lag the
 * weight by one sample, so a caller never settles on one reading. No rounding here: what is not a whole gram is refused.
 */
import { defineDevice } from '../define-device.ts';
import type { Decoded } from '../register-codec.ts';
import type { ReadingOf } from '../register-map.ts';
import { defineRegisterScale, gramsOf, type ScaleReading } from '../scale-reading.ts';

/** Written to `tare`, this takes the present gross weight as tare. */
export const autoTare = 0x7fff_ffff;
/** Written to `executeZero`, this zeroes the channel. */
export const zeroNow = 1;

/**
 * Registers 0x0026 (zero calibration) and 0x002A (span calibration) are sealed metrology and absent on purpose: what the map does not
 * name the gateway cannot write, and the simulated transmitter answers "illegal address".
 */
export const scaleWcn = defineDevice({
  model: 'W-CN',
  kind: 'scale',
  title: 'Tray scale, generic weighing transmitter',
  source: { document: 'W-CN weighing transmitter manual, Modbus register list', revision: 'firmware V1.1 and later' },
  wordOrder: 'highFirst',
  units: { first: 1, last: 247 },
  timeoutMs: 200,
  guardMs: 300,
  blocks: { weights: 'read' },
  fields: {
    slaveAddress: {
      space: 'holding',
      address: 0x0000,
      kind: 'u16',
      unit: 'unit number',
      min: 1,
      max: 247,
      initial: 1,
      access: 'r',
      poll: 'slow',
      doc: 'Own unit number; the device asks for an unlock before it changes.',
    },
    baudCode: {
      space: 'holding',
      address: 0x0001,
      kind: 'u16',
      unit: 'code',
      max: 15,
      initial: 3,
      access: 'r',
      poll: 'slow',
      doc: '3 = 9600 baud, 7 = 115200 baud; the reply to a change already comes at the new rate.',
    },
    frameFormat: { space: 'holding', address: 0x0002, kind: 'u16', unit: 'code', max: 15, access: 'r', poll: 'slow', doc: 'Parity and stop bits code.' },
    status: {
      space: 'holding',
      address: 0x0008,
      kind: 'bits',
      bits: {
        decimals: { bit: 0, width: 3 },
        negative: 3,
        zeroedAtPowerOn: 4,
        unstable: 5,
        overflow: 6,
        atZero: 7,
        smartSensor: 8,
        overload: 9,
        valley: 10,
        peak: 11,
      },
      initial: {
        decimals: 2,
        negative: false,
        zeroedAtPowerOn: true,
        unstable: false,
        overflow: false,
        atZero: true,
        smartSensor: false,
        overload: false,
        valley: false,
        peak: false,
      },
      access: 'r',
      poll: 'status',
      doc: 'Decimals of all weights, and flags. Polarity: unstable is 1 while the load moves.',
    },
    filtered: { space: 'holding', address: 0x001e, kind: 'i32', unit: 'count', access: 'r', doc: 'Filtered measurement before zero and tare.' },
    rawAdc: { space: 'holding', address: 0x002c, kind: 'i32', unit: 'count', access: 'r', doc: 'Converter counts, for diagnosis.' },
    gross: { space: 'holding', address: 0x0050, kind: 'i32', unit: '10^-decimals kg', access: 'r', poll: 'status', block: 'weights', doc: 'Gross weight.' },
    net: {
      space: 'holding',
      address: 0x0052,
      kind: 'i32',
      unit: '10^-decimals kg',
      access: 'r',
      poll: 'status',
      block: 'weights',
      doc: 'Net weight: gross minus tare.',
    },
    tare: {
      space: 'holding',
      address: 0x0054,
      kind: 'i32',
      unit: '10^-decimals kg',
      access: 'rw',
      poll: 'status',
      block: 'weights',
      doc: 'Tare; writing 2147483647 (0x7FFFFFFF) takes the gross weight as tare.',
    },
    maxRange: {
      space: 'holding',
      address: 0x0056,
      kind: 'i32',
      unit: '10^-decimals kg',
      min: 0,
      initial: 3000,
      access: 'r',
      poll: 'status',
      doc: 'Maximum range Max.',
    },
    divisionCode: {
      space: 'holding',
      address: 0x0058,
      kind: 'u16',
      unit: 'code',
      max: 17,
      initial: 6,
      access: 'r',
      poll: 'status',
      doc: 'Division d: 0..17 = 0.0001, 0.0002, 0.0005, 0.001 ... 10, 20, 50 kg.',
    },
    zeroRange: {
      space: 'holding',
      address: 0x005d,
      kind: 'u16',
      unit: '% of Max',
      max: 100,
      initial: 4,
      access: 'r',
      poll: 'slow',
      doc: 'Range in which executeZero is obeyed.',
    },
    executeZero: {
      space: 'holding',
      address: 0x005e,
      kind: 'u16',
      unit: 'command',
      min: 1,
      max: 255,
      access: 'w',
      doc: 'Write 1 to zero; 255 zeroes all channels.',
    },
    powerOnZeroRange: {
      space: 'holding',
      address: 0x005f,
      kind: 'u16',
      unit: '% of Max',
      max: 100,
      initial: 10,
      access: 'r',
      poll: 'slow',
      doc: 'Range of the automatic zero at power-on.',
    },
    zeroTrackingRange: {
      space: 'holding',
      address: 0x0060,
      kind: 'u16',
      unit: '0.1 d',
      max: 100,
      initial: 5,
      access: 'r',
      poll: 'slow',
      doc: 'Zero tracking range; 0 is off.',
    },
    zeroTrackingTime: {
      space: 'holding',
      address: 0x0061,
      kind: 'u16',
      unit: '0.1 s',
      max: 1000,
      initial: 10,
      access: 'r',
      poll: 'slow',
      doc: 'Zero tracking time.',
    },
    stabilityWindow: {
      space: 'holding',
      address: 0x0062,
      kind: 'u16',
      unit: 'd',
      max: 1000,
      initial: 1,
      access: 'r',
      poll: 'slow',
      doc: 'Span within which the load counts as stable.',
    },
    stabilityTime: {
      space: 'holding',
      address: 0x0063,
      kind: 'u16',
      unit: '0.1 s',
      max: 1000,
      initial: 10,
      access: 'r',
      poll: 'slow',
      doc: 'How long it must stay within the window.',
    },
  },
});

/** Fields a canonical reading needs, to plan the read with: two requests. */
export const scaleReadingFields = ['status', 'gross', 'net', 'tare', 'maxRange', 'divisionCode'] as const;

/** Division d of a code 0..17 in grams: 1, 2, 5 times a power of ten, from 0.0001 kg. */
export function divisionGrams(code: number): number {
  const mantissa = [1, 2, 5][code % 3] ?? 1;
  const exponent = Math.floor(code / 3) - 1;
  return exponent < 0 ? mantissa / 10 : mantissa * 10 ** exponent;
}

/**
 * Counts, decimals and division code to whole grams. The indicator shows kilograms.
 * Refuses a division or weight that is no whole gram, and a division finer than the last digit shown (a contradictory set-up).
 */
export function decodeScaleReading(values: Pick<ReadingOf<typeof scaleWcn>, (typeof scaleReadingFields)[number]>): Decoded<ScaleReading> {
  const { decimals, unstable, atZero, overload, overflow } = values.status;
  const issues: string[] = [];
  const kilograms = (name: 'gross' | 'net' | 'tare' | 'maxRange') => {
    const grams = gramsOf(values[name], decimals);
    if (grams === undefined) issues.push(`W-CN.${name}: ${values[name]} with ${decimals} decimals is not a whole gram`);
    return grams ?? 0;
  };
  const intervalGrams = divisionGrams(values.divisionCode);
  if (!Number.isSafeInteger(intervalGrams)) issues.push(`W-CN.divisionCode: code ${values.divisionCode} is ${intervalGrams} g, not a whole gram`);
  if (decimals < 3 && intervalGrams < 10 ** (3 - decimals)) issues.push(`W-CN.divisionCode: ${intervalGrams} g is finer than ${decimals} decimals can show`);
  const weights = { grossGrams: kilograms('gross'), netGrams: kilograms('net'), tareGrams: kilograms('tare'), maxGrams: kilograms('maxRange') };
  // A converter that overflows shows its largest value: as good as an overload, and no number either.
  const flags = { unstable, atZero, overload: overload || overflow, underload: null, fault: null };
  return issues.length > 0 ? { ok: false, issues } : { ok: true, values: { ...weights, intervalGrams, ...flags } };
}

/** The transmitter as a scale. */
export const wcn = defineRegisterScale({
  speaks: 'registers',
  map: scaleWcn,
  reports: { intervalGrams: true, maxGrams: true },
  reportsDecimals: true,
  fields: scaleReadingFields,
  decode: decodeScaleReading,
  orders: { zero: [{ executeZero: zeroNow }], tare: [{ tare: autoTare }], clearTare: [{ tare: 0 }] },
});
