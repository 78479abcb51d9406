/**
 * Options of a subcommand from the schema of what a story or view asks: names, texts, bounds. A number becomes a number, a list is given by
 * repeating the option, anything deeper as JSON or as a file (`@day.json`). What is wrong with a value is said by the schema, not here.
 */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { GatewayError } from '../errors.ts';

interface Property {
  readonly type?: string;
  readonly description?: string;
  readonly title?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly anyOf?: readonly Property[];
  readonly items?: Property;
}
interface ObjectForm {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

const formOf = (schema: z.ZodType): ObjectForm => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as ObjectForm;
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
/** The form behind a nullable field. */
const plain = (property: Property): Property => property.anyOf?.find(({ type }) => type !== 'null') ?? property;

/** Never on a command line, where every process of the machine can read it. */
const secret = 'pin';
export const asksForPin = (schema: z.ZodType): boolean => Object.hasOwn(formOf(schema).properties ?? {}, secret);

/** Adds an option a field. */
export function addFieldOptions(command: Command, schema: z.ZodType): void {
  const { properties = {}, required = [] } = formOf(schema);
  for (const [name, property] of Object.entries(properties)) {
    if (name === secret) continue;
    const { type, enum: choices, items } = plain(property);
    const isList = type === 'array' && items?.type !== 'object';
    const value = isList ? '<value...>' : type === 'boolean' ? '' : type === 'object' || type === 'array' ? '<json>' : '<value>';
    const told = choices ?? (isList ? items?.enum : undefined);
    const text = [property.description ?? property.title ?? plain(property).title ?? '', told === undefined ? '' : told.join(', ')]
      .filter(Boolean)
      .join(' One of: ');
    const option = new Option(`--${kebab(name)}${value === '' ? '' : ` ${value}`}`, text);
    command.addOption(required.includes(name) && property.default === undefined ? option.makeOptionMandatory() : option);
  }
}

/** What the options say, as an input for the schema to judge. @throws GatewayError usage or file_unreadable naming the option. */
export function inputOf(schema: z.ZodType, flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { properties = {} } = formOf(schema);
  const given = Object.entries(properties).filter(([name]) => flags[name] !== undefined);
  return Object.fromEntries(given.map(([name, property]) => [name, fieldOf(name, plain(property), flags[name])]));
}

function fieldOf(name: string, { type, items }: Property, value: unknown): unknown {
  if (Array.isArray(value)) return items?.type === 'integer' ? value.map(wholeOr) : value;
  if (typeof value !== 'string') return value;
  if (type === 'integer') return wholeOr(value);
  return type === 'object' || type === 'array' ? json(name, value) : value;
}

const wholeOr = (text: string): unknown => (/^-?\d{1,15}$/.test(text) ? Number(text) : text);

function json(name: string, text: string): unknown {
  try {
    return JSON.parse(text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== undefined) throw new GatewayError('file_unreadable', `The file of --${kebab(name)} cannot be read: ${message}.`, { cause });
    throw new GatewayError('usage', `--${kebab(name)} is not JSON: ${message}.`, { cause, hint: 'Give JSON, or @FILE with JSON in it.' });
  }
}
