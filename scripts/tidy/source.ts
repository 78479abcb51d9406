/**
 * One TypeScript file reduced to the facts the rules need: what it imports, which functions it holds, what it exports, and where it uses
 * a name nobody in the file has to declare. parse.ts fills it in.
 * Facts only: whether something is allowed is said in rules/, never here.
 */
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
