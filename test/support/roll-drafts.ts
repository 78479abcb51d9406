// One finished draft of every event of rolls outside a dispenser. Without it those events would be tried by none of the tests that go through all.
import type { rollEvents } from '../../protocol/events/rolls.ts';
import type { EventDraft } from '../../protocol/events.ts';

const household = 'h-0123456789abcdef0123';
const roll = 'K1WXJ010000001';
const period = '2026-11';
const orderedBy = { operator: 'clerk-1', second: 'committee-1' };
const from = (account: string, to: string, unit: 'rolls' | 'points' = 'rolls', amount = 1) => [
  { account, unit, amount: -amount },
  { account: to, unit, amount },
];
const mine = `household/${household}`;

export const sampleRollDrafts: { readonly [Name in keyof typeof rollEvents]: EventDraft<Name> } = {
  'bag.manifest.imported': {
    name: 'bag.manifest.imported',
    subject: 'rolls',
    data: { ...orderedBy, batch: '2026-11-A', part: 1, parts: 1, bagsPerRoll: 30, signedBy: null, rolls: [roll], postings: from('supplier', 'stock/rolls') },
  },
  'bag.roll.handed': {
    name: 'bag.roll.handed',
    subject: household,
    data: { ...orderedBy, household, roll, period, reason: 'counter', job: null, identifiedBy: 'second', postings: from('stock/rolls', mine) },
  },
  'bag.roll.confirmed': {
    name: 'bag.roll.confirmed',
    subject: household,
    data: { ...orderedBy, household, job: 2 ** 32 + 1, assumed: roll, roll: 'K1WXJ010000002', exchangedWith: null, postings: [] },
  },
  'bag.roll.lost': { name: 'bag.roll.lost', subject: household, data: { ...orderedBy, household, roll, postings: from(mine, 'waste/lost') } },
  'bag.replacement.granted': {
    name: 'bag.replacement.granted',
    subject: household,
    data: { ...orderedBy, household, roll, period, terms: 'points', points: 300, postings: from(mine, 'redemption/rolls', 'points', 300) },
  },
  'bag.roll.damaged': {
    name: 'bag.roll.damaged',
    subject: household,
    data: { ...orderedBy, household, roll, period, reason: 'misprinted', voidBags: [3, 4], postings: from(mine, 'waste/damaged') },
  },
  'bag.roll.returned': {
    name: 'bag.roll.returned',
    subject: household,
    data: { ...orderedBy, household, roll, period, postings: from(mine, 'waste/returned') },
  },
  'bag.roll.voided': {
    name: 'bag.roll.voided',
    subject: 'rolls',
    data: { ...orderedBy, roll, reason: 'damaged', postings: from('stock/rolls', 'waste/void') },
  },
  'bag.roll.unloaded': {
    name: 'bag.roll.unloaded',
    subject: 'dispenser-1',
    data: { ...orderedBy, roll, dispenser: 'dispenser-1', postings: from('magazine/dispenser-1', 'stock/rolls') },
  },
  'bag.extra.approved': { name: 'bag.extra.approved', subject: household, data: { ...orderedBy, household, period, rolls: 1, reason: 'hardship' } },
  'bag.found': { name: 'bag.found', subject: household, data: { ...orderedBy, roll, bag: 7, owner: household, at: null } },
  'bag.finding.answered': { name: 'bag.finding.answered', subject: household, data: { ...orderedBy, finding: 9, household, answer: 'lost' } },
  'bag.traced': { name: 'bag.traced', subject: household, data: { ...orderedBy, roll, bag: 7, household, purpose: 'sorting' } },
};
