// Lost if deleted: that hazardous waste is taken in whatever it earns, leaves only against a signature, and that its ledger can neither be changed nor forgotten.
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tariffSchema } from '../../../protocol/tariff.ts';
import { codeOf, dataOf, namesOf, openVillage, sound } from '../../support/tell.ts';
import { householdOf, sampleTariff } from '../../support/village-drafts.ts';

const household = householdOf(1);
const day = '2026-11-23';

function openCounter(options: Parameters<typeof openVillage>[0] = {}) {
  const village = openVillage(options);
  const { tell, store } = village;
  const campaign = (name: string, from: string, to: string) =>
    tell('campaign.open', { campaign: name, stream: 'pesticide', from, to }, 'committee-1', 'committee-2');
  const bottles = (pieces: number, changes: object = {}, second: 'collector-1' | null = 'collector-1') =>
    tell(
      'pesticide.receive',
      { household, kind: 'pesticideBottle', pieces, netGrams: pieces * 90, emptied: true, rinsed: true, ...changes },
      'clerk-1',
      second,
    );
  const handOver = (pieces: number, netGrams: number, signedBy: string | null = '王五') =>
    tell('takeback.handover', { stream: 'pesticide', receiver: 'plant-1', signedBy, lines: [{ kind: 'pesticideBottle', pieces }], netGrams }, 'clerk-1');
  const grams = (account: string) => store.ledger.balance(account, 'grams');
  const pieces = (account: string) => store.ledger.balance(account, 'goods');
  const open = () => {
    const seen = village.show('takeback.open', {}, 'inspector-1');
    return seen.ok ? (seen.shown as Record<string, unknown>[]) : [];
  };
  return { ...village, campaign, bottles, handOver, grams, pieces, open };
}

describe('pesticide packaging', () => {
  it('is taken in at any time, and earns in a campaign, emptied and rinsed', async () => {
    const { campaign, bottles, balance, pieces, tell } = openCounter();
    expect(namesOf(await bottles(5))).toEqual(['pesticide.received']);
    expect(namesOf(await campaign('autumn', day, '2026-11-30'))).toEqual(['campaign.opened']);
    expect(namesOf(await bottles(5, { rinsed: false }))).toEqual(['pesticide.received']);
    const earned = await bottles(5);
    expect(dataOf(earned, 'points.awarded')).toMatchObject([{ source: 'takeback', points: 50 }]);
    expect(dataOf(earned, 'pesticide.received')).toMatchObject([{ campaign: 'autumn', household, farm: null }]);
    // A bag cannot be rinsed.
    expect(dataOf(await bottles(2, { kind: 'pesticideBag', rinsed: false }), 'points.awarded')).toMatchObject([{ points: 10 }]);
    expect([balance(household), pieces('take-back/pesticideBottle'), pieces('take-back/pesticideBag')]).toEqual([60, 15, 2]);
    expect(codeOf(await bottles(1, {}, null))).toBe('second_person_needed');
    expect(codeOf(await tell('pesticide.receive', { kind: 'pesticideBag', pieces: 1, netGrams: 1, emptied: true, rinsed: true }, 'clerk-1'))).toBe('malformed');
  });

  it('of a farm is known by a hash of its name, and by nothing else', async () => {
    const { tell, store } = openCounter();
    const receive = (farm: string, pieces: number) =>
      tell('pesticide.receive', { farm, kind: 'pesticideDrum', pieces, netGrams: 4000, emptied: true, rinsed: true }, 'clerk-1');
    const told = [await receive('外小将果园', 3), await receive('外小将果园 ', 3), await receive('罗溪果园', 3)].flatMap((one) =>
      dataOf(one, 'pesticide.received'),
    );
    expect(told[0]?.farm).toBe(told[1]?.farm);
    expect(told[0]?.farm).not.toBe(told[2]?.farm);
    expect(JSON.stringify([...store.events()].map(({ draft }) => draft))).not.toContain('果园');
    expect(codeOf(await receive('外小将果园', 101))).toBe('second_person_needed');
  });

  it('of who did not agree is taken in without a name and earns nothing', async () => {
    const { store, campaign, bottles, balance } = openCounter();
    await campaign('autumn', day, '2026-11-30');
    store.append([{ name: 'consent.withdrawn', subject: household, data: { operator: 'clerk-1', second: null, household, purpose: 'processing' } }]);
    const told = await bottles(5);
    expect(namesOf(told)).toEqual(['pesticide.received']);
    expect(dataOf(told, 'pesticide.received')).toMatchObject([{ household: null }]);
    expect(balance(household)).toBe(0);
  });

  it('beyond the budget of its own source waits for the committee', async () => {
    const { campaign, bottles } = openCounter({ rules: { points: { budget: { takeback: 60 } } } });
    await campaign('autumn', day, '2026-11-30');
    expect(namesOf(await bottles(5))).toEqual(['pesticide.received', 'points.awarded', 'points.budget.warned']);
    expect(namesOf(await bottles(5))).toEqual(['pesticide.received', 'points.queued']);
  });

  it('has campaigns that begin, end and never overlap', async () => {
    const { campaign, tell, bottles, passDays } = openCounter();
    expect(codeOf(await campaign('past', '2026-11-01', '2026-11-30'))).toBe('campaign_begun');
    expect(codeOf(await campaign('autumn', day, '2026-11-30'))).toBe('ok');
    expect(codeOf(await campaign('autumn', '2027-01-01', '2027-01-02'))).toBe('campaign_known');
    expect(codeOf(await campaign('late', '2026-11-30', '2026-12-30'))).toBe('campaign_overlaps');
    expect(codeOf(await campaign('next', '2026-12-01', '2026-12-30'))).toBe('ok');
    const close = (name: string) => tell('campaign.close', { campaign: name }, 'committee-1', 'committee-2');
    expect([codeOf(await close('none')), codeOf(await close('autumn'))]).toEqual(['campaign_unknown', 'ok']);
    passDays(1);
    expect(codeOf(await close('autumn'))).toBe('campaign_over');
    expect(namesOf(await bottles(1))).toEqual(['pesticide.received']);
    passDays(10);
    expect(namesOf(await bottles(1))).toEqual(['pesticide.received', 'points.awarded']);
  });

  it('is no recyclable: no tariff may price it', () => {
    const priced = { ...sampleTariff, materials: { ...sampleTariff.materials, pesticideBottle: { name: { zh: '瓶', en: 'bottle' }, pointsEach: 1 } } };
    expect(tariffSchema.safeParse(priced).success).toBe(false);
    expect(tariffSchema.safeParse(sampleTariff).success).toBe(true);
  });
});

describe('handing over', () => {
  it('takes a signature or a second operator, and never more than there is', async () => {
    const { bottles, handOver, tell, grams, pieces, store, soundness } = openCounter();
    await bottles(10);
    expect(codeOf(await handOver(10, 900, null))).toBe('signature_needed');
    expect(codeOf(await handOver(11, 900))).toBe('take_back_too_few');
    const other = { stream: 'hazardous', receiver: 'plant-1', signedBy: '王五', lines: [{ kind: 'pesticideBottle', pieces: 1 }], netGrams: 1 };
    expect(codeOf(await tell('takeback.handover', other, 'clerk-1'))).toBe('take_back_other_stream');
    expect(dataOf(await handOver(4, 1000), 'pesticide.handedover')).toMatchObject([{ transfer: 1, second: null, netGrams: 1000 }]);
    // The scale of the receiver found more than the books had: the books end at nothing, not below.
    expect([pieces('take-back/pesticideBottle'), grams('take-back/pesticide'), grams('mass-balance/pesticide')]).toEqual([6, 0, -100]);
    expect(dataOf(await handOver(6, 500), 'pesticide.handedover')).toMatchObject([{ transfer: 2 }]);
    expect([pieces('handed-over/pesticideBottle'), grams('handed-over/pesticide'), grams('take-back/pesticide')]).toEqual([10, 1500, 0]);
    expect(JSON.stringify([...store.events()].map(({ draft }) => draft))).not.toContain('王五');
    expect(soundness()).toEqual(sound);
  });

  it('leaves a ledger nobody can change or delete, and that is read by day', async () => {
    const { bottles, handOver, show, store, path } = openCounter();
    await bottles(10);
    await handOver(10, 900);
    const ledger = (to: string) => show('takeback.ledger', { stream: 'pesticide', from: '2026-01-01', to }, 'inspector-1');
    expect(ledger(day)).toMatchObject({
      shown: [
        { direction: 'in', household },
        { direction: 'out', receiver: 'plant-1', transfer: 1 },
      ],
    });
    expect(ledger('2026-11-22')).toMatchObject({ shown: [] });
    store.close();
    const db = new Database(path);
    for (const sql of ['DELETE FROM take_back', "UPDATE take_back SET direction = 'in'"]) expect(() => db.exec(sql)).toThrow('the law keeps this ledger');
    db.close();
  });

  it('cannot be forgotten: what lies here is shown as late, and silence as lapsed', async () => {
    const { bottles, handOver, open, passDays, campaign } = openCounter();
    expect(open()).toMatchObject([{ stream: 'pesticide', sinceMs: null, overdue: false, lapsed: true }, { stream: 'hazardous' }]);
    await bottles(10);
    expect(open()).toMatchObject([{ grams: 900, pieces: { pesticideBottle: 10 }, overdue: false, lapsed: false }, {}]);
    passDays(91);
    await handOver(9, 800);
    expect(open()).toMatchObject([{ overdue: true, pieces: { pesticideBottle: 1 } }, {}]);
    await handOver(1, 100);
    expect(open()).toMatchObject([{ overdue: false, sinceMs: null, grams: 0 }, {}]);
    passDays(90);
    expect(open()).toMatchObject([{ lapsed: true, campaign: null }, {}]);
    await campaign('spring', '2027-06-01', '2027-06-30');
    expect(open()).toMatchObject([{ lapsed: false, campaign: { campaign: 'spring' } }, {}]);
  });
});

describe('hazardous waste', () => {
  it('comes from the counter, out of the locked box, or from the station, which must have it', async () => {
    const { tell, store, balance, grams, soundness } = openCounter();
    const batteries = { kind: 'battery', pieces: 10, netGrams: 250 };
    const receive = (input: object) => tell('hazard.receive', { ...batteries, ...input }, 'clerk-1', 'collector-1');
    expect(dataOf(await receive({ household }), 'points.awarded')).toMatchObject([{ source: 'takeback', points: 20 }]);
    expect(codeOf(await receive({}))).toBe('malformed');
    expect(codeOf(await receive({ household, origin: 'lockedBox' }))).toBe('malformed');
    expect(namesOf(await receive({ origin: 'lockedBox' }))).toEqual(['hazard.received']);
    expect(codeOf(await receive({ origin: 'station' }))).toBe('station_too_little');
    await tell('round.start', { cart: 'cart-1', tareGrams: 0, cartStable: true }, 'collector-1');
    await tell('round.stop', { round: 1, household, loads: [{ wasteClass: 'hazardous', netGrams: 300 }], cartStable: true }, 'collector-1');
    await tell('round.close', { round: 1, cartStable: true }, 'collector-1');
    await tell('station.intake', { rounds: [1], loads: [{ wasteClass: 'hazardous', grossGrams: 300, purity: 'clean' }] }, 'station-1');
    expect(namesOf(await receive({ origin: 'station' }))).toEqual(['hazard.received']);
    expect([balance(household), grams('station/hazardous'), grams('take-back/hazardous')]).toEqual([20, 50, 750]);
    expect(store.ledger.balance('take-back/battery', 'goods')).toBe(30);
    expect(soundness()).toEqual(sound);
  });
});

it('whatever comes in and is handed over: pieces are never below nothing, and the books end where the last piece does', async () => {
  const step = fc.record({ isIn: fc.boolean(), pieces: fc.integer({ min: 1, max: 20 }), grams: fc.integer({ min: 1, max: 3000 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { bottles, handOver, pieces, grams, open, soundness } = openCounter();
      let here = 0;
      for (const { isIn, pieces: some, grams: weight } of steps) {
        const told = isIn ? await bottles(some, { netGrams: weight }) : await handOver(some, weight);
        expect(codeOf(told)).toBe(isIn || some <= here ? 'ok' : 'take_back_too_few');
        if (told.ok) here += isIn ? some : -some;
        expect(pieces('take-back/pesticideBottle')).toBe(here);
        expect(grams('take-back/pesticide')).toBeGreaterThanOrEqual(0);
        if (here === 0) expect([grams('take-back/pesticide'), open()[0]?.['sinceMs']]).toEqual([0, null]);
        else expect(open()[0]?.['sinceMs']).not.toBeNull();
      }
      expect(soundness()).toEqual(sound);
    }),
    { numRuns: 12 },
  );
});
