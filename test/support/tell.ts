// A village with people of every function, whose stories a test tells in a line. Without it each test of a story would enrol its own people.
import type { Actor } from '../../gateway/core/authority.ts';
import { isStory, storyOf } from '../../gateway/workflows/stories.ts';
import { type Books, type Told, tellStory } from '../../gateway/workflows/story.ts';
import { readView, type Seen } from '../../gateway/workflows/view.ts';
import { isView, viewOf } from '../../gateway/workflows/views.ts';
import { hashOwnHousehold } from '../../protocol/credential.ts';
import type { EventDraft, EventName } from '../../protocol/events.ts';
import type { Tariff } from '../../protocol/tariff.ts';
import { type VillageRules, villageRulesSchema } from '../../protocol/village-rules.ts';
import { makeDesk } from './make-desk.ts';
import { makeStore } from './make-store.ts';
import { householdOf, registered, sampleTariff } from './village-drafts.ts';

const actors = {
  'organiser-1': ['organiser'],
  'organiser-2': ['organiser'],
  'collector-1': ['collector'],
  'collector-2': ['collector'],
  'clerk-1': ['clerk'],
  'clerk-2': ['clerk'],
  'committee-1': ['committee'],
  'committee-2': ['committee'],
  'supervisor-1': ['supervisor'],
  'supervisor-2': ['supervisor'],
  'station-1': ['stationMaster'],
  'station-2': ['stationMaster'],
  'grader-1': ['collector', 'supervisor'],
  'cadre-1': ['cadre'],
  'party-1': ['partyMember'],
  'inspector-1': ['inspector'],
  'technician-1': ['technician'],
} as const;
export type Who = keyof typeof actors;

/** Name, data and refusal code of what was told, for one `toEqual`. */
export const namesOf = (told: Told): string[] => (told.ok ? told.events.map(({ name }) => name) : [codeOf(told)]);
/** Code of a refusal; `malformed` for a bad input, `ok` for none. */
export function codeOf(told: Told | Seen): string {
  if (told.ok) return 'ok';
  return 'issues' in told ? 'malformed' : told.refusal.code;
}
/** Data of every event of a name that was told. */
export const dataOf = <Name extends EventName>(told: Told, name: Name): EventDraft<Name>['data'][] =>
  told.ok ? told.events.flatMap((event) => (event.name === name ? [event.data as EventDraft<Name>['data']] : [])) : [];

/** Households 1 to 4 on a real ledger; `rules` and `tariff` as a site file would give them. `own` gives an operator a household. */
export function openVillage(options: { rules?: unknown; tariff?: Tariff; own?: Partial<Record<Who, string>> } = {}) {
  const made = makeStore();
  const desk = makeDesk(made);
  const { store } = made;
  store.append([1, 2, 3, 4].map((index) => registered(householdOf(index))));
  let rules: VillageRules = villageRulesSchema.parse(options.rules ?? {});
  const books: Books = { ...desk.books, rules: () => ({ version: 'test', from: '', rules }), tariffs: () => [options.tariff ?? sampleTariff] };
  const ownOf = (household: string | undefined) => (household === undefined ? null : hashOwnHousehold(household, desk.credentialKey));
  const actorOf = (operator: Who): Actor => ({ operator, roles: actors[operator], ownHousehold: ownOf(options.own?.[operator]) });
  return {
    store,
    books,
    clock: made.clock,
    path: made.path,
    setRules: (changed: unknown) => {
      rules = villageRulesSchema.parse(changed);
    },
    tell: (name: string, input: unknown, by: Who, second: Who | null = null, key: string | null = null): Promise<Told> => {
      if (!isStory(name)) throw new Error(`no story ${name}`);
      return tellStory(books, name, storyOf(name), input, { actor: actorOf(by), second: second === null ? null : actorOf(second), key });
    },
    show: (name: string, input: unknown, by: Who): Seen => {
      if (!isView(name)) throw new Error(`no view ${name}`);
      return readView(books, viewOf(name), input, actorOf(by));
    },
    balance: (household: string) => store.ledger.balance(`household/${household}`, 'points'),
    /** Moves the clock on by whole days. */
    passDays: (days: number) => {
      made.clock.nowMs += days * 86_400_000;
    },
    /** Books that balance, and rows that come out the same when they are derived again. */
    soundness: () => ({ problems: store.ledger.problems(), identical: store.rebuild().identical }),
  };
}
export const sound = { problems: [], identical: true };
