// Lost if deleted: that a household is registered with name and card in one place only, that a no to consent stops points and tracing and nothing else, that a
// lost card is refused at once and costs no points, and that merging, splitting and closing neither make nor lose any.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayEarn } from '../../../gateway/workflows/awarding.ts';
import { findCardHolder } from '../../../gateway/workflows/card-holder.ts';
import { openPeople, soundBooks } from '../../support/people-desk.ts';
import { awarded, sampleDrafts, sampleHousehold } from '../../support/village-drafts.ts';

const holderOf = ({ store, books }: ReturnType<typeof openPeople>, card: string) => findCardHolder(store.people, books.credentialKey, card);

describe('registering', () => {
  it('keeps name, phone and house in the personal file, and commitment and consent as two records', async () => {
    const village = openPeople();
    const events = await village.told('household.register', {
      ...{ number: '０１２', head: '王小明', members: 4, phone: '138 0000 1234', house: '西岙12号', cards: ['CARD-A', 'CARD-A'] },
      ...{ signedOn: '2026-11-20', consent: false },
    });
    expect(events.map(({ name }) => name)).toEqual(['household.registered', 'commitment.signed', 'consent.withdrawn']);
    const household = events[0]?.data && 'household' in events[0].data ? String(events[0].data.household) : '';
    expect(village.personal.read(household)).toEqual({ household, number: '012', head: '王小明', phone: '13800001234', house: '西岙12号', cards: ['CARD-A'] });
    expect(holderOf(village, 'CARD-A')).toEqual({ ok: true, household });
    expect(village.store.people.standing(household)).toEqual({ commitment: { state: 'signed', day: '2026-11-20' }, processing: 'withdrawn', honourList: null });
    expect(village.sound()).toEqual(soundBooks);
  });

  it('gives a plaque code where there is no card, and refuses a number or card that is taken', async () => {
    const village = openPeople();
    const first = await village.register('12', { cards: [] });
    const [plaque] = village.personal.read(first)?.cards ?? [];
    expect(plaque).toMatch(/^H1/);
    expect(holderOf(village, plaque as string)).toEqual({ ok: true, household: first });
    const wanted = { number: '13', head: '李大明', members: 2 };
    expect(await village.code('household.register', { ...wanted, number: '0012' })).toBe('number_taken');
    expect(await village.code('household.register', { ...wanted, cards: [plaque] })).toBe('card_taken');
    expect(await village.code('household.register', { ...wanted, signedOn: '2027-01-01' })).toBe('date_in_future');
    expect(await village.code('household.register', { ...wanted, head: '330624199001011234' })).toBe('malformed');
    expect(await village.code('household.register', { ...wanted, phone: '330624199001011234' })).toBe('malformed');
    expect(village.personal.size).toBe(1);
  });

  it('takes up the record a crash left between the two files', async () => {
    const village = openPeople();
    const household = 'h-00000000000000000001';
    village.personal.put([{ household, number: '12', head: '王小明', phone: null, house: null, cards: [] }]);
    expect(await village.register('12')).toBe(household);
    expect(village.personal.size).toBe(1);
  });

  it('changes what is kept, and answers the same request once', async () => {
    const village = openPeople();
    const household = await village.register('12', { phone: '13800001234', house: '西岙12号' });
    const order = { household, members: 5, head: '王大明', phone: null };
    await village.told('household.change', order, { key: 'request-1' });
    const { head } = village.store;
    expect(await village.tell('household.change', order, { key: 'request-1' })).toMatchObject({ ok: true, repeated: true });
    expect(village.store.head).toEqual(head);
    expect(village.personal.read(household)).toMatchObject({ head: '王大明', phone: null, house: '西岙12号' });
    expect(village.store.people.household(household)?.members).toBe(5);
  });
});

it('finds households by part of number, name or house, closed ones not, and says what each allows', async () => {
  const village = openPeople();
  const [first, second] = [await village.register('12', { house: '西岙12号' }), await village.register('13', { head: '李大明', house: '东岙2号' })];
  const third = await village.register('14', { consent: false });
  await village.told('consent.give', { household: first, purpose: 'honourList' });
  await village.told('household.close', { household: second, reason: 'withdrawn' }, village.pair);
  const found = (text: string) => {
    const seen = village.see('household.find', { text });
    return seen.ok ? (seen.shown as { households: { household: string; mayEarn: boolean; mayBeHonoured: boolean }[] }).households : [];
  };
  expect(found('').map(({ household, mayEarn: earns, mayBeHonoured }) => [household, earns, mayBeHonoured])).toEqual([
    [first, true, true],
    [third, false, false],
  ]);
  expect([found('西岙'), found('李'), found('14')].map((households) => households.map(({ household }) => household))).toEqual([[first], [], [third]]);
  expect(village.see('household.find', {}, 'collector-1')).toMatchObject({ refusal: { code: 'role_missing' } });
});

it('lets nobody keep the own household alone (invariant 9)', async () => {
  const village = openPeople();
  const [own, other] = [await village.register('12'), await village.register('13')];
  for (const [name, input] of [
    ['household.change', { members: 4 }],
    ['consent.give', { purpose: 'processing' }],
    ['card.revoke', {}],
    ['card.add', {}],
    ['household.move', { house: null }],
    ['person.export', {}],
  ] as const) {
    expect(await village.code(name, { ...input, household: own }, { own }), name).toBe('own_household');
    expect(await village.code(name, { ...input, household: own }, { own, second: 'clerk-2' }), name).toBe('ok');
    expect(await village.code(name, { ...input, household: other }, { own }), name).toBe('ok');
  }
});

describe('consent', () => {
  it('decides on points by what was said, by the rules where nothing was, and by a commitment that ended', async () => {
    const village = openPeople();
    const household = await village.register('12');
    const earns = () => mayEarn(village.books, household);
    expect(earns()).toBe(true);
    const recorded = { ...village.books, rules: (day: string) => withConsent(village.books.rules(day)) };
    expect(mayEarn(recorded, household)).toBe(false);
    await village.told('consent.withdraw', { household, purpose: 'processing' });
    expect(earns()).toBe(false);
    await village.told('consent.give', { household, purpose: 'processing' });
    expect([earns(), mayEarn(recorded, household)]).toEqual([true, true]);
    // Said again nothing happens; another purpose is another record.
    expect(await village.told('consent.give', { household, purpose: 'processing' })).toEqual([]);
    await village.told('consent.withdraw', { household, purpose: 'honourList' });
    expect(earns()).toBe(true);
    expect(await village.code('commitment.end', { household })).toBe('commitment_missing');
    await village.told('commitment.sign', { household, day: '2026-11-01' });
    await village.told('commitment.end', { household });
    expect(earns()).toBe(false);
    expect(await village.code('consent.give', { household: 'h-ffffffffffffffffffff', purpose: 'processing' })).toBe('household_unknown');
    expect(village.sound()).toEqual(soundBooks);
  });
});

function withConsent(dated: ReturnType<ReturnType<typeof openPeople>['books']['rules']>) {
  return { ...dated, rules: { ...dated.rules, people: { ...dated.rules.people, consent: 'recorded' as const } } };
}

describe('a card', () => {
  it('that is lost is refused at once, the new one counts, and the balance is what it was', async () => {
    const village = openPeople();
    const household = await village.register('12');
    village.store.append([awarded(household, 600)]);
    const lost = { household, reason: 'lost', card: 'CARD-NEW' };
    expect(await village.code('card.replace', lost)).toBe('not_identified');
    const identify = { household, reason: 'card_lost' };
    expect(await village.code('household.identify', identify)).toBe('second_person_needed');
    await village.told('household.identify', identify, { second: 'clerk-2' });
    // Whom one operator identified, another has not.
    expect(await village.code('card.replace', lost, { by: 'clerk-2' })).toBe('not_identified');
    await village.told('card.replace', lost);
    expect([holderOf(village, 'CARD-12'), holderOf(village, 'CARD-NEW')]).toEqual([
      { ok: false, code: 'card_revoked' },
      { ok: true, household },
    ]);
    expect([village.points(household), village.personal.read(household)?.cards]).toEqual([600, ['CARD-NEW']]);
    expect(await village.code('card.add', { household, card: 'CARD-12' })).toBe('card_taken');
    // Nor do the rows let a revoked code begin again, whoever writes it.
    const [old] = village.store.people.credentials(household).filter(({ state }) => state === 'lost');
    const again = { household, credential: old?.credential ?? '' };
    expect(() => village.store.append([{ name: 'credential.added', subject: household, data: again }])).toThrow(/NOT NULL/);
    village.pass(1);
    expect(await village.code('card.replace', { ...lost, card: 'CARD-3' })).toBe('not_identified');
    expect(village.sound()).toEqual(soundBooks);
  });

  it('must be named where there are several, and is revoked without a new one', async () => {
    const village = openPeople();
    const household = await village.register('12', { cards: ['CARD-1', 'CARD-2'] });
    expect(await village.code('card.revoke', { household })).toBe('card_ambiguous');
    const [first] = village.store.people.credentials(household);
    await village.told('card.revoke', { household, credential: first?.credential });
    expect(await village.code('card.revoke', { household, credential: first?.credential })).toBe('card_not_valid');
    expect(village.personal.read(household)?.cards).toHaveLength(1);
    await village.told('card.revoke', { household });
    expect(await village.code('card.revoke', { household })).toBe('card_not_valid');
    for (let cards = 0; cards < 8; cards += 1) await village.told('card.add', { household });
    expect(await village.code('card.add', { household })).toBe('cards_too_many');
  });
});

describe('the end of a household', () => {
  it('by merging takes points, members and drawn rolls along, revokes its cards and frees them for others', async () => {
    const village = openPeople();
    const [from, into] = [await village.register('12', { members: 2 }), await village.register('13', { members: 3 })];
    village.give(from, 250);
    const carried = { ...{ operator: 'test', second: null, household: from, from: into, period: '2026-11', rolls: 1 } };
    village.store.append([{ name: 'bag.quota.carried', subject: from, data: carried }]);
    expect(await village.code('household.merge', { household: from, into }, { by: 'committee-1' })).toBe('second_person_needed');
    expect(await village.code('household.merge', { household: from, into: from }, village.pair)).toBe('same_household');
    await village.told('household.merge', { household: from, into }, village.pair);
    expect([village.points(from), village.points(into)]).toEqual([0, 250]);
    expect(village.store.people.life(from)).toMatchObject({ successor: into, closedMs: village.made.clock.nowMs });
    expect([village.store.people.household(from), village.store.people.household(into)]).toEqual([undefined, { household: into, members: 5 }]);
    expect(holderOf(village, 'CARD-12')).toEqual({ ok: false, code: 'card_revoked' });
    // Five people may draw two rolls; one of them was drawn before.
    expect(village.store.jobs.quota(into, '2026-11')).toEqual({ held: 0, issued: 1, extra: 0 });
    expect(await village.code('consent.give', { household: from, purpose: 'processing' })).toBe('household_unknown');
    await village.told('card.add', { household: into, card: 'CARD-12' });
    expect(holderOf(village, 'CARD-12')).toEqual({ ok: true, household: into });
    expect(village.sound()).toEqual(soundBooks);
  });

  it('waits for a roll nobody knows the end of', async () => {
    const village = openPeople();
    const [from, into] = [await village.register('12'), await village.register('13')];
    const order = {
      job: 2 ** 32 + 1,
      dispenser: 'dispenser-1',
      household: from,
      rolls: 1 as const,
      period: '2026-11',
      reliability: 'C' as const,
      sequence: 1,
      operator: null,
    };
    const postings = [
      { account: 'magazine/dispenser-1', unit: 'rolls' as const, amount: -1 },
      { account: `hold/${order.job}`, unit: 'rolls' as const, amount: 1 },
    ];
    village.store.append([{ name: 'bag.issue.ordered', subject: from, data: { ...order, postings } }]);
    expect(await village.code('household.merge', { household: from, into }, village.pair)).toBe('household_pending');
    expect(await village.code('household.close', { household: from, reason: 'death', to: into }, village.pair)).toBe('household_pending');
  });

  it('waits for goods held at the shop, and for points that wait for the committee', async () => {
    const village = openPeople();
    const household = await village.register('12');
    const closing = () => village.code('household.close', { household, reason: 'moved_away', forfeit: true }, village.pair);
    const held = sampleDrafts['redemption.held'];
    village.give(household, held.data.points);
    const postings = held.data.postings.map((leg) => ({ ...leg, account: leg.account.replace(sampleHousehold, household) }));
    village.store.append([{ ...held, subject: household, data: { ...held.data, household, postings } }]);
    expect(await closing()).toBe('household_pending');
    const released = sampleDrafts['redemption.released'];
    const back = released.data.postings.map((leg) => ({ ...leg, account: leg.account.replace(sampleHousehold, household) }));
    village.store.append([{ ...released, subject: household, data: { ...released.data, receipt: held.data.receipt, household, postings: back } }]);
    const queued = sampleDrafts['points.queued'];
    village.store.append([{ ...queued, subject: household, data: { ...queued.data, household } }]);
    expect(await closing()).toBe('household_pending');
    const rejected = sampleDrafts['points.rejected'];
    village.store.append([{ ...rejected, subject: household, data: { ...rejected.data, household, queued: village.store.head.sequence } }]);
    const evaluated = sampleDrafts['evaluation.recorded'];
    const appealed = sampleDrafts['evaluation.appealed'];
    const door = { household, stream: evaluated.data.stream, day: evaluated.data.day, revision: 1 };
    village.store.append([
      { ...evaluated, subject: household, data: { ...evaluated.data, ...door } },
      { ...appealed, subject: household, data: { ...appealed.data, ...door } },
    ]);
    expect(await closing()).toBe('household_pending');
    const decided = sampleDrafts['evaluation.appeal.decided'];
    village.store.append([{ ...decided, subject: household, data: { ...decided.data, ...door, upheld: false } }]);
    expect(await closing()).toBe('ok');
  });

  it('by splitting leaves somebody behind and gives the new one what was agreed', async () => {
    const village = openPeople();
    const from = await village.register('12', { members: 5 });
    village.give(from, 250);
    const order = { household: from, leaving: 2, points: 100, number: '12-2', head: '李小红', cards: ['CARD-S'] };
    expect(await village.code('household.split', { ...order, leaving: 5 }, village.pair)).toBe('nobody_left');
    expect(await village.code('household.split', { ...order, points: 251 }, village.pair)).toBe('points_too_many');
    expect(await village.code('household.split', { ...order, number: '12' }, village.pair)).toBe('number_taken');
    await village.told('household.split', order, village.pair);
    const holder = holderOf(village, 'CARD-S');
    const into = holder.ok ? holder.household : '';
    expect([village.points(from), village.points(into)]).toEqual([150, 100]);
    expect([village.store.people.household(from)?.members, village.store.people.household(into)?.members]).toEqual([3, 2]);
    expect(village.personal.read(into)).toMatchObject({ number: '12-2', head: '李小红' });
    expect(village.sound()).toEqual(soundBooks);
  });

  it('by moving away or death gives the points to somebody, or says that they are given up; a debt is given up too', async () => {
    const village = openPeople();
    const [gone, heir, debtor] = [await village.register('12'), await village.register('13'), await village.register('14')];
    village.give(gone, 80);
    village.give(debtor, -30);
    expect(await village.code('household.close', { household: gone, reason: 'moved_away' }, village.pair)).toBe('points_left');
    expect(await village.code('household.close', { household: debtor, reason: 'moved_away' }, village.pair)).toBe('points_left');
    const [award] = village.store.append([awarded(gone, 20)]);
    await village.told('household.close', { household: gone, reason: 'death', to: heir }, village.pair);
    // Its points went on: what was wrong with an award can no longer be taken from it.
    expect(await village.code('points.clawback', { award: award?.sequence, reason: 'error' }, village.pair)).toBe('household_closed');
    await village.told('household.close', { household: debtor, reason: 'moved_away', forfeit: true }, village.pair);
    await village.told('household.close', { household: heir, reason: 'withdrawn', forfeit: true }, village.pair);
    expect([gone, heir, debtor].map(village.points)).toEqual([0, 0, 0]);
    const { ledger } = village.store;
    expect([ledger.balance('expiry/closed', 'points'), ledger.balance('clawback/closed', 'points')]).toEqual([100, -30]);
    expect(await village.code('household.register', { number: '12', head: '李大明', members: 1 })).toBe('number_taken');
    expect(village.sound()).toEqual(soundBooks);
  });

  it('by moving inside the village changes the house and nothing else', async () => {
    const village = openPeople();
    const household = await village.register('12', { house: '西岙12号' });
    village.give(household, 80);
    await village.told('household.move', { household, house: '东岙3号' });
    expect(village.personal.read(household)).toMatchObject({ number: '12', house: '东岙3号', cards: ['CARD-12'] });
    expect([village.points(household), holderOf(village, 'CARD-12')]).toEqual([80, { ok: true, household }]);
  });
});

it('never writes a name, number, phone, house or card into an event, whatever is told (invariant 11)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(9), fc.nat(1_000_000)), { minLength: 4, maxLength: 12 }), async (dice) => {
      const village = openPeople();
      const private_: string[] = [];
      const homes: string[] = [];
      const person = (die: number) => {
        const fields = {
          number: `户${die}A`,
          head: `欧阳${String.fromCodePoint(0x4e00 + (die % 500))}测`,
          phone: `139${String(die).padStart(8, '0')}`,
          house: `岙底路${die}号`,
        };
        private_.push(...Object.values(fields));
        return fields;
      };
      const card = (die: number) => {
        const code = `IC-${die}-XYZ`;
        private_.push(code);
        return code;
      };
      const steps: ((die: number, home: string, other: string) => Promise<unknown>)[] = [
        async (die) => {
          const events = await village.tell('household.register', { ...person(die), members: (die % 6) + 1, cards: [card(die)] }, { key: `request-${die}` });
          if (events.ok && events.events[0] !== undefined) homes.push((events.events[0].data as { household: string }).household);
        },
        (die, household) => village.tell('household.change', { household, ...person(die), number: undefined }),
        (die, household) => village.tell('card.add', { household, card: card(die) }, { key: `request-${die}` }),
        (_die, household) => village.tell('card.revoke', { household }),
        (die, household) => village.tell('card.replace', { household, reason: 'replaced', card: card(die) }),
        (die, household) => village.tell('household.split', { household, leaving: 1, points: 0, ...person(die), cards: [card(die)] }, village.pair),
        (_die, household, into) => village.tell('household.merge', { household, into }, village.pair),
        (die, household) => village.tell('household.move', { household, house: person(die).house }),
        (_die, household) => village.tell('household.identify', { household, reason: 'no_card' }, { second: 'clerk-2' }),
        (_die, household) => village.tell('household.close', { household, reason: 'death', forfeit: true }, village.pair),
      ];
      await steps[0]?.(1, '', '');
      for (const [step, die] of dice) await steps[step]?.(die, homes[die % homes.length] as string, homes[(die + 1) % homes.length] as string);
      const bytes = village.store.readAfter(0, 10_000).map(({ envelope }) => Buffer.from(JSON.parse(envelope.toString()).payload, 'base64').toString());
      for (const text of bytes) for (const secret of private_) expect(text).not.toContain(secret);
      expect(village.sound()).toEqual(soundBooks);
    }),
    { numRuns: 12 },
  );
});
