// Lost if deleted: the answers MT-SICS manuals print, and that nothing but a weight in kilograms, grams or tonnes ever becomes one.
import { describe, expect, it } from 'vitest';
import { mtSics, type SicsReply, type SicsWeight } from '../../../protocol/devices/mt-sics.ts';

const { fromDevice, toDevice, isReplyTo } = mtSics.device;
const line = (text: string) => fromDevice.parser().push(Buffer.from(`${text}\r\n`));
const weight = (digits: number, decimals: number, unit = 'kg', negative = false): SicsWeight => ({ negative, digits, decimals, unit });
const said = (about: SicsReply['about'], state: SicsReply['state'], shown: SicsWeight | null = null): SicsReply => ({ about, state, weight: shown });

/** As printed in MT-SICS manuals: the number ends in the tenth place behind `S S `. */
const printed: readonly [string, SicsReply][] = [
  ['S S     100.00 g', said('S', 'S', weight(10_000, 2, 'g'))],
  ['S D     129.07 g', said('S', 'D', weight(12_907, 2, 'g'))],
  ['S S     -12.34 kg', said('S', 'S', weight(1234, 2, 'kg', true))],
  ['S I', said('S', 'I')],
  ['S +', said('S', '+')],
  ['S -', said('S', '-')],
  ['TA A     12.340 kg', said('TA', 'A', weight(12_340, 3))],
  ['ZI S', said('ZI', 'S')],
  ['TI D      0.500 kg', said('TI', 'D', weight(500, 3))],
  ['TAC A', said('TAC', 'A')],
  ['ES', said('ES', '')],
];

it.each(printed)('%s', (text, message) => {
  expect(line(text)).toMatchObject([{ ok: true, message }]);
  expect(Buffer.from(fromDevice.encode(message)).toString()).toBe(`${text}\r\n`);
});

it.each([
  'S S    100.00 g',
  'S S      100.00 g',
  'S S     1O0.00 g',
  'S S     100,00 g',
  'S X     100.00 g',
  'S  S    100.00 g',
  'S S          . g',
  ' S I',
  'TA S     12.340 kg',
])('does not read "%s"', (text) => expect(line(text)).toMatchObject([{ ok: false }]));

it('takes no end of a line for a line', () => {
  const parser = fromDevice.parser();
  for (const rubbish of ['x', 'rubbish ', 'x'.repeat(24), 'x'.repeat(48)]) {
    const results = parser.push(Buffer.from(`${rubbish}S S     100.00 g\r\nS +\r\n`));
    expect(results.filter(({ ok }) => ok)).toMatchObject([{ message: said('S', '+') }]);
  }
});

it('asks for the weight at once, never for the stable one', () => {
  expect(mtSics.asks(1).map((request) => Buffer.from(toDevice.encode(request)).toString())).toEqual(['SI\r\n', 'TA\r\n']);
  expect(isReplyTo?.('SI', said('S', 'D'))).toBe(true);
  expect(isReplyTo?.('TA', said('S', 'D'))).toBe(false);
  expect(isReplyTo?.('TA', said('ES', ''))).toBe(true);
});

describe('two answers as a reading', () => {
  const reading = (shown: SicsReply, tare = said('TA', 'A', weight(0, 2))) => mtSics.decode([shown, tare]);
  it('add up to gross', () => {
    const values = { grossGrams: 13_840, netGrams: 12_340, tareGrams: 1500, unstable: false, overload: false, intervalGrams: null };
    expect(reading(said('S', 'S', weight(12_340, 3)), said('TA', 'A', weight(150, 2)))).toMatchObject({ ok: true, values });
    expect(reading(said('S', 'D', weight(12, 0)))).toMatchObject({ ok: true, values: { netGrams: 12_000, unstable: true } });
  });
  it.each([
    ['kg', 1500, 2, 15_000],
    ['g', 1500, 2, 15],
    ['t', 15, 4, 1500],
  ])('in %s', (unit, digits, decimals, netGrams) => {
    expect(reading(said('S', 'S', weight(digits, decimals, unit)))).toMatchObject({ ok: true, values: { netGrams } });
  });
  it('are no weight when the scale says so', () => {
    expect(reading(said('S', '+'))).toEqual({ ok: true, values: { noWeight: 'overload' } });
    expect(reading(said('S', '-'))).toEqual({ ok: true, values: { noWeight: 'underload' } });
    expect(reading(said('S', 'I'))).toEqual({ ok: true, values: { noWeight: 'busy' } });
    expect(reading(said('S', 'S', weight(1, 0)), said('TA', 'I'))).toEqual({ ok: true, values: { noWeight: 'busy' } });
  });
  it('are refused in other units, finer than a gram, and after an error', () => {
    for (const shown of [said('S', 'S', weight(1, 0, 'lb')), said('S', 'S', weight(1, 1, 'g')), said('ES', '')]) expect(reading(shown).ok).toBe(false);
    expect(reading(said('S', 'S', weight(1, 0)), said('EL', '')).ok).toBe(false);
  });
});
