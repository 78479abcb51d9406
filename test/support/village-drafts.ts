// Finished drafts to put into a ledger: one of every event name, and random but possible histories of a village. Without it the store,
// the timeline and the rebuild would each be tried on the few events somebody happened to think of.

import fc from 'fast-check';
import type { EventDraft, EventName } from '../../protocol/events.ts';
import type { Tariff } from '../../protocol/tariff.ts';
import { villageRulesSchema } from '../../protocol/village-rules.ts';
import { depositDrafts, pickupDrafts } from './collection-drafts.ts';
import { earningDrafts, move } from './earning-drafts.ts';
import { oversightDrafts } from './oversight-drafts.ts';
import { peopleDrafts } from './people-drafts.ts';
import { sampleRollDrafts } from './roll-drafts.ts';
import { roundDrafts } from './round-drafts.ts';
import { shopDrafts } from './shop-drafts.ts';
import { takeBackDrafts } from './take-back-drafts.ts';

export const sampleHousehold = 'h-0123456789abcdef0123';
const dispenser = 'dispenser-1';
const period = '2026-11';
const jobBase = 2 ** 32;

export const householdOf = (index: number): string => `h-${index.toString(16).padStart(20, '0')}`;
export const rollOf = (index: number): string => `K1WXJ01${String(index).padStart(7, '0')}`;
const cardOf = (index: number): string => index.toString(16).padStart(32, '0');

export const registered = (household: string, credentials: string[] = []): EventDraft<'household.registered'> => ({
  name: 'household.registered',
  subject: household,
  data: { household, members: 3, credentials },
});
export const stocked = (roll: string): EventDraft<'bag.roll.stocked'> => ({
  name: 'bag.roll.stocked',
  subject: dispenser,
  data: { roll, dispenser, postings: move('rolls', 'supply', `magazine/${dispenser}`, 1) },
});
export const requested = (job: number, household = sampleHousehold): EventDraft<'bag.issue.requested'> => ({
  name: 'bag.issue.requested',
  subject: household,
  data: {
    job,
    dispenser,
    household,
    rolls: 1,
    period,
    expectLastJob: job - 1,
    expectCtrOut: 0,
    nonce: 7,
    operator: null,
    postings: move('rolls', `magazine/${dispenser}`, `hold/${job}`, 1),
  },
});
export const issued = (job: number, roll: string | null, household = sampleHousehold): EventDraft<'bag.roll.issued'> => ({
  name: 'bag.roll.issued',
  subject: household,
  data: {
    job,
    dispenser,
    household,
    period,
    rolls: [{ roll, confirmed: roll !== null }],
    voided: 0,
    result: 'ok',
    rollUnconfirmed: roll === null,
    postings: move('rolls', `hold/${job}`, `household/${household}`, 1),
  },
});
const ordered = (job: number, household = sampleHousehold): EventDraft<'bag.issue.ordered'> => ({
  name: 'bag.issue.ordered',
  subject: household,
  data: {
    ...{ job, dispenser, household, rolls: 1, period, reliability: 'C', sequence: 1, operator: null },
    postings: move('rolls', `magazine/${dispenser}`, `hold/${job}`, 1),
  },
});
export const voided = (job: number, household = sampleHousehold): EventDraft<'bag.issue.voided'> => ({
  name: 'bag.issue.voided',
  subject: household,
  data: { job, dispenser, household, period, rolls: 1, reason: 'fenced', postings: move('rolls', `hold/${job}`, `magazine/${dispenser}`, 1) },
});
const wasted = (reason: 'service' | 'purged'): EventDraft<'bag.roll.wasted'> => ({
  name: 'bag.roll.wasted',
  subject: dispenser,
  data: { dispenser, rolls: 1, reason, ctrTest: 1, postings: move('rolls', `magazine/${dispenser}`, `waste/${dispenser}`, 1) },
});
const weighed = (alibi: number, household: string | null): EventDraft<'weigh.committed'> => ({
  name: 'weigh.committed',
  subject: 'scale-1',
  data: {
    weighing: `scale-1-${alibi}`,
    scale: 'scale-1',
    alibi,
    household,
    material: 'cardboard',
    grossGrams: 1500,
    tareGrams: 0,
    netGrams: 1500,
    intervalGrams: 5,
    maxGrams: 30_000,
    minimumGrams: 50,
    model: 'W-CN',
    profile: '0123456789abcdef',
    certificate: null,
    stableSource: 'device',
    zeroAgeMs: 900,
    rawHex: ['0103', '0103'],
    core: 'wcn-1',
    method: 'tray',
    postings: move('grams', 'scale/scale-1', 'store/cardboard', 1500),
  },
});
const checked = <Name extends 'scale.check.passed' | 'scale.check.failed'>(name: Name, readGrams: number) =>
  ({
    name,
    subject: 'scale-1',
    data: {
      ...{ scale: 'scale-1', operator: 'keeper-1', nominalGrams: 2000, readGrams, limitGrams: 10, intervalGrams: 10 },
      ...{ model: 'W-CN', profile: '0123456789abcdef', stableSource: 'device' as const, rawHex: ['00', '00'], core: '1.1.0' },
    },
  }) as const;
export const awarded = (household: string, points: number): EventDraft<'points.awarded'> => ({
  name: 'points.awarded',
  subject: household,
  data: {
    household,
    source: 'learning',
    points,
    ...{ tariffPoints: points, reference: 'session-1', material: null, netGrams: null, pieces: null, pointsPerKg: null, pointsEach: null },
    ...{ day: '2026-11-23', dateTrusted: true, tariffVersion: '2026-1', rulesVersion: 'site', queued: null, operator: 'organiser-1', second: null },
    postings: points === 0 ? [] : move('points', 'issuance/learning', `household/${household}`, points),
  },
});

/** A price list of 2026 with two materials by weight and one by piece. */
export const sampleTariff: Tariff = {
  version: '2026-1',
  validFrom: '2026-01-01',
  learningPoints: 600,
  volunteeringPoints: 500,
  materials: {
    cardboard: { name: { zh: '纸板', en: 'cardboard' }, pointsPerKg: 60, maxGramsPerSession: 50_000 },
    textile: { name: { zh: '织物', en: 'textile' }, pointsPerKg: 30, maxGramsPerSession: 50_000 },
    drinkBottle: { name: { zh: '饮料瓶', en: 'drink bottle' }, pointsEach: 3, maxGramsPerSession: 50_000 },
  },
};

/** What a tray asks of prices and rules: one price list, the rules of a site file that names none, and a date that is believed. */
export const pricesOf = (tariff: Tariff) => ({
  tariffs: () => [tariff],
  rules: () => ({ version: 'site', from: '', rules: villageRulesSchema.parse({}) }),
  isDateTrusted: () => true,
});

/** One valid draft of every event name. */
export const sampleDrafts: { readonly [Name in EventName]: EventDraft<Name> } = {
  'epoch.opened': {
    name: 'epoch.opened',
    subject: 'gw-test',
    data: { reason: 'new', gateway: 'gw-test', village: 'waixiaojiang', publicKey: 'AAAA', operator: null },
  },
  'gateway.started': { name: 'gateway.started', subject: 'gw-test', data: { version: '0.1.0', boot: 4, lastSequence: 9 } },
  'config.activated': {
    name: 'config.activated',
    subject: 'gw-test',
    data: { digest: 'a'.repeat(64), tariffVersion: '2026-1', bands: [{ membersFrom: 1, rolls: 1 }], unit: 'household' },
  },
  'clock.adjusted': { name: 'clock.adjusted', subject: 'gw-test', data: { fromMs: 5, toMs: 9, reason: 'ahead', operator: null } },
  'acceptance.reported': {
    name: 'acceptance.reported',
    subject: 'gw-test',
    data: { verdict: 'accepted_with_remarks', operator: 'technician-7', failed: 0, remarks: 2, leaf: `${'A'.repeat(43)}=` },
  },
  'roster.imported': { name: 'roster.imported', subject: 'roster', data: { operator: 'clerk', registered: 365, changed: 0, credentialsAdded: 2 } },
  'household.registered': registered(sampleHousehold, [cardOf(1)]),
  'household.changed': { name: 'household.changed', subject: sampleHousehold, data: { household: sampleHousehold, members: 5 } },
  'credential.added': { name: 'credential.added', subject: sampleHousehold, data: { household: sampleHousehold, credential: cardOf(2) } },
  'credential.revoked': { name: 'credential.revoked', subject: sampleHousehold, data: { household: sampleHousehold, credential: cardOf(1), reason: 'lost' } },
  'operator.enrolled': {
    name: 'operator.enrolled',
    subject: 'clerk-1',
    data: { operator: 'founder', second: null, enrolled: 'clerk-1', roles: ['clerk'], ownHousehold: null, badge: '1'.repeat(32) },
  },
  'operator.changed': {
    name: 'operator.changed',
    subject: 'clerk-1',
    data: { operator: 'committee-1', second: 'committee-2', changed: 'clerk-1', roles: ['clerk', 'collector'], ownHousehold: null },
  },
  'operator.badge.replaced': {
    name: 'operator.badge.replaced',
    subject: 'clerk-1',
    data: { operator: 'committee-1', second: 'committee-2', changed: 'clerk-1', badge: '2'.repeat(32) },
  },
  'operator.suspended': {
    name: 'operator.suspended',
    subject: 'clerk-1',
    data: { operator: 'committee-1', second: 'committee-2', suspended: 'clerk-1', reason: 'left' },
  },
  'rules.changed': {
    name: 'rules.changed',
    subject: 'rules',
    data: { operator: 'committee-1', second: 'committee-2', version: '2027-1', from: '2027-01-01', rules: villageRulesSchema.parse({}) },
  },
  'tariff.changed': { name: 'tariff.changed', subject: 'tariff', data: { operator: 'committee-1', second: 'committee-2', tariff: sampleTariff } },
  ...shopDrafts(sampleHousehold),
  ...pickupDrafts,
  ...roundDrafts(sampleHousehold),
  ...takeBackDrafts(sampleHousehold),
  ...depositDrafts(sampleHousehold),
  'bag.roll.stocked': stocked(rollOf(1)),
  'bag.issue.requested': requested(jobBase + 1),
  'bag.issue.ordered': ordered(jobBase + 1),
  'bag.issue.indeterminate': {
    name: 'bag.issue.indeterminate',
    subject: sampleHousehold,
    data: { job: jobBase + 1, dispenser, household: sampleHousehold, period, reliability: 'C', cause: 'no_answer' },
  },
  'bag.issue.settled': {
    name: 'bag.issue.settled',
    subject: dispenser,
    data: { job: jobBase + 1, dispenser, outcome: 'issued', by: 'person', operator: 'keeper' },
  },
  'bag.stock.counted': {
    name: 'bag.stock.counted',
    subject: dispenser,
    data: { dispenser, counted: 3, expected: 4, held: 0, operator: 'keeper', postings: move('rolls', `magazine/${dispenser}`, `suspense/${dispenser}`, 1) },
  },
  'bag.roll.issued': issued(jobBase + 1, rollOf(1)),
  'bag.issue.voided': voided(jobBase + 1),
  'bag.roll.wasted': wasted('purged'),
  'bag.roll.unattributed': {
    name: 'bag.roll.unattributed',
    subject: dispenser,
    data: { dispenser, rolls: 1, ctrOut: 2, expectedCtrOut: 1, postings: move('rolls', `magazine/${dispenser}`, `suspense/${dispenser}`, 1) },
  },
  ...sampleRollDrafts,
  'device.fenced': { name: 'device.fenced', subject: dispenser, data: { device: dispenser, fence: jobBase + 2, job: jobBase + 1, reason: 'open_job' } },
  'device.rebaselined': {
    name: 'device.rebaselined',
    subject: dispenser,
    data: { device: dispenser, reason: 'first_seen', nonce: 7, ctrOut: 40, ctrTest: 2, operator: null },
  },
  'device.locked': { name: 'device.locked', subject: dispenser, data: { device: dispenser, reason: 'throat_blocked' } },
  'device.unlocked': { name: 'device.unlocked', subject: dispenser, data: { device: dispenser, operator: 'keeper' } },
  'device.health': { name: 'device.health', subject: 'scale-1', data: { device: 'scale-1', state: 'offline', cause: 'bus_timeout' } },
  'weigh.committed': weighed(1, sampleHousehold),
  'scale.check.passed': checked('scale.check.passed', 2000),
  'scale.check.failed': checked('scale.check.failed', 2050),
  'points.awarded': awarded(sampleHousehold, 600),
  ...earningDrafts(sampleHousehold),
  ...peopleDrafts,
  ...oversightDrafts,
  'bin.level.changed': {
    name: 'bin.level.changed',
    subject: 'bin-1',
    data: { bin: 'bin-1', compartment: 2, wasteClass: 'food', levelPercent: 96, fillState: 'full' },
  },
  'alarm.fire': { name: 'alarm.fire', subject: 'bin-1', data: { bin: 'bin-1', compartment: 2, smoke: true, temperatureDeciC: 712 } },
  'bin.hatch.ordered': { name: 'bin.hatch.ordered', subject: 'bin-1', data: { bin: 'bin-1', compartment: 2, operator: 'keeper' } },
  'bin.hatch.opened': { name: 'bin.hatch.opened', subject: 'bin-1', data: { bin: 'bin-1', compartment: 2, outcome: 'obeyed', operator: 'clerk' } },
  'alarm.notified': { name: 'alarm.notified', subject: 'bin-1', data: { bin: 'bin-1', compartment: 2, alarm: 1, outcome: 'sent', tries: 1 } },
  'alarm.cleared': { name: 'alarm.cleared', subject: 'bin-1', data: { bin: 'bin-1', compartment: 2, operator: 'keeper' } },
};

/** Names whose sample may come at any time and any number of times. */
const anyTime = [
  'gateway.started',
  'clock.adjusted',
  'roster.imported',
  'credential.revoked',
  'bag.roll.wasted',
  'bag.roll.unattributed',
  'device.rebaselined',
  'device.locked',
  'device.unlocked',
  'device.health',
  'bin.level.changed',
  'alarm.fire',
  'alarm.notified',
  'alarm.cleared',
] as const satisfies readonly EventName[];
const stories = ['register', 'change', 'card', 'stock', 'request', 'settle', 'fence', 'weigh', 'award', 'service', ...anyTime] as const;

/** Turns dice into drafts that fit what came before: settlements close open jobs, cards and rolls are new, jobs and fences only rise. */
class HistoryWriter {
  readonly drafts: EventDraft[] = [registered(householdOf(0), [cardOf(1)]), sampleDrafts['device.rebaselined']];
  #households = 1;
  #numbers = 1;
  #openJob: { job: number; household: string } | undefined;

  write(story: (typeof stories)[number], die: number): void {
    const number = ++this.#numbers;
    const household = householdOf(die % this.#households);
    const draft = this.#draftOf(story, die, number, household);
    if (draft !== undefined) this.drafts.push(draft);
  }

  #draftOf(story: (typeof stories)[number], die: number, number: number, household: string): EventDraft | undefined {
    switch (story) {
      case 'register':
        return registered(householdOf(this.#households++), die % 2 === 0 ? [cardOf(number)] : []);
      case 'change':
        return { name: 'household.changed', subject: household, data: { household, members: (die % 30) + 1 } };
      case 'card':
        return { name: 'credential.added', subject: household, data: { household, credential: cardOf(number) } };
      case 'stock':
        return stocked(rollOf(number));
      case 'request':
        return this.#request(jobBase + number, household);
      case 'settle':
        return this.#settle(die);
      case 'fence':
        return {
          name: 'device.fenced',
          subject: dispenser,
          data: { device: dispenser, fence: jobBase + number, job: this.#openJob?.job ?? null, reason: 'start_up' },
        };
      case 'weigh':
        return weighed(number, die % 3 === 0 ? null : household);
      case 'award':
        return awarded(household, die % 1000);
      case 'service':
        return wasted('service');
      default:
        return sampleDrafts[story];
    }
  }

  #request(job: number, household: string): EventDraft | undefined {
    if (this.#openJob !== undefined) return undefined;
    this.#openJob = { job, household };
    return requested(job, household);
  }

  #settle(die: number): EventDraft | undefined {
    const open = this.#openJob;
    if (open === undefined) return undefined;
    this.#openJob = undefined;
    return die % 3 === 0 ? voided(open.job, open.household) : issued(open.job, die % 3 === 1 ? rollOf(die % 40) : null, open.household);
  }
}

/** Possible histories of a village, 2 to 82 events long. */
export const villageHistory: fc.Arbitrary<EventDraft[]> = fc.array(fc.tuple(fc.constantFrom(...stories), fc.nat(100_000)), { maxLength: 80 }).map((dice) => {
  const writer = new HistoryWriter();
  for (const [story, die] of dice) writer.write(story, die);
  return writer.drafts;
});
