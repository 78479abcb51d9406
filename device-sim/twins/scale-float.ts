/** The twin of the ID551 type controllers: floats of kilograms, 1 = motion, and buttons that are pressed by an edge. */
import { floatScale } from '../../protocol/devices/scale-float.ts';
import type { RegisterTwin } from './scale-twin.ts';

const kilograms = (grams: number) => Math.fround(grams / 1000);

export const floatTwin: RegisterTwin<typeof floatScale.map> = {
  scale: floatScale,
  show({ grossGrams, tareGrams, unstable, atZero, overload, underload, zeroedAtPowerOn }) {
    const flags = { calFree: false, tareEnabled: true, calFreeError: false, inSetup: false, dataValid: true };
    return {
      displayed: kilograms(grossGrams - tareGrams),
      gross: kilograms(grossGrams),
      status: { ...flags, atZero, underZero: underload, overCapacity: overload, net: tareGrams !== 0, motion: unstable, zeroedAtPowerOn },
    };
  },
  obey({ demand }, _face, bank) {
    const before = bank.get('demand');
    if (demand?.zero && !before.zero) return { order: { kind: 'zero' } };
    if (demand?.tare && !before.tare) return { order: { kind: 'tare', grams: null } };
    return demand?.clear && !before.clear ? { order: { kind: 'clearTare' } } : undefined;
  },
};
