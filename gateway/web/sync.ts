/**
 * A handheld's day: everything it was told without a network, uploaded in one go. Each item is a story of its own under its own key, told like
 * any other and answered by itself; one that is refused or malformed holds up none of the rest, and the same day sent again changes nothing
 * (invariant 12). Rule: R-49. What was seen later counts, whichever handheld sends first (invariant 8), so stories that ask when get the time.
 */
import { z } from 'zod';
import { requestKeyPattern } from '../../protocol/cause.ts';
import { deviceIdSchema, observedMsSchema } from '../../protocol/events/fields.ts';
import type { Actor } from '../core/authority.ts';
import { judgeHandheld } from '../core/handhelds.ts';
import { type Refusal, type Refused, sayRefusal } from '../core/refusals.ts';
import { syncItemsMax } from '../limits.ts';
import { isStory, storyOf } from '../workflows/stories.ts';
import { type Books, type Story, type ToldEvent, tellStory } from '../workflows/story.ts';

/** What is uploaded. An item is judged by itself, so that a bad one does not spoil a day. */
export const syncSchema = z.strictObject({
  device: deviceIdSchema,
  items: z.array(z.unknown()).max(syncItemsMax).describe('In the order they happened: {key, story, input, atMs}.'),
});
const itemSchema = z.strictObject({
  key: z.string().regex(requestKeyPattern, '8 to 64 letters, digits and hyphens, new for each item'),
  story: z.string().refine(isStory, 'there is no such story'),
  input: z.unknown(),
  atMs: observedMsSchema,
});
type Item = z.output<typeof itemSchema>;
type Issue = { readonly path: string; readonly message: string };

/** How one item ended. `key` is null where none could be read. */
export type SyncAnswer = { readonly key: string | null } & (
  | { readonly outcome: 'recorded' | 'repeated'; readonly events: readonly ToldEvent[] }
  | ({ readonly outcome: 'refused'; readonly zh: string; readonly en: string } & Refusal)
  | { readonly outcome: 'malformed'; readonly issues: readonly Issue[] }
);
export interface Synced {
  readonly ok: true;
  readonly device: string;
  /** One an item, in their order. */
  readonly answers: readonly SyncAnswer[];
}

interface SyncDesk {
  readonly books: Books;
  readonly actor: Actor;
  /** Lets the lines have a turn: a day is hundreds of transactions. */
  readonly pause: () => Promise<void>;
}

/**
 * Tells every item, in order, each alone: what takes two people is refused and told at the counter. The handheld is asked for before each item,
 * for it may be revoked meanwhile. @throws GatewayError store_*; what was answered by then is recorded, and the day can be sent again.
 */
export async function syncHandheld({ books, actor, pause }: SyncDesk, { device, items }: z.output<typeof syncSchema>): Promise<Synced | Refused> {
  const barred = judgeHandheld(books.store.handhelds.one(device), device);
  if (barred !== null) return barred;
  const answers: SyncAnswer[] = [];
  for (const item of items) {
    answers.push(await tellItem(books, actor, device, item));
    await pause();
  }
  return { ok: true, device, answers };
}

async function tellItem(books: Books, actor: Actor, device: string, raw: unknown): Promise<SyncAnswer> {
  const parsed = itemSchema.safeParse(raw);
  if (!parsed.success)
    return { key: keyOf(raw), outcome: 'malformed', issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })) };
  const { key, story: name } = parsed.data;
  const barred = judgeHandheld(books.store.handhelds.one(device), device);
  if (barred !== null) return refused(key, barred.refusal);
  const story = storyOf(name as Parameters<typeof storyOf>[0]);
  const told = await tellStory(books, name, story, observed(story, parsed.data), { actor, second: null, key });
  if (told.ok) return { key, outcome: told.repeated ? 'repeated' : 'recorded', events: told.events };
  return 'issues' in told ? { key, outcome: 'malformed', issues: told.issues.map(inInput) } : refused(key, told.refusal);
}

const refused = (key: string, refusal: Refusal): SyncAnswer => ({ key, outcome: 'refused', ...refusal, ...sayRefusal(refusal) });
const inInput = ({ path, message }: Issue): Issue => ({ path: path === '' ? 'input' : `input.${path}`, message });
const keyOf = (raw: unknown): string | null =>
  typeof raw === 'object' && raw !== null && 'key' in raw && typeof raw.key === 'string' && requestKeyPattern.test(raw.key) ? raw.key : null;

/** The input with the time of the observation, for a story that asks when; its own word comes first. */
function observed({ input: schema }: Story, { input, atMs }: Item): unknown {
  const asksWhen = schema instanceof z.ZodObject && 'observedMs' in schema.shape;
  return asksWhen && typeof input === 'object' && input !== null && !Array.isArray(input) ? { observedMs: atMs, ...input } : input;
}
