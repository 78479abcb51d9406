/** The twin of the Laumas transmitters: magnitudes with their signs in the status word, 1 = stable, one command register. */
import { laumas } from '../../protocol/devices/scale-laumas.ts';
import { countsOf, type RegisterTwin, type WriteMeaning } from './scale-twin.ts';

/** Division codes of the mantissas 1, 2 and 5 with no digit behind the point; three codes more for every digit. */
const codes: Readonly<Record<number, number>> = { 1: 6, 2: 5, 5: 4 };

/** The code of an interval in kilograms, and the digits behind the point it shows. */
function scalingOf(intervalGrams: number): { readonly division: number; readonly decimals: number } {
  const digits = String(intervalGrams).replace(/0+$/, '');
  const decimals = 3 - (String(intervalGrams).length - digits.length);
  return { division: (codes[Number(digits)] ?? 6) + 3 * decimals, decimals: Math.max(0, decimals) };
}

export const laumasTwin: RegisterTwin<typeof laumas.map> = {
  scale: laumas,
  show({ grossGrams, tareGrams, intervalGrams, unstable, atZero, overload }) {
    const { division, decimals } = scalingOf(intervalGrams);
    const [gross, net] = [countsOf(grossGrams, decimals), countsOf(grossGrams - tareGrams, decimals)];
    const broken = { cellError: false, converterFault: false, aboveFullScale: false, grossBeyondDisplay: false, netBeyondDisplay: false };
    const signs = { grossNegative: gross < 0, netNegative: net < 0, peakNegative: false };
    return {
      status: { ...broken, aboveMax: overload, ...signs, netShown: tareGrams !== 0, stable: !unstable, nearZero: atZero },
      gross: Math.abs(gross),
      net: Math.abs(net),
      peak: Math.max(0, gross),
      scaling: { division, unit: 0 },
    };
  },
  obey({ command, presetTare }, { intervalGrams }, bank): WriteMeaning {
    const { decimals } = scalingOf(intervalGrams);
    switch (command) {
      case 'zero':
        return { order: { kind: 'zero' } };
      case 'tare':
        return { order: { kind: 'tare', grams: null } };
      case 'gross':
        return { order: { kind: 'clearTare' } };
      case 'presetTare':
        return { order: { kind: 'tare', grams: (presetTare ?? bank.get('presetTare')) * 10 ** (3 - decimals) } };
      default:
        return undefined;
    }
  },
};
