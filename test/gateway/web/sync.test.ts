// Lost if deleted: that a handheld's day comes in item by item, twice without a trace, in any order with the same end, and never from a device that was revoked.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SyncAnswer, syncHandheld, syncSchema } from '../../../gateway/web/sync.ts';
import type { HandheldTable } from '../../../gateway/workflows/handheld-table.ts';
import { hashCredential } from '../../../protocol/credential.ts';
import { openBox, sealedBoxPublicKey } from '../../../protocol/sealed-box.ts';
import { codeOf, openVillage, sound } from '../../support/tell.ts';
import { householdOf } from '../../support/village-drafts.ts';

const [a, b] = [1, 2].map(householdOf) as [string, string];
const secret = Buffer.alloc(32, 5);
const publicKey = sealedBoxPublicKey(secret).toString('hex');
const minute = 60_000;
const collector = { operator: 'collector-1', roles: ['collector'], ownHousehold: null } as const;

/** A village with one handheld, seven hours into a day. */
async function openWithHandheld(options: Parameters<typeof openVillage>[0] = {}) {
  const village = openVillage(options);
  const enrol = { device: 'handheld-1', publicKey };
  expect(codeOf(await village.tell('handheld.enrol', enrol, 'committee-1'))).toBe('second_person_needed');
  expect(codeOf(await village.tell('handheld.enrol', enrol, 'committee-1', 'committee-2'))).toBe('ok');
  let turns = 0;
  const pause = async (): Promise<void> => {
    turns += 1;
  };
  const sync = (items: readonly unknown[], device = 'handheld-1') =>
    syncHandheld({ books: village.books, actor: collector, pause }, syncSchema.parse({ device, items }));
  return { ...village, sync, nowMs: village.clock.nowMs, day: '2026-11-23', turns: () => turns };
}
type Village = Awaited<ReturnType<typeof openWithHandheld>>;
const gradeItem = ({ nowMs, day }: Village, key: string, grade: string, minutesAgo: number, more: object = {}) => ({
  ...{ key, story: 'evaluation.record', atMs: nowMs - minutesAgo * minute },
  input: { household: a, stream: 'rotting', day, grade, ...more },
});
const answersOf = async (sent: ReturnType<Village['sync']>): Promise<readonly SyncAnswer[]> => {
  const synced = await sent;
  return synced.ok ? synced.answers : expect.fail(synced.refusal.code);
};
const effective = ({ store, day }: Village, household = a) => store.earning.grades(household, day, day, 100).filter(({ state }) => state === 'effective');

describe('a handheld’s day (R-49)', () => {
  it('is told item by item, whatever is wrong with the neighbours, and gives the lines a turn after each', async () => {
    const village = await openWithHandheld();
    const answers = await answersOf(
      village.sync([
        gradeItem(village, 'item-0001', 'good', 30),
        { ...gradeItem(village, 'item-0002', 'splendid', 29) },
        gradeItem(village, 'item-0003', 'good', 28, { household: householdOf(9) }),
        { key: 'x', story: 'evaluation.record', input: {}, atMs: 1 },
        { key: 'item-0005', story: 'handheld.sync', input: {}, atMs: 1 },
        'nonsense',
        { key: 'item-0007', story: 'handheld.revoke', input: { device: 'handheld-2', reason: 'lost' }, atMs: 1 },
        { key: 'item-0008', story: 'points.clawback', input: {}, atMs: 1 },
        gradeItem(village, 'item-0009', 'excellent', 27, { household: b }),
      ]),
    );
    expect(answers.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['item-0001', 'recorded'],
      ['item-0002', 'malformed'],
      ['item-0003', 'refused'],
      [null, 'malformed'],
      ['item-0005', 'malformed'],
      [null, 'malformed'],
      ['item-0007', 'refused'],
      ['item-0008', 'malformed'],
      ['item-0009', 'recorded'],
    ]);
    expect(answers[1]).toMatchObject({ issues: [{ path: 'input.grade' }] });
    expect(answers[2]).toMatchObject({ code: 'household_unknown', zh: expect.any(String), en: expect.any(String) });
    expect([village.balance(a), village.balance(b), village.turns()]).toEqual([5, 10, 9]);
    expect(village.soundness()).toEqual(sound);
  });

  it('changes nothing when it is sent again, whole or in part (invariant 12)', async () => {
    const village = await openWithHandheld();
    const items = [gradeItem(village, 'item-0001', 'good', 30), gradeItem(village, 'item-0002', 'excellent', 20), gradeItem(village, 'item-0003', 'good', 25)];
    const first = await answersOf(village.sync(items));
    const { sequence } = village.store.head;
    const again = await answersOf(village.sync(items.slice(1)));
    expect(again.map(({ outcome }) => outcome)).toEqual(['repeated', 'repeated']);
    expect(again.map((answer) => 'events' in answer && answer.events)).toEqual(first.slice(1).map((answer) => 'events' in answer && answer.events));
    const changed = await answersOf(village.sync([gradeItem(village, 'item-0002', 'fair', 20)]));
    expect(changed).toMatchObject([{ outcome: 'refused', code: 'request_key_reused' }]);
    expect(village.store.head.sequence).toBe(sequence);
  });

  it('is taken from no device that is unknown or revoked, also where it is revoked meanwhile', async () => {
    const village = await openWithHandheld();
    const items = [gradeItem(village, 'item-0001', 'good', 30)];
    expect(await village.sync(items, 'handheld-9')).toMatchObject({ refusal: { code: 'handheld_unknown' } });
    const meanwhile = await answersOf(
      village.sync([{ key: 'item-0005', story: 'handheld.revoke', input: { device: 'handheld-1', reason: 'lost' }, atMs: 1 }, ...items]),
    );
    expect(meanwhile).toMatchObject([{ outcome: 'recorded' }, { outcome: 'refused', code: 'handheld_revoked' }]);
    expect(await village.sync(items)).toMatchObject({ refusal: { code: 'handheld_revoked' } });
    expect(codeOf(village.show('handheld.table', { device: 'handheld-1' }, 'collector-1'))).toBe('handheld_revoked');
    const anew = await village.tell('handheld.enrol', { device: 'handheld-1', publicKey }, 'committee-1', 'committee-2');
    expect(codeOf(anew)).toBe('handheld_known');
    expect(effective(village)).toEqual([]);
  });
});

describe('two grades of a door (invariant 8)', () => {
  it('end with the one seen later, in whatever order they come in, and with its points only', { timeout: 60_000 }, async () => {
    const worth = { excellent: 10, good: 5, fair: 0 } as const;
    const looks = fc.uniqueArray(fc.record({ at: fc.integer({ min: 1, max: 300 }), grade: fc.constantFrom('excellent', 'good', 'fair') }), {
      minLength: 1,
      maxLength: 6,
      selector: ({ at }) => at,
    });
    const village = await openWithHandheld();
    let doors = 10;
    await fc.assert(
      fc.asyncProperty(looks, async (row) => {
        doors += 1;
        const household = householdOf(doors);
        village.store.append([{ name: 'household.registered', subject: household, data: { household, members: 3, credentials: [] } }]);
        const items = row.map(({ at, grade }, index) => gradeItem(village, `door-${doors}-${index}`, grade, at, { household }));
        const answers = await answersOf(village.sync(items));
        expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['recorded']));
        const latest = row.toSorted((one, other) => one.at - other.at)[0];
        expect(effective(village, household)).toMatchObject([{ grade: latest?.grade, observedMs: village.nowMs - (latest?.at ?? 0) * minute }]);
        expect(village.balance(household)).toBe(worth[latest?.grade ?? 'fair']);
      }),
      { numRuns: 30 },
    );
    expect(village.soundness()).toEqual(sound);
  });

  it('keeps in the history what was seen earlier and told later, without points', async () => {
    const village = await openWithHandheld();
    await village.sync([gradeItem(village, 'item-0001', 'fair', 10), gradeItem(village, 'item-0002', 'excellent', 20)]);
    expect(village.store.earning.grades(a, village.day, village.day, 9).map(({ grade, state, outcome }) => [grade, state, outcome])).toEqual([
      ['excellent', 'superseded', 'outdated'],
      ['fair', 'effective', 'nothing'],
    ]);
    // Seen once more at the end: what comes in from in between no longer counts.
    await village.sync([gradeItem(village, 'item-0003', 'fair', 1), gradeItem(village, 'item-0004', 'good', 5)]);
    expect(effective(village)).toMatchObject([{ grade: 'fair', revision: 1 }]);
    expect(village.balance(a)).toBe(0);
    expect(village.soundness()).toEqual(sound);
  });

  it('takes no time that is still to come, and none of another day', async () => {
    const village = await openWithHandheld();
    const answers = await answersOf(
      village.sync([
        gradeItem(village, 'item-0001', 'good', -6),
        gradeItem(village, 'item-0002', 'good', -4),
        gradeItem(village, 'item-0003', 'good', 24 * 60),
      ]),
    );
    expect(answers).toMatchObject([{ code: 'observed_ahead' }, { outcome: 'recorded' }, { outcome: 'malformed', issues: [{ path: 'input.observedMs' }] }]);
  });
});

describe('what a handheld takes along', () => {
  const open = (shown: { enc: string; sealed: string; info: string; bound: string }): HandheldTable => {
    const { enc, sealed, info, bound } = shown;
    const box = { secret, enc: Buffer.from(enc, 'base64'), info: Buffer.from(info), bound: Buffer.from(bound) };
    return JSON.parse(openBox(box, Buffer.from(sealed, 'base64')).toString()) as HandheldTable;
  };
  it('is read by that handheld alone: numbers, valid cards under a key of its own, and no name', async () => {
    const village = await openWithHandheld();
    const { books, store } = village;
    books.personal.put([{ household: a, number: '12', head: '王小明', phone: '13800000000', house: '东街 3', cards: ['CARD-0001', 'CARD-0002'] }]);
    const hash = (card: string) => hashCredential(card, books.credentialKey);
    for (const card of ['CARD-0001', 'CARD-0002']) store.append([{ name: 'credential.added', subject: a, data: { household: a, credential: hash(card) } }]);
    store.append([{ name: 'credential.revoked', subject: a, data: { household: a, credential: hash('CARD-0002'), reason: 'lost' } }]);
    const seen = village.show('handheld.table', { device: 'handheld-1' }, 'collector-1');
    const shown = seen.ok ? (seen.shown as Parameters<typeof open>[0]) : expect.fail(codeOf(seen));
    expect(JSON.stringify(shown)).not.toMatch(/王小明|东街|CARD/);
    const table = open(shown);
    expect(table.households).toEqual([
      { household: a, number: '12', house: '东街 3', cards: [hashCredential('CARD-0001', Buffer.from(table.cardKey, 'hex'))] },
    ]);
    expect(JSON.stringify(table)).not.toMatch(/王小明|13800000000/);
    expect(codeOf(village.show('handheld.table', { device: 'handheld-1' }, 'organiser-1'))).toBe('role_missing');
  });
});
