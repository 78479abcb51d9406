// The frame protocols of scales read a second time, with patterns instead of scanners; see frame-oracle.ts.
import type { Random } from '../../device-sim/random.ts';
import { type DeviceOracle, readLines, scanFor, textOf } from './frame-oracle.ts';

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

/** XK3190-A26 manual, command mode: the request, and the answer with its address and command before the weight of format 0. */
const command: DeviceOracle = {
  fromDevice: {
    sample: (random) => {
      const request = { address: String.fromCharCode(random.whole(0x41, 0x5a)), command: random.pick(['A', 'B', 'C', 'D']) };
      return { ...request, shown: request.command === 'A' ? null : shown(random) };
    },
    read: scanFor((bytes) => {
      const text = textOf(bytes);
      const short = /^␂(([A-Z])(A))([0-9A-F]{2})␃/.exec(text);
      if (short !== null && xorOf(short[1] ?? '') === short[4]) return { length: 6, message: { address: short[2], command: 'A', shown: null } };
      const long = /^␂(([A-Z])([BCD])([+-])([0-9]{6})([0-4]))([0-9A-F]{2})␃/.exec(text);
      if (long === null || xorOf(long[1] ?? '') !== long[7]) return undefined;
      return {
        length: 14,
        message: { address: long[2], command: long[3], shown: { negative: long[4] === '-', digits: Number(long[5]), decimals: Number(long[6]) } },
      };
    }),
  },
  toDevice: {
    sample: (random) => ({ address: String.fromCharCode(random.whole(0x41, 0x5a)), command: random.pick(['A', 'B', 'C', 'D']) }),
    read: scanFor((bytes) => {
      const parts = /^␂(([A-Z])([A-D]))([0-9A-F]{2})␃/.exec(textOf(bytes));
      return parts !== null && xorOf(parts[1] ?? '') === parts[4] ? { length: 6, message: { address: parts[2], command: parts[3] } } : undefined;
    }),
  },
};

/** Kern and Fairbanks manuals, continuous output; the check makes the low seven bits of the sum of all eighteen bytes zero. */
const toledo = (length: 17 | 18): DeviceOracle => ({
  fromDevice: {
    sample(random) {
      const number = () => (random.chance(0.1) ? null : random.whole(0, 999_999));
      const flags = { net: random.chance(0.5), negative: random.chance(0.5), outOfRange: random.chance(0.1), motion: random.chance(0.5) };
      const rest = { kilograms: random.chance(0.8), notZeroed: random.chance(0.1), extra: random.whole(0, 127) };
      return { weight: number(), tare: number(), decimals: random.whole(-2, 5), step: random.pick([1, 2, 5]), ...flags, ...rest };
    },
    read: scanFor((bytes) => {
      const frame = [...bytes.subarray(0, length)];
      const [head, a = 0, b = 0, extra = 0] = frame;
      const sum = frame.reduce((total, byte) => total + byte, 0);
      if (frame.length < length || head !== 2 || frame[16] !== 13 || (length === 18 && (sum % 128 !== 0 || (frame[17] ?? 0) > 127))) return undefined;
      const step = { '01': 1, '10': 2, '11': 5 }[a.toString(2).padStart(8, '0').slice(3, 5)];
      if (a.toString(2).padStart(8, '0').slice(0, 3) !== '001' || step === undefined || b >= 128 || extra >= 128) return undefined;
      const [weight, tare] = [frame.slice(4, 10), frame.slice(10, 16)].map((digits) => String.fromCharCode(...digits));
      const number = (text = '') => (/^ {6}$/.test(text) ? null : /^[0-9]+$/.test(text.replace(/^ +/, '')) ? Number.parseInt(text.trimStart(), 10) : undefined);
      if (number(weight) === undefined || number(tare) === undefined) return undefined;
      const bit = (place: number) => Math.floor(b / 2 ** place) % 2 === 1;
      const flags = { net: bit(0), negative: bit(1), outOfRange: bit(2), motion: bit(3), kilograms: bit(4), notZeroed: bit(6) };
      return { length, message: { weight: number(weight), tare: number(tare), decimals: (a % 8) - 2, step, ...flags, extra } };
    }),
  },
  toDevice: {
    sample: (random) => random.pick(['P', 'T', 'Z', 'C']),
    read: (bytes) => [...bytes.toString('latin1')].filter((character) => 'PTZC'.includes(character)),
  },
});

/** MT-SICS command list: words and a number right-aligned in ten places. */
function sicsReply(line: string): unknown {
  const [about = '', state = '', ...more] = line.split(' ');
  const isWeight = /^(S [SD]|TI [SD]|TA A) /.test(line);
  if (!isWeight) {
    const states = { S: ['I', '+', '-'], TA: ['I', 'L'], ZI: ['S', 'D', 'I', '+', '-'], TI: ['I', 'L', '+', '-'], TAC: ['A', 'I'] };
    if (['ES', 'ET', 'EL'].includes(line)) return { about: line, state: '', weight: null };
    return more.length === 0 && states[about as keyof typeof states]?.includes(state) ? { about, state, weight: null } : undefined;
  }
  const tail = line.slice(about.length + 3);
  const [number, blank, unit] = [tail.slice(0, 10), tail.slice(10, 11), tail.slice(11)];
  const value = number.replace(/^ +/, '');
  const [whole = '', fraction] = value.replace('-', '').split('.');
  const isNumber = /^-?[0-9]+(\.[0-9]+)?$/.test(value);
  if (number.length !== 10 || blank !== ' ' || !/^[A-Za-z%]{1,4}$/.test(unit) || !isNumber || (fraction ?? '').length > 7) return undefined;
  const weight = { negative: value.startsWith('-'), digits: Number(whole + (fraction ?? '')), decimals: (fraction ?? '').length, unit };
  return { about, state, weight };
}

const sics: DeviceOracle = {
  fromDevice: {
    sample(random) {
      const plain = ['S I', 'S +', 'S -', 'TA I', 'ZI S', 'ZI D', 'TI L', 'TAC A', 'ES', 'EL'];
      if (random.chance(0.2)) return sicsReply(random.pick(plain));
      const [about, state] = random.pick(['S S', 'S D', 'TI S', 'TA A']).split(' ');
      const weight = { negative: random.chance(0.2), digits: random.whole(0, 9_999_999), decimals: random.whole(0, 4), unit: random.pick(['kg', 'g', 'lb']) };
      return { about, state, weight };
    },
    read: readLines((line) => sicsReply(line)),
  },
  toDevice: {
    sample: (random) => random.pick(['SI', 'TA', 'ZI', 'TI', 'TAC']),
    read: readLines((line) => (['SI', 'TA', 'ZI', 'TI', 'TAC'].includes(line) ? line : undefined)),
  },
};

export const scaleOracles: Readonly<Record<string, DeviceOracle>> = {
  'XK3190-F0': format0,
  'XK3190-F1': pointed((text) => [...text].reverse().join('')),
  'XK3190-F2': pointed((text) => text),
  'XK3190-CMD': command,
  'TOLEDO-C': toledo(18),
  'TOLEDO-CN': toledo(17),
  'MT-SICS': sics,
};
