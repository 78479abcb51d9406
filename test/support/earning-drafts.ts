// Finished drafts of points, learning, volunteering and grades, one of every event name. Without it the store and the timeline would be tried
// on none of them.
import type { Posting } from '../../protocol/events/fields.ts';
import type { EventDraft, EventName } from '../../protocol/events.ts';

export const move = (unit: Posting['unit'], from: string, to: string, amount: number): Posting[] => [
  { account: from, unit, amount: -amount },
  { account: to, unit, amount },
];

const byOne = { operator: 'organiser-1', second: null };
const byTwo = { operator: 'committee-1', second: 'committee-2' };
const dated = { day: '2026-11-23', dateTrusted: true, rulesVersion: 'site' };

const drafted = <Names extends EventName>(drafts: { readonly [Name in Names]: EventDraft<Name> }) => drafts;

export function earningDrafts(household: string) {
  const graded = { household, stream: 'rotting' as const, day: '2026-11-23', revision: 1 };
  return drafted({
    'recyclables.received': {
      name: 'recyclables.received',
      subject: household,
      data: {
        ...{ receipt: 'r-0123456789abcdef', household, material: 'drinkBottle', netGrams: null, pieces: 12 },
        ...{ day: '2026-11-23', dateTrusted: true, operator: 'clerk-1', second: null },
        postings: move('goods', 'source/recyclables', 'intake/drinkBottle', 12),
      },
    },
    'points.queued': {
      name: 'points.queued',
      subject: household,
      data: { household, source: 'learning', points: 600, reference: 'session-1', ...dated, tariffVersion: '2026-1', ...byOne },
    },
    'points.rejected': { name: 'points.rejected', subject: household, data: { household, queued: 1, reason: 'budget', ...byTwo } },
    'points.deducted': {
      name: 'points.deducted',
      subject: household,
      data: {
        ...{ household, source: 'evaluation', points: 10, tariffPoints: 10, reference: 'rotting-2026-11-23-1', ...dated, ...byOne },
        postings: move('points', `household/${household}`, 'penalty/evaluation', 10),
      },
    },
    'points.clawedback': {
      name: 'points.clawedback',
      subject: household,
      data: {
        ...{ household, source: 'learning', reverses: 1, points: 600, reason: 'error', day: '2026-11-23', ...byTwo },
        postings: move('points', `household/${household}`, 'clawback/learning', 600),
      },
    },
    'points.restored': {
      name: 'points.restored',
      subject: household,
      data: {
        ...{ household, source: 'evaluation', reverses: 1, points: 10, reason: 'appeal', day: '2026-11-23', ...byTwo },
        postings: move('points', 'penalty/evaluation', `household/${household}`, 10),
      },
    },
    'points.expired': {
      name: 'points.expired',
      subject: household,
      data: {
        ...{ household, lots: [{ year: 2024, points: 7 }], points: 7, day: '2026-01-01', rulesVersion: 'site', operator: null },
        postings: move('points', `household/${household}`, 'expiry/points', 7),
      },
    },
    'points.budget.warned': {
      name: 'points.budget.warned',
      subject: 'learning',
      data: { source: 'learning', month: '2026-11', state: 'warn', limit: 1000, issued: 800 },
    },
    'learning.session.opened': { name: 'learning.session.opened', subject: 'session-1', data: { session: 'session-1', day: '2026-11-23', ...byOne } },
    'learning.attended': {
      name: 'learning.attended',
      subject: household,
      data: { session: 'session-1', household, score: 80, outcome: 'awarded', ...byOne },
    },
    'learning.list.entered': {
      name: 'learning.list.entered',
      subject: 'session-1',
      data: { session: 'session-1', attended: 1, refused: [{ household, code: 'already_listed' }], ...byOne },
    },
    'volunteer.listed': {
      name: 'volunteer.listed',
      subject: 'activity-1',
      data: { activity: 'activity-1', day: '2026-11-23', households: [household], ...byOne },
    },
    'volunteer.confirmed': {
      name: 'volunteer.confirmed',
      subject: household,
      data: { activity: 'activity-1', household, outcome: 'awarded', listedBy: 'organiser-1', operator: 'committee-1', second: null },
    },
    'volunteer.rejected': { name: 'volunteer.rejected', subject: 'activity-1', data: { activity: 'activity-1', ...byOne } },
    'evaluation.recorded': {
      name: 'evaluation.recorded',
      subject: household,
      data: {
        ...{ ...graded, grade: 'poor', reason: 'mixed', evidence: 'e'.repeat(64), outcome: 'warned', observedMs: 1_795_400_000_000 },
        ...{ dateTrusted: true, rulesVersion: 'site', operator: 'collector-1', second: null },
      },
    },
    'evaluation.confirmed': {
      name: 'evaluation.confirmed',
      subject: household,
      data: { ...graded, observedMs: 1_795_400_060_000, operator: 'collector-1', second: null },
    },
    'evaluation.superseded': { name: 'evaluation.superseded', subject: household, data: { ...graded, operator: 'collector-1', second: null } },
    'evaluation.appealed': { name: 'evaluation.appealed', subject: household, data: { ...graded, operator: 'clerk-1', second: null } },
    'evaluation.appeal.decided': {
      name: 'evaluation.appeal.decided',
      subject: household,
      data: { ...graded, upheld: true, operator: 'supervisor-1', second: null },
    },
  });
}
