/**
 * The events section of protocol/REFERENCE.md: every event, what it means and what its payload holds, straight from protocol/events.ts.
 * It must never add a fact the schemas do not hold.
 */
import { z } from 'zod';
import { deviceIdSchema, householdIdSchema, jobIdSchema, materialSchema, periodSchema, postingSchema, rollCodeSchema } from '../../protocol/events/fields.ts';
import { eventNames, eventSchemas, eventType } from '../../protocol/events.ts';
import { describeForm, type JsonForm } from './json-form.ts';

/** JSON Schema of what may be sent. Units and defaults travel along as zod says them. */
export const jsonForm = (schema: z.ZodType): JsonForm => z.toJSONSchema(schema, { io: 'input' }) as JsonForm;

const shared = [householdIdSchema, deviceIdSchema, jobIdSchema, rollCodeSchema, periodSchema, materialSchema].map(jsonForm);
const shapeOf = ({ type, properties, required }: JsonForm): string => JSON.stringify([type, properties, required]);
const postingForm = jsonForm(postingSchema);

const plain = (): undefined => undefined;
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Forms with a name of their own are explained once, under "Values". */
function nameOf(form: JsonForm): string | undefined {
  if (form.title !== undefined) return `*${form.title}*`;
  return form.type === 'object' && shapeOf(form) === shapeOf(postingForm) ? '*posting*' : undefined;
}

function describeFields(form: JsonForm, nameForm: typeof nameOf): string {
  const rows = Object.entries(form.properties ?? {}).map(([name, field]) => {
    const optional = form.required?.includes(name) ? '' : ' (may be absent)';
    return `| \`${name}\`${optional} | ${cell(describeForm(field, nameForm))} |`;
  });
  return ['| Field | Holds |', '| --- | --- |', ...rows].join('\n');
}

function describeValues(): string {
  const rows = shared.map((form) => `| *${form.title}* | ${cell(describeForm(form, plain))} |`);
  const posting = `A *posting* is one leg of a double entry; the postings of an event sum to zero for each unit, and none is zero.\n\n${describeFields(postingForm, plain)}`;
  return `### Values\n\n${['| Value | Form |', '| --- | --- |', ...rows].join('\n')}\n\n${posting}`;
}

/** All events as a markdown section, headed `## Events`. */
export function describeEvents(): string {
  const events = eventNames.map((name) => {
    const form = jsonForm(eventSchemas[name]);
    return `### ${name}\n\n${form.description} Type \`${eventType(name)}\`.\n\n${describeFields(form, nameOf)}`;
  });
  const opening = 'What `data` of an event holds. Nothing else may be in it: unknown fields are refused. Numbers are whole; there is no personal data.';
  return `${['## Events', opening, describeValues(), ...events].join('\n\n')}\n`;
}
