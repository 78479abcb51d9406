/**
 * Turns the text of one TypeScript file into the facts of source.ts. Parsed with oxc-parser, because TypeScript 7 offers no API to
 * programs. A file that does not parse must never pass unseen: its syntax errors travel with it.
 */
import { type Node, parseSync } from 'oxc-parser';
import { collectFacts } from './facts.ts';
import type { LineOf, Source } from './source.ts';

function lineFinder(text: string): LineOf {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

/** Number of lines of a text; a line end at the very end opens no new line. */
export const countLines = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** Parses one file. A file that does not parse still yields a source, with its syntax errors and whatever facts the parser could save. */
export function parseSource(path: string, text: string): Source {
  const lineOf = lineFinder(text);
  const { program, errors } = parseSync(path, text);
  return {
    path,
    text,
    lineCount: countLines(text),
    syntaxErrors: errors.map((error) => ({ line: lineOf(error.labels[0]?.start ?? 0), message: error.message })),
    ...collectFacts(program as Node, lineOf),
  };
}
