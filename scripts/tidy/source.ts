/**
 * One TypeScript file reduced to the facts the rules need: what it imports, which functions it holds, what it exports, and where it uses
 * a name nobody in the file has to declare. Parsed with oxc-parser, because TypeScript 7 offers no API to programs.
 * Facts only: whether something is allowed is said in rules/, never here.
 */
import { type Node, parseSync } from 'oxc-parser';
import { collectFacts } from './facts.ts';

/** A mention of another module: static import, re-export, `import()` or a type from `import('...')`. All count alike. */
export interface Mention {
  readonly specifier: string;
  readonly line: number;
  /** Names taken, as the other module calls them. Empty for a bare import, `import()` and types from `import('...')`. */
  readonly names: readonly string[];
}

/** A function, method or arrow. `length` counts the lines from its first to its last. */
export interface FunctionFact {
  readonly name: string;
  readonly line: number;
  readonly length: number;
}

/** A use of a name that is not a property, a key or a type. */
export interface Use {
  readonly name: string;
  /** `now` in `Date.now`. */
  readonly member: string | undefined;
  readonly line: number;
  /** Name of the function called or constructed around it, with the number of arguments; a plain mention has none. */
  readonly as: 'new' | 'call' | 'mention';
  readonly argumentCount: number;
}

export interface ExportFact {
  readonly name: string;
  readonly line: number;
}

export interface Facts {
  readonly mentions: readonly Mention[];
  /** Lines of `import(...)` whose argument is not a plain string. */
  readonly computedImports: readonly number[];
  /** Every string literal: files are also reached by being named, as a child process or a page to serve. */
  readonly strings: readonly string[];
  readonly functions: readonly FunctionFact[];
  readonly exports: readonly ExportFact[];
  readonly classes: readonly ExportFact[];
  readonly defaultExportLine: number | undefined;
  /** Whether everything in the file merely passes on what other files export. */
  readonly onlyPassesOn: boolean;
  readonly uses: readonly Use[];
  /** Lines of async functions, `await` and `for await`. */
  readonly asyncLines: readonly number[];
  /** Calls like `describe.only(...)`, written `describe.only`, and options like `{ skip: true }`, written `test{skip}`. */
  readonly testSwitches: readonly { readonly name: string; readonly line: number }[];
}

export interface Source extends Facts {
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  readonly syntaxErrors: readonly { readonly line: number; readonly message: string }[];
}

/** Line of an offset, counted from 1. */
export type LineOf = (offset: number) => number;

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
