/**
 * When a name goes: a closed household’s and a former operator’s, so many days after. Asked for, a closed household’s at once. What they did
 * stays under pseudonym and function for the years the ledger is kept. Pure. Source: PIPL 19, 47; the traces of bags have an end of their own
 * (core/roll-sighting.ts).
 */
import type { EventDraft } from '../../protocol/events.ts';
import { type Refused, refuse } from './refusals.ts';

type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;

/** Who an erasure is recorded of that nobody asked for: the gateway itself. */
const retention = 'gateway';
const dayMs = 86_400_000;

/** Instant up to which somebody must have gone for the name to be due at `nowMs`. Unit: ms since 1970. */
export const retentionEnd = (nowMs: number, identityDays: number): number => nowMs - identityDays * dayMs;

/** What is due, as events. Nothing on a date nobody vouches for: a wrong one would erase people for good (invariant 10). */
export function decideRetention({
  dateTrusted,
  households,
  operators,
}: {
  readonly dateTrusted: boolean;
  readonly households: readonly string[];
  readonly operators: readonly string[];
}): EventDraft[] {
  if (!dateTrusted) return [];
  return [
    ...households.map((household): EventDraft => {
      const data = { operator: retention, second: null, household, reason: 'retention' as const };
      return { name: 'person.erased', subject: household, data };
    }),
    ...operators.map((erased): EventDraft => ({ name: 'operator.erased', subject: erased, data: { operator: retention, erased, reason: 'retention' } })),
  ];
}

/** PIPL 47: erased because it was asked for. A living household is closed first: without a name nobody could give it its roll. */
export function decideErasure({
  operator,
  second,
  household,
  isClosed,
  isErased,
}: {
  readonly operator: string;
  readonly second: string | null;
  readonly household: string;
  readonly isClosed: boolean;
  readonly isErased: boolean;
}): Drafted {
  if (!isClosed) return refuse('household_open');
  if (isErased) return { ok: true, drafts: [] };
  return { ok: true, drafts: [{ name: 'person.erased', subject: household, data: { operator, second, household, reason: 'asked' } }] };
}

/** PIPL 45: a copy for the household, written down before it is shown. */
export function decideExport({
  operator,
  second,
  household,
  isErased,
}: {
  readonly operator: string;
  readonly second: string | null;
  readonly household: string;
  readonly isErased: boolean;
}): Drafted {
  if (isErased) return refuse('person_erased');
  return { ok: true, drafts: [{ name: 'person.exported', subject: household, data: { operator, second, household } }] };
}
