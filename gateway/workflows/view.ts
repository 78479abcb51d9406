/**
 * One thing a person may look up, as data: who may see it, what is asked, and how it is read from the books. A view changes nothing and leaves
 * no trace; looking at what the law wants traced is a story. Views of the village stand in workflows/views.
 */
import type { z } from 'zod';
import type { Role } from '../../protocol/roles.ts';
import type { Actor } from '../core/authority.ts';
import { type Refused, refuse } from '../core/refusals.ts';
import type { Books } from './story.ts';

export interface View<Input extends z.ZodType = z.ZodType, Shown = unknown> {
  readonly title: { readonly zh: string; readonly en: string };
  readonly rules: readonly string[];
  readonly by: readonly Role[];
  readonly input: Input;
  readonly read: (books: Books, input: z.output<Input>, actor: Actor) => Shown | Refused;
}

export const defineView = <Input extends z.ZodType, Shown>(view: View<Input, Shown>): View<Input, Shown> => view;

export type Seen =
  | { readonly ok: true; readonly shown: unknown }
  | Refused
  | { readonly ok: false; readonly issues: readonly { readonly path: string; readonly message: string }[] };

/** Reads one view. @throws GatewayError store_damaged. */
export function readView(books: Books, view: View, input: unknown, actor: Actor): Seen {
  const parsed = view.input.safeParse(input);
  if (!parsed.success) return { ok: false, issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })) };
  if (!actor.roles.some((role) => view.by.includes(role))) return refuse('role_missing');
  const shown = view.read(books, parsed.data, actor);
  return isRefused(shown) ? shown : { ok: true, shown };
}

const isRefused = (shown: unknown): shown is Refused =>
  typeof shown === 'object' && shown !== null && 'refusal' in shown && 'ok' in shown && shown.ok === false;
