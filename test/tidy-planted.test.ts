// Without this, a rule of the house could be broken and stay green: each is shown a violation it must find, and a neighbour it must let pass.
import { describe, expect, test } from 'vitest';
import { rules } from '../scripts/tidy/inspect.ts';
import { findPlaces, opening, plant } from './support/planted-tree.ts';

interface Planted {
  readonly rule: string;
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly at: readonly string[];
}

const target = 'export const target = 1;\nexport type Target = 1;';
const store = { 'gateway/store/target.ts': target };
const lines = (count: number): string => Array.from({ length: count }, (_, index) => `export const line${index} = ${index};`).join('\n');
const longFunction = (length: number): string => `export function stepLong(): number {\n${'  // Why.\n'.repeat(length - 3)}  return 1;\n}`;
/** Words that may not stand here whole, since this file is under the same rules. */
const split = (...parts: readonly string[]): string => parts.join('');

const planted: readonly Planted[] = [
  { rule: 'syntax', what: 'a file that does not parse', files: { 'protocol/broken.ts': 'export const = ;' }, at: ['protocol/broken.ts:2'] },
  { rule: 'rooms', what: 'a new folder at the root', files: { 'lib/thing.ts': target }, at: ['lib/thing.ts:1'] },
  { rule: 'rooms', what: 'a new file at the root', files: { 'NOTES.md': 'Notes.' }, at: ['NOTES.md:1'] },
  { rule: 'rooms', what: 'a new room of the gateway', files: { 'gateway/cloud/thing.ts': target }, at: ['gateway/cloud/thing.ts:1'] },

  {
    rule: 'arrows',
    what: 'southbound imports store',
    files: { ...store, 'gateway/southbound/line.ts': "import { target } from '../store/target.ts';\nexport const line = target;" },
    at: ['gateway/southbound/line.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'store imports northbound',
    files: { 'gateway/northbound/target.ts': target, 'gateway/store/log.ts': "import '../northbound/target.ts';" },
    at: ['gateway/store/log.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'a type import',
    files: { ...store, 'gateway/core/rule.ts': "import type { Target } from '../store/target.ts';\nexport type Rule = Target;" },
    at: ['gateway/core/rule.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'a type written import()',
    files: { ...store, 'gateway/core/rule.ts': "export type Rule = import('../store/target.ts').Target;" },
    at: ['gateway/core/rule.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'a dynamic import',
    files: { ...store, 'protocol/rule.ts': "export const load = () => import('../gateway/store/target.ts');" },
    at: ['protocol/rule.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'a re-export',
    files: { ...store, 'gateway/northbound/rule.ts': "export const own = 1;\nexport { target } from '../store/target.ts';" },
    at: ['gateway/northbound/rule.ts:3'],
  },
  {
    rule: 'arrows',
    what: 'a re-export of everything',
    files: { ...store, 'gateway/northbound/rule.ts': "export const own = 1;\nexport * from '../store/target.ts';" },
    at: ['gateway/northbound/rule.ts:3'],
  },
  {
    rule: 'arrows',
    what: 'core imports the clock',
    files: { 'gateway/clock.ts': target, 'gateway/core/rule.ts': "import '../clock.ts';" },
    at: ['gateway/core/rule.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'a workflow imports the settings',
    files: { 'gateway/config.ts': target, 'gateway/workflows/draw.ts': "import '../config.ts';" },
    at: ['gateway/workflows/draw.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'a workflow imports the web',
    files: { 'gateway/web/target.ts': target, 'gateway/workflows/draw.ts': "import '../web/target.ts';" },
    at: ['gateway/workflows/draw.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'web imports runtime',
    files: { 'gateway/runtime.ts': target, 'gateway/web/server.ts': "import '../runtime.ts';" },
    at: ['gateway/web/server.ts:2'],
  },
  { rule: 'arrows', what: 'runtime imports a command', files: { 'gateway/runtime.ts': "import './commands/run.ts';" }, at: ['gateway/runtime.ts:2'] },
  {
    rule: 'arrows',
    what: 'a page imports the gateway',
    files: { 'gateway/web/pages/kiosk.ts': "import '../../core/nothing.ts';" },
    at: ['gateway/web/pages/kiosk.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'the simulator imports the gateway',
    files: { 'device-sim/panel.ts': "import '../gateway/core/nothing.ts';" },
    at: ['device-sim/panel.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'the gateway imports the simulator',
    files: { 'device-sim/panel.ts': target, 'gateway/runtime.ts': "import '../device-sim/panel.ts';" },
    at: ['gateway/runtime.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'firmware imports the process around it',
    files: { 'device-sim/serve-tcp.ts': target, 'device-sim/firmware/board.ts': "import '../serve-tcp.ts';" },
    at: ['device-sim/firmware/board.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'scripts import test',
    files: { 'test/support/target.ts': target, 'scripts/soak.ts': "import '../test/support/target.ts';" },
    at: ['scripts/soak.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'limits import the clock',
    files: { 'gateway/clock.ts': target, 'gateway/limits.ts': "import './clock.ts';" },
    at: ['gateway/limits.ts:2'],
  },
  { rule: 'arrows', what: 'the log imports core', files: { 'gateway/log.ts': "import './core/nothing.ts';" }, at: ['gateway/log.ts:2'] },
  { rule: 'arrows', what: 'the settings import core', files: { 'gateway/config.ts': "import './core/nothing.ts';" }, at: ['gateway/config.ts:2'] },
  {
    rule: 'arrows',
    what: 'a command imports the simulator',
    files: { 'gateway/commands/run.ts': "import '../../device-sim/main.ts';" },
    at: ['gateway/commands/run.ts:2'],
  },
  { rule: 'arrows', what: 'main imports the store', files: { ...store, 'gateway/main.ts': "import './store/target.ts';" }, at: ['gateway/main.ts:2'] },
  {
    rule: 'arrows',
    what: 'protocol imports a limit',
    files: { 'gateway/limits.ts': target, 'protocol/first.ts': "import '../gateway/limits.ts';" },
    at: ['protocol/first.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'the generator imports physics',
    files: { 'device-sim/physics/tray.ts': target, 'device-sim/random.ts': "import './physics/tray.ts';" },
    at: ['device-sim/random.ts:2'],
  },
  {
    rule: 'arrows',
    what: 'physics imports the process around it',
    files: { 'device-sim/site.ts': target, 'device-sim/physics/tray.ts': "import '../site.ts';" },
    at: ['device-sim/physics/tray.ts:2'],
  },
  { rule: 'arrows', what: 'a tool configuration imports a script', files: { 'vitest.config.ts': "import './scripts/anchor.ts';" }, at: ['vitest.config.ts:2'] },
  {
    rule: 'arrows',
    what: 'a data file deep in the house',
    files: { 'package.json': '{}', 'gateway/core/rule.ts': "import '../../package.json';" },
    at: ['gateway/core/rule.ts:2'],
  },

  {
    rule: 'outside-packages',
    what: 'SQL outside the store',
    files: { 'gateway/workflows/draw.ts': "import Database from 'better-sqlite3';\nexport const open = Database;" },
    at: ['gateway/workflows/draw.ts:2'],
  },
  {
    rule: 'outside-packages',
    what: 'a type of a library',
    files: { 'gateway/web/server.ts': "import type { MqttClient } from 'mqtt';\nexport type Client = MqttClient;" },
    at: ['gateway/web/server.ts:2'],
  },
  {
    rule: 'outside-packages',
    what: 'a part of a package',
    files: { 'gateway/store/people.ts': "import { parse } from 'csv-parse/sync';\nexport const read = parse;" },
    at: ['gateway/store/people.ts:2'],
  },
  {
    rule: 'outside-packages',
    what: 'a file read in core',
    files: { 'gateway/core/rule.ts': "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;" },
    at: ['gateway/core/rule.ts:2'],
  },
  {
    rule: 'outside-packages',
    what: 'a promise of a file in protocol',
    files: { 'protocol/rule.ts': "import 'node:fs/promises';" },
    at: ['protocol/rule.ts:2'],
  },
  {
    rule: 'outside-packages',
    what: 'a timer outside the clock',
    files: { 'gateway/southbound/line.ts': "import { setTimeout as wait } from 'node:timers/promises';\nexport const pause = wait;" },
    at: ['gateway/southbound/line.ts:2'],
  },
  { rule: 'outside-packages', what: 'a thread', files: { 'gateway/runtime.ts': "import 'node:worker_threads';" }, at: ['gateway/runtime.ts:2'] },
  { rule: 'outside-packages', what: 'a package nobody agreed on', files: { 'gateway/commands/run.ts': "import 'lodash';" }, at: ['gateway/commands/run.ts:2'] },
  { rule: 'outside-packages', what: 'the test runner in a script', files: { 'scripts/soak.ts': "import 'vitest/node';" }, at: ['scripts/soak.ts:2'] },

  { rule: 'whole-imports', what: 'an import of nothing', files: { 'protocol/rule.ts': "import './gone.ts';" }, at: ['protocol/rule.ts:2'] },
  {
    rule: 'whole-imports',
    what: 'an import of a folder',
    files: { 'protocol/devices/scale.ts': target, 'protocol/rule.ts': "import './devices';" },
    at: ['protocol/rule.ts:2'],
  },
  {
    rule: 'whole-imports',
    what: 'an import nobody can follow',
    files: { 'gateway/runtime.ts': 'export const load = (name: string) => import(name);' },
    at: ['gateway/runtime.ts:2'],
  },
  {
    rule: 'whole-imports',
    what: 'an import in disguise',
    files: { 'gateway/runtime.ts': "export const fs = process.getBuiltinModule('node:fs');" },
    at: ['gateway/runtime.ts:2'],
  },

  { rule: 'cycles', what: 'two files', files: { 'protocol/a.ts': "import './b.ts';", 'protocol/b.ts': "import './a.ts';" }, at: ['protocol/a.ts:2'] },
  {
    rule: 'cycles',
    what: 'a ring of types',
    files: {
      'protocol/a.ts': "export const a = 1;\nexport type { C } from './c.ts';",
      'protocol/b.ts': "export type B = typeof import('./a.ts');",
      'protocol/c.ts': "import type { B } from './b.ts';\nexport type C = B;",
    },
    at: ['protocol/a.ts:3'],
  },
  { rule: 'cycles', what: 'a file that imports itself', files: { 'protocol/a.ts': "import './a.ts';" }, at: ['protocol/a.ts:2'] },

  { rule: 'dead-files', what: 'a source nobody imports', files: { 'gateway/core/forgotten.ts': target }, at: ['gateway/core/forgotten.ts:1'] },
  {
    rule: 'dead-files',
    what: 'a source only a test imports',
    files: { 'gateway/core/forgotten.ts': target, 'test/forgotten.test.ts': "import '../gateway/core/forgotten.ts';" },
    at: ['gateway/core/forgotten.ts:1'],
  },
  {
    rule: 'dead-files',
    what: 'two dead files that import each other',
    files: { 'gateway/core/a.ts': "import './b.ts';", 'gateway/core/b.ts': "import './a.ts';" },
    at: ['gateway/core/a.ts:1', 'gateway/core/b.ts:1'],
  },
  { rule: 'dead-files', what: 'test support no test uses', files: { 'test/support/forgotten.ts': target }, at: ['test/support/forgotten.ts:1'] },

  { rule: 'file-length', what: '401 lines', files: { 'protocol/long.ts': lines(400) }, at: ['protocol/long.ts:401'] },
  { rule: 'file-length', what: '601 lines of test', files: { 'test/long.test.ts': lines(600) }, at: ['test/long.test.ts:601'] },
  {
    rule: 'file-length',
    what: 'a long script',
    files: { 'scripts/long': `#!/bin/sh\n${'# A long script does many things at once.\n'.repeat(400)}` },
    at: ['scripts/long:401'],
  },
  { rule: 'function-length', what: '71 lines', files: { 'protocol/long.ts': longFunction(71) }, at: ['protocol/long.ts:2'] },
  {
    rule: 'function-length',
    what: 'a long method',
    files: { 'gateway/store/long.ts': `export class Log {\n  read(): void {\n${'    // 读一行。\n'.repeat(69)}  }\n}` },
    at: ['gateway/store/long.ts:3'],
  },

  { rule: 'names', what: 'a drawer of a file', files: { 'gateway/core/bag-utils.ts': target }, at: ['gateway/core/bag-utils.ts:1'] },
  { rule: 'names', what: 'a drawer of a folder', files: { 'gateway/store/common/rows.ts': target }, at: ['gateway/store/common/rows.ts:1'] },
  { rule: 'names', what: 'base.ts', files: { 'gateway/store/base.ts': target }, at: ['gateway/store/base.ts:1'] },
  { rule: 'names', what: 'index.ts', files: { 'gateway/store/index.ts': target }, at: ['gateway/store/index.ts:1'] },
  { rule: 'names', what: 'camelCase in a file name', files: { 'gateway/core/bagIssue.ts': target }, at: ['gateway/core/bagIssue.ts:1'] },
  {
    rule: 'names',
    what: 'exported drawers',
    files: {
      'gateway/core/rule.ts':
        'export class DeviceManager {}\nexport const makeHTTPHelper = 1;\nexport type LineFactory = 1;\nconst a = 1;\nexport { a as common };',
    },
    at: ['gateway/core/rule.ts:2', 'gateway/core/rule.ts:3', 'gateway/core/rule.ts:4', 'gateway/core/rule.ts:6'],
  },
  {
    rule: 'names',
    what: 'base classes',
    files: { 'gateway/southbound/line.ts': 'class BaseLine {}\nexport class LineBase extends BaseLine {}\nexport abstract class AbstractPort {}' },
    at: ['gateway/southbound/line.ts:2', 'gateway/southbound/line.ts:3', 'gateway/southbound/line.ts:4'],
  },
  { rule: 'named-exports', what: 'a default export', files: { 'protocol/rule.ts': 'const rule = 1;\nexport default rule;' }, at: ['protocol/rule.ts:3'] },
  {
    rule: 'named-exports',
    what: 'a default export by name',
    files: { 'protocol/rule.ts': 'const rule = 1;\nexport { rule as default };' },
    at: ['protocol/rule.ts:3'],
  },
  { rule: 'named-exports', what: 'a barrel', files: { 'protocol/all.ts': "export * from './first.ts';" }, at: ['protocol/all.ts:1'] },

  {
    rule: 'unfinished',
    what: 'a note to do later',
    files: { 'protocol/rule.ts': `// ${split('TO', 'DO')}: later`, 'README.md': split('FIX', 'ME') },
    at: ['README.md:1', 'protocol/rule.ts:2'],
  },
  {
    rule: 'unfinished',
    what: 'a stub',
    files: { 'protocol/rule.ts': `export const rule = (): never => { throw new Error('${split('Not imple', 'mented')}'); };` },
    at: ['protocol/rule.ts:2'],
  },
  { rule: 'workplaces', what: 'a path of one machine', files: { 'README.md': `See ${split('/wo', 'rk/main')}.` }, at: ['README.md:1'] },
  { rule: 'workplaces', what: 'a neighbour of the tree', files: { 'README.md': `See ${split('../sha', 'red')}/notes.` }, at: ['README.md:1'] },
  { rule: 'workplaces', what: 'a package host', files: { '.npmrc': split('regis', 'try=http://10.0.0.1:4873/') }, at: ['.npmrc:1'] },
  {
    rule: 'workplaces',
    what: 'package addresses in the lock file',
    files: { 'package-lock.json': split('"resol', 'ved": "http://10.0.0.1/a.tgz"') },
    at: ['package-lock.json:1'],
  },

  {
    rule: 'pure-rooms',
    what: 'the date',
    files: { 'gateway/core/rule.ts': 'export const a = () => Date.now();\nexport const b = new Date(0);\nexport const c = Date();' },
    at: ['gateway/core/rule.ts:2', 'gateway/core/rule.ts:3', 'gateway/core/rule.ts:4'],
  },
  {
    rule: 'pure-rooms',
    what: 'chance, also of node:crypto',
    files: {
      'protocol/rule.ts':
        "import { randomBytes } from 'node:crypto';\nexport const a = () => Math.random();\nexport const b = randomBytes;\nconst { random } = Math;\nexport const c = random;",
    },
    at: ['protocol/rule.ts:2', 'protocol/rule.ts:3', 'protocol/rule.ts:5'],
  },
  {
    rule: 'pure-rooms',
    what: 'all of node:crypto',
    files: { 'protocol/rule.ts': "import whole from 'node:crypto';\nimport * as all from 'node:crypto';\nexport const both = [whole, all];" },
    at: ['protocol/rule.ts:2', 'protocol/rule.ts:3'],
  },
  {
    rule: 'pure-rooms',
    what: 'timers',
    files: {
      'device-sim/firmware/board.ts': 'setTimeout(() => 1, 5);\nsetInterval(() => 1, 5);\nsetImmediate(() => 1);\nexport const now = performance.now();',
    },
    at: [2, 3, 4, 5].map((line) => `device-sim/firmware/board.ts:${line}`),
  },
  {
    rule: 'pure-rooms',
    what: 'terminal, process and network',
    files: {
      'device-sim/physics/tray.ts':
        'console.log(1);\nexport const home = process.env;\nexport const page = () => fetch("x");\nexport const d = globalThis.Date;',
    },
    at: [2, 3, 4, 5].map((line) => `device-sim/physics/tray.ts:${line}`),
  },
  {
    rule: 'pure-rooms',
    what: 'asynchronous code',
    files: { 'gateway/core/rule.ts': 'export async function decide() {\n  await 1;\n}\nexport class Rule {\n  async step() {}\n}' },
    at: ['gateway/core/rule.ts:2', 'gateway/core/rule.ts:3', 'gateway/core/rule.ts:6'],
  },
  {
    rule: 'pure-rooms',
    what: 'the date in the generator',
    files: { 'device-sim/random.ts': 'export const seed = Date.now();' },
    at: ['device-sim/random.ts:2'],
  },
  {
    rule: 'one-clock',
    what: 'the machine asked for the time',
    files: {
      'gateway/workflows/draw.ts':
        'export const a = new Date();\nexport const b = Date.now;\nexport const c = performance.now();\nexport const d = process.hrtime.bigint();\nexport const e = AbortSignal.timeout(5);\nsetTimeout(() => 1, 5);',
    },
    at: [2, 3, 4, 5, 6, 7].map((line) => `gateway/workflows/draw.ts:${line}`),
  },
  {
    rule: 'seeded-chance',
    what: 'a die nobody can throw again',
    files: {
      'device-sim/faults.ts': 'export const a = Math.random();',
      'gateway/northbound/uplink.ts': 'export const b = Math.random;',
      'gateway/runtime.ts': 'export const c = Math.random();',
      'test/dice.test.ts': 'Math.random();',
    },
    at: ['device-sim/faults.ts:2', 'gateway/northbound/uplink.ts:2', 'gateway/runtime.ts:2', 'test/dice.test.ts:2'],
  },
  {
    rule: 'one-exit',
    what: 'an exit in the middle',
    files: { 'gateway/commands/run.ts': 'process.exit(1);', 'device-sim/panel.ts': 'process.abort();' },
    at: ['device-sim/panel.ts:2', 'gateway/commands/run.ts:2'],
  },
  {
    rule: 'quiet-rooms',
    what: 'a line on the terminal',
    files: { 'gateway/store/log.ts': "console.log('x');\nprocess.stderr.write('x');" },
    at: ['gateway/store/log.ts:2', 'gateway/store/log.ts:3'],
  },

  {
    rule: 'whole-tests',
    what: 'tests left out',
    files: {
      'test/a.test.ts':
        "test.only('a', () => {});\ndescribe.concurrent.skip('b', () => {});\nit.todo('c');\ntest.skipIf(true)('d', () => {});\ntest('e', { skip: true }, () => {});\ntest('f', ({ skip }) => skip());\ntest('g', (ctx) => ctx.skip());\ntest.fails('h', () => {});",
    },
    at: [2, 3, 4, 5, 6, 7, 8, 9].map((line) => `test/a.test.ts:${line}`),
  },
  { rule: 'real-parts', what: 'fakes', files: { 'test/a.test.ts': "vi.mock('node:fs');\nvi.useFakeTimers();" }, at: ['test/a.test.ts:2', 'test/a.test.ts:3'] },
  {
    rule: 'fresh-documents',
    what: 'a generated file edited by hand',
    files: { 'protocol/REFERENCE.md': '# Reference\nMore.\n' },
    at: ['protocol/REFERENCE.md:2'],
  },
];

describe('what is planted is found', () => {
  test.each(planted)('$rule: $what', ({ rule, files, at }) => {
    expect(findPlaces(plant(files))[rule]).toEqual(at);
  });

  test('opening-comments: files that open with code', () => {
    const tree = plant({ 'scripts/go': '#!/bin/sh\necho go\n' });
    const open = new Map([
      ...tree,
      ['protocol/rule.ts', 'export const rule = 1;\n'],
      ['test/a.test.ts', "import 'vitest';\n"],
      ['gateway/store/b.ts', '// A line comment is no doc comment, long as it may be.\n'],
    ]);
    expect(findPlaces(open)['opening-comments']).toEqual(['gateway/store/b.ts:1', 'protocol/rule.ts:1', 'scripts/go:1', 'test/a.test.ts:1']);
  });

  test('fresh-documents: a generated file that is missing', () => {
    const tree = new Map(plant({}));
    tree.delete('protocol/REFERENCE.md');
    expect(findPlaces(tree)).toEqual({ 'fresh-documents': ['protocol/REFERENCE.md:1'] });
  });

  test('every rule was shown a violation', () => {
    const shown = new Set([...planted.map(({ rule }) => rule), 'opening-comments']);
    expect(rules.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe('what is right is left alone', () => {
  test('the tree they are planted in has no findings', () => expect(findPlaces(plant({}))).toEqual({}));

  test.each<[string, Readonly<Record<string, string>>]>([
    [
      'arrows that point down',
      {
        ...store,
        'gateway/config.ts': "import 'zod';",
        'gateway/runtime.ts': "import './store/target.ts';\nimport './config.ts';",
        'gateway/commands/run.ts': "import '../runtime.ts';\nexport const run = 1;",
      },
    ],
    [
      'parts of runtime beside it',
      { 'gateway/keys.ts': 'export const load = 1;', 'gateway/runtime.ts': "import './keys.ts';", 'gateway/commands/run.ts': "import '../runtime.ts';" },
    ],
    ['a file at the limit', { 'protocol/first.ts': lines(399) }],
    ['a function at the limit', { 'protocol/first.ts': longFunction(70) }],
    [
      'a file started by its name',
      {
        'gateway/runtime.ts': "export const child = 'gateway/verify.ts';",
        'gateway/verify.ts': 'export const own = 1;',
        'gateway/commands/run.ts': "import '../runtime.ts';",
      },
    ],
    [
      'words that only contain a banned one',
      { 'protocol/first.ts': 'export const rebaselined = 1;\nexport const commonwealth = 1;\nexport const database = 1;' },
    ],
    [
      'names of properties and of types',
      {
        'gateway/core/nothing.ts':
          'export interface Facts { readonly process: number; readonly Date: number }\nexport const read = (facts: Facts, date?: Date): number => (date ? 0 : facts.process + facts.Date);',
      },
    ],
    ['a date that was handed in', { 'gateway/commands/run.ts': 'export const show = (ms: number): string => new Date(ms).toISOString();' }],
    ['chance handed in from the top', { 'gateway/commands/run.ts': 'export const start = { random: Math.random };' }],
    ['clocks of the simulator and of pages', { 'device-sim/main.ts': 'setTimeout(() => Date.now(), 5);' }],
    [
      'anything a test needs',
      { 'test/nothing.test.ts': "import 'node:worker_threads';\nimport 'ws';\nimport '../device-sim/main.ts';\nawait Promise.resolve(Date.now());" },
    ],
    ['words of a path inside others', { 'README.md': 'In net/work/flows, on the 1,000 XXL bags, see https://example.org/home.' }],
  ])('%s', (_name, files) => expect(findPlaces(plant(files))).toEqual({}));

  test('a finding says file, line, rule and what to do instead', async () => {
    const { formatFinding, inspectTree } = await import('../scripts/tidy/inspect.ts');
    const [finding] = inspectTree(new Map([['protocol/rule.ts', `${opening}\nexport default 1;\n`]]), new Map()).filter(({ rule }) => rule === 'named-exports');
    expect(finding && formatFinding(finding)).toBe('protocol/rule.ts:2  named-exports: A default export has no name of its own. Export it by name.');
  });
});
