/**
 * What a household's own words allow: commitment and consent are two records, and neither stands for the other. Every story that gives points
 * asks `mayEarn`, every trace of a bag `mayBeTraced`, every list with a name `mayBeHonoured`. Nothing here touches bags or collection, which
 * go on for everybody. Pure.
 */

import type { ConsentPurpose } from '../../protocol/events/households.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { VillageRules } from '../../protocol/village-rules.ts';
import { type Refused, refuse } from './refusals.ts';

type PeopleRules = Pick<VillageRules['people'], 'consent' | 'commitment'>;

/** What a household said last; null for what it never said. `day` is the one the letter bears. */
export interface Standing {
  readonly commitment: { readonly state: 'signed' | 'ended'; readonly day: string } | null;
  readonly processing: 'given' | 'withdrawn' | null;
  readonly honourList: 'given' | 'withdrawn' | null;
}

/** silence counts as the village has it written; a no is a no in either case. */
const consents = ({ processing }: Standing, { consent }: PeopleRules): boolean => processing === 'given' || (processing === null && consent === 'assumed');

/** whether points may be kept for a household. One that ended its commitment earns none. */
export function mayEarn(standing: Standing, rules: PeopleRules): boolean {
  const isBound = standing.commitment === null ? rules.commitment === 'optional' : standing.commitment.state === 'signed';
  return isBound && consents(standing, rules);
}

/** whether a bag may be followed to its household. */
export const mayBeTraced = (standing: Standing, rules: PeopleRules): boolean => consents(standing, rules);

/** whether a household may be named on the red list. Never assumed. */
export const mayBeHonoured = ({ honourList }: Standing): boolean => honourList === 'given';

interface Ordered {
  readonly operator: string;
  readonly second: string | null;
}
interface Said extends Ordered {
  readonly household: string;
  readonly standing: Standing;
}
type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;

/** a yes or a no to one purpose. Said again it changes nothing. */
export function decideConsent({ standing, household, operator, second }: Said, purpose: ConsentPurpose, state: 'given' | 'withdrawn'): Drafted {
  if (standing[purpose] === state) return { ok: true, drafts: [] };
  return { ok: true, drafts: [{ name: `consent.${state}`, subject: household, data: { operator, second, household, purpose } }] };
}

/** a letter that was signed, on the day it bears; never one of a day to come. */
export function decideSigning({ standing, household, operator, second }: Said, day: string, today: string): Drafted {
  if (day > today) return refuse('date_in_future', { day });
  if (standing.commitment?.state === 'signed') return { ok: true, drafts: [] };
  return { ok: true, drafts: [{ name: 'commitment.signed', subject: household, data: { operator, second, household, day } }] };
}

/** the end of a commitment, today. */
export function decideCommitmentEnd({ standing, household, operator, second }: Said, today: string): Drafted {
  if (standing.commitment === null) return refuse('commitment_missing');
  if (standing.commitment.state === 'ended') return { ok: true, drafts: [] };
  return { ok: true, drafts: [{ name: 'commitment.ended', subject: household, data: { operator, second, household, day: today } }] };
}
