/** The twin of an MT-SICS scale: it answers at once, stable or not, and never waits for the load to come to rest. */
import { mtSics, type SicsReply, type SicsRequest, type SicsWeight } from '../../protocol/devices/mt-sics.ts';
import type { IndicatorFace } from '../firmware/indicator.ts';
import { type AnswerTwin, countsOf, decimalsFor } from './scale-twin.ts';

function weightOf(grams: number, { intervalGrams }: IndicatorFace): SicsWeight {
  const decimals = decimalsFor(intervalGrams);
  const count = countsOf(grams, decimals);
  return { negative: count < 0, digits: Math.abs(count), decimals, unit: 'kg' };
}

function weigh(about: 'S' | 'TI', face: IndicatorFace, grams: number): SicsReply {
  if (face.overload || face.underload) return { about, state: face.overload ? '+' : '-', weight: null };
  return { about, state: face.unstable ? 'D' : 'S', weight: weightOf(grams, face) };
}

export const mtSicsTwin: AnswerTwin<SicsReply, SicsRequest> = {
  scale: mtSics,
  answer(request, face) {
    const { grossGrams, tareGrams, unstable } = face;
    switch (request) {
      case 'SI':
        return { reply: weigh('S', face, grossGrams - tareGrams) };
      case 'TA':
        return { reply: { about: 'TA', state: 'A', weight: weightOf(tareGrams, face) } };
      case 'ZI':
        return { reply: { about: 'ZI', state: unstable ? 'D' : 'S', weight: null }, order: { kind: 'zero' } };
      case 'TI':
        return { reply: weigh('TI', face, grossGrams), order: { kind: 'tare', grams: null } };
      case 'TAC':
        return { reply: { about: 'TAC', state: 'A', weight: null }, order: { kind: 'clearTare' } };
    }
  },
};
