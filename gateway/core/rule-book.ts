/**
 * Which rules and prices apply on a day, and whether they may be changed: two people, and never for a day that has begun. Pure.
 */
import type { EventDraft } from '../../protocol/events.ts';
import type { Tariff } from '../../protocol/tariff.ts';
import type { VillageRules } from '../../protocol/village-rules.ts';
import type { Authority } from './authority.ts';
import { type Refused, refuse } from './refusals.ts';

/** A set of rules and the day it begins on. */
export interface DatedRules {
  readonly version: string;
  /** `YYYY-MM-DD`, in the village. */
  readonly from: string;
  readonly rules: VillageRules;
}

/** Changes of rules, prices, quotas, grades and budgets take two people of the committee or the supervisors. */
export const ruleAuthority: Authority = { by: ['committee', 'supervisor'], second: 'always' };

/** The rules in force on `day`: of those that have begun the latest; of two that begin together the one recorded later. `site` stands before all. */
export function rulesOn(site: DatedRules, recorded: readonly DatedRules[], day: string): DatedRules {
  return recorded.reduce((best, next) => (next.from <= day && next.from >= best.from ? next : best), { ...site, from: '' });
}

interface Ordered {
  readonly operator: string;
  readonly second: string | null;
  /** Today, `YYYY-MM-DD`. */
  readonly day: string;
  readonly versions: readonly string[];
}

/** R-50 for rules. */
export function decideRuleChange(
  { operator, second, day, versions }: Ordered,
  wanted: DatedRules,
): { readonly ok: true; readonly drafts: EventDraft[] } | Refused {
  if (versions.includes(wanted.version)) return refuse('version_taken', { version: wanted.version });
  if (wanted.from <= day) return refuse('date_not_future', { day: wanted.from });
  return { ok: true, drafts: [{ name: 'rules.changed', subject: 'rules', data: { operator, second, ...wanted } }] };
}

/** R-50 for prices. */
export function decideTariffChange(
  { operator, second, day, versions }: Ordered,
  tariff: Tariff,
): { readonly ok: true; readonly drafts: EventDraft[] } | Refused {
  if (versions.includes(tariff.version)) return refuse('version_taken', { version: tariff.version });
  if (tariff.validFrom <= day) return refuse('date_not_future', { day: tariff.validFrom });
  return { ok: true, drafts: [{ name: 'tariff.changed', subject: 'tariff', data: { operator, second, tariff } }] };
}
