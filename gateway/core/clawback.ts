/**
 * Undoing points: an award taken back, a deduction given back. Always a new event that names the one it reverses; nothing is edited. Pure.
 * Rules; invariant 6 (only taking back may bring a household below zero).
 */
import assert from 'node:assert/strict';
import type { EventDraft } from '../../protocol/events.ts';
import type { PointSource } from '../../protocol/rules/points.ts';
import { daysBetween } from './calendar.ts';
import { type Refused, refuse } from './refusals.ts';
import type { DatedRules } from './rule-book.ts';

/** An award or a deduction as it stands. `undone` is true when it was taken or given back. `points` is 0 or more for both kinds. */
export interface PointEntry {
  readonly seq: number;
  readonly kind: 'award' | 'deduction';
  readonly household: string;
  readonly source: PointSource;
  readonly day: string;
  readonly reference: string;
  readonly points: number;
  readonly undone: boolean;
}

/** Who undoes, on which day, and what the household has. */
export interface UndoContext {
  readonly operator: string;
  readonly second: string | null;
  readonly day: string;
  readonly balance: number;
  readonly dated: DatedRules;
}

/** an award taken back for error or fraud, within `clawbackDays`, down to `clawbackFloor` below zero. */
export function decideClawback(
  entry: PointEntry | undefined,
  reason: 'error' | 'fraud',
  context: UndoContext,
): { readonly ok: true; readonly drafts: readonly EventDraft<'points.clawedback'>[] } | Refused {
  if (entry?.kind !== 'award') return refuse('not_an_award');
  if (entry.undone) return refuse('already_undone');
  const { clawbackDays } = context.dated.rules.points;
  if (daysBetween(entry.day, context.day) > clawbackDays) return refuse('clawback_too_late', { days: clawbackDays });
  return { ok: true, drafts: [takeBack(entry, reason, context)] };
}

/** The award taken back, as far as the floor lets. */
export function takeBack(entry: PointEntry, reason: 'error' | 'fraud' | 'superseded', context: UndoContext): EventDraft<'points.clawedback'> {
  assert(entry.kind === 'award' && !entry.undone, 'an award is taken back once');
  const { operator, second, day, balance, dated } = context;
  const { household, source, seq: reverses } = entry;
  const points = Math.min(entry.points, Math.max(0, balance + dated.rules.points.clawbackFloor));
  const postings = [
    { account: `household/${household}`, unit: 'points' as const, amount: -points },
    { account: `clawback/${source}`, unit: 'points' as const, amount: points },
  ];
  const data = { household, source, reverses, points, reason, day, operator, second, postings: points === 0 ? [] : postings };
  return { name: 'points.clawedback', subject: household, data };
}

/** The deduction given back, whole. */
export function giveBack(
  entry: PointEntry,
  reason: 'appeal' | 'superseded',
  { operator, second, day }: Pick<UndoContext, 'operator' | 'second' | 'day'>,
): EventDraft<'points.restored'> {
  assert(entry.kind === 'deduction' && !entry.undone && entry.points > 0, 'a deduction is given back once');
  const { household, source, seq: reverses, points } = entry;
  const postings = [
    { account: `penalty/${source}`, unit: 'points' as const, amount: -points },
    { account: `household/${household}`, unit: 'points' as const, amount: points },
  ];
  return { name: 'points.restored', subject: household, data: { household, source, reverses, points, reason, day, operator, second, postings } };
}
