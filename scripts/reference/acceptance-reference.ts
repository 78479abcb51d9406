/**
 * The section of protocol/REFERENCE.md about acceptance reports, straight from protocol/acceptance.ts. It must never add a fact the schemas do not
 * hold.
 */
import { acceptanceBytesMax, acceptanceCheckSchemas, acceptancePayloadType, acceptanceSchema } from '../../protocol/acceptance.ts';
import { jsonForm } from './event-reference.ts';
import { describeForm, type JsonForm } from './json-form.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const plain = (): undefined => undefined;

function describeFields(form: JsonForm, leaveOut: readonly string[]): string {
  const rows = Object.entries(form.properties ?? {})
    .filter(([name]) => !leaveOut.includes(name))
    .map(([name, field]) => `| \`${name}\` | ${cell(describeForm(field, plain))}${field.description === undefined ? '' : `. ${cell(field.description)}`} |`);
  return ['| Field | Holds |', '| --- | --- |', ...rows].join('\n');
}

/** Acceptance reports as a markdown section, headed `## Acceptance reports`. */
export function describeAcceptanceReports(): string {
  const kinds = Object.entries(acceptanceCheckSchemas).map(([kind, schema]) => {
    const form = jsonForm(schema);
    return `### Check \`${kind}\`\n\n${form.description}\n\n${describeFields(form, ['check', 'result', 'reasons'])}`;
  });
  const judged = jsonForm(acceptanceCheckSchemas.disk);
  const { result, reasons } = judged.properties ?? {};
  const opening = [
    'What `sifen commission` writes about a sorting point: an envelope as events travel in, of a type of its own, kept as a file.',
    `Payload type \`${acceptancePayloadType}\`, at most ${acceptanceBytesMax} bytes inside. The event \`acceptance.reported\` holds its leaf.`,
  ].join(' ');
  const checks = `\`checks\` holds one object a thing looked at: \`check\` names its kind, \`result\` is ${describeForm(result ?? {}, plain)}, \`reasons\` a ${describeForm(reasons ?? {}, plain)}.`;
  return `${['## Acceptance reports', opening, describeFields(jsonForm(acceptanceSchema), ['checks']), checks, ...kinds].join('\n\n')}\n`;
}
