// Without this the generated documents could leave out an event, a topic or a bound, and still be "fresh".
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { acceptanceCheckSchemas } from '../../protocol/acceptance.ts';
import { deviceModels, frameCatalogue } from '../../protocol/devices/catalogue.ts';
import { eventNames, eventSchemas } from '../../protocol/events.ts';
import { renderDocuments } from '../../scripts/reference/documents.ts';
import { jsonForm } from '../../scripts/reference/event-reference.ts';
import { describeForm } from '../../scripts/reference/json-form.ts';

const documents = renderDocuments();
const reference = documents.get('protocol/REFERENCE.md') ?? '';

describe('protocol/REFERENCE.md', () => {
  test.each(eventNames)('has %s with each of its fields', (name) => {
    const section = reference.split(`\n### ${name}\n`)[1]?.split(/\n##+ /)[0] ?? '';
    expect([...section.matchAll(/^\| `([A-Za-z]+)`/gm)].map(([, field]) => field)).toEqual(Object.keys(eventSchemas[name].shape));
  });

  test.each(Object.entries(acceptanceCheckSchemas))('has the check %s with what it measures', (kind, { shape }) => {
    const section = reference.split(`\n### Check \`${kind}\`\n`)[1]?.split('\n##')[0] ?? '';
    const measured = Object.keys(shape).filter((name) => !['check', 'result', 'reasons'].includes(name));
    expect([...section.matchAll(/^\| `([A-Za-z]+)`/gm)].map(([, field]) => field)).toEqual(measured);
  });

  test.each([...deviceModels])('has the register map of %s', (model) => expect(reference).toContain(`### ${model}: `));

  test.each([...frameCatalogue])('has every frame of $model', ({ model, frames, source }) => {
    const section = reference.split(`\n### ${model}: `)[1]?.split('\n### ')[0] ?? '';
    expect(section).toContain(source.document);
    const cells = (text: string) => text.replaceAll('|', '\\|');
    for (const { name, layout } of frames) for (const part of [`| ${name} |`, `\`${cells(layout)}\``]) expect(section).toContain(part);
  });

  test('names the topics as the gateway writes them', () => {
    expect(reference).toContain('`sifen/v1/<village>/<gateway>/events/<event/name>`');
    expect(reference).toContain('`sifen/v1/<village>/<gateway>/status`');
  });

  test('is the same at every call', () => expect(renderDocuments()).toEqual(documents));
});

describe('a form in words', () => {
  test.each([
    [z.int().min(1).max(10), 'whole number, 1..10'],
    [z.int(), 'whole number'],
    [z.int().min(-5), 'whole number, at least -5'],
    [z.string().max(12), 'text, at most 12 characters'],
    [z.string().regex(/^a$/), 'text, `^a$`'],
    [z.array(z.boolean()).min(2).max(8), 'list, 2..8, of: true or false'],
    [z.array(z.boolean()).length(2), 'list, 2, of: true or false'],
    [z.enum(['ok', 'jam']).nullable(), '`ok`, `jam` or null'],
    [z.boolean().nullable(), 'true or false or null'],
    [z.literal('BD-1'), '`BD-1`'],
    [z.strictObject({ a: z.int().max(3) }), 'object with `a` (whole number, at most 3)'],
  ])('%#: %$', (schema, words) => expect(describeForm(jsonForm(schema), () => undefined)).toBe(words));

  test('stops at a keyword it has no words for, rather than leaving a bound out', () => {
    expect(() => describeForm(jsonForm(z.int().multipleOf(5)), () => undefined)).toThrow(/multipleOf/);
  });
});

interface ObjectForm {
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, object>>;
}

/** Every object with properties anywhere in a schema. */
function objectsIn(form: unknown): ObjectForm[] {
  if (typeof form !== 'object' || form === null) return [];
  const own = 'properties' in form ? [form as ObjectForm] : [];
  return [...own, ...Object.values(form).flatMap(objectsIn)];
}

describe('schemas for editors', () => {
  test.each(['config/site.schema.json', 'config/tariff.schema.json'])('%s lets a field with a default be left out', (path) => {
    const schema = JSON.parse(documents.get(path) ?? '') as { additionalProperties: unknown };
    expect(schema.additionalProperties).toBe(false);
    const objects = objectsIn(schema);
    for (const { required = [], properties } of objects) for (const name of required) expect(properties[name]).not.toHaveProperty('default');
    expect(objects.some(({ properties }) => Object.values(properties).some((property) => Object.hasOwn(property, 'default')))).toBe(true);
  });
});
