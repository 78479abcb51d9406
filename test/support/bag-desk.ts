// A village with rolls, households and operators, and the ways to move a roll. Without it each test of a bag story would set up its own and forget one.
import { expect } from 'vitest';
import type { Actor } from '../../gateway/core/authority.ts';
import { decideSettlement } from '../../gateway/core/bag-issue.ts';
import { decideVend } from '../../gateway/core/vend-issue.ts';
import { quotaIn } from '../../gateway/workflows/draw.ts';
import { type StoryName, storyOf } from '../../gateway/workflows/stories.ts';
import { type Told, tellStory } from '../../gateway/workflows/story.ts';
import { readView, type Seen } from '../../gateway/workflows/view.ts';
import { type ViewName, viewOf } from '../../gateway/workflows/views.ts';
import { encodeBagCode } from '../../protocol/bag-code.ts';
import { hashCredential, hashOwnHousehold } from '../../protocol/credential.ts';
import type { Role } from '../../protocol/roles.ts';
import { makeDesk, testCredentialKey } from './make-desk.ts';
import { makeStore } from './make-store.ts';
import { awarded, householdOf, rollOf } from './village-drafts.ts';

export const cardOf = (index: number): string => `CARD-${index}`;
export const dispenser = 'dispenser-1';
const actor = (operator: string, role: Role): Actor => ({ operator, roles: [role], ownHousehold: null });
/** The same operator at home in this household; the key is that of every test desk. */
export const atHomeIn = (household: string, whoever: Actor): Actor => ({ ...whoever, ownHousehold: hashOwnHousehold(household, testCredentialKey) });
export const clerk = actor('clerk-1', 'clerk');
export const collector = actor('collector-1', 'collector');
export const committee = actor('committee-1', 'committee');
export const supervisor = actor('supervisor-1', 'supervisor');
export const technician = actor('technician-1', 'technician');

/** `members` of each household, counted from 1. The clock stands at 2026-11-23, 08:00 in the village. */
export function openBagDesk(members: readonly number[] = [3, 3]) {
  const made = makeStore();
  const desk = makeDesk(made);
  const { store, books } = desk;
  store.append(
    members.map((count, index) => {
      const household = householdOf(index + 1);
      const credentials = [hashCredential(cardOf(index + 1), books.credentialKey)];
      return { name: 'household.registered', subject: household, data: { household, members: count, credentials } } as const;
    }),
  );
  store.append([
    { name: 'device.rebaselined', subject: dispenser, data: { device: dispenser, reason: 'first_seen', nonce: 7, ctrOut: 0, ctrTest: 0, operator: null } },
  ]);
  const labelOf = (roll: number, bag = 0) => encodeBagCode(books.bags, roll, bag);
  const tell = (story: StoryName, input: object, who: Actor = clerk, second: Actor | null = null): Promise<Told> =>
    tellStory(books, story, storyOf(story), input, { actor: who, second, key: null });
  const codeOf = (told: Told) => (told.ok ? told.events.map(({ name }) => name) : 'refusal' in told ? told.refusal.code : JSON.stringify(told.issues));
  return {
    ...{ made, desk, store, books, labelOf },
    /** Names of the events of a story, or the code of its refusal. */
    tell: async (story: StoryName, input: object, who?: Actor, second?: Actor | null) => codeOf(await tell(story, input, who, second)),
    told: tell,
    view: (name: ViewName, input: object, who: Actor = clerk): Seen => readView(books, viewOf(name), input, who),
    async shelve(rolls: readonly number[], batch = `batch-${rolls[0]}`) {
      expect(codeOf(await tell('bag.import', { plain: { batch, bagsPerRoll: 30, rolls: rolls.map(rollOf) } }, clerk, committee))).toContain(
        'bag.manifest.imported',
      );
    },
    /** Labels scanned into the magazine, in order. */
    load: (rolls: readonly number[]) =>
      store.append(
        rolls.map((roll) => ({
          name: 'bag.roll.stocked',
          subject: dispenser,
          data: {
            roll: rollOf(roll),
            dispenser,
            postings: [
              { account: store.rolls.one(rollOf(roll)) === undefined ? 'supplier' : 'stock/rolls', unit: 'rolls', amount: -1 },
              { account: `magazine/${dispenser}`, unit: 'rolls', amount: 1 },
            ],
          },
        })),
      ),
    /** A draw at a board of class C: the job number when it was ordered, else the refusal. */
    order(index: number): number | string {
      const household = householdOf(index);
      const period = new Date(made.clock.nowMs + 8 * 3_600_000).toISOString();
      const today = { day: period.slice(0, 10), period: period.slice(0, 7), dateTrusted: true };
      const held = store.jobs.vends(dispenser).length;
      const facts = {
        ...({ household, dispenser, operator: null, reliability: 'C', locked: false, readiness: 'ready' } as const),
        quota: quotaIn(
          store,
          (day) => books.rules(day).rules.bags,
          () => today,
        )(household),
        inMagazine: store.jobs.magazineSize(dispenser) - held,
      };
      const decision = decideVend(facts, store.jobs.next(store.head.epoch, 0), 1);
      if (!decision.ok) return decision.refusal.code;
      store.append([decision.draft]);
      return decision.draft.data.job;
    },
    /** Ends a job: what came out by the books, seen by the exit reader or not. */
    settle(number: number, done: 0 | 1, scanned: readonly string[]): void {
      const job = store.jobs.vends(dispenser).find((one) => one.job === number);
      if (job === undefined) return;
      const magazine = store.jobs.magazine(dispenser, 100);
      store.append([decideSettlement(job, { done, result: done === 1 ? 'ok' : 'none' }, { magazine, scanned })]);
    },
    doubt(number: number): void {
      const job = store.jobs.vends(dispenser).find((one) => one.job === number && one.state === 'open');
      if (job === undefined) return;
      const { household, period } = job;
      store.append([
        { name: 'bag.issue.indeterminate', subject: household, data: { job: number, dispenser, household, period, reliability: 'C', cause: 'no_answer' } },
      ]);
    },
    pay: (index: number, points: number) => store.append([awarded(householdOf(index), points)]),
    stateOf: (roll: number) => store.rolls.one(rollOf(roll))?.state ?? null,
  };
}
