/**
 * Walks the syntax tree of one file once and collects the facts of source.ts. It must see every form in which a file can reach another
 * (static, re-exported, dynamic, as a type): a form missed here is an arrow nobody guards.
 */
import { type Node, visitorKeys } from 'oxc-parser';
import type { ExportFact, Facts, FunctionFact, LineOf, Mention, Use } from './source.ts';

/** A node with the way down to it, nearest parent last. */
interface Visit {
  readonly node: Node;
  readonly key: string;
  readonly parents: readonly Node[];
  /** Inside a type: names there are erased before anything runs. */
  readonly inType: boolean;
}

type Draft = { -readonly [K in keyof Facts]: Facts[K] extends readonly (infer Item)[] ? Item[] : Facts[K] };

/** TypeScript nodes that wrap something that does run. Everything else whose name starts with TS is erased. */
const runningTypeScript = new Set(['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression', 'TSTypeAssertion', 'TSInstantiationExpression']);

function walk(visit: Visit, see: (visit: Visit) => void): void {
  see(visit);
  const { node, parents } = visit;
  const below = [...parents, node];
  const inType = visit.inType || (node.type.startsWith('TS') && !runningTypeScript.has(node.type));
  for (const key of visitorKeys[node.type] ?? []) {
    const value = (node as unknown as Record<string, unknown>)[key];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === 'object') walk({ node: child as Node, key, parents: below, inType }, see);
    }
  }
}

const textOf = (node: Node | null | undefined): string | undefined => (node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined);

const nameOf = (node: Node | null | undefined): string | undefined =>
  node?.type === 'Identifier' || node?.type === 'PrivateIdentifier' ? node.name : textOf(node);

/** Name of a property access, `undefined` where it is computed at run time. */
const memberOf = (node: Node): string | undefined =>
  node.type === 'MemberExpression' ? (node.computed && node.property.type === 'Identifier' ? undefined : nameOf(node.property)) : undefined;

/** All facts of a parsed file. */
export function collectFacts(program: Node, lineOf: LineOf): Facts {
  const facts: Draft = {
    mentions: [],
    computedImports: [],
    strings: [],
    functions: [],
    exports: [],
    classes: [],
    defaultExportLine: undefined,
    onlyPassesOn: program.type === 'Program' && program.body.length > 0 && program.body.every(passesOn),
    uses: [],
    asyncLines: [],
    testSwitches: [],
  };
  walk({ node: program, key: '', parents: [], inType: false }, (visit) => {
    const line = lineOf(visit.node.start);
    seeMention(visit.node, line, facts);
    seeExport(visit.node, lineOf, facts);
    seeFunction(visit, lineOf, facts);
    if (!visit.inType) seeUse(visit, line, facts.uses);
    seeTestSwitch(visit.node, line, facts);
  });
  return facts;
}

const passesOn = (statement: Node): boolean =>
  statement.type === 'ExportAllDeclaration' || (statement.type === 'ExportNamedDeclaration' && statement.source !== null);

function seeMention(node: Node, line: number, facts: Draft): void {
  const mention = (source: Node, names: readonly string[] = []): void => {
    const specifier = textOf(source);
    if (specifier === undefined) facts.computedImports.push(line);
    else facts.mentions.push({ specifier, line, names } satisfies Mention);
  };
  if (node.type === 'ImportDeclaration') mention(node.source, node.specifiers.map(importedName));
  else if (node.type === 'ExportAllDeclaration') mention(node.source, ['*']);
  else if (node.type === 'ExportNamedDeclaration' && node.source !== null) {
    mention(
      node.source,
      node.specifiers.map((specifier) => nameOf(specifier.local) ?? '*'),
    );
  } else if (node.type === 'ImportExpression' || node.type === 'TSImportType') mention(node.source);
  else if (node.type === 'TSExternalModuleReference') mention(node.expression);
  else if (node.type === 'Literal' && typeof node.value === 'string') facts.strings.push(node.value);
}

function importedName(specifier: Node): string {
  if (specifier.type === 'ImportSpecifier') return nameOf(specifier.imported) ?? '*';
  return specifier.type === 'ImportDefaultSpecifier' ? 'default' : '*';
}

function seeExport(node: Node, lineOf: LineOf, facts: Draft): void {
  const add = (named: Node | null | undefined): void => {
    const name = nameOf(named);
    if (name !== undefined && named) facts.exports.push({ name, line: lineOf(named.start) } satisfies ExportFact);
  };
  if (node.type === 'ExportDefaultDeclaration') facts.defaultExportLine = lineOf(node.start);
  if (node.type === 'ExportNamedDeclaration') {
    for (const specifier of node.specifiers) {
      if (nameOf(specifier.exported) === 'default') facts.defaultExportLine = lineOf(specifier.start);
      add(specifier.exported);
    }
    if (node.declaration?.type === 'VariableDeclaration') for (const { id } of node.declaration.declarations) add(id);
    else if (node.declaration && 'id' in node.declaration) add(node.declaration.id as Node | null);
  }
  if ((node.type === 'ClassDeclaration' || node.type === 'ClassExpression') && node.id) {
    facts.classes.push({ name: node.id.name, line: lineOf(node.start) });
  }
}

function seeFunction({ node, parents }: Visit, lineOf: LineOf, facts: Draft): void {
  const parent = parents.at(-1);
  if (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression') {
    const line = lineOf(node.start);
    facts.functions.push({ name: functionName(node, parent), line, length: lineOf(node.end) - line + 1 } satisfies FunctionFact);
    if (node.async) facts.asyncLines.push(line);
  }
  if (node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await)) facts.asyncLines.push(lineOf(node.start));
}

function functionName(node: Node, parent: Node | undefined): string {
  const own = 'id' in node ? nameOf(node.id as Node | null) : undefined;
  if (own !== undefined) return own;
  if (parent?.type === 'VariableDeclarator') return nameOf(parent.id) ?? 'a function';
  if (parent?.type === 'Property' || parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition') return nameOf(parent.key) ?? 'a function';
  return 'a function';
}

/** Keys of parents whose child is a name that refers to nothing: a property, a label, the other module's name. */
const plainNames: Readonly<Record<string, readonly string[]>> = {
  Property: ['key'],
  MethodDefinition: ['key'],
  PropertyDefinition: ['key'],
  AccessorProperty: ['key'],
  ImportSpecifier: ['imported', 'local'],
  ImportDefaultSpecifier: ['local'],
  ImportNamespaceSpecifier: ['local'],
  ExportSpecifier: ['exported'],
  ExportAllDeclaration: ['exported'],
  ImportAttribute: ['key'],
  LabeledStatement: ['label'],
  BreakStatement: ['label'],
  ContinueStatement: ['label'],
  MetaProperty: ['meta', 'property'],
};

function seeUse({ node, key, parents }: Visit, line: number, uses: Use[]): void {
  const parent = parents.at(-1);
  if (node.type !== 'Identifier' || parent === undefined) return;
  if (plainNames[parent.type]?.includes(key) && !('computed' in parent && parent.computed)) return;
  if (parent.type === 'MemberExpression' && key === 'property' && !parent.computed) return;
  const isObject = parent.type === 'MemberExpression' && key === 'object';
  const target = isObject ? parent : node;
  const around = isObject ? parents.at(-2) : parent;
  const invoked = (around?.type === 'NewExpression' || around?.type === 'CallExpression') && around.callee === target ? around : undefined;
  uses.push({
    name: node.name,
    member: isObject ? memberOf(parent) : undefined,
    line,
    as: invoked === undefined ? 'mention' : invoked.type === 'NewExpression' ? 'new' : 'call',
    argumentCount: invoked?.arguments.length ?? 0,
  });
}

const testWords = new Set(['describe', 'test', 'it', 'suite', 'bench', 'context', 'ctx', 'task', 'vi']);
const switchWords = new Set(['only', 'skip', 'todo', 'skipIf', 'runIf', 'fails', 'mock', 'doMock', 'useFakeTimers']);

/** Name at the left end of a chain of accesses and calls: `describe` of `describe.concurrent.only`. */
function rootName(node: Node): string | undefined {
  if (node.type === 'MemberExpression') return rootName(node.object);
  return node.type === 'CallExpression' ? rootName(node.callee) : nameOf(node);
}

function seeTestSwitch(node: Node, line: number, facts: Draft): void {
  if (node.type === 'MemberExpression') {
    const [root, member] = [rootName(node), memberOf(node)];
    if (root !== undefined && member !== undefined && testWords.has(root) && switchWords.has(member))
      facts.testSwitches.push({ name: `${root}.${member}`, line });
  }
  if (node.type !== 'CallExpression') return;
  const root = rootName(node.callee);
  if (root === undefined || !testWords.has(root)) return;
  for (const options of node.arguments) {
    if (options.type !== 'ObjectExpression') continue;
    for (const property of options.properties) {
      const name = property.type === 'Property' ? nameOf(property.key) : undefined;
      if (name !== undefined && switchWords.has(name)) facts.testSwitches.push({ name: `${root}{${name}}`, line });
    }
  }
}
