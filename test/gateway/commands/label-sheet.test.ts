// Without this a printed sheet could hold symbols too small, without their white border or with another code than the words beside them.
import { expect, it } from 'vitest';
import { drawSheets, drawSymbol, grouped, itemsPerSheet } from '../../../gateway/commands/label-sheet.ts';
import { encodeBagCode } from '../../../protocol/bag-code.ts';
import { encodeCredential } from '../../../protocol/credential.ts';
import { readQr } from '../../support/qr-reader.ts';

const bags = { village: 'WXJ01', key: Buffer.alloc(32, 9) };

/** Modules of a drawn symbol, its quiet zone included. */
function modulesOf(svg: string) {
  const dark = new Set([...svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${y} ${x}`));
  const size = Number(/viewBox="0 0 (\d+) \d+"/.exec(svg)?.[1]);
  const widthMm = Number(/width="([\d.]+)mm"/.exec(svg)?.[1]);
  return { dark, size, widthMm };
}

it.each([
  ['the label of a roll', encodeBagCode(bags, 1, 0)],
  ['a bag', encodeBagCode(bags, 9_999_999, 99)],
  ['a plaque', encodeCredential(Buffer.from('0123456789abcdef0123', 'hex'))],
])('%s is a symbol of version 2 at level Q, 25 mm wide at least, with four white modules around it, and reads as its code', (_what, code) => {
  const { dark, size, widthMm } = modulesOf(drawSymbol(code));
  expect(size).toBe(25 + 8);
  expect((widthMm * 25) / size).toBeGreaterThanOrEqual(25);
  for (const place of dark) for (const at of place.split(' ').map(Number)) expect(at >= 4 && at < size - 4).toBe(true);
  // 0b11 is level Q in the format word.
  expect(readQr((row, column) => dark.has(`${row + 4} ${column + 4}`))).toEqual({ level: 0b11, text: code });
});

it('puts 24 symbols on a sheet, each with its words, and lets no text become markup', () => {
  const items = Array.from({ length: itemsPerSheet + 1 }, (_unused, index) => ({ code: encodeBagCode(bags, 1, index), words: [`<b>${index}`] }));
  const page = drawSheets('袋 & bags', items);
  expect(page.match(/<section>/g)).toHaveLength(2);
  expect(page.match(/<svg /g)).toHaveLength(itemsPerSheet + 1);
  expect(page).toContain('&lt;b&gt;24');
  expect(page).toContain('袋 &amp; bags');
  expect(page).not.toContain('<b>');
  expect(grouped('K1WXJ01000000100')).toBe('K1WX J010 0000 0100');
});
