/**
 * Looks over the whole tree with the rules of tidy/ and prints each finding as file:line, rule, and what to do instead. A step of
 * `npm run check`; test/tidy.test.ts runs the same rules. Exit codes: 0 tidy, 1 findings. It must never change a file.
 */
import { resolve } from 'node:path';
import { renderDocuments } from './reference/documents.ts';
import { formatFinding, inspectTree, rules } from './tidy/inspect.ts';
import { loadTree } from './tidy/tree.ts';

const tree = loadTree(resolve(import.meta.dirname, '..'));
const findings = inspectTree(tree, renderDocuments());
for (const finding of findings) console.log(formatFinding(finding));
for (const { name, reason } of rules.filter((rule) => findings.some((finding) => finding.rule === rule.name))) console.log(`${name}: ${reason}`);
console.log(`${tree.size} files, ${rules.length} rules, ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;
