/** What every dispenser owes whoever asks it for a roll, whatever board is behind it: the words of its answers, and what it must know. */
import type { BagVillage } from '../../protocol/bag-code.ts';
import type { DrawRefusal } from '../core/bag-issue.ts';
import type { QuotaPeriod } from '../core/calendar.ts';
import type { DispenseOutcome } from '../core/dispensing.ts';
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
  readonly rollsPerPeriod: number;
  /** Quota period in force now. */
  readonly period: () => QuotaPeriod;
  readonly onOutcome: (outcome: DispenserOutcome) => void;
}

/** Who waits for a roll. */
export interface Drawer {
  readonly household: string;
  readonly operator: string | null;
  readonly answer: PromiseWithResolvers<DispenserOutcome>;
}
