/**
 * Requests that are none: bodies of every JSON shape, near misses of what a schema wants, broken bytes and broken headers. Whether a body is
 * malformed is judged by the schema of the endpoint itself, so that a lucky hit is left out.
 */
import fc from 'fast-check';
import { z } from 'zod';

/** Requests an endpoint is sent; `npm test` sends a slice. */
export const malformedRequests = Number(process.env['SIFEN_MALFORMED_REQUESTS'] ?? 60);
export const malformedSeed = Number(process.env['SIFEN_SEED'] ?? 7);

interface Form {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Form[];
  readonly properties?: Readonly<Record<string, Form>>;
  readonly items?: Form;
  readonly minimum?: number;
  readonly maximum?: number;
}

const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    ' ',
    0,
    -1,
    1e308,
    0.5,
    [],
    {},
    '\u0000',
    '张三',
    'x'.repeat(70_000),
    Number.MAX_SAFE_INTEGER,
    "'; DROP TABLE event; --",
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 6 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

/** Values a form nearly wants: right in kind, most of the time. */
function near(form: Form): fc.Arbitrary<unknown> {
  if (form.anyOf !== undefined) return fc.oneof(...form.anyOf.map(near));
  if (form.enum !== undefined) return fc.constantFrom(...form.enum);
  switch (form.type) {
    case 'integer':
      return fc.oneof(
        fc.integer({ min: form.minimum === Number.MIN_SAFE_INTEGER ? -9 : (form.minimum ?? -9), max: Math.min(form.maximum ?? 99, 2 ** 31) }),
        fc.integer(),
        fc.double(),
      );
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(near(form.items ?? {}), { maxLength: 4 });
    case 'object':
      return body(form);
    case 'null':
      return fc.constant(null);
    default:
      return fc.oneof(fc.constantFrom('clerk-1', 'h-0123456789abcdef0123', '2026-11-24', '2026-11', 'paper', 'lost', 'badge-1', '123456'), fc.string());
  }
}

/** An object of that form with a field left out, a strange value or a field too many here and there. */
function body(form: Form): fc.Arbitrary<unknown> {
  const fields = Object.entries(form.properties ?? {});
  const value = (field: Form) => fc.oneof({ weight: 3, arbitrary: near(field) }, { weight: 1, arbitrary: strange });
  const record = fc.record(Object.fromEntries(fields.map(([name, field]) => [name, value(field)])), { requiredKeys: [] });
  return fc.oneof(
    { weight: 4, arbitrary: record },
    { weight: 1, arbitrary: fc.tuple(record, fc.string(), strange).map(([whole, name, more]) => ({ ...whole, [name]: more })) },
  );
}

/** `count` inputs the schema refuses. */
export function malformedInputs(schema: z.ZodType, count: number, seed: number): unknown[] {
  const form = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Form;
  const found: unknown[] = [];
  for (let turn = 0; found.length < count && turn < 40; turn += 1) {
    const drawn = fc.sample(fc.oneof({ weight: 4, arbitrary: body(form) }, { weight: 1, arbitrary: strange }), { numRuns: count, seed: seed + turn });
    found.push(...drawn.filter((input) => !schema.safeParse(asSent(input)).success));
  }
  return found.slice(0, count);
}

/** What arrives of a value that is sent as JSON. */
const asSent = (input: unknown): unknown => {
  const text = JSON.stringify(input);
  return text === undefined ? undefined : JSON.parse(text);
};

/** Bodies that are no JSON. */
export const brokenBodies = (count: number, seed: number): string[] =>
  fc
    .sample(fc.oneof(fc.string(), fc.constantFrom('{', '[1,', '{"a":', '{"a":1}}', '\ufeff{', 'null null', '{"__proto__":{"a":1}}')), { numRuns: count, seed })
    .filter((text) => {
      try {
        JSON.parse(text);
        return text.includes('__proto__');
      } catch {
        return true;
      }
    });
