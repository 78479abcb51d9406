// One finished draft of every event of handhelds, exports and oversight. Without it those events would be tried by none of the tests that go through all.
import type { exportEvents } from '../../protocol/events/exports.ts';
import type { handheldEvents } from '../../protocol/events/handhelds.ts';
import type { oversightEvents } from '../../protocol/events/oversight.ts';
import type { EventDraft } from '../../protocol/events.ts';

const household = 'h-0123456789abcdef0123';
const day = '2026-11-23';
const byOne = { operator: 'inspector-1', second: null };
const looked = {
  ...{ inspection: 'third-2026-11', day, score: 80, rectifyBy: '2026-11-30', rulesVersion: 'site' },
  findings: [{ item: 'shedDirty' as const, evidence: null }],
};
const orderedBy = { operator: 'committee-1', second: 'committee-2' };

export const oversightDrafts: { readonly [Name in keyof typeof handheldEvents | keyof typeof exportEvents | keyof typeof oversightEvents]: EventDraft<Name> } =
  {
    'handheld.enrolled': { name: 'handheld.enrolled', subject: 'handheld-1', data: { ...orderedBy, device: 'handheld-1', publicKey: '4a'.repeat(32) } },
    'handheld.revoked': { name: 'handheld.revoked', subject: 'handheld-1', data: { ...orderedBy, device: 'handheld-1', reason: 'lost' } },
    'village.exported': { name: 'village.exported', subject: 'village', data: orderedBy },
    'review.sampled': { name: 'review.sampled', subject: 'review', data: { ...orderedBy, day, households: [household], of: 365, rulesVersion: 'site' } },
    'review.daily': {
      name: 'review.daily',
      subject: household,
      data: { operator: 'cadre-1', second: null, household, stream: 'rotting', day, grade: 'good', reason: null, evidence: null },
    },
    'supervision.visited': { name: 'supervision.visited', subject: 'village', data: { ...byOne, ...looked, inspection: 'visit-1' } },
    'inspection.monthly': { name: 'inspection.monthly', subject: 'village', data: { ...byOne, ...looked, month: '2026-11', band: 'blue' } },
    'inspection.rectified': {
      name: 'inspection.rectified',
      subject: 'village',
      data: { ...orderedBy, inspection: 'third-2026-11', item: 'shedDirty', evidence: null },
    },
    'device.withdrawn': { name: 'device.withdrawn', subject: 'bin-1', data: { ...byOne, device: 'bin-1', reason: 'broken', alternative: 'shed-2' } },
    'device.repaired': {
      name: 'device.repaired',
      subject: 'bin-1',
      data: { ...byOne, device: 'bin-1', work: 'partReplaced', parts: [{ part: 'lock', pieces: 1 }] },
    },
    'device.returned': { name: 'device.returned', subject: 'bin-1', data: { ...byOne, device: 'bin-1' } },
  };
