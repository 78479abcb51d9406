// One valid draft of every event of pick-ups and deposits. Without it the store and the timeline would be tried on none of them.
import type { depositEvents } from '../../protocol/events/deposits.ts';
import type { pickupEvents } from '../../protocol/events/pickups.ts';
import type { EventDraft } from '../../protocol/events.ts';

const byOne = { operator: 'collector-1', second: null };
const full = { compartment: 2, wasteClass: 'recyclable' as const, level: 'full' as const, suspectedFluff: false };
const numbered = { request: 1, bin: 'bin-1' };

export const pickupDrafts: { readonly [Name in keyof typeof pickupEvents]: EventDraft<Name> } = {
  'pickup.requested': { name: 'pickup.requested', subject: 'bin-1', data: { ...numbered, lines: [full], askedBy: null } },
  'pickup.changed': {
    name: 'pickup.changed',
    subject: 'bin-1',
    data: { ...numbered, lines: [full, { compartment: null, wasteClass: 'food', level: 'asked', suspectedFluff: false }], askedBy: byOne },
  },
  'pickup.acknowledged': { name: 'pickup.acknowledged', subject: 'bin-1', data: { ...numbered, truck: 1, ...byOne } },
  'pickup.started': { name: 'pickup.started', subject: 'bin-1', data: { ...numbered, truck: 1, ...byOne } },
  'pickup.checked': {
    name: 'pickup.checked',
    subject: 'bin-1',
    data: { ...numbered, wasteClass: 'recyclable', netGrams: 1200, suspectedFluff: true, ...byOne },
  },
  'pickup.done': {
    name: 'pickup.done',
    subject: 'bin-1',
    data: { ...numbered, truck: 1, fetched: [{ wasteClass: 'recyclable', netGrams: 9800, suspectedFluff: false }], ...byOne },
  },
  'pickup.cancelled': { name: 'pickup.cancelled', subject: 'bin-1', data: { ...numbered, reason: 'false_full', askedBy: byOne } },
  'pickup.escalated': { name: 'pickup.escalated', subject: 'bin-1', data: { ...numbered, ageMinutes: 240 } },
};

export const depositDrafts = (household: string): { readonly [Name in keyof typeof depositEvents]: EventDraft<Name> } => {
  const place = { session: 'bin-1-1', bin: 'bin-1', compartment: 1, wasteClass: 'food' as const, household };
  return {
    'deposit.session.opened': { name: 'deposit.session.opened', subject: 'bin-1', data: { ...place, levelPercent: 40 } },
    'deposit.session.closed': {
      name: 'deposit.session.closed',
      subject: 'bin-1',
      data: { ...place, ended: 'shut', measuredBy: 'level', risePercent: 3, netGrams: null },
    },
  };
};
