/** The twin of the W-CN transmitter: status word, weights and the two command registers. */
import { autoTare, divisionGrams, wcn } from '../../protocol/devices/scale-wcn.ts';
import { countsOf, decimalsFor, type RegisterTwin } from './scale-twin.ts';

const divisionCodes = Array.from({ length: 18 }, (_unused, code) => code);

export const wcnTwin: RegisterTwin<typeof wcn.map> = {
  scale: wcn,
  show(face, unit) {
    const { grossGrams, tareGrams, intervalGrams, maxGrams, unstable, atZero, overload, zeroedAtPowerOn } = face;
    const decimals = decimalsFor(intervalGrams);
    const counts = (grams: number) => countsOf(grams, decimals);
    const plain = { overflow: false, smartSensor: false, valley: false, peak: false };
    return {
      slaveAddress: unit,
      status: { decimals, negative: grossGrams < 0, zeroedAtPowerOn, unstable, atZero, overload, ...plain },
      divisionCode: divisionCodes.find((code) => divisionGrams(code) === intervalGrams) ?? 0,
      maxRange: counts(maxGrams),
      filtered: Math.round(face.averageGrams * 10),
      rawAdc: Math.round(face.sampleGrams * 100),
      gross: counts(grossGrams),
      net: counts(grossGrams - tareGrams),
      tare: counts(tareGrams),
    };
  },
  obey({ executeZero, tare }, { intervalGrams, maxGrams }) {
    if (executeZero !== undefined) return { order: { kind: 'zero' } };
    if (tare === undefined) return undefined;
    if (tare === autoTare) return { order: { kind: 'tare', grams: null } };
    const grams = tare * 10 ** (3 - decimalsFor(intervalGrams));
    return grams < 0 || grams > maxGrams ? { refused: 'illegalValue' } : { order: { kind: 'tare', grams } };
  },
};
