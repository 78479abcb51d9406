/**
 * Stories and views asked for at the machine itself, over the socket or on the files: whoever may open them names the operator. Until two
 * people of the village can confirm each other, that is the founder; from then on an enrolled one, and a second person always proves itself.
 */
import { z } from 'zod';
import { requestKeyPattern } from '../../protocol/cause.ts';
import { operatorIdSchema } from '../../protocol/events/operators.ts';
import type { Clock } from '../clock.ts';
import type { Actor } from '../core/authority.ts';
import { founder, isFounded } from '../core/operators.ts';
import { type Refused, refuse } from '../core/refusals.ts';
import { isStory, storyOf } from '../workflows/stories.ts';
import { type Books, type Told, tellStory } from '../workflows/story.ts';
import { readView, type Seen } from '../workflows/view.ts';
import { isView, viewOf } from '../workflows/views.ts';
import { badgeAndPin, type Sessions } from './sessions.ts';
import { syncHandheld, syncSchema } from './sync.ts';

const operator = z.string().trim().pipe(operatorIdSchema);

export const tellSchema = z.strictObject({
  story: z.string().refine(isStory, 'there is no such story'),
  input: z.unknown(),
  operator,
  second: badgeAndPin.nullable().default(null),
  key: z.string().regex(requestKeyPattern, '8 to 64 letters, digits and hyphens').nullable().default(null),
});
export const readSchema = z.strictObject({ view: z.string().refine(isView, 'there is no such view'), input: z.unknown(), operator });

export const syncAtMachineSchema = syncSchema.extend({ operator });

interface Desk {
  readonly books: Books;
  readonly sessions: Sessions;
}

export async function tellAtMachine({ books, sessions }: Desk, order: z.output<typeof tellSchema>): Promise<Told> {
  const actor = actorNamed(books, order.operator);
  if ('ok' in actor) return actor;
  const second = order.second === null ? null : await sessions.identify(order.second.badge, order.second.pin);
  if (second !== null && 'ok' in second) return second;
  return await tellStory(books, order.story, storyOf(order.story), order.input, { actor, second, key: order.key });
}

export function readAtMachine({ books }: Desk, { view, input, operator: name }: z.output<typeof readSchema>): Seen {
  const actor = actorNamed(books, name);
  return 'ok' in actor ? actor : readView(books, viewOf(view), input, actor);
}

/** A handheld's day brought on a stick or a cable. */
export function syncAtMachine({ books, wire }: Desk & { readonly wire: Pick<Clock, 'sleep'> }, order: z.output<typeof syncAtMachineSchema>) {
  const { operator: name, ...day } = order;
  const actor = actorNamed(books, name);
  return 'ok' in actor ? actor : syncHandheld({ books, actor, pause: () => wire.sleep(0, 'a handheld’s day') }, day);
}

function actorNamed({ store }: Books, name: string): Actor | Refused {
  const operators = store.operators.list();
  const known = operators.find((row) => row.operator === name);
  if (known !== undefined) return known.state === 'active' ? known : refuse('operator_suspended', { operator: name });
  return isFounded(operators) ? refuse('operator_unknown', { operator: name }) : { ...founder, operator: name };
}
