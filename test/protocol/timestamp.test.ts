// Lost without this file: the certainty that event times read the same as every other program's.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatTimestamp, parseTimestamp } from '../../protocol/timestamp.ts';
import { epochMs } from '../../protocol/units.ts';

const agreesWithEngine = (ms: number): boolean => {
  const text = new Date(ms).toISOString();
  return formatTimestamp(epochMs(ms)) === text && parseTimestamp(text) === ms;
};

it('writes and reads every instant as the engine does', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), agreesWithEngine), { numRuns: 2000 });
});
it.each([0, 951_782_400_000, 951_868_799_999, 4_107_542_400_000, 253_402_300_799_999])('so does %d: leap days, centuries and both ends', (ms) => {
  expect(agreesWithEngine(ms)).toBe(true);
});
it.each([
  '2026-02-29T00:00:00.000Z',
  '2026-13-01T00:00:00.000Z',
  '2026-01-01T24:00:00.000Z',
  '2026-01-01T00:00:60.000Z',
  '2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00.000+08:00',
  '1969-12-31T23:59:59.999Z',
  '',
])('refuses %s', (text) => expect(parseTimestamp(text)).toBeUndefined());
it('does not write beyond the year 9999', () => {
  expect(() => formatTimestamp(epochMs(253_402_300_800_000))).toThrow('9999');
});
