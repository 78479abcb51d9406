/**
 * What a rule of the house is: a name, a sentence of reason, and a look at the whole tree. A rule reports and never repairs, and says
 * in every finding what to do instead.
 */
import { posix } from 'node:path';
import type { Source } from './source.ts';
import type { Tree } from './tree.ts';

/** Something in the tree that a rule forbids. */
export interface Finding {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** What is wrong, and what to do instead. */
  readonly what: string;
}

export interface House {
  readonly tree: Tree;
  /** Every TypeScript file, parsed. */
  readonly sources: readonly Source[];
  /** What the generated files must contain, by path. */
  readonly documents: ReadonlyMap<string, string>;
}

export interface Rule {
  readonly name: string;
  /** Why the rule exists. */
  readonly reason: string;
  readonly inspect: (house: House) => readonly Finding[];
}

/** Path in the tree of a relative specifier, or undefined for a package. */
export function resolveImport(from: string, specifier: string): string | undefined {
  return /^\.\.?(?:\/|$)/.test(specifier) ? posix.join(posix.dirname(from), specifier) : undefined;
}

/** Test cases, as opposed to what supports them. */
export const isTestFile = (path: string): boolean => path.endsWith('.test.ts');
