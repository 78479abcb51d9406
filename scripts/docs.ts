/**
 * `npm run docs` writes every generated file; `npm run docs -- --check` writes nothing and names those that are stale.
 * Exit codes: 0 done or fresh, 1 stale, 2 wrong usage. It must never write a file that is not in the list of reference/documents.ts.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseFlags, usageExitCode } from './command-line/flags.ts';
import { renderDocuments } from './reference/documents.ts';

const root = resolve(import.meta.dirname, '..');

function run(check: boolean): number {
  const stale = [...renderDocuments()].filter(([path, text]) => {
    const file = resolve(root, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== text;
  });
  for (const [path, text] of stale) {
    if (!check) writeFileSync(resolve(root, path), text);
    console.log(check ? `${path} is stale: run \`npm run docs\`` : `wrote ${path}`);
  }
  if (stale.length === 0) console.log('every generated file is fresh');
  return check && stale.length > 0 ? 1 : 0;
}

const flags = parseFlags(['check'], process.argv.slice(2));
if (flags.ok) process.exitCode = run(flags.value.has('check'));
else {
  console.error(`${flags.reason}\nUsage: npm run docs [-- --check]`);
  process.exitCode = usageExitCode;
}
