// One finished draft of every event of what households say and of the grid. Without it those events would be tried by none of the tests that go through all.
import type { gridEvents } from '../../protocol/events/grid.ts';
import type { householdEvents } from '../../protocol/events/households.ts';
import type { EventDraft } from '../../protocol/events.ts';

const household = 'h-0123456789abcdef0123';
const orderedBy = { operator: 'committee-1', second: 'committee-2' };

export const peopleDrafts: { readonly [Name in keyof typeof householdEvents | keyof typeof gridEvents]: EventDraft<Name> } = {
  'commitment.signed': { name: 'commitment.signed', subject: household, data: { ...orderedBy, household, day: '2026-11-24' } },
  'commitment.ended': { name: 'commitment.ended', subject: household, data: { ...orderedBy, household, day: '2026-11-24' } },
  'consent.given': { name: 'consent.given', subject: household, data: { ...orderedBy, household, purpose: 'processing' } },
  'consent.withdrawn': { name: 'consent.withdrawn', subject: household, data: { ...orderedBy, household, purpose: 'honourList' } },
  'household.identified': { name: 'household.identified', subject: household, data: { ...orderedBy, household, reason: 'card_forgotten' } },
  'household.moved': { name: 'household.moved', subject: household, data: { ...orderedBy, household } },
  'household.split': { name: 'household.split', subject: household, data: { ...orderedBy, household, into: household, leaving: 2 } },
  'account.transferred': {
    name: 'account.transferred',
    subject: household,
    data: {
      ...{ ...orderedBy, from: household, to: 'h-00000000000000000000', reason: 'merge', points: 40 },
      postings: [
        { account: `household/${household}`, unit: 'points', amount: -40 },
        { account: 'household/h-00000000000000000000', unit: 'points', amount: 40 },
      ],
    },
  },
  'bag.quota.carried': {
    name: 'bag.quota.carried',
    subject: household,
    data: { ...orderedBy, household, from: 'h-00000000000000000000', period: '2026-11', rolls: 1 },
  },
  'household.closed': {
    name: 'household.closed',
    subject: household,
    data: { ...orderedBy, household, successor: null, reason: 'moved_away', forfeited: 0, postings: [] },
  },
  'person.exported': { name: 'person.exported', subject: household, data: { ...orderedBy, household } },
  'person.erased': { name: 'person.erased', subject: household, data: { operator: 'gateway', second: null, household, reason: 'retention' } },
  'operator.erased': { name: 'operator.erased', subject: 'clerk-1', data: { operator: 'gateway', erased: 'clerk-1', reason: 'retention' } },
  'grid.assigned': { name: 'grid.assigned', subject: household, data: { ...orderedBy, household, partyMember: 'party-member-1' } },
  'grid.cadre.assigned': { name: 'grid.cadre.assigned', subject: 'party-member-1', data: { ...orderedBy, partyMember: 'party-member-1', cadre: 'cadre-1' } },
};
