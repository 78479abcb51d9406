// A village with officers, whose households a test registers and asks about in a line. Without it each test of people would build another, and what
// stands in the personal file and in the log would not be looked at together.

import assert from 'node:assert/strict';
import type { Actor } from '../../gateway/core/authority.ts';
import { isStory, storyOf } from '../../gateway/workflows/stories.ts';
import { type Told, tellStory } from '../../gateway/workflows/story.ts';
import { readView } from '../../gateway/workflows/view.ts';
import { isView, viewOf } from '../../gateway/workflows/views.ts';
import { hashOwnHousehold } from '../../protocol/credential.ts';
import type { Role } from '../../protocol/roles.ts';
import { makeDesk } from './make-desk.ts';
import { makeStore } from './make-store.ts';
import { codeOf } from './tell.ts';

const officers = {
  'clerk-1': ['clerk'],
  'clerk-2': ['clerk'],
  'committee-1': ['committee'],
  'committee-2': ['committee'],
  'party-1': ['partyMember'],
  'party-2': ['partyMember'],
  'cadre-1': ['cadre'],
  'collector-1': ['collector'],
  'supervisor-1': ['supervisor'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;
export type Officer = keyof typeof officers;

/** Whoever asks, whoever confirms. */
export interface Asking {
  readonly by?: Officer;
  readonly second?: Officer | null;
  readonly key?: string | null;
  /** Pseudonym of the own household of whoever asks. */
  readonly own?: string;
}

export function openPeople() {
  const made = makeStore();
  const desk = makeDesk(made);
  const { books, store } = desk;
  const actorOf = (operator: Officer, own?: string): Actor => {
    const ownHousehold = own === undefined ? null : hashOwnHousehold(own, books.credentialKey);
    return { operator, roles: officers[operator], ownHousehold };
  };
  const tell = (name: string, input: object, { by = 'clerk-1', second = null, key = null, own }: Asking = {}): Promise<Told> => {
    if (!isStory(name)) throw new Error(`no story ${name}`);
    return tellStory(books, name, storyOf(name), input, { actor: actorOf(by, own), second: second === null ? null : actorOf(second), key });
  };
  const told = async (name: string, input: object, asking: Asking = {}) => {
    const answer = await tell(name, input, asking);
    if (!answer.ok) throw new Error(`${name}: ${codeOf(answer)} ${JSON.stringify(answer)}`);
    return answer.events;
  };
  const pair = { by: 'committee-1', second: 'committee-2' } as const;
  return {
    made,
    desk,
    books,
    store,
    personal: books.personal,
    tell,
    told,
    /** Code of a refusal, `ok` for none. */
    code: async (name: string, input: object, asking: Asking = {}) => codeOf(await tell(name, input, asking)),
    /** Two of the committee. */
    pair,
    see: (name: string, input: object, by: Officer = 'clerk-1') => {
      if (!isView(name)) throw new Error(`no view ${name}`);
      return readView(books, viewOf(name), input, actorOf(by));
    },
    /** Pseudonym of a household registered now. */
    register: async (number: string, more: object = {}) => {
      const [event] = await told('household.register', { number, head: '王小明', members: 3, cards: [`CARD-${number}`], ...more });
      assert(event?.name === 'household.registered');
      return (event.data as { household: string }).household;
    },
    /** Points from nowhere, as an award gives them. */
    give: (household: string, points: number) =>
      store.append([
        {
          name: 'account.transferred',
          subject: household,
          data: {
            ...{ operator: 'test', second: null, from: household, to: household, reason: 'move', points },
            postings: [
              { account: 'issuance/learning', unit: 'points', amount: -points },
              { account: `household/${household}`, unit: 'points', amount: points },
            ],
          },
        },
      ]),
    points: (household: string) => store.ledger.balance(`household/${household}`, 'points'),
    pass: (days: number) => {
      made.clock.nowMs += days * 86_400_000;
    },
    sound: () => ({ problems: store.ledger.problems(), identical: store.rebuild().identical, chain: store.verify().problem }),
  };
}
export const soundBooks = { problems: [], identical: true, chain: null };
