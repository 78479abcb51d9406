/** What a person or a test may type at a running site: one JSON line an act. A bad line is answered with its place and changes nothing. */
import { z } from 'zod';
import type { Site } from './site.ts';

const id = z.string().min(1).max(32);
const label = z.string().min(1).max(64);
const controlSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('scan'), reader: id, text: z.string().min(1).max(128) }),
  z.strictObject({ do: z.literal('tray'), scale: id, grams: z.int().min(0).max(200_000) }),
  z.strictObject({ do: z.literal('door'), device: id, open: z.boolean() }),
  z.strictObject({ do: z.literal('smoke'), bin: id, compartment: z.int().min(1).max(4), on: z.boolean() }),
  z.strictObject({ do: z.literal('load'), dispenser: id, labels: z.array(label).min(1).max(500) }),
  z.strictObject({ do: z.literal('take'), dispenser: id }),
  z.strictObject({ do: z.literal('power'), device: id, on: z.boolean() }),
  z.strictObject({ do: z.literal('stop') }),
]);
/** One typed line at most. Unit: character. */
const lineMax = 65_536;

export type ControlAnswer = { readonly ok: true } | { readonly ok: true; readonly stop: true } | { readonly ok: false; readonly problem: string };

/** Does what one line says. */
export function control(site: Site, line: string): ControlAnswer {
  if (line.length > lineMax) return { ok: false, problem: `a line has at most ${lineMax} characters` };
  let plain: unknown;
  try {
    plain = JSON.parse(line);
  } catch (error) {
    return { ok: false, problem: `not JSON: ${(error as Error).message}` };
  }
  const parsed = controlSchema.safeParse(plain);
  if (!parsed.success) return { ok: false, problem: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the line'}: ${issue.message}`).join('; ') };
  if (parsed.data.do === 'stop') return { ok: true, stop: true };
  const problem = perform(site, parsed.data);
  return problem === null ? { ok: true } : { ok: false, problem };
}

function perform(site: Site, order: Exclude<z.infer<typeof controlSchema>, { do: 'stop' }>): string | null {
  switch (order.do) {
    case 'scan':
      return site.scan(order.reader, order.text);
    case 'tray':
      return site.act({ kind: 'putOnTray', scale: order.scale, grams: order.grams });
    case 'door':
      return site.setDoor(order.device, order.open);
    case 'smoke':
      return site.setSmoke(order.bin, order.compartment, order.on);
    case 'take':
      return site.act({ kind: 'takeRolls', dispenser: order.dispenser });
    case 'power':
      return site.setPower(order.device, order.on);
    case 'load':
      for (const one of order.labels) {
        const problem = site.load(order.dispenser, one);
        if (problem !== null) return `${one}: ${problem}`;
      }
      return null;
  }
}
