/**
 * The working tree as tidy sees it: every text file by its path, read once. A rule never touches the disk itself, so that a test can
 * plant a violation in a tree that exists only in memory. Nothing git ignores is looked at.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Text of each file by its path from the root, with forward slashes. */
export type Tree = ReadonlyMap<string, string>;

/** What .gitignore leaves out, and git's own folder. Compared with whole paths or, without a slash, with names at any depth. */
const ignored = /(?:^|\/)(?:node_modules|\.git)$|^(?:sifen-data|\.cache|test\/\.tmp)$|\.log$/;
const binary = /\.(?:png|jpe?g|gif|webp|ico|woff2?|wasm|pdf|db|gz|zip|bin)$/;

/** Reads the tree below `root`, in a fixed order. */
export function loadTree(root: string): Tree {
  const tree = new Map<string, string>();
  const visit = (folder: string): void => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (ignored.test(path)) continue;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile() && !binary.test(path)) tree.set(path, readFileSync(join(root, path), 'utf8'));
    }
  };
  visit('');
  return tree;
}
