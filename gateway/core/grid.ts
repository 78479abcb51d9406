/**
 * The two-level grid: a cadre looks after party members, a party member after households. Who sees whom follows from it and from nothing else.
 * Pure. Rules: R-39.
 */
import type { EventDraft } from '../../protocol/events.ts';
import type { Role } from '../../protocol/roles.ts';
import type { KnownOperator } from './operators.ts';
import { type Refused, refuse } from './refusals.ts';

interface Ordered {
  readonly operator: string;
  readonly second: string | null;
  readonly operators: readonly KnownOperator[];
}
type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;

/** Null where the operator is there and has the role. */
function missing(operators: readonly KnownOperator[], name: string, role: Role): Refused | null {
  const known = operators.find(({ operator }) => operator === name);
  if (known === undefined) return refuse('operator_unknown', { operator: name });
  if (known.state === 'suspended') return refuse('operator_suspended', { operator: name });
  return known.roles.includes(role) ? null : refuse('operator_role_missing', { operator: name });
}

/** these households are looked after by this party member, or by nobody. Those that already are stay as they are. */
export function decideAssignment(
  { operator, second, operators }: Ordered,
  wanted: { readonly partyMember: string | null; readonly households: readonly string[] },
  facts: { readonly isKnown: (household: string) => boolean; readonly partyMemberOf: (household: string) => string | null },
): Drafted {
  const { partyMember } = wanted;
  const barred = partyMember === null ? null : missing(operators, partyMember, 'partyMember');
  if (barred !== null) return barred;
  const households = [...new Set(wanted.households)];
  if (!households.every(facts.isKnown)) return refuse('household_unknown');
  const drafts = households
    .filter((household) => facts.partyMemberOf(household) !== partyMember)
    .map((household): EventDraft => ({ name: 'grid.assigned', subject: household, data: { operator, second, household, partyMember } }));
  return { ok: true, drafts };
}

/** this party member reports to this cadre, or to nobody. */
export function decideCadre(
  { operator, second, operators }: Ordered,
  { partyMember, cadre, before }: { readonly partyMember: string; readonly cadre: string | null; readonly before: string | null },
): Drafted {
  const barred = missing(operators, partyMember, 'partyMember') ?? (cadre === null ? null : missing(operators, cadre, 'cadre'));
  if (barred !== null) return barred;
  if (before === cadre) return { ok: true, drafts: [] };
  return { ok: true, drafts: [{ name: 'grid.cadre.assigned', subject: partyMember, data: { operator, second, partyMember, cadre } }] };
}

/** One cell of the grid. */
export interface GridCell {
  readonly partyMember: string;
  readonly cadre: string | null;
}

/** what of the grid somebody sees: a party member the own households, a cadre those of the own party members, the village's heads all. */
export function isSeenBy(viewer: { readonly operator: string; readonly roles: readonly Role[] }, { partyMember, cadre }: GridCell): boolean {
  const { operator, roles } = viewer;
  if (roles.includes('committee') || roles.includes('supervisor')) return true;
  return (roles.includes('partyMember') && partyMember === operator) || (roles.includes('cadre') && cadre === operator);
}
