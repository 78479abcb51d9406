// The frame protocols of scales read a second time, with patterns instead of scanners; see frame-oracle.ts.
import type { Random } from '../../device-sim/random.ts';
import { type DeviceOracle, scanFor, textOf } from './frame-oracle.ts';

const xorOf = (text: string): string =>
  [...text]
    .reduce((sum, character) => sum ^ character.charCodeAt(0), 0)
    .toString(16)
    .padStart(2, '0')
    .toUpperCase();
const shown = (random: Random) => ({ negative: random.next() < 0.2, digits: random.whole(0, 999_999), decimals: random.whole(0, 4) });

/** XK3190-A26 manual, format 0: STX, sign, six digits, decimals, exclusive or of those eight as two characters, ETX. */
const format0: DeviceOracle = {
  fromDevice: {
    sample: shown,
    read: scanFor((bytes) => {
      const parts = /^␂(([+-])([0-9]{6})([0-4]))([0-9A-F]{2})␃/.exec(textOf(bytes));
      if (parts === null || xorOf(parts[1] ?? '') !== parts[5]) return undefined;
      return { length: 12, message: { negative: parts[2] === '-', digits: Number(parts[3]), decimals: Number(parts[4]) } };
    }),
  },
  toDevice: null,
};

/** A23p manual, tF=1 and tF=2: `=` and eight characters, sign or zero, six digits and a point with at most four digits behind it. */
const pointed = (order: (text: string) => string): DeviceOracle => ({
  fromDevice: {
    sample: shown,
    read: scanFor((bytes) => {
      const [first, ...rest] = bytes.toString('latin1').slice(0, 9);
      const text = order(rest.join(''));
      const sign = text.charAt(0);
      const digits = text.slice(1).replace('.', '');
      const point = text.indexOf('.', 1);
      if (first !== '=' || rest.length !== 8 || !['0', '+', '-'].includes(sign) || !/^[0-9]{6}$/.test(digits) || point < 3) return undefined;
      return { length: 9, message: { negative: sign === '-', digits: Number(digits), decimals: 7 - point } };
    }),
  },
  toDevice: null,
});

export const scaleOracles: Readonly<Record<string, DeviceOracle>> = {
  'XK3190-F0': format0,
  'XK3190-F1': pointed((text) => [...text].reverse().join('')),
  'XK3190-F2': pointed((text) => text),
};
