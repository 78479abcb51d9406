/**
 * What the text of a file says, read as text: how it opens, whether it is finished, whether it names a place only its author has, and
 * whether a generated file still says what its source says.
 */
import { type Finding, isTestFile, type Rule } from '../rule.ts';

/** Findings of a pattern, one a line. */
function linesWith(path: string, text: string, pattern: RegExp, say: (match: string) => string): Finding[] {
  return text.split('\n').flatMap((line, index) => {
    const match = pattern.exec(line)?.[0];
    return match === undefined ? [] : [{ path, line: index + 1, what: say(match) }];
  });
}

export const syntax: Rule = {
  name: 'syntax',
  reason: 'A file that does not parse is a file no other rule has read.',
  inspect: ({ sources }) =>
    sources.flatMap(({ path, syntaxErrors }) => syntaxErrors.map(({ line, message }) => ({ path, line, what: `${message}. Correct it first.` }))),
};

const openingLettersMin = 40;

/** Text of the comment a file opens with, after a `#!` line; empty where it opens with code. */
function openingComment(text: string): string {
  const body = text.replace(/^#!.*\n/, '');
  return (/^\/\*\*[\s\S]*?\*\/|^(?:\/\/.*\n?)+|^(?:#.*\n?)+/.exec(body)?.[0] ?? '').replace(/^[\s/*#]+|[*/]+$/gm, '');
}

export const openingComments: Rule = {
  name: 'opening-comments',
  reason: 'A reader learns from the first lines what a room is for and must never do; of a test, what is lost without it.',
  inspect: ({ tree }) =>
    [...tree].flatMap(([path, text]) => {
      if (!/\.(?:ts|sh)$|^scripts\/[^.]+$|^\.ci\/[^.]+$/.test(path)) return [];
      const opening = openingComment(text);
      if (opening.length >= openingLettersMin && (!path.endsWith('.ts') || path.startsWith('test/') || text.replace(/^#!.*\n/, '').startsWith('/**')))
        return [];
      const what = isTestFile(path)
        ? 'Begin with a line that says what is lost if this test is deleted.'
        : 'Begin with a doc comment: what this is for, and what it must never do.';
      return [{ path, line: 1, what }];
    }),
};

// Put together here, so that this file does not find itself.
const unfinishedWords = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b|\\b[Nn]ot (?:yet )?imple${'mented'}\\b`);
const prose = /\.(?:ts|tsx|js|mjs|sh|md|ya?ml|css|html|sql)$|^scripts\/[^.]+$|^\.ci\/[^.]+$/;

export const unfinished: Rule = {
  name: 'unfinished',
  reason: 'What is not done is not here: an issue remembers better than a comment.',
  inspect: ({ tree }) =>
    [...tree]
      .filter(([path]) => prose.test(path))
      .flatMap(([path, text]) => linesWith(path, text, unfinishedWords, (word) => `"${word}". Do it now, or leave it out and file an issue.`)),
};

const workplace = new RegExp(
  `(?<![\\w.-])/(?:${['wo' + 'rk', 'ro' + 'ot', 'ho' + 'me'].join('|')})/|\\.\\./sha${'red'}\\b|//regis${'try'}[.-]|\\bregis${'try'}\\s*=|"resol${'ved"'}:`,
);

export const workplaces: Rule = {
  name: 'workplaces',
  reason: 'A path or package host of the machine it was written on breaks every other machine.',
  inspect: ({ tree }) =>
    [...tree].flatMap(([path, text]) =>
      linesWith(path, text, workplace, (place) => `"${place}" exists on one machine. Use a path from the root of this tree, and npm's own settings.`),
    ),
};

export const freshDocuments: Rule = {
  name: 'fresh-documents',
  reason: 'A document that can drift from its source will; generated files are written by `npm run docs` and by nothing else.',
  inspect: ({ tree, documents }) =>
    [...documents].flatMap(([path, wanted]) => {
      const found = tree.get(path);
      if (found === wanted) return [];
      const [was, want] = [(found ?? '').split('\n'), wanted.split('\n')];
      const line = want.findIndex((text, index) => text !== was[index]);
      return [
        {
          path,
          line: found === undefined ? 1 : (line === -1 ? want.length : line) + 1,
          what: `${found === undefined ? 'Missing' : 'Stale'}. Run \`npm run docs\`, and change the source, never this file.`,
        },
      ];
    }),
};
