/**
 * What a person or a test may type at a running site: one JSON object a line. A line is understood whole or refused with its place, and a
 * refused line changes nothing. This file only reads; what an order does is in site.ts.
 */
import { z } from 'zod';

const id = z.string().min(1).max(32);
const compartment = z.int().min(1).max(4);
/** What can be done to a site, at a terminal, in a scenario and on the panel alike. */
export const orderSchemas = [
  z.strictObject({ do: z.literal('scan'), reader: id, text: z.string().min(1).max(256) }),
  z.strictObject({ do: z.literal('card'), reader: id, household: z.int().min(1).max(10_000).describe('Position in the card file, from 1.') }),
  z.strictObject({ do: z.literal('tray'), scale: id, grams: z.int().min(0).max(1_000_000) }),
  z.strictObject({ do: z.literal('door'), device: id, open: z.boolean() }),
  z.strictObject({ do: z.literal('smoke'), bin: id, compartment, on: z.boolean() }),
  z.strictObject({ do: z.literal('load'), dispenser: id, labels: z.array(z.string().min(1).max(64)).min(1).max(100) }),
  z.strictObject({ do: z.literal('restock'), dispenser: id, rolls: z.int().min(1).max(100).describe('The next ones of the label file.') }),
  z.strictObject({ do: z.literal('unload'), dispenser: id }),
  z.strictObject({ do: z.literal('take'), dispenser: id }),
  z.strictObject({ do: z.literal('free-throat'), dispenser: id }),
  z.strictObject({ do: z.literal('service-dispense'), dispenser: id, rolls: z.int().min(1).max(10).default(1) }),
  z.strictObject({ do: z.literal('power'), device: id, on: z.boolean() }),
  z.strictObject({ do: z.literal('fault'), fault: z.string().min(1).max(128).describe('TARGET:FAULT[:PARAMETER=NUMBER,...]') }),
  z.strictObject({ do: z.literal('clear'), fault: z.string().max(128).default('').describe('TARGET:FAULT, TARGET, or empty for everything.') }),
] as const;
const controlSchema = z.discriminatedUnion('do', [...orderSchemas, z.strictObject({ do: z.literal('stop') })]);
export type Order = z.infer<typeof controlSchema>;
/** What a scenario or the panel may order; stopping is the process's. */
export type TimelineOrder = Exclude<Order, { do: 'stop' }>;
/** What the site itself obeys; faults are the fault desk's. */
export type SiteOrder = Exclude<TimelineOrder, { do: 'fault' | 'clear' }>;

/** One typed line at most. Unit: character. */
const lineMax = 16_384;

/** An order, or the field that is wrong. */
export type ParsedOrder = { readonly ok: true; readonly value: Order } | { readonly ok: false; readonly reason: string };

/** Reads one line; `reason` names the field. */
export function parseOrder(line: string): ParsedOrder {
  if (line.length > lineMax) return { ok: false, reason: `the line: longer than ${lineMax} characters` };
  try {
    return parseOrderValue(JSON.parse(line));
  } catch (error) {
    return { ok: false, reason: `the line: ${error instanceof Error ? error.message : 'not JSON'}` };
  }
}

/** The same for what is JSON already. */
export function parseOrderValue(value: unknown): ParsedOrder {
  const parsed = controlSchema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, reason: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the line'}: ${issue.message}`).join('; ') };
}
