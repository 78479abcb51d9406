/**
 * Laumas weight transmitters of the TLB, TLU and W100 class as a register map. Traps: a weight is a magnitude and its sign is a bit of the
 * status word, and the stability bit is 1 when STABLE, the other way round than in most maps of this folder.
 */
import { defineDevice } from '../define-device.ts';
import type { Decoded } from '../register-codec.ts';
import type { ReadingOf } from '../register-map.ts';
import { defineRegisterScale, gramsOf, type NoWeight, type ScaleReading } from '../scale-reading.ts';

export const scaleLaumas = defineDevice({
  model: 'W-LAUMAS',
  kind: 'scale',
  title: 'Tray scale, Laumas transmitter of the TLB, TLU and W100 class',
  source: { document: 'Laumas TLU installation and user manual, list of available registers; TLB4 protocols manual', revision: '1.03' },
  wordOrder: 'highFirst',
  printedBase: 40_001,
  units: { first: 1, last: 99 },
  timeoutMs: 200,
  guardMs: 300,
  functions: [3, 16],
  registersPerRequestMax: 32,
  notes: [
    'Weights are magnitudes without a decimal point; their signs are in `status`.',
    'Polarity: `stable` is 1 while the load rests.',
    'Command 99 (save to EEPROM, good for 100,000 writes) and the calibration commands are left out: they are never for a gateway.',
    'Set points, inputs and outputs from 0x0010 on are left out: TLU and TLB4 print different registers there.',
  ],
  blocks: { shown: 'read' },
  fields: {
    firmware: { space: 'holding', address: 0, kind: 'u16', unit: 'code', access: 'r', poll: 'slow', doc: 'Firmware version.' },
    instrumentType: { space: 'holding', address: 1, kind: 'u16', unit: 'code', access: 'r', poll: 'slow', doc: 'Type of the instrument.' },
    manufacturedIn: { space: 'holding', address: 2, kind: 'u16', unit: 'year', access: 'r', poll: 'slow', doc: 'Year of manufacture.' },
    serialNumber: { space: 'holding', address: 3, kind: 'u16', unit: 'code', access: 'r', poll: 'slow', doc: 'Serial number.' },
    programType: { space: 'holding', address: 4, kind: 'u16', unit: 'code', access: 'r', poll: 'slow', doc: 'Type of the program.' },
    command: {
      space: 'holding',
      address: 5,
      kind: 'enum',
      labels: { none: 0, tare: 7, zero: 8, gross: 9, presetTare: 130 },
      access: 'w',
      doc: '`zero` is the semi-automatic zero, `tare` takes the weight shown, `gross` goes back to gross, `presetTare` uses `presetTare`.',
    },
    status: {
      space: 'holding',
      address: 6,
      kind: 'bits',
      bits: {
        cellError: 0,
        converterFault: 1,
        aboveMax: 2,
        aboveFullScale: 3,
        grossBeyondDisplay: 4,
        netBeyondDisplay: 5,
        grossNegative: 7,
        netNegative: 8,
        peakNegative: 9,
        netShown: 10,
        stable: 11,
        nearZero: 12,
      },
      access: 'r',
      poll: 'status',
      block: 'shown',
      doc: 'Flags and signs. aboveMax: by more than 9 divisions; aboveFullScale: above 110 %; nearZero: within a quarter division of zero.',
    },
    gross: { space: 'holding', address: 7, kind: 'u32', unit: 'last digit shown', access: 'r', poll: 'status', block: 'shown', doc: 'Gross, magnitude.' },
    net: { space: 'holding', address: 9, kind: 'u32', unit: 'last digit shown', access: 'r', poll: 'status', block: 'shown', doc: 'Net, magnitude.' },
    peak: { space: 'holding', address: 11, kind: 'u32', unit: 'last digit shown', access: 'r', poll: 'status', block: 'shown', doc: 'Peak, magnitude.' },
    scaling: {
      space: 'holding',
      address: 13,
      kind: 'bits',
      bits: { division: { bit: 0, width: 8 }, unit: { bit: 8, width: 8 } },
      initial: { division: 12, unit: 0 },
      access: 'r',
      poll: 'status',
      block: 'shown',
      doc: 'division 0..18 = 100, 50, 20, 10, 5, 2, 1, 0.5 ... 0.0001; unit 0 kilogram, 1 gram, 2 tonne, others no mass. Compare with the display once.',
    },
    presetTare: { space: 'holding', address: 72, kind: 'u32', unit: 'last digit shown', access: 'w', doc: 'Tare for the command presetTare.' },
  },
});

const fields = ['status', 'gross', 'net', 'scaling'] as const;

/** Code of the division 1: below it every code is ten, five or two times as coarse, above it as fine. */
const unitDivision = 6;
const divisionMax = 18;
/** Grams in one unit of the codes 0 kilogram, 1 gram, 2 tonne. */
const unitDecimals: Readonly<Record<number, number>> = { 0: 0, 1: 3, 2: -3 };

/** Division code to its mantissa and power of ten: 0 is 100, 1 is 50, 2 is 20 ... 18 is 0.0001. */
function divisionOf(code: number): { readonly mantissa: number; readonly exponent: number } {
  const steps = unitDivision - code;
  const mantissa = [1, 2, 5][((steps % 3) + 3) % 3] ?? 1;
  return { mantissa, exponent: Math.floor(steps / 3) };
}

/** Magnitudes, signs and the division register to whole grams. */
function decode({ status, scaling, gross, net }: Pick<ReadingOf<typeof scaleLaumas>, (typeof fields)[number]>): Decoded<ScaleReading | NoWeight> {
  if (status.cellError || status.converterFault) return { ok: true, values: { noWeight: 'fault' } };
  const unit = unitDecimals[scaling.unit];
  if (unit === undefined || scaling.division > divisionMax)
    return { ok: false, issues: [`W-LAUMAS.scaling: division code ${scaling.division} of unit code ${scaling.unit} is no mass`] };
  const { mantissa, exponent } = divisionOf(scaling.division);
  const decimals = Math.max(0, -exponent) + unit;
  const issues: string[] = [];
  const grams = (name: string, count: number, negative: boolean) => {
    const whole = gramsOf(negative ? -count : count, decimals);
    if (whole === undefined) issues.push(`W-LAUMAS.${name}: ${count} with ${decimals} decimals of a kilogram is not a whole gram`);
    return whole ?? 0;
  };
  const grossGrams = grams('gross', gross, status.grossNegative);
  const netGrams = grams('net', net, status.netNegative);
  const intervalGrams = grams('scaling', mantissa * 10 ** Math.max(0, exponent), false);
  if (issues.length > 0) return { ok: false, issues };
  const overload = status.aboveMax || status.aboveFullScale || status.grossBeyondDisplay || status.netBeyondDisplay;
  const flags = { unstable: !status.stable, atZero: status.nearZero, overload, underload: null, fault: false };
  return { ok: true, values: { grossGrams, netGrams, tareGrams: grossGrams - netGrams, maxGrams: null, intervalGrams, ...flags } };
}

/** The transmitter as a scale. */
export const laumas = defineRegisterScale({
  speaks: 'registers',
  map: scaleLaumas,
  reports: { intervalGrams: true, maxGrams: false },
  reportsDecimals: true,
  fields,
  decode,
  orders: { zero: [{ command: 'zero' }], tare: [{ command: 'tare' }], clearTare: [{ command: 'gross' }] },
});
