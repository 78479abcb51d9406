/**
 * PT113 and Baykon class weighing terminals as a register map. Traps: bit 2 is 1 when UNSTABLE beside bit 1, which is 1 when the data are good;
 * weights have no decimal point and no register says where it stands, so the site file says how much one count is.
 */
import { defineDevice } from '../define-device.ts';
import type { Decoded } from '../register-codec.ts';
import type { ReadingOf } from '../register-map.ts';
import { defineRegisterScale, gramsOf, type NoWeight, type ScaleReading } from '../scale-reading.ts';

const status = {
  kind: 'bits',
  bits: { busy: 0, dataOk: 1, unstable: 2, net: 3, countMode: 5, centreOfZero: 12, error: { bit: 13, width: 3 } },
} as const;

export const scalePt113 = defineDevice({
  model: 'W-PT',
  kind: 'scale',
  title: 'Tray scale, PT113 or Baykon class terminal',
  source: { document: 'PT113 instruction manual, section 9.1.2.1, Modbus RTU command table', revision: 'pages 38 to 40' },
  wordOrder: 'highFirst',
  printedBase: 40_001,
  units: { first: 1, last: 247 },
  timeoutMs: 200,
  guardMs: 300,
  functions: [3, 16],
  notes: [
    'Polarity: `unstable` is 1 while the load moves, `dataOk` is 1 when the weights may be used, `busy` is 0 when the system is ready.',
    'error: 0 none, 1 converter out of range, 2 over range, 3 under range, 4 system, 5 programming, 6 supply voltage.',
    'Weights are signed and without a decimal point: the site file gives the grams of one count.',
    'Calibration (0x0009 to 0x000C) and all settings are left out: sealed, or configuration never written in a loop.',
  ],
  blocks: { shown: 'read' },
  fields: {
    displayed: { space: 'holding', address: 0, kind: 'i32', unit: 'count', access: 'r', poll: 'status', block: 'shown', doc: 'Weight shown: net in net mode.' },
    status: { ...status, space: 'holding', address: 2, access: 'r', poll: 'status', block: 'shown', doc: 'Flags and error code.' },
    tare: { space: 'holding', address: 3, kind: 'i32', unit: 'count', access: 'r', poll: 'status', block: 'shown', doc: 'Tare weight.' },
    gross: { space: 'holding', address: 5, kind: 'i32', unit: 'count', access: 'r', poll: 'status', block: 'shown', doc: 'Gross weight.' },
    statusAgain: { ...status, space: 'holding', address: 7, access: 'r', poll: 'status', block: 'shown', doc: 'The same word once more, behind the weights.' },
    control: {
      space: 'holding',
      address: 8,
      kind: 'enum',
      labels: { none: 0, zero: 1, tare: 2, clear: 3 },
      access: 'w',
      doc: 'Zero, tare, or clear the tare.',
    },
    supplyDeciV: { space: 'holding', address: 0x21, kind: 'u16', unit: '0.1 V', access: 'r', poll: 'slow', doc: 'Supply voltage.' },
  },
});

const fields = ['displayed', 'status', 'tare', 'gross', 'statusAgain'] as const;
/** What an error code says of the weights; the codes not named here say that something is broken. */
const noWeightOf: Readonly<Record<number, NoWeight['noWeight']>> = { 2: 'overload', 3: 'underload' };

/** Counts and flags to whole grams. A terminal that is busy, counts pieces or has no good data gives no weight. */
function decode(
  { displayed, status, tare, gross, statusAgain }: Pick<ReadingOf<typeof scalePt113>, (typeof fields)[number]>,
  decimals: number,
): Decoded<ScaleReading | NoWeight> {
  if (status.busy) return { ok: true, values: { noWeight: 'busy' } };
  if (!status.dataOk || status.error !== 0 || status.countMode) return { ok: true, values: { noWeight: noWeightOf[status.error] ?? 'fault' } };
  const issues: string[] = [];
  const grams = (name: string, count: number) => {
    const whole = gramsOf(count, decimals);
    if (whole === undefined) issues.push(`W-PT.${name}: ${count} with ${decimals} decimals is not a whole gram`);
    return whole ?? 0;
  };
  const [shown, tareGrams, grossGrams] = [grams('displayed', displayed), grams('tare', tare), grams('gross', gross)];
  const netGrams = status.net ? shown : grossGrams;
  if (!status.net && shown !== grossGrams) issues.push(`W-PT.displayed: ${displayed} is shown as gross beside ${gross}`);
  if (issues.length > 0) return { ok: false, issues };
  // The word stands before and behind the weights: where the two differ the load moved while it was read.
  const unstable = status.unstable || statusAgain.unstable || !statusAgain.dataOk;
  const weights = { grossGrams, netGrams, tareGrams: status.net ? tareGrams : 0, maxGrams: null, intervalGrams: null };
  return { ok: true, values: { ...weights, unstable, atZero: status.centreOfZero, overload: false, underload: false, fault: false } };
}

/** The terminal as a scale. */
export const pt113 = defineRegisterScale({
  speaks: 'registers',
  map: scalePt113,
  reports: { intervalGrams: false, maxGrams: false },
  reportsDecimals: false,
  fields,
  decode,
  orders: { zero: [{ control: 'zero' }], tare: [{ control: 'tare' }], clearTare: [{ control: 'clear' }] },
});
