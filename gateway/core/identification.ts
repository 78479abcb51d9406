/**
 * Somebody without a card: two operators know which household it is, and it is written down. Other stories that serve a household by its
 * pseudonym may require it (`isIdentified`); it holds for a few minutes and for the operator who said so. Pure.
 */
import type { EventDraft, EventPayload } from '../../protocol/events.ts';
import type { VillageRules } from '../../protocol/village-rules.ts';
import { type Refused, refuse } from './refusals.ts';

/** two operators, one household, now. That there are two is the story's authority. */
export function decideIdentification(
  { operator, second }: { readonly operator: string; readonly second: string | null },
  household: string,
  reason: EventPayload<'household.identified'>['reason'],
): { readonly ok: true; readonly drafts: readonly EventDraft[] } {
  return { ok: true, drafts: [{ name: 'household.identified', subject: household, data: { operator, second, household, reason } }] };
}

export interface IdentificationFacts {
  /** When this operator last identified it. Unit: ms since 1970; null for never. */
  readonly identifiedMs: number | null;
  readonly nowMs: number;
  readonly rules: Pick<VillageRules['people'], 'identifiedMinutes'>;
}

/** null where the household counts as identified; else the refusal. A clock that was set back makes nobody known for longer. */
export function decideIdentified({ identifiedMs, nowMs, rules }: IdentificationFacts): Refused | null {
  const ageMs = identifiedMs === null ? Number.POSITIVE_INFINITY : Math.abs(nowMs - identifiedMs);
  return ageMs <= rules.identifiedMinutes * 60_000 ? null : refuse('not_identified', { minutes: rules.identifiedMinutes });
}
