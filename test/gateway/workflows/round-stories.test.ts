// Lost if deleted: that every gram goes from a door over a round to the station and out, once, and that recyclables add up for each material.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MaterialFlow } from '../../../gateway/core/trade.ts';
import { hashCredential } from '../../../protocol/credential.ts';
import { move } from '../../support/earning-drafts.ts';
import { testCredentialKey } from '../../support/make-desk.ts';
import { codeOf, dataOf, namesOf, openVillage, sound } from '../../support/tell.ts';
import { householdOf, sampleDrafts } from '../../support/village-drafts.ts';

const [first, second, third] = [householdOf(1), householdOf(2), householdOf(3)];
const food = (netGrams: number) => [{ wasteClass: 'food', netGrams }];

function openYard(options: Parameters<typeof openVillage>[0] = {}) {
  const village = openVillage(options);
  const { tell, store } = village;
  const start = (cart = 'cart-1') => tell('round.start', { cart, tareGrams: 60_000, cartStable: true }, 'collector-1');
  const stop = (household: string, loads: object[], round = 1) => tell('round.stop', { round, household, loads, cartStable: true }, 'collector-1');
  const close = (endGrams: number | null, round = 1) => tell('round.close', { round, endGrams, cartStable: true }, 'collector-1');
  const load = (grossGrams: number, wasteClass = 'food') => ({ wasteClass, grossGrams, purity: 'fair', problems: ['bambooShells'] });
  const intake = (rounds: number[], ...loads: object[]) => tell('station.intake', { rounds, loads }, 'station-1');
  const grams = (account: string) => store.ledger.balance(account, 'grams');
  return { ...village, start, stop, close, load, intake, grams };
}

describe('a round', () => {
  it('weighs an empty cart, houses by class, and the full cart', async () => {
    const { tell, start, stop, close, grams, show, soundness } = openYard();
    expect(codeOf(await tell('round.start', { cart: 'cart-1', tareGrams: 60_000, cartStable: false }, 'collector-1'))).toBe('cart_not_stable');
    expect(dataOf(await start(), 'round.started')).toMatchObject([{ round: 1, tareGrams: 60_000 }]);
    expect(codeOf(await start())).toBe('cart_on_round');
    expect(codeOf(await start('cart-2'))).toBe('ok');
    expect(codeOf(await tell('round.stop', { round: 1, household: first, loads: food(1), cartStable: false }, 'collector-1'))).toBe('cart_not_stable');
    expect(codeOf(await stop(first, [...food(4000), { wasteClass: 'residual', netGrams: 1000 }]))).toBe('ok');
    expect(codeOf(await stop(first, food(1)))).toBe('stop_known');
    expect(codeOf(await stop(first, food(1), 9))).toBe('round_unknown');
    expect(codeOf(await stop(householdOf(99), food(1)))).toBe('household_unknown');
    expect([grams('round/1'), grams(`door/${first}-food`), grams(`door/${first}-residual`)]).toEqual([5000, -4000, -1000]);
    const passBy = (household: string) => tell('round.skip', { round: 1, household, reason: 'nobody_home' }, 'collector-1');
    expect([codeOf(await passBy(first)), codeOf(await passBy(second)), codeOf(await passBy(second)), codeOf(await passBy(third))]).toEqual([
      'stop_known',
      'ok',
      'stop_known',
      'ok',
    ]);
    // Home after all.
    expect(codeOf(await stop(third, food(2000)))).toBe('ok');
    expect(show('round.houses', { round: 1 }, 'collector-1')).toMatchObject({
      shown: {
        houses: [
          { household: second, skipped: 'nobody_home' },
          { household: householdOf(4), skipped: null },
        ],
        more: 0,
      },
    });
    expect(codeOf(await close(59_000))).toBe('cart_below_tare');
    const closed = await close(67_000);
    expect(namesOf(closed)).toEqual(['round.closed']);
    expect(dataOf(closed, 'round.closed')).toMatchObject([{ stops: 2, skipped: 1, stopGrams: 7000 }]);
    expect(codeOf(await stop(second, food(1)))).toBe('round_closed');
    expect(soundness()).toEqual(sound);
  });

  it('finds a house by its plaque, and counts who did not agree without a name', async () => {
    const { store, tell, start, stop, show } = openYard();
    store.append([
      { name: 'credential.added', subject: first, data: { household: first, credential: hashCredential('PLAQUE-1', testCredentialKey) } },
      { name: 'consent.withdrawn', subject: second, data: { operator: 'clerk-1', second: null, household: second, purpose: 'processing' } },
    ]);
    await start();
    const scanned = await tell('round.stop', { round: 1, card: 'PLAQUE-1', loads: food(1000), cartStable: true }, 'collector-1');
    expect(dataOf(scanned, 'round.stop.recorded')).toMatchObject([{ household: first, identifiedBy: 'plaque' }]);
    const unnamed = await stop(second, food(1500));
    expect(dataOf(unnamed, 'round.stop.recorded')).toMatchObject([{ household: null }]);
    expect(JSON.stringify(unnamed)).not.toContain(second);
    expect(JSON.stringify(show('round.houses', { round: 1 }, 'collector-1'))).not.toContain(second);
    expect(store.ledger.balance('door/unnamed-food', 'grams')).toBe(-1500);
  });

  it('whose cart weighs another sum than its stops is to be looked at', async () => {
    const { start, stop, close } = openYard();
    await start();
    await stop(first, food(10_000));
    const closed = await close(69_000);
    expect(dataOf(closed, 'balance.alert')).toMatchObject([{ scope: 'cart', number: 1, expectedGrams: 10_000, measuredGrams: 9000, toleranceGrams: 500 }]);
  });
});

describe('the station', () => {
  async function openFull() {
    const yard = openYard({ rules: { collection: { stationErrorGrams: 100 } } });
    await yard.start();
    await yard.stop(first, food(10_000));
    await yard.start('cart-2');
    await yard.stop(second, food(20_000), 2);
    return yard;
  }

  it('weighs in whole rounds once, posts what differs and asks for a review beyond the tolerance', async () => {
    const { close, load, intake, grams, show, soundness } = await openFull();
    expect(codeOf(await intake([1], load(10_000)))).toBe('round_open');
    await close(null);
    await close(null, 2);
    expect(codeOf(await intake([1, 1], load(10_000)))).toBe('malformed');
    expect(codeOf(await intake([3], load(10_000)))).toBe('round_unknown');
    const good = await intake([1], { ...load(12_600), tareGrams: 3000 });
    expect(namesOf(good)).toEqual(['intake.recorded']);
    expect(dataOf(good, 'intake.recorded')).toMatchObject([{ expectedGrams: 10_000, loads: [{ netGrams: 9600, purity: 'fair', problems: ['bambooShells'] }] }]);
    expect(codeOf(await intake([1], load(1)))).toBe('round_taken_in');
    expect([grams('round/1'), grams('station/food'), grams('mass-balance/station')]).toEqual([0, 9600, 400]);
    const bad = await intake([2], load(18_000), load(500, 'residual'));
    expect(dataOf(bad, 'balance.alert')).toMatchObject([
      { scope: 'round', number: 2, expectedGrams: 20_000, measuredGrams: 18_500, toleranceGrams: 1000 },
      { scope: 'day', number: null, expectedGrams: 30_000, measuredGrams: 28_100, toleranceGrams: 1500 },
    ]);
    expect(show('balance.alerts', {}, 'supervisor-1')).toMatchObject({ shown: [{ scope: 'day' }, { scope: 'round' }] });
    expect(show('station.show', {}, 'station-1')).toMatchObject({ shown: { heldGrams: { food: 27_600, residual: 500 }, unexplainedGrams: 1900 } });
    expect(soundness()).toEqual(sound);
  });

  it('gives an intake back whole by two people, and its round is weighed in again', async () => {
    const { close, load, intake, tell, grams, soundness } = await openFull();
    await close(null);
    await intake([1], load(9000));
    const reverse = (by: 'station-2' | null, number = 1) => tell('station.reverse', { intake: number }, 'station-1', by);
    expect(codeOf(await reverse(null))).toBe('second_person_needed');
    expect(codeOf(await reverse('station-2', 2))).toBe('intake_unknown');
    expect(codeOf(await reverse('station-2'))).toBe('ok');
    expect(codeOf(await reverse('station-2'))).toBe('intake_reversed');
    expect([grams('round/1'), grams('station/food'), grams('mass-balance/station')]).toEqual([10_000, 0, 0]);
    expect(namesOf(await intake([1], load(10_000)))).toEqual(['intake.recorded']);
    await tell('station.send', { wasteClass: 'food', netGrams: 1, destination: 'biogas' }, 'station-1');
    expect(codeOf(await reverse('station-2', 2))).toBe('station_too_little');
    expect(soundness()).toEqual(sound);
  });

  it('makes compost of what it has, and of nothing else', async () => {
    const { close, load, intake, tell, grams } = await openFull();
    await close(null);
    await intake([1], load(10_000));
    const compost = (inputGrams: number, compostGrams: number, residueGrams: number) =>
      tell('station.compost', { inputGrams, compostGrams, residueGrams, compostTo: 'farmland' }, 'station-1');
    expect(codeOf(await compost(10_001, 1, 1))).toBe('station_too_little');
    expect(codeOf(await compost(9000, 8000, 1001))).toBe('compost_more_than_input');
    expect(codeOf(await compost(9000, 2500, 500))).toBe('ok');
    expect(['station/food', 'output/compost-farmland', 'output/residue-incineration', 'loss/composting'].map(grams)).toEqual([1000, 2500, 500, 6000]);
    expect(codeOf(await tell('station.send', { wasteClass: 'hazardous', netGrams: 1, destination: 'landfill' }, 'station-1'))).toBe('malformed');
  });
});

/** A yard with 5 kg of collected recyclables, and a reckoning of its own of what each act must do. */
async function openStock() {
  const yard = openYard();
  await yard.start();
  await yard.stop(first, [{ wasteClass: 'recyclable', netGrams: 5000 }]);
  await yard.close(null);
  await yard.intake([1], yard.load(5000, 'recyclable'));
  const { tell, store } = yard;
  const want = { bought: 0, collected: 0, sold: 0, stock: 0, loss: 0, incomeFen: 0 };
  let alibi = 0;
  const acts = {
    buy(grams: number) {
      alibi += 1;
      const { data } = sampleDrafts['weigh.committed'];
      const postings = move('grams', 'source/recyclables', 'intake/cardboard', grams);
      const weighed = { ...data, weighing: `scale-1-${alibi}`, alibi, household: null, material: 'cardboard', netGrams: grams, postings };
      store.append([{ ...sampleDrafts['weigh.committed'], data: weighed }]);
      want.bought += grams;
      want.stock += grams;
    },
    async sort(grams: number) {
      const fits = want.collected + grams <= 5000;
      expect(codeOf(await tell('station.sort', { material: 'cardboard', netGrams: grams }, 'station-1'))).toBe(fits ? 'ok' : 'station_too_little');
      if (!fits) return;
      want.collected += grams;
      want.stock += grams;
    },
    async sell(grams: number) {
      const fits = grams <= want.stock;
      const sale = { company: 'company-1', material: 'cardboard', netGrams: grams, fenPerKg: 90 };
      expect(codeOf(await tell('recyclables.sell', sale, 'clerk-1', 'committee-1'))).toBe(fits ? 'ok' : 'stock_too_little');
      if (!fits) return;
      want.sold += grams;
      want.stock -= grams;
      want.incomeFen += Math.floor((grams * 90) / 1000);
    },
    async count(grams: number) {
      expect(codeOf(await tell('recyclables.count', { material: 'cardboard', counted: grams }, 'clerk-1', 'committee-1'))).toBe('ok');
      want.loss += want.stock - grams;
      want.stock = grams;
    },
  };
  const flows = () => {
    const seen = yard.show('recyclables.flow', {}, 'committee-1');
    return (seen.ok ? seen.shown : []) as (MaterialFlow & { incomeFen: number; difference: number })[];
  };
  return { ...yard, acts, want, flows };
}

it('recyclables: bought + collected = sold + stock + loss, whatever is bought, sorted, sold and counted', async () => {
  const step = fc.record({
    kind: fc.constantFrom('buy' as const, 'sort' as const, 'sell' as const, 'count' as const),
    grams: fc.integer({ min: 1, max: 3000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      const { acts, want, flows, soundness } = await openStock();
      acts.buy(100);
      for (const { kind, grams } of steps) await acts[kind](grams);
      expect(flows()).toMatchObject([{ material: 'cardboard', unit: 'grams', ...want, difference: 0 }]);
      expect(soundness()).toEqual(sound);
    }),
    { numRuns: 12 },
  );
});

it('the ledger finds a material that moved by another way', async () => {
  const { store } = openYard();
  const { data } = sampleDrafts['recyclables.sorted'];
  const odd = move('grams', 'suspense/yard', 'intake/cardboard', 800);
  store.append([{ ...sampleDrafts['recyclables.sorted'], data: { ...data, postings: odd } }]);
  expect(store.ledger.problems()).toMatchObject([{ check: 'material_flow' }]);
});
