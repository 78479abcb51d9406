/** What every story of points asks of the books beside its own facts: who may earn, by which prices and rules, and what is left of a budget. */
import type { PointSource } from '../../protocol/rules/points.ts';
import type { Tariff } from '../../protocol/tariff.ts';
import { type AwardContext, type MonthBudget, warnOf } from '../core/budget.ts';
import { dayOf, monthOf } from '../core/calendar.ts';
import { mayEarn as mayEarnBy } from '../core/consent.ts';
import { tariffOn } from '../core/points.ts';
import { type Refused, refuse } from '../core/refusals.ts';
import type { DatedRules } from '../core/rule-book.ts';
import type { Asked, Books, Decision } from './story.ts';

/** What a source may give this month and has given. */
export function budgetOf({ store, rules }: BudgetBooks, source: PointSource, day: string): MonthBudget {
  const { points } = rules(day).rules;
  const month = monthOf(day);
  return { source, month, rules: points, limit: points.budget[source], issued: store.points.issued(month, source) };
}
interface BudgetBooks extends Pick<Books, 'rules'> {
  readonly store: Pick<Books['store'], 'points'>;
}

/** A decision with a warning behind it where it brings a source near its budget. */
export const warned = (decision: Decision, budget: MonthBudget): Decision =>
  decision.ok ? { ...decision, drafts: warnOf(decision.drafts, budget) } : decision;

export const isKnown =
  ({ store }: Books) =>
  (household: string): boolean =>
    store.people.household(household) !== undefined;

/** whether points may be kept for a household, by what it said and the rules of today. */
export const mayEarn = ({ store, rules, time }: Books, household: string): boolean =>
  store.people.household(household) !== undefined && mayEarnBy(store.people.standing(household), rules(dayOf(time.clock.now())).rules.people);

export const balanceOf = ({ store }: Books, household: string): number => store.ledger.balance(`household/${household}`, 'points');

export interface Awarding {
  readonly tariff: Tariff;
  readonly dated: DatedRules;
  readonly context: AwardContext & { readonly operator: string };
}

/** Prices and rules of the day it happened on; given today. */
export function awardingOn(books: Books, happenedOn: string, { when, orderedBy }: Asked): Awarding | Refused {
  const tariff = tariffOn(books.tariffs(), happenedOn);
  if (tariff === undefined) return refuse('tariff_not_yet_valid');
  const dated = books.rules(happenedOn);
  const { day, dateTrusted } = when;
  return { tariff, dated, context: { day, dateTrusted, tariffVersion: tariff.version, rulesVersion: dated.version, ...orderedBy } };
}
