/** Reads a YAML file whole: one value of its schema, or every mistake with its line or field. It must never correct or complete anything. */
import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { SiteError } from './site-error.ts';

/** The error of a file that is wrong, a line a mistake. */
export const wrongFile = (file: string, issues: readonly string[]): SiteError => new SiteError(issues.map((issue) => `${file}: ${issue}`).join('\n'));

/** `what` names the file for people. @throws SiteError naming the file and every mistake, a line each. */
export function loadYamlFile<Schema extends z.ZodType>(file: string, what: string, schema: Schema): z.output<Schema> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SiteError(`the ${what} ${file} cannot be read; check the path`, { cause });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0)
    throw wrongFile(
      file,
      document.errors.map((error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`),
    );
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return parsed.data;
  throw wrongFile(
    file,
    parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`),
  );
}
