// Lost if deleted: that every story and view is a command whose options are its own, that a number comes as a number and a bad value is named, and that no PIN is an option.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addStories } from '../../../gateway/commands/stories.ts';
import { addFieldOptions, inputOf } from '../../../gateway/commands/story-options.ts';
import { storyNames, storyOf } from '../../../gateway/workflows/stories.ts';
import { viewNames, viewOf } from '../../../gateway/workflows/views.ts';
import { makeFolder } from '../../support/make-store.ts';

/** The program as main.ts builds it, as far as stories go. */
const program = new Command('sifen').version('9.9.9').enablePositionalOptions();
addStories(program);
const commandOf = (name: string): Command => {
  const [group, ...rest] = name.split('.');
  const found = program.commands.find((command) => command.name() === group)?.commands.find((command) => command.name() === rest.join('-'));
  return found ?? expect.fail(`no command for ${name}`);
};

describe('a command', () => {
  it.each([...storyNames, ...viewNames])('%s asks for the fields of its story, and for no PIN', (name) => {
    const schema = (storyNames as readonly string[]).includes(name)
      ? storyOf(name as (typeof storyNames)[number]).input
      : viewOf(name as (typeof viewNames)[number]).input;
    const fields = Object.keys((z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { properties?: object }).properties ?? {}).filter(
      (field) => field !== 'pin',
    );
    const options = commandOf(name).options.map((option) => option.attributeName());
    expect(options).toEqual(expect.arrayContaining([...fields, 'operator', 'data']));
    expect(new Set(options).size).toBe(options.length);
    expect(options.filter((option) => /pin/i.test(option))).toEqual([]);
  });

  it('has its own --version where a story asks for one', () => {
    const command = commandOf('rules.change').exitOverride();
    let version: unknown;
    command.action((flags: { version: unknown }) => {
      version = flags.version;
    });
    program.parse(['rules', 'change', '--version', '2027-1', '--from', '2027-01-01', '--rules', '{}'], { from: 'user' });
    expect(version).toBe('2027-1');
  });
});

describe('options', () => {
  const schema = z.strictObject({
    netGrams: z.int().min(1),
    names: z.array(z.string()),
    pieces: z.array(z.int()),
    rows: z.array(z.strictObject({ a: z.int() })),
    isDry: z.boolean(),
    day: z.string().nullable().optional(),
  });
  const read = (...args: readonly string[]) => {
    const command = new Command().exitOverride();
    addFieldOptions(command, schema);
    return inputOf(schema, command.parse(args, { from: 'user' }).opts());
  };
  const rest = ['--names', 'a', 'b', '--pieces', '1', '2', '--is-dry'];

  it('give numbers, lists, truths, JSON and files as what the schema wants', () => {
    const file = join(makeFolder(), 'rows.json');
    writeFileSync(file, '[{"a":7}]');
    for (const rows of ['[{"a":7}]', `@${file}`])
      expect(schema.parse(read('--net-grams', '1200', ...rest, '--rows', rows))).toEqual({
        netGrams: 1200,
        names: ['a', 'b'],
        pieces: [1, 2],
        rows: [{ a: 7 }],
        isDry: true,
      });
  });

  it('leave a value that is none to the schema, which names the field', () => {
    const parsed = schema.safeParse(read('--net-grams', '1.2kg', ...rest, '--rows', '[]'));
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual(['netGrams']);
    expect(() => read('--net-grams', '1', ...rest, '--rows', '[{')).toThrow('--rows is not JSON');
    expect(() => read('--net-grams', '1', ...rest, '--rows', '@/nowhere.json')).toThrow('--rows cannot be read');
  });
});
