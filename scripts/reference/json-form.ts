/**
 * Says in words what a JSON Schema lets pass, for the tables of protocol/REFERENCE.md. It knows the keywords our zod schemas produce and
 * stops at any other: a bound left out of the document would be a promise nobody keeps.
 */
import assert from 'node:assert/strict';

/** JSON Schema 2020-12 as zod writes it, as far as our schemas go. */
export interface JsonForm {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly const?: string | number | boolean;
  readonly default?: unknown;
  readonly enum?: readonly (string | number)[];
  readonly anyOf?: readonly JsonForm[];
  readonly oneOf?: readonly JsonForm[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonForm;
  readonly properties?: Readonly<Record<string, JsonForm>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonForm;
  readonly propertyNames?: JsonForm;
}

const knownKeywords = new Set(
  'type title description const default enum anyOf oneOf minimum maximum minLength maxLength pattern format minItems maxItems items properties required additionalProperties propertyNames $schema'.split(
    ' ',
  ),
);
const code = (value: unknown): string => `\`${String(value)}\``;

function between(least: number | undefined, most: number | undefined): string {
  const [low, high] = [least === Number.MIN_SAFE_INTEGER ? undefined : least, most === Number.MAX_SAFE_INTEGER ? undefined : most];
  if (low !== undefined && high !== undefined) return low === high ? `${low}` : `${low}..${high}`;
  if (low !== undefined) return `at least ${low}`;
  return high === undefined ? '' : `at most ${high}`;
}

const withBounds = (noun: string, bounds: string): string => (bounds === '' ? noun : `${noun}, ${bounds}`);

function describeText({ minLength, maxLength, pattern, format }: JsonForm): string {
  const length = between(minLength, maxLength);
  const sized = withBounds(format === undefined ? 'text' : `text (${format})`, length === '' ? '' : `${length} characters`);
  return pattern === undefined ? sized : `${sized}, ${code(pattern)}`;
}

/** One line of words. `nameOf` may give a form that is explained elsewhere; its name then stands for it. */
export function describeForm(form: JsonForm, nameOf: (form: JsonForm) => string | undefined): string {
  for (const keyword of Object.keys(form)) assert(knownKeywords.has(keyword), `REFERENCE.md has no words for the JSON Schema keyword ${keyword}`);
  const name = nameOf(form);
  if (name !== undefined) return name;
  const alternatives = form.anyOf ?? form.oneOf;
  if (alternatives !== undefined) return alternatives.map((one) => describeForm(one, nameOf)).join(' or ');
  if (form.const !== undefined) return code(form.const);
  if (form.enum !== undefined) return form.enum.map(code).join(', ');
  if (typeof form.type === 'object') return form.type.map((type) => describeForm({ ...form, type }, nameOf)).join(' or ');
  switch (form.type) {
    case 'integer':
      return withBounds('whole number', between(form.minimum, form.maximum));
    case 'string':
      return describeText(form);
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return `${withBounds('list', between(form.minItems, form.maxItems))}, of: ${describeForm(form.items ?? {}, nameOf)}`;
    case 'object':
      return `object with ${Object.entries(form.properties ?? {})
        .map(([key, value]) => `${code(key)} (${describeForm(value, nameOf)})`)
        .join(', ')}`;
    default:
      return assert.fail(`REFERENCE.md has no words for the JSON Schema type ${form.type}`);
  }
}
