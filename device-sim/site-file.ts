/** The site file of the simulator: which boards stand on which line, which readers where, and what people bring. Read once, at the start. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { SiteError } from './site-error.ts';

const id = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/);
const unit = z.int().min(1).max(247);
const place = z.string().min(1).max(255).describe('HOST:PORT, or the path of a serial port.');

const siteSchema = z.strictObject({
  lines: z.array(z.strictObject({ id, framing: z.enum(['rtu', 'mbap']).default('rtu'), listen: place })).max(16),
  dispensers: z.array(z.strictObject({ id, line: id, unit, capacity: z.int().min(1).max(500).default(60), jamProbability: z.number().min(0).max(1).default(0), macKey: z.string().regex(/^[0-9a-f]{32}$/).optional(), counter: id, exit: id })).max(4).default([]),
  scales: z.array(z.strictObject({ id, line: id, unit, counter: id })).max(8).default([]),
  bins: z.array(z.strictObject({ id, line: id, unit })).max(32).default([]),
  readers: z.array(z.strictObject({ id, listen: place })).max(16).default([]),
  materials: z.array(z.strictObject({ code: z.string().max(64), leastGrams: z.int().min(1), mostGrams: z.int().min(1) })).max(32).default([]),
});
export type SiteFile = z.infer<typeof siteSchema>;

/** @throws SiteError naming the file and every bad field. */
export function loadSiteFile(file: string): SiteFile {
  let plain: unknown;
  try {
    plain = parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new SiteError(`The site file ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const parsed = siteSchema.safeParse(plain);
  if (!parsed.success) throw new SiteError(parsed.error.issues.map((issue) => `${file}: ${issue.path.join('.') || 'the file'}: ${issue.message}`).join('\n'));
  return parsed.data;
}
