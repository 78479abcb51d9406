/**
 * Dini Argeo DGT weight transmitters as a register map: read from input registers, commanded through holding registers. Traps: weights are
 * absolute values without a decimal point, their signs are bits, and the stability bit is 1 when STABLE.
 */
import { defineDevice } from '../define-device.ts';
import type { Decoded } from '../register-codec.ts';
import type { ReadingOf } from '../register-map.ts';
import { defineRegisterScale, gramsOf, type ScaleReading } from '../scale-reading.ts';

export const scaleDgt = defineDevice({
  model: 'W-DGT',
  kind: 'scale',
  title: 'Tray scale, Dini Argeo DGT transmitter',
  source: { document: 'Dini Argeo DGT1SAN and DGT4X quick start manuals, Modbus registers, one scale', revision: 'sections 16 and 19' },
  wordOrder: 'highFirst',
  printedBase: 1,
  units: { first: 1, last: 247 },
  timeoutMs: 200,
  guardMs: 300,
  notes: [
    'The source prints 30001 for the first input register and 40001 for the first holding register.',
    'Polarity: `stable` is 1 while the load rests; the sign bits are 1 for minus.',
    'Weights are magnitudes without a decimal point: the site file gives the grams of one count.',
    'In the four-scale mode of the DGT4X (40202 on) the same flags stand at other bits: this map is for one scale.',
    'The board acts when the command changes, and counts what it has processed: a preset tare is written before its command.',
  ],
  blocks: { shown: 'read' },
  fields: {
    gross: { space: 'input', address: 0, kind: 'u32', unit: 'count', access: 'r', poll: 'status', block: 'shown', doc: 'Gross weight, magnitude.' },
    net: { space: 'input', address: 2, kind: 'u32', unit: 'count', access: 'r', poll: 'status', block: 'shown', doc: 'Net weight, magnitude.' },
    status: {
      space: 'input',
      address: 4,
      kind: 'bits',
      bits: {
        netNegative: 0,
        grossNegative: 1,
        stable: 2,
        underload: 3,
        overload: 4,
        tareActive: 5,
        presetTareActive: 6,
        unloaded: 7,
        input1: 8,
        input2: 9,
        channel: { bit: 14, width: 2 },
      },
      access: 'r',
      poll: 'status',
      block: 'shown',
      doc: 'Flags and signs. unloaded: the gross weight is zero.',
    },
    processed: {
      space: 'input',
      address: 5,
      kind: 'bits',
      bits: { count: { bit: 0, width: 4 }, result: { bit: 4, width: 4 }, command: { bit: 8, width: 8 } },
      access: 'r',
      poll: 'status',
      block: 'shown',
      doc: 'Commands processed so far (0..15, then 0 again), result of the last, and which it was.',
    },
    command: {
      space: 'holding',
      address: 0,
      kind: 'enum',
      labels: { none: 0, zero: 1, tare: 2, presetTare: 3 },
      access: 'w',
      trigger: 'edge',
      doc: 'Zero, tare, or use `parameter` as tare.',
    },
    parameter: { space: 'holding', address: 1, kind: 'u32', unit: 'count', access: 'w', doc: 'Parameter of the command, magnitude without a decimal point.' },
  },
});

const fields = ['gross', 'net', 'status'] as const;

/** Magnitudes and signs to whole grams. */
function decode({ gross, net, status }: Pick<ReadingOf<typeof scaleDgt>, (typeof fields)[number]>, decimals: number): Decoded<ScaleReading> {
  const issues: string[] = [];
  const grams = (name: string, count: number, negative: boolean) => {
    const whole = gramsOf(negative ? -count : count, decimals);
    if (whole === undefined) issues.push(`W-DGT.${name}: ${count} with ${decimals} decimals is not a whole gram`);
    return whole ?? 0;
  };
  const grossGrams = grams('gross', gross, status.grossNegative);
  const netGrams = grams('net', net, status.netNegative);
  if (issues.length > 0) return { ok: false, issues };
  const { overload, underload } = status;
  const weights = { grossGrams, netGrams, tareGrams: grossGrams - netGrams, maxGrams: null, intervalGrams: null };
  return { ok: true, values: { ...weights, unstable: !status.stable, atZero: status.unloaded, overload, underload, fault: null } };
}

/** The transmitter as a scale. A tare is cleared by a preset tare of nothing. */
export const dgt = defineRegisterScale({
  speaks: 'registers',
  map: scaleDgt,
  reports: { intervalGrams: false, maxGrams: false },
  reportsDecimals: false,
  fields,
  decode,
  orders: { zero: [{ command: 'zero' }], tare: [{ command: 'tare' }], clearTare: [{ parameter: 0 }, { command: 'presetTare' }] },
});
