// One valid draft of every event of rounds, the station and sales. Without it the store and the timeline would be tried on none of them.
import type { roundEvents } from '../../protocol/events/rounds.ts';
import type { tradeEvents } from '../../protocol/events/trade.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { move } from './earning-drafts.ts';

const byOne = { operator: 'collector-1', second: null };
const byTwo = { operator: 'clerk-1', second: 'committee-1' };
const dated = { day: '2026-11-23', dateTrusted: true };
const taken = [
  { account: 'round/1', unit: 'grams' as const, amount: -5000 },
  { account: 'station/food', unit: 'grams' as const, amount: 4900 },
  { account: 'mass-balance/station', unit: 'grams' as const, amount: 100 },
];

export const roundDrafts = (household: string): { readonly [Name in keyof typeof roundEvents | keyof typeof tradeEvents]: EventDraft<Name> } => ({
  'round.started': { name: 'round.started', subject: 'round-1', data: { round: 1, cart: 'cart-1', tareGrams: 60_000, ...dated, ...byOne } },
  'round.stop.recorded': {
    name: 'round.stop.recorded',
    subject: 'round-1',
    data: {
      ...{ round: 1, household, identifiedBy: 'plaque', loads: [{ wasteClass: 'food', netGrams: 5000 }], cartStable: true, ...byOne },
      postings: move('grams', `door/${household}-food`, 'round/1', 5000),
    },
  },
  'round.house.skipped': { name: 'round.house.skipped', subject: 'round-1', data: { round: 1, household, reason: 'nobody_home', ...byOne } },
  'round.closed': {
    name: 'round.closed',
    subject: 'round-1',
    data: { round: 1, endGrams: 65_000, stopGrams: 5000, stops: 1, skipped: 1, ...byOne },
  },
  'intake.recorded': {
    name: 'intake.recorded',
    subject: 'intake-1',
    data: {
      ...{ intake: 1, rounds: [1], expectedGrams: 5000, ...dated, operator: 'station-1', second: null, postings: taken },
      loads: [{ wasteClass: 'food', grossGrams: 64_900, tareGrams: 60_000, netGrams: 4900, purity: 'fair', problems: ['bambooShells'] }],
    },
  },
  'intake.reversed': {
    name: 'intake.reversed',
    subject: 'intake-1',
    data: { intake: 1, rounds: [1], ...byTwo, postings: taken.map((leg) => ({ ...leg, amount: -leg.amount })) },
  },
  'balance.alert': {
    name: 'balance.alert',
    subject: 'station',
    data: { scope: 'round', day: '2026-11-23', number: 1, expectedGrams: 5000, measuredGrams: 3000, toleranceGrams: 250 },
  },
  'compost.batch.recorded': {
    name: 'compost.batch.recorded',
    subject: 'batch-1',
    data: {
      ...{ batch: 1, inputGrams: 900, compostGrams: 300, residueGrams: 0, compostTo: 'farmland', residueTo: 'incineration', ...byOne },
      postings: [...move('grams', 'station/food', 'output/compost-farmland', 300), ...move('grams', 'station/food', 'loss/composting', 600)],
    },
  },
  'station.load.sent': {
    name: 'station.load.sent',
    subject: 'station',
    data: {
      wasteClass: 'residual',
      netGrams: 700,
      destination: 'incineration',
      ...byOne,
      postings: move('grams', 'station/residual', 'output/residual-incineration', 700),
    },
  },
  'recyclables.sorted': {
    name: 'recyclables.sorted',
    subject: 'station',
    data: { material: 'cardboard', netGrams: 800, ...byOne, postings: move('grams', 'station/recyclable', 'intake/cardboard', 800) },
  },
  'recyclables.sold': {
    name: 'recyclables.sold',
    subject: 'company-1',
    data: {
      ...{ sale: 1, company: 'company-1', material: 'cardboard', netGrams: 500, pieces: null, fenPerKg: 100, fenEach: null, fen: 50, ...byTwo },
      postings: [...move('grams', 'intake/cardboard', 'sold/cardboard', 500), ...move('fen', 'sales/cardboard', 'village-cash/recyclables', 50)],
    },
  },
  'recyclables.counted': {
    name: 'recyclables.counted',
    subject: 'stock',
    data: {
      ...{ material: 'cardboard', unit: 'grams', counted: 250, expected: 300, reason: 'moisture', ...byTwo },
      postings: move('grams', 'intake/cardboard', 'loss/cardboard', 50),
    },
  },
});
