/**
 * Enrolling, changing and suspending operators. The first ones of a village are enrolled by whoever stands at the machine; once the
 * committee has its own, two of them are needed. Pure: a PIN never comes here, only the hash of a badge.
 */
import type { EventDraft } from '../../protocol/events.ts';
import type { Role } from '../../protocol/roles.ts';
import type { Actor, Authority } from './authority.ts';
import { type Refused, refuse } from './refusals.ts';

/** Operators of the committee and the supervisors: who may confirm each other's orders. */
const confirming: readonly Role[] = ['committee', 'supervisor'];
/** Two of them must be left to confirm anything. */
const confirmingMin = 2;

export interface KnownOperator extends Actor {
  readonly badge: string;
  readonly state: 'active' | 'suspended';
}

export type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;

/** Who stands at the machine before anybody is enrolled. */
export const founder: Actor = { operator: 'founder', roles: ['committee', 'technician'], ownHousehold: null };

const canConfirm = (operators: readonly KnownOperator[]): KnownOperator[] =>
  operators.filter(({ state, roles }) => state === 'active' && roles.some((role) => confirming.includes(role)));

/** A village is founded once two people can confirm each other's orders. */
export const isFounded = (operators: readonly KnownOperator[]): boolean => canConfirm(operators).length >= confirmingMin;

/** Changes of operators take two of the committee or the supervisors, as soon as there are two. */
export const operatorAuthority = (operators: readonly KnownOperator[]): Authority => ({
  by: confirming,
  ...(isFounded(operators) && { second: 'always' as const }),
});

interface Ordered {
  readonly operators: readonly KnownOperator[];
  readonly operator: string;
  readonly second: string | null;
}

export function decideEnrolment(
  { operators, operator, second }: Ordered,
  wanted: { readonly name: string; readonly roles: readonly Role[]; readonly ownHousehold: string | null; readonly badge: string },
): Drafted {
  const { name: enrolled, roles, ownHousehold, badge } = wanted;
  if (operators.some((known) => known.operator === enrolled)) return refuse('operator_known', { operator: enrolled });
  if (operators.some((known) => known.badge === badge)) return refuse('badge_taken');
  const data = { operator, second, enrolled, roles: [...new Set(roles)], ownHousehold, badge };
  return { ok: true, drafts: [{ name: 'operator.enrolled', subject: enrolled, data }] };
}

export function decideOperatorChange(
  { operators, operator, second }: Ordered,
  wanted: { readonly name: string; readonly roles: readonly Role[] /** Undefined: as it was. */; readonly ownHousehold: string | null | undefined },
): Drafted {
  const known = operators.find((row) => row.operator === wanted.name);
  if (known === undefined) return refuse('operator_unknown', { operator: wanted.name });
  if (known.state === 'suspended') return refuse('operator_suspended', { operator: wanted.name });
  const roles = [...new Set(wanted.roles)];
  const changed = operators.map((row) => (row === known ? { ...row, roles } : row));
  if (isFounded(operators) && !isFounded(changed)) return refuse('last_committee');
  const ownHousehold = wanted.ownHousehold === undefined ? known.ownHousehold : wanted.ownHousehold;
  const data = { operator, second, changed: wanted.name, roles, ownHousehold };
  return { ok: true, drafts: [{ name: 'operator.changed', subject: wanted.name, data }] };
}

export function decideNewBadge({ operators, operator, second }: Ordered, wanted: { readonly name: string; readonly badge: string }): Drafted {
  const known = operators.find((row) => row.operator === wanted.name);
  if (known === undefined) return refuse('operator_unknown', { operator: wanted.name });
  if (known.state === 'suspended') return refuse('operator_suspended', { operator: wanted.name });
  // Also the own old one: a badge has one PIN for as long as it counts.
  if (operators.some((row) => row.badge === wanted.badge)) return refuse('badge_taken');
  return {
    ok: true,
    drafts: [{ name: 'operator.badge.replaced', subject: wanted.name, data: { operator, second, changed: wanted.name, badge: wanted.badge } }],
  };
}

export function decideSuspension(
  { operators, operator, second }: Ordered,
  wanted: { readonly name: string; readonly reason: 'left' | 'badge_lost' | 'misuse' },
): Drafted {
  const known = operators.find((row) => row.operator === wanted.name);
  if (known === undefined) return refuse('operator_unknown', { operator: wanted.name });
  if (known.state === 'suspended') return { ok: true, drafts: [] };
  if (isFounded(operators) && !isFounded(operators.filter((row) => row !== known))) return refuse('last_committee');
  const data = { operator, second, suspended: wanted.name, reason: wanted.reason };
  return { ok: true, drafts: [{ name: 'operator.suspended', subject: wanted.name, data }] };
}
