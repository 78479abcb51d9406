// Reads a QR symbol of version 2 at level Q back from its modules, by the standard and by no library. Without it a sheet of symbols no reader
// takes would only be noticed on a roll of printed film.
// Source: ISO/IEC 18004:2015, sections 7.3 (function patterns), 7.4 (data), 7.7.3 (placement), 7.8.2 (masks), 7.9.1 (format).
const size = 25;
const dataCodewords = 22;
const alphanumeric = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

const masks: readonly ((row: number, column: number) => boolean)[] = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_i, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
];

function isFunction(row: number, column: number): boolean {
  const inFinder = (row < 9 && column < 9) || (row < 9 && column >= size - 8) || (row >= size - 8 && column < 9);
  const inAlignment = row >= 16 && row <= 20 && column >= 16 && column <= 20;
  return inFinder || inAlignment || row === 6 || column === 6;
}

/** `isDark(row, column)` of a symbol of 25 modules without its quiet zone. */
export function readQr(isDark: (row: number, column: number) => boolean): { readonly level: number; readonly text: string } {
  const bit = (row: number, column: number): number => (isDark(row, column) ? 1 : 0);
  const places = [
    [8, 0],
    [8, 1],
    [8, 2],
    [8, 3],
    [8, 4],
    [8, 5],
    [8, 7],
    [8, 8],
    [7, 8],
    [5, 8],
    [4, 8],
    [3, 8],
    [2, 8],
    [1, 8],
    [0, 8],
  ] as const;
  const format = places.reduce((word, [row, column]) => (word << 1) | bit(row, column), 0) ^ 0b101_0100_0001_0010;
  const mask = masks[(format >> 10) & 7];
  if (mask === undefined) throw new Error('no mask');
  const bits: number[] = [];
  let upwards = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right -= 1;
    for (let step = 0; step < size; step += 1) {
      const row = upwards ? size - 1 - step : step;
      for (const column of [right, right - 1]) if (!isFunction(row, column)) bits.push(bit(row, column) ^ (mask(row, column) ? 1 : 0));
    }
    upwards = !upwards;
  }
  let at = 0;
  const take = (count: number): number => {
    const word = bits.slice(at, Math.min(at + count, dataCodewords * 8)).reduce((sum, next) => sum * 2 + next, 0);
    at += count;
    return word;
  };
  if (take(4) !== 0b0010) throw new Error('not alphanumeric');
  let left = take(9);
  let text = '';
  for (; left >= 2; left -= 2) {
    const pair = take(11);
    text += alphanumeric.charAt(Math.floor(pair / 45)) + alphanumeric.charAt(pair % 45);
  }
  if (left === 1) text += alphanumeric.charAt(take(6));
  return { level: format >> 13, text };
}
