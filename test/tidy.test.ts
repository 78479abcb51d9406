// Without this, nothing keeps the house as DESIGN drew it: arrows, rings, sizes, words, dead files and stale documents would go unseen.
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderDocuments } from '../scripts/reference/documents.ts';
import { formatFinding, inspectTree, rules } from '../scripts/tidy/inspect.ts';
import { parseSource } from '../scripts/tidy/parse.ts';
import { loadTree } from '../scripts/tidy/tree.ts';

const tree = loadTree(resolve(import.meta.dirname, '..'));
const findings = inspectTree(tree, renderDocuments());

describe('the tree', () => {
  test.each(rules)('$name: $reason', ({ name }) => {
    expect(findings.filter(({ rule }) => rule === name).map(formatFinding)).toEqual([]);
  });

  // A guard that reads nothing finds nothing. dependency-cruiser once reported "0 modules, no violations" on a tree like this.
  test('was really read: every room has files, and their imports were followed', () => {
    for (const room of [
      'protocol',
      'gateway/core',
      'gateway/store',
      'gateway/southbound',
      'gateway/northbound',
      'gateway/workflows',
      'gateway/web',
      'gateway/commands',
      'device-sim',
      'scripts',
      'test',
    ]) {
      expect(
        [...tree.keys()].filter((path) => path.startsWith(`${room}/`) && path.endsWith('.ts')),
        room,
      ).not.toHaveLength(0);
    }
    const config = parseSource('gateway/config.ts', tree.get('gateway/config.ts') ?? '');
    expect(config.mentions.map(({ specifier }) => specifier)).toEqual(expect.arrayContaining(['zod', '../protocol/events/fields.ts']));
  });
});
