/**
 * Draws .github/timeline.svg, the picture in README.md, from the terminal output on standard input: its first lines and its last. It must
 * never draw a line that was not there. `npm start -- --for 12s --pace 60 --lang en | scripts/run-node scripts/picture.ts`
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const [headLines, tailLines] = [26, 4];
/** Sizes of the drawing. Unit: px of the SVG. */
const [lineHeight, characterWidth, margin] = [18, 7.9, 16];

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const printed = readFileSync(0, 'utf8')
  .trimEnd()
  .split('\n')
  .filter((line) => !line.startsWith('> ')); // npm's own words
while (printed[0] === '') printed.shift();
const shown = printed.length <= headLines + tailLines ? printed : [...printed.slice(0, headLines), '...', ...printed.slice(-tailLines)];
const width = Math.ceil(Math.max(...shown.map((line) => line.length)) * characterWidth + 2 * margin);
const height = shown.length * lineHeight + 2 * margin;
const rows = shown.map((line, index) => `<text x="${margin}" y="${margin + (index + 1) * lineHeight - 5}" xml:space="preserve">${escapeText(line)}</text>`);

mkdirSync(new URL('../.github/', import.meta.url), { recursive: true });
writeFileSync(
  new URL('../.github/timeline.svg', import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Timeline of the demo village">
<rect width="100%" height="100%" rx="8" fill="#14181d"/>
<g fill="#d7dee6" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="13">
${rows.join('\n')}
</g>
</svg>
`,
);
