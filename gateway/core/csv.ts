/**
 * A row of a table as CSV by RFC 4180, made for the spreadsheet of a village office: CR LF at the end, quotes where they are needed, and no text
 * that a spreadsheet would take for a formula. Pure.
 */

/** U+FEFF: without it a spreadsheet takes UTF-8 for the code page of its machine. Stands once, before the first row. */
export const csvBom = '\ufeff';

export type CsvCell = string | number | null;

/** Characters a spreadsheet begins a formula with, or skips before one. Source: OWASP, CSV injection. Numbers are never text. */
const formula = /^[=+\-@\t\r]/;

/** One row with its CR LF. A text that could be a formula gets an apostrophe before it; null is an empty field. */
export const csvRow = (cells: readonly CsvCell[]): string => `${cells.map(csvField).join(',')}\r\n`;

function csvField(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = formula.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
