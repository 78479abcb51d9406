/**
 * One deposit at a bin with a reader, step by step: identify, see what is full, open one hatch, throw in, close, weigh by scale or level, confirm.
 * One household has the bin at a time; another card ends the session and opens nothing while the hatch stands open. A hazardous hatch opens to no
 * card alone. Pure: the caller hands in what happened and when, and does what comes out. Rules.
 */
import type { WasteClass } from '../../protocol/bin-reading.ts';
import type { depositEnds } from '../../protocol/events/deposits.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { SortingRules } from '../../protocol/rules/sorting.ts';
import type { FillState } from './bins.ts';
import type { RefusalCode } from './refusals.ts';

/** How long level or scale may take to come to rest after the end; what is known then counts. Unit: ms. */
const settleMs = 6000;

/** A compartment as a person is shown it. `state` decides whether it may be opened. */
export interface Hatch {
  readonly compartment: number;
  readonly wasteClass: WasteClass;
  readonly fillState: FillState;
  readonly alarm: boolean;
  readonly hasLock: boolean;
}

/** What is seen of a compartment at one look; null where nothing fitted can say it. */
export interface DepositLook {
  readonly compartment: number;
  readonly doorOpen: boolean | null;
  readonly handSeen: boolean | null;
  readonly levelPercent: number | null;
  readonly grams: number | null;
}

interface Owner {
  /** Null where the household did not agree to be traced. */
  readonly household: string | null;
}
interface Measured {
  readonly levelPercent: number | null;
  readonly grams: number | null;
}
interface AtHatch extends Owner {
  readonly session: string;
  readonly hatch: Hatch;
  readonly before: Measured;
}
type Ended = (typeof depositEnds)[number];

/** Where a session stands. Times in ms of a clock that never goes back. */
export type DepositState =
  | { readonly phase: 'idle' }
  | (Owner & { readonly phase: 'identified'; readonly sinceMs: number })
  | (AtHatch & { readonly phase: 'opening' })
  | (AtHatch & { readonly phase: 'open'; readonly openedMs: number; readonly lastHandMs: number; readonly doorSeenOpen: boolean })
  | (AtHatch & { readonly phase: 'settling'; readonly ended: Ended; readonly sinceMs: number; readonly last: Measured | null });
export const noDeposit: DepositState = { phase: 'idle' };

/** What happened. */
export type DepositInput =
  | { readonly kind: 'identified'; readonly household: string | null }
  | { readonly kind: 'chosen'; readonly wasteClass: WasteClass }
  | { readonly kind: 'opened'; readonly outcome: 'obeyed' | 'unknown' | 'refused' }
  | { readonly kind: 'look'; readonly looks: readonly DepositLook[] }
  | { readonly kind: 'tick' };

/** What the caller is to do. */
export type DepositOrder = { readonly order: 'open'; readonly compartment: number };
/** What the person is told. */
export type DepositSaying =
  | { readonly say: 'hatches'; readonly hatches: readonly Hatch[] }
  | { readonly say: 'refused'; readonly code: RefusalCode }
  | { readonly say: 'confirmed'; readonly measured: { readonly risePercent: number | null; readonly netGrams: number | null } }
  | { readonly say: 'over' };

export interface DepositStep {
  readonly state: DepositState;
  readonly drafts: readonly EventDraft[];
  readonly orders: readonly DepositOrder[];
  readonly says: readonly DepositSaying[];
}
export interface DepositFacts {
  readonly bin: string;
  /** Name of the next session; it is used where a hatch is opened. */
  readonly session: string;
  readonly hatches: readonly Hatch[];
  /** The last look at each compartment. */
  readonly looks: readonly DepositLook[];
  readonly nowMs: number;
  readonly rules: SortingRules['deposit'];
}

const step = (state: DepositState, changes: Partial<Omit<DepositStep, 'state'>> = {}): DepositStep => ({ state, drafts: [], orders: [], says: [], ...changes });
const refused = (state: DepositState, code: RefusalCode): DepositStep => step(state, { says: [{ say: 'refused', code }] });
const lookOf = (looks: readonly DepositLook[], compartment: number): DepositLook | undefined => looks.find((look) => look.compartment === compartment);
const measuredOf = (look: DepositLook | undefined): Measured => ({ levelPercent: look?.levelPercent ?? null, grams: look?.grams ?? null });

/** why a hatch stays shut; null where it may be opened. A full one takes nothing more. */
export function judgeHatch(hatch: Hatch | undefined): RefusalCode | null {
  if (hatch === undefined) return 'hatch_unknown';
  if (hatch.wasteClass === 'hazardous') return 'hatch_hazardous';
  if (hatch.alarm) return 'alarm_standing';
  if (hatch.fillState === 'full') return 'hatch_full';
  return hatch.hasLock ? null : 'no_lock';
}

/** one step of a session. */
export function stepDeposit(state: DepositState, input: DepositInput, facts: DepositFacts): DepositStep {
  switch (input.kind) {
    case 'identified':
      return identify(state, input.household, facts);
    case 'chosen':
      return choose(state, input.wasteClass, facts);
    case 'opened':
      return opened(state, input.outcome, facts);
    case 'look':
      return look(state, input.looks, facts);
    case 'tick':
      return tick(state, facts);
  }
}

/** whoever comes next, be it the same card, ends what there was; the hatch of before is nobody's to use. */
function identify(state: DepositState, household: string | null, facts: DepositFacts): DepositStep {
  const ended = state.phase === 'open' ? finish(state, 'reidentified', measuredOf(lookOf(facts.looks, state.hatch.compartment)), facts) : [];
  const settled = state.phase === 'settling' ? finish(state, state.ended, state.last ?? measuredOf(lookOf(facts.looks, state.hatch.compartment)), facts) : [];
  // An order on its way ends first: nobody could say whose hatch it was.
  if (state.phase === 'opening') return refused(state, 'hatch_in_use');
  const next: DepositState = { phase: 'identified', household, sinceMs: facts.nowMs };
  return step(next, { drafts: [...ended, ...settled], says: [{ say: 'hatches', hatches: facts.hatches }] });
}

function choose(state: DepositState, wasteClass: WasteClass, { hatches, looks, session }: DepositFacts): DepositStep {
  if (state.phase === 'idle') return refused(state, 'card_first');
  if (state.phase !== 'identified') return refused(state, 'hatch_in_use');
  // What the person before left open is shut first.
  if (looks.some(({ doorOpen }) => doorOpen === true)) return refused(state, 'hatch_open');
  const fitting = hatches.filter((hatch) => hatch.wasteClass === wasteClass);
  const hatch = fitting.find((one) => judgeHatch(one) === null) ?? fitting[0];
  const no = judgeHatch(hatch);
  if (no !== null || hatch === undefined) return refused(state, no ?? 'hatch_unknown');
  const { household } = state;
  const { compartment } = hatch;
  return step({ phase: 'opening', session, household, hatch, before: measuredOf(lookOf(looks, compartment)) }, { orders: [{ order: 'open', compartment }] });
}

const placeOf = ({ session, household, hatch }: AtHatch, bin: string) => ({
  ...{ session, bin, compartment: hatch.compartment, wasteClass: hatch.wasteClass, household },
});

/** An order whose fate is not known counts as an open hatch: somebody may stand before it. */
function opened(state: DepositState, outcome: 'obeyed' | 'unknown' | 'refused', { bin, nowMs }: DepositFacts): DepositStep {
  if (state.phase !== 'opening') return step(state);
  if (outcome === 'refused') return refused(noDeposit, 'board_refused');
  const { session, household, hatch, before } = state;
  const draft: EventDraft = { name: 'deposit.session.opened', subject: bin, data: { ...placeOf(state, bin), levelPercent: before.levelPercent } };
  const next: DepositState = { phase: 'open', session, household, hatch, before, openedMs: nowMs, lastHandMs: nowMs, doorSeenOpen: false };
  return step(next, { drafts: [draft] });
}

function look(state: DepositState, looks: readonly DepositLook[], facts: DepositFacts): DepositStep {
  if (state.phase !== 'open' && state.phase !== 'settling') return tick(state, facts);
  const seen = lookOf(looks, state.hatch.compartment);
  if (seen === undefined) return tick(state, facts);
  if (state.phase === 'settling') return settle(state, seen, facts);
  // A door that was seen open and is shut again ends it at once.
  if (seen.doorOpen === false && state.doorSeenOpen) return step(settling(state, 'shut', facts.nowMs));
  const lastHandMs = seen.handSeen === true || seen.doorOpen === true ? facts.nowMs : state.lastHandMs;
  return tick({ ...state, lastHandMs, doorSeenOpen: state.doorSeenOpen || seen.doorOpen === true }, facts);
}

const settling = ({ session, household, hatch, before }: AtHatch, ended: Ended, sinceMs: number): DepositState => ({
  ...{ phase: 'settling', session, household, hatch, before, ended, sinceMs, last: null },
});

/** Two looks that agree count; a level sees an arm while the hatch is open, so that look says nothing. */
function settle(state: DepositState & { readonly phase: 'settling' }, seen: DepositLook, facts: DepositFacts): DepositStep {
  if (seen.doorOpen === true) return tick(state, facts);
  const now = measuredOf(seen);
  const agrees = state.last !== null && state.last.grams === now.grams && state.last.levelPercent === now.levelPercent;
  return agrees ? over(state, now, facts) : tick({ ...state, last: now }, facts);
}

/** times that end a session by themselves. */
function tick(state: DepositState, facts: DepositFacts): DepositStep {
  const { nowMs, rules } = facts;
  switch (state.phase) {
    case 'identified':
      return nowMs - state.sinceMs >= rules.chooseSeconds * 1000 ? step(noDeposit, { says: [{ say: 'over' }] }) : step(state);
    case 'open':
      if (nowMs - state.openedMs >= rules.openSeconds * 1000) return step(settling(state, 'timeout', nowMs));
      return nowMs - state.lastHandMs >= rules.closeSeconds * 1000 ? step(settling(state, 'quiet', nowMs)) : step(state);
    case 'settling':
      return nowMs - state.sinceMs >= settleMs ? over(state, state.last ?? { levelPercent: null, grams: null }, facts) : step(state);
    default:
      return step(state);
  }
}

const difference = (after: number | null, before: number | null): number | null => (after === null || before === null ? null : after - before);

function over(state: DepositState & { readonly phase: 'settling' }, after: Measured, facts: DepositFacts): DepositStep {
  const risePercent = difference(after.levelPercent, state.before.levelPercent);
  const netGrams = difference(after.grams, state.before.grams);
  return step(noDeposit, { drafts: finish(state, state.ended, after, facts), says: [{ say: 'confirmed', measured: { risePercent, netGrams } }] });
}

function finish(state: AtHatch, ended: Ended, after: Measured, { bin }: Pick<DepositFacts, 'bin'>): EventDraft[] {
  const risePercent = difference(after.levelPercent, state.before.levelPercent);
  const netGrams = difference(after.grams, state.before.grams);
  const measuredBy = netGrams !== null ? 'scale' : risePercent !== null ? 'level' : 'none';
  return [{ name: 'deposit.session.closed', subject: bin, data: { ...placeOf(state, bin), ended, measuredBy, risePercent, netGrams } }];
}
