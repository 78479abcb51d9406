/**
 * `npm run docs` writes every generated file; `npm run docs -- --check` writes nothing and names those that are stale.
 * Exit codes: 0 done or fresh, 1 stale, 2 wrong usage. It must never write a file that is not in the list of reference/documents.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { renderDocuments } from './reference/documents.ts';

const root = resolve(import.meta.dirname, '..');

/** Text of a file, or undefined where there is none. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function run(check: boolean): number {
  const stale = [...renderDocuments()].filter(([path, text]) => readIfThere(resolve(root, path)) !== text);
  for (const [path, text] of stale) {
    if (!check) writeFileSync(resolve(root, path), text);
    console.log(check ? `${path} is stale: run \`npm run docs\`` : `wrote ${path}`);
  }
  if (stale.length === 0) console.log('every generated file is fresh');
  return check && stale.length > 0 ? 1 : 0;
}

try {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  process.exitCode = run(values.check);
} catch (error) {
  if (!(error instanceof TypeError && 'code' in error)) throw error;
  console.error(`${error.message}\nUsage: npm run docs [-- --check]`);
  process.exitCode = 2;
}
