/** The twins of the Yaohua indicators: they send what they show, and fall silent when overloaded. */
import { type Shown, xk3190Format0, xk3190Format1, xk3190Format2 } from '../../protocol/devices/xk3190.ts';
import type { IndicatorFace } from '../firmware/indicator.ts';
import { countsOf, decimalsFor, type StreamTwin } from './scale-twin.ts';

function shownBy({ grossGrams, tareGrams, intervalGrams, overload }: IndicatorFace): Shown | null {
  if (overload) return null;
  const decimals = decimalsFor(intervalGrams);
  const count = countsOf(grossGrams - tareGrams, decimals);
  return { negative: count < 0, digits: Math.abs(count), decimals };
}

const streaming = (scale: StreamTwin<Shown, never>['scale']): StreamTwin<Shown, never> => ({ scale, periodMs: 100, say: shownBy, obey: () => undefined });

export const xk3190Format0Twin = streaming(xk3190Format0);
export const xk3190Format1Twin = streaming(xk3190Format1);
export const xk3190Format2Twin = streaming(xk3190Format2);
