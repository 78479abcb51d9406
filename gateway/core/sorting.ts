/** How a village wants its bags: tipped out, or thrown in whole. It decides which reasons of a low grade there are. Pure. Rule: R-26. */
import { type GradeReason, gradeReasons } from '../../protocol/grades.ts';
import type { BagPolicy } from '../../protocol/rules/sorting.ts';
import { type Refused, refuse } from './refusals.ts';

/** Reasons that are none under a policy: who throws the issued bag in whole has left no bag inside, who tips it out is free in what bag. */
const noReasonUnder: Readonly<Record<BagPolicy, readonly GradeReason[]>> = { tipOut: ['foreignBag'], wholeBag: ['bagInside', 'bagLeftInFood', 'emptyBagOnly'] };

/** null where the reason counts here. */
export const judgeReason = (reason: GradeReason | null, policy: BagPolicy): Refused | null =>
  reason !== null && noReasonUnder[policy].includes(reason) ? refuse('reason_not_here', { reason: gradeReasons[reason].zh }) : null;

/** Reasons a low grade may name under a policy. */
export const reasonsUnder = (policy: BagPolicy): readonly GradeReason[] =>
  (Object.keys(gradeReasons) as GradeReason[]).filter((reason) => judgeReason(reason, policy) === null);
