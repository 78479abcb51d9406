// One finished draft of every event of handhelds, exports and oversight. Without it those events would be tried by none of the tests that go through all.
import type { exportEvents } from '../../protocol/events/exports.ts';
import type { handheldEvents } from '../../protocol/events/handhelds.ts';
import type { EventDraft } from '../../protocol/events.ts';

const orderedBy = { operator: 'committee-1', second: 'committee-2' };

export const oversightDrafts: { readonly [Name in keyof typeof handheldEvents | keyof typeof exportEvents]: EventDraft<Name> } = {
  'handheld.enrolled': { name: 'handheld.enrolled', subject: 'handheld-1', data: { ...orderedBy, device: 'handheld-1', publicKey: '4a'.repeat(32) } },
  'handheld.revoked': { name: 'handheld.revoked', subject: 'handheld-1', data: { ...orderedBy, device: 'handheld-1', reason: 'lost' } },
  'village.exported': { name: 'village.exported', subject: 'village', data: orderedBy },
};
