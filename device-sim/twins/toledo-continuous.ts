/** The twins of Toledo continuous output, with and without check byte. They obey the letters T, Z and C. */
import { type ToledoFrame, type ToledoKey, toledoChecked, toledoUnchecked } from '../../protocol/devices/toledo-continuous.ts';
import type { IndicatorFace, IndicatorOrder } from '../firmware/indicator.ts';
import { countsOf, decimalsFor, type StreamTwin } from './scale-twin.ts';

const orders: Readonly<Record<ToledoKey, IndicatorOrder | undefined>> = {
  P: undefined,
  T: { kind: 'tare', grams: null },
  Z: { kind: 'zero' },
  C: { kind: 'clearTare' },
};

function frameOf(face: IndicatorFace): ToledoFrame {
  const { grossGrams, tareGrams, keptTareGrams, intervalGrams, unstable, overload, underload, zeroedAtPowerOn } = face;
  const decimals = decimalsFor(intervalGrams);
  const shown = countsOf(grossGrams - tareGrams, decimals);
  const step = countsOf(intervalGrams, decimals);
  const isPlain = step === 1 || step === 2 || step === 5;
  // A coarser interval than the last digit can move by is shown with fewer decimals.
  const coarser = isPlain ? 0 : Math.floor(Math.log10(step));
  const scaled = (count: number) => Math.round(count / 10 ** coarser);
  return {
    weight: scaled(Math.abs(shown)),
    tare: scaled(countsOf(tareGrams === 0 ? keptTareGrams : tareGrams, decimals)),
    decimals: decimals - coarser,
    step: scaled(step) as ToledoFrame['step'],
    net: tareGrams !== 0,
    negative: shown < 0,
    outOfRange: overload || underload,
    motion: unstable,
    kilograms: true,
    notZeroed: !zeroedAtPowerOn,
    extra: 0x20,
  };
}

const streaming = (scale: StreamTwin<ToledoFrame, ToledoKey>['scale']): StreamTwin<ToledoFrame, ToledoKey> => ({
  scale,
  periodMs: 100,
  keepsTare: true,
  say: frameOf,
  obey: (key) => orders[key],
});

export const toledoCheckedTwin = streaming(toledoChecked);
export const toledoUncheckedTwin = streaming(toledoUnchecked);
