/** The twin of the PT113 class: signed counts, 1 = unstable beside 1 = data ok, and a control register. */
import { pt113 } from '../../protocol/devices/scale-pt113.ts';
import { countsOf, decimalsFor, type RegisterTwin } from './scale-twin.ts';

/** Error codes of the manual. */
const errors = { none: 0, overRange: 2, underRange: 3 } as const;

export const pt113Twin: RegisterTwin<typeof pt113.map> = {
  scale: pt113,
  show({ grossGrams, tareGrams, intervalGrams, unstable, atZero, overload, underload }) {
    const decimals = decimalsFor(intervalGrams);
    const error = overload ? errors.overRange : underload ? errors.underRange : errors.none;
    const status = { busy: false, dataOk: error === errors.none, unstable, net: tareGrams !== 0, countMode: false, centreOfZero: atZero, error };
    return {
      displayed: countsOf(grossGrams - tareGrams, decimals),
      status,
      tare: countsOf(tareGrams, decimals),
      gross: countsOf(grossGrams, decimals),
      statusAgain: status,
      supplyDeciV: 240,
    };
  },
  obey({ control }) {
    if (control === 'zero') return { order: { kind: 'zero' } };
    if (control === 'tare') return { order: { kind: 'tare', grams: null } };
    return control === 'clear' ? { order: { kind: 'clearTare' } } : undefined;
  },
};
