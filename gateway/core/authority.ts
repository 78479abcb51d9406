/**
 * Who may do what: the role a story asks for, the second person where a rule wants one, and the rule that nobody serves the own household
 * alone (invariant 9). Pure; badge and PIN were checked before. Rules: R-50 and every rule that names two persons.
 */
import type { Role } from '../../protocol/roles.ts';
import { type Refused, refuse } from './refusals.ts';

/** An operator as the ledger has them. `ownHousehold` is a keyed hash; null where none is known. */
export interface Actor {
  readonly operator: string;
  readonly roles: readonly Role[];
  readonly ownHousehold: string | null;
}

/** What a story asks of whoever tells it. */
export interface Authority {
  readonly by: readonly Role[];
  /** Whether it always takes two. Where it does not, it still does for the own household. */
  readonly second?: 'always';
  /** Roles that may confirm; those of `by` if not said. */
  readonly secondBy?: readonly Role[];
}

/** Who asks, who confirms, and whose household it is about. */
export interface AuthorityQuestion {
  readonly authority: Authority;
  readonly actor: Actor;
  readonly second: Actor | null;
  /** Keyed hashes, as `Actor.ownHousehold`. */
  readonly households: readonly string[];
}

const has = ({ roles }: Actor, wanted: readonly Role[]): boolean => roles.some((role) => wanted.includes(role));
const isOf = ({ ownHousehold }: Actor, households: readonly string[]): boolean => ownHousehold !== null && households.includes(ownHousehold);

/** Null when they may; else the first refusal that applies. */
export function decideAuthority({ authority, actor, second, households }: AuthorityQuestion): Refused | null {
  if (!has(actor, authority.by)) return refuse('role_missing');
  const isOwn = isOf(actor, households);
  if (second === null) {
    if (isOwn) return refuse('own_household');
    return authority.second === 'always' ? refuse('second_person_needed') : null;
  }
  if (second.operator === actor.operator) return refuse('second_person_same');
  if (!has(second, authority.secondBy ?? authority.by)) return refuse('second_role_missing');
  return isOwn && second.ownHousehold === actor.ownHousehold ? refuse('second_own_household') : null;
}
