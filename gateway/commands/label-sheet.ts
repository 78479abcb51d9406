/**
 * Sheets to print: QR symbols with the code in words beside each, on A4, as one HTML page of SVG that any browser prints. It draws what it is
 * given and never makes, keeps or proves a code.
 */
import { encode } from 'uqr';

/** One symbol: what it says, and what stands beside it for an eye or a telephone. */
export interface SheetItem {
  readonly code: string;
  readonly words: readonly string[];
}

/** Printed side of a symbol with its quiet zone; creased film wants no less. Source: domain rule of the bag code, side of 25 mm at least. Unit: mm. */
const sideMm = 34;
/** Modules left white around a symbol. Source: ISO/IEC 18004 section 7.3.7. */
const quietModules = 4;
/** Of A4 with margins of 10 mm. */
const columns = 4;
const rows = 6;
const cellMm = { width: 47.5, height: 46 } as const;
export const itemsPerSheet = columns * rows;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A QR symbol at level Q as one SVG path, `sideMm` wide with its quiet zone. */
export function drawSymbol(code: string): string {
  const { data, size } = encode(code, { ecc: 'Q', border: quietModules });
  const path = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${sideMm}mm" height="${sideMm}mm" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path d="${path}"/></svg>`;
}

/** Codes in groups of four, so that a person can read them out. */
export const grouped = (code: string): string => code.replace(/(.{4})(?=.)/g, '$1 ');

/** An HTML page of A4 sheets, 24 symbols each. */
export function drawSheets(title: string, items: readonly SheetItem[]): string {
  const cells = items.map(({ code, words }) => `<div>${drawSymbol(code)}${words.map((line) => `<p>${escaped(line)}</p>`).join('')}</div>`);
  const sheets = Array.from({ length: Math.ceil(cells.length / itemsPerSheet) }, (_unused, index) =>
    cells.slice(index * itemsPerSheet, (index + 1) * itemsPerSheet),
  );
  return `<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>
@page { size: A4; margin: 10mm }
body { margin: 0; font: 2.6mm/1.2 monospace }
section { display: grid; grid-template-columns: repeat(${columns}, ${cellMm.width}mm); grid-auto-rows: ${cellMm.height}mm; break-after: page }
section:last-child { break-after: auto }
div { text-align: center; overflow: hidden; break-inside: avoid }
p { margin: 0 }
</style></head><body>
${sheets.map((sheet) => `<section>\n${sheet.join('\n')}\n</section>`).join('\n')}
</body></html>
`;
}
