/** What every dispenser owes whoever asks it for a roll, whatever board is behind it: the words of its answers, and what it must know. */
import type { BagVillage } from '../../protocol/bag-code.ts';
import type { DrawRefusal } from '../core/bag-issue.ts';
import type { QuotaPeriod } from '../core/calendar.ts';
import type { DispenseOutcome } from '../core/dispensing.ts';
import { type BagRules, decideQuota, type Quota } from '../core/quota.ts';
import type { Store } from '../store/store.ts';
import type { ExitRefusal } from './exit-labels.ts';

/** What became of a request at the dispenser, for the screen and the timeline. */
export type DispenserOutcome =
  | { readonly kind: 'issued'; readonly household: string; readonly job: number; readonly rolls: number; readonly rollUnconfirmed: boolean }
  | { readonly kind: 'voided'; readonly household: string; readonly job: number; readonly reason: DispenseOutcome['result'] }
  | { readonly kind: 'undecided'; readonly household: string; readonly job: number }
  | { readonly kind: 'refused'; readonly household: string | null; readonly code: DrawRefusal }
  | { readonly kind: 'label_refused'; readonly code: ExitRefusal };

export type RebaselineAnswer = 'done' | 'unreachable' | 'job_under_way' | 'asked_already';

/** A dispenser of this village. */
export interface DrawPlace {
  readonly id: string;
  readonly bags: BagVillage;
  /** What a household may have now. */
  readonly quota: (household: string) => Quota;
  readonly onOutcome: (outcome: DispenserOutcome) => void;
}

/** Reads what a household may have, by the rules of the day it asks on. */
export function quotaIn({ jobs, people }: Pick<Store, 'jobs' | 'people'>, rules: (day: string) => BagRules, today: () => QuotaPeriod): DrawPlace['quota'] {
  return (household) => {
    const row = people.household(household);
    if (row === undefined) return { ok: false, code: 'household_unknown' };
    const now = today();
    return decideQuota({ rules: rules(now.day), members: row.members, today: now, useOf: (period) => jobs.quota(household, period) });
  };
}

/** Who waits for a roll. */
export interface Drawer {
  readonly household: string;
  readonly operator: string | null;
  readonly answer: PromiseWithResolvers<DispenserOutcome>;
}
