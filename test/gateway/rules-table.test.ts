// Lost if deleted: that the table of rules names every rule of the town, and that the function, the test and the setting it names are there.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { villageRulesSchema } from '../../protocol/village-rules.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(resolve(root, path), 'utf8');

/** Cells of the rows of the table, by rule. */
const rows = [...read('gateway/README.md').matchAll(/^\| (R-\d\d) \| (.+) \| (.+) \| (.+) \| (.+) \|$/gm)].map(
  ([, rule = '', what = '', decided = '', tests = '', setting = '']) => ({
    ...{ rule, what, decided, tests, setting },
  }),
);
const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** Every key of the rules, with the path that leads to it. */
function keysOf(form: unknown, path: string): string[] {
  const { properties = {} } = form as { properties?: Readonly<Record<string, unknown>> };
  return Object.entries(properties).flatMap(([name, field]) => [`${path}.${name}`, ...keysOf(field, `${path}.${name}`)]);
}
const settings = new Set(keysOf(z.toJSONSchema(villageRulesSchema, { io: 'input', unrepresentable: 'any' }), 'rules'));

describe('the table of rules', () => {
  it('has R-01 to R-50, each once and in order', () => {
    expect(rows.map(({ rule }) => rule)).toEqual(Array.from({ length: 50 }, (_, index) => `R-${String(index + 1).padStart(2, '0')}`));
  });

  it.each(rows)('$rule is decided by functions that are there, which say its number', ({ rule, decided }) => {
    const named = codes(decided);
    const files = named
      .filter((code) => /^[a-z-]+\/.*\.(?:ts|yaml)$/.test(code))
      .map((code) => (code.startsWith('config/') || code.startsWith('protocol/') ? code : `gateway/${code}`));
    expect(files, decided).not.toEqual([]);
    const text = files.map((file) => {
      expect(existsSync(resolve(root, file)), file).toBe(true);
      return read(file);
    });
    for (const name of named.filter((code) => /^[a-z][A-Za-z]+$/.test(code)))
      expect(
        text.some((source) => source.includes(name)),
        `${name} in ${files.join()}`,
      ).toBe(true);
    expect(
      text.some((source) => source.includes(rule)),
      `${files.join()} say ${rule}`,
    ).toBe(true);
  });

  it.each(rows)('$rule is proved by tests that are there', ({ tests }) => {
    const files = codes(tests).filter((code) => code.startsWith('test/'));
    expect(files, tests).not.toEqual([]);
    for (const file of files) expect(existsSync(resolve(root, file)), file).toBe(true);
  });

  it.each(rows)('$rule can be set by a key there is, or is fixed for a reason', ({ setting }) => {
    if (/^fixed: .{5,}/.test(setting)) return;
    if (setting === 'the tariff') return;
    const named = codes(setting);
    expect(named, setting).not.toEqual([]);
    // A key may be named in full, by its last words beside one in full, or be one of the tariff or of the site file.
    const last = new Set([...settings].map((key) => key.split('.').at(-1)));
    for (const code of named)
      expect(settings.has(code) || last.has(code.split('.').at(-1)) || /tariff|site file/.test(setting), `${code} is a setting`).toBe(true);
  });
});
