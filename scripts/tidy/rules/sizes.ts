/**
 * How long a file and a function may get. Line length is the formatter's business (biome.json).
 */

import { countLines } from '../parse.ts';
import { isTestFile, type Rule } from '../rule.ts';

const sourceLinesMax = 400;
const testLinesMax = 600;
const functionLinesMax = 70;
/** Written by people and run by a machine. */
const code = /\.(?:ts|tsx|js|mjs|sh|css|html|sql)$|^scripts\/[^.]+$|^\.ci\/[^.]+$/;

export const fileLength: Rule = {
  name: 'file-length',
  reason: 'A file that does not fit in a head holds more than one noun.',
  inspect: ({ tree }) =>
    [...tree].flatMap(([path, text]) => {
      const most = isTestFile(path) ? testLinesMax : sourceLinesMax;
      const length = code.test(path) ? countLines(text) : 0;
      return length > most ? [{ path, line: most + 1, what: `${length} lines, at most ${most}. Find the second noun and give it a file.` }] : [];
    }),
};

export const functionLength: Rule = {
  name: 'function-length',
  reason: 'A function is read on one screen or not at all. In test/ a callback is a chapter, and exempt.',
  inspect: ({ sources }) =>
    sources
      .filter(({ path }) => !path.startsWith('test/'))
      .flatMap(({ path, functions }) =>
        functions
          .filter(({ length }) => length > functionLinesMax)
          .map(({ name, line, length }) => ({
            path,
            line,
            what: `${name} has ${length} lines, at most ${functionLinesMax}. Keep the branches here and move the leaves out.`,
          })),
      ),
};
