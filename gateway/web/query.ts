/**
 * A query string as the input of a view: texts become numbers or truths where the schema wants them. What does not become one stays a text,
 * so that the schema names the field.
 */
import { z } from 'zod';

/** @returns an object for `schema` to judge. */
export function readQuery(schema: z.ZodType, query: unknown): Record<string, unknown> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { properties?: Record<string, { type?: string }> };
  return Object.fromEntries(Object.entries(query as Record<string, unknown>).map(([name, value]) => [name, inputOf(properties[name]?.type, value)]));
}

function inputOf(type: string | undefined, text: unknown): unknown {
  if (typeof text !== 'string') return text;
  if (type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
