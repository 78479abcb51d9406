// Lost if deleted: that no goods leave without a captured hold, no redemption makes a balance negative, stock and till are counted by two, and a weighing is paid for once.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { releaseHolds } from '../../../gateway/workflows/release-holds.ts';
import { hashCredential } from '../../../protocol/credential.ts';
import { eventually } from '../../support/eventually.ts';
import { testCredentialKey } from '../../support/make-desk.ts';
import { codeOf, dataOf, openVillage as openBooks } from '../../support/tell.ts';
import { awarded, householdOf, sampleDrafts, sampleTariff } from '../../support/village-drafts.ts';

const household = householdOf(1);
const card = 'CARD-1';
const tariff = {
  ...sampleTariff,
  materials: { ...sampleTariff.materials, cardboard: { ...sampleTariff.materials['cardboard'], fenPerKg: 60 } },
} as typeof sampleTariff;

/** A shop with salt (200 points) and soap (300), a household with a card and so many points. */
async function openShop(points = 1000) {
  const village = openBooks({ tariff });
  const { store, tell } = village;
  store.append([
    { name: 'credential.added', subject: household, data: { household, credential: hashCredential(card, testCredentialKey) } },
    awarded(household, points),
  ]);
  for (const [good, pricePoints] of [
    ['salt', 200],
    ['soap', 300],
  ] as const) {
    expect(codeOf(await tell('shop.price', { good, zh: good, pricePoints }, 'committee-1', 'committee-2'))).toBe('ok');
    expect(codeOf(await tell('shop.receive', { good, pieces: 3 }, 'clerk-1'))).toBe('ok');
  }
  const hold = (pieces: number, good = 'salt') => tell('shop.hold', { card, wanted: [{ good, pieces }] }, 'clerk-1');
  const stock = (good: string) => store.shop.good(good);
  return { ...village, hold, stock };
}

describe('goods for points', () => {
  it('are held, handed over and captured: once', async () => {
    const { hold, tell, stock, balance, store } = await openShop();
    expect(dataOf(await hold(2), 'redemption.held')).toMatchObject([{ receipt: 1, household, points: 400, identifiedBy: 'card' }]);
    expect([balance(household), stock('salt')?.stock, stock('salt')?.held]).toEqual([600, 1, 2]);
    expect(codeOf(await tell('shop.capture', { receipt: 1 }, 'clerk-1'))).toBe('ok');
    expect([balance(household), stock('salt')?.stock, stock('salt')?.held]).toEqual([600, 1, 0]);
    expect(codeOf(await tell('shop.capture', { receipt: 1 }, 'clerk-1'))).toBe('receipt_captured');
    expect(codeOf(await tell('shop.release', { receipt: 1 }, 'clerk-1'))).toBe('receipt_captured');
    expect(codeOf(await tell('shop.capture', { receipt: 2 }, 'clerk-1'))).toBe('receipt_unknown');
    expect(store.ledger.balance('redemption/shop', 'points')).toBe(400);
    expect(store.ledger.problems()).toEqual([]);
  });

  it('go back when nobody fetches them, and the points keep their year', async () => {
    const { hold, balance, stock, clock, store, books } = await openShop();
    await hold(2);
    const stop = new AbortController();
    let looks = 0;
    /** A clock on which no pause lasts. */
    const hasty = {
      ...wireClock,
      sleep: async (_ms: number, _name: string, signal?: AbortSignal) => {
        looks += 1;
        await new Promise((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
      },
    };
    const task = releaseHolds(books, hasty, stop.signal);
    await eventually(
      () => looks > 3,
      () => 'the task does not get on',
    );
    expect(balance(household)).toBe(600);
    clock.nowMs += 30 * 60_000;
    await eventually(
      () => balance(household) === 1000,
      () => 'the hold does not go back',
    );
    expect([stock('salt')?.stock, store.shop.hold(1)?.state]).toEqual([3, 'released']);
    stop.abort(new Error('over'));
    await expect(task).rejects.toThrow('over');
  });

  it('are refused beyond stock, beyond points, below zero, and when nobody offers them', async () => {
    const { hold, tell } = await openShop(500);
    expect(codeOf(await hold(4))).toBe('goods_sold_out');
    expect(codeOf(await hold(3))).toBe('points_too_few');
    expect(codeOf(await hold(1, 'rice'))).toBe('goods_unknown');
    expect(
      codeOf(
        await tell(
          'shop.hold',
          {
            card,
            wanted: [
              { good: 'salt', pieces: 2 },
              { good: 'salt', pieces: 2 },
            ],
          },
          'clerk-1',
        ),
      ),
    ).toBe('goods_sold_out');
    expect(codeOf(await tell('shop.price', { good: 'salt', zh: '盐', pricePoints: null }, 'committee-1', 'committee-2'))).toBe('ok');
    expect(codeOf(await hold(1))).toBe('goods_unknown');
  });

  it('cost what they cost when they were held', async () => {
    const { hold, tell, balance } = await openShop();
    await hold(1);
    await tell('shop.price', { good: 'salt', zh: '盐', pricePoints: 900 }, 'committee-1', 'committee-2');
    expect(codeOf(await tell('shop.capture', { receipt: 1 }, 'clerk-1'))).toBe('ok');
    expect(balance(household)).toBe(800);
  });

  it('of a villager without a card need a second person, and nobody serves the own household', async () => {
    const { tell } = await openShop();
    const wanted = [{ good: 'salt', pieces: 1 }];
    expect(codeOf(await tell('shop.hold', { household, wanted }, 'clerk-1'))).toBe('second_person_needed');
    expect(dataOf(await tell('shop.hold', { household, wanted }, 'clerk-1', 'collector-1'), 'redemption.held')).toMatchObject([
      { identifiedBy: 'second', second: 'collector-1' },
    ]);
    expect(codeOf(await tell('shop.hold', { household, card, wanted }, 'clerk-1', 'collector-1'))).toBe('malformed');
  });

  it('are counted by two, and a count is never below what is held', async () => {
    const { hold, tell, stock } = await openShop();
    await hold(2);
    expect(codeOf(await tell('shop.count', { good: 'salt', counted: 3 }, 'clerk-1'))).toBe('second_person_needed');
    expect(codeOf(await tell('shop.count', { good: 'salt', counted: 1 }, 'clerk-1', 'committee-1'))).toBe('goods_held_missing');
    expect(dataOf(await tell('shop.count', { good: 'salt', counted: 2 }, 'clerk-1', 'committee-1'), 'goods.counted')).toMatchObject([
      { counted: 2, expected: 3 },
    ]);
    expect([stock('salt')?.stock, stock('salt')?.held]).toEqual([0, 2]);
  });
});

describe('recyclables for cash', () => {
  const weighed = (index: number, changes: object = {}) => {
    const { data } = sampleDrafts['weigh.committed'];
    return {
      ...sampleDrafts['weigh.committed'],
      data: { ...data, weighing: `scale-1-${index}`, alibi: index, household: null, material: 'cardboard', netGrams: 2500, certificate: 'JJG-7', ...changes },
    };
  };

  it('are paid once for one weighing, by a verified scale, out of what the till holds', async () => {
    const { tell, store } = await openShop();
    const pay = (index: number) => tell('cash.pay', { card, weighing: `scale-1-${index}` }, 'clerk-1');
    store.append([weighed(1), weighed(2, { certificate: null }), weighed(3, { household }), weighed(4, { material: 'textile' }), weighed(5)]);
    expect(codeOf(await pay(9))).toBe('weighing_unknown');
    expect(codeOf(await pay(1))).toBe('till_too_little');
    expect(codeOf(await tell('till.fill', { fen: 200 }, 'clerk-1'))).toBe('second_person_needed');
    expect(codeOf(await tell('till.fill', { fen: 200 }, 'clerk-1', 'committee-1'))).toBe('ok');
    expect(dataOf(await pay(1), 'cash.paid')).toMatchObject([{ receipt: 1, fen: 150, fenPerKg: 60, netGrams: 2500 }]);
    expect(codeOf(await pay(1))).toBe('weighing_settled');
    expect(codeOf(await pay(2))).toBe('scale_unverified');
    expect(codeOf(await pay(3))).toBe('weighing_settled');
    expect(codeOf(await pay(4))).toBe('material_not_bought');
    expect(codeOf(await pay(5))).toBe('till_too_little');
    expect([store.ledger.balance('till/till', 'fen'), store.ledger.balance('cash/cardboard', 'fen')]).toEqual([50, 150]);
    expect(codeOf(await tell('till.fill', { fen: -51 }, 'clerk-1', 'committee-1'))).toBe('till_too_little');
    expect(dataOf(await tell('till.count', { countedFen: 40 }, 'clerk-1', 'committee-1'), 'till.counted')).toMatchObject([{ expectedFen: 50 }]);
    expect(store.ledger.balance('till-difference/till', 'fen')).toBe(10);
  });

  it('are paid up to the day’s limit of a household, and on a date that is believed', async () => {
    const { tell, store, setRules, clock } = await openShop();
    setRules({ shop: { cashFenPerDay: 299 } });
    store.append([weighed(1), weighed(2), weighed(3)]);
    await tell('till.fill', { fen: 10_000 }, 'clerk-1', 'committee-1');
    const pay = async (index: number) => codeOf(await tell('cash.pay', { card, weighing: `scale-1-${index}` }, 'clerk-1'));
    expect([await pay(1), await pay(2)]).toEqual(['ok', 'cash_limit']);
    clock.nowMs += 86_400_000;
    clock.timeq = 'none';
    expect(await pay(2)).toBe('date_unconfirmed');
    clock.timeq = 'ntp';
    expect(await pay(2)).toBe('ok');
  });
});

it('whatever is held, captured, released and counted: nothing is made, nothing is lost, nothing is below zero', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('hold' as const), good: fc.constantFrom('salt', 'soap'), pieces: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constantFrom('capture' as const, 'release' as const), receipt: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ kind: fc.constant('receive' as const), good: fc.constantFrom('salt', 'soap'), pieces: fc.integer({ min: 1, max: 2 }) }),
    fc.record({ kind: fc.constant('count' as const), good: fc.constantFrom('salt', 'soap'), counted: fc.integer({ min: 0, max: 6 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { tell, hold, store, balance } = await openShop(1500);
      for (const one of steps) {
        if (one.kind === 'hold') await hold(one.pieces, one.good);
        else if (one.kind === 'receive') await tell('shop.receive', { good: one.good, pieces: one.pieces }, 'clerk-1');
        else if (one.kind === 'count') await tell('shop.count', { good: one.good, counted: one.counted }, 'clerk-1', 'committee-1');
        else await tell(`shop.${one.kind}`, { receipt: one.receipt }, 'clerk-1');
        expect(balance(household)).toBeGreaterThanOrEqual(0);
        for (const row of store.shop.goods()) expect(Math.min(row.stock, row.held)).toBeGreaterThanOrEqual(0);
      }
      expect(store.ledger.problems()).toEqual([]);
      expect(store.rebuild().identical).toBe(true);
    }),
    { numRuns: 15 },
  );
});
