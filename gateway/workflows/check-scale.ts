/**
 * One check weight on one scale: the same weighing core that weighs goods, with a known weight in their place, and the event that says what
 * came out. It moves no points and no grams, and takes no number the core would not have taken.
 */
import type { EventDraft } from '../../protocol/events.ts';
import type { Clock } from '../clock.ts';
import { judgeCheckWeight } from '../core/scale-fitness.ts';
import { firstWeighing, type SettledWeighing, stepWeighing, type WeighingInput, type WeighingRefusal, type WeighingState } from '../core/weighing.ts';
import { scaleCheckWaitMs } from '../limits.ts';
import type { Scale } from '../southbound/scale.ts';

/** What is put on, and by whom. Unit: gram, 1 or more. */
export interface CheckOrder {
  readonly nominalGrams: number;
  readonly operator: string;
}
export type CheckOutcome =
  | { readonly kind: 'passed' | 'failed'; readonly readGrams: number; readonly limitGrams: number }
  | { readonly kind: 'refused'; readonly code: WeighingRefusal | 'scale_in_check' | 'check_unanswered' };

/** What a check is asked of. */
export interface CheckableScale {
  readonly id: string;
  check(order: CheckOrder, signal: AbortSignal): Promise<CheckOutcome>;
}

/** Checks a scale, for as long as somebody clearing the tray and putting a weight on may take, and no longer than `signal` lets it. */
export async function checkInTime(scale: CheckableScale, order: CheckOrder, wire: Clock, signal: AbortSignal): Promise<CheckOutcome> {
  const patience = new AbortController();
  const done = new AbortController();
  // Ends with the check itself, or ends it.
  void wire.sleep(scaleCheckWaitMs, `check of ${scale.id}`, done.signal).then(
    () => patience.abort(),
    () => undefined,
  );
  try {
    return await scale.check(order, AbortSignal.any([signal, patience.signal]));
  } finally {
    done.abort();
  }
}

/** Stands where a card and a material stand; it never leaves this file. */
const weight = { household: 'check weight', material: 'check weight' } as const;

/** A check under way. */
export class CheckWeighing {
  readonly #order: CheckOrder;
  readonly #outcome = Promise.withResolvers<CheckOutcome>();
  #state: WeighingState;
  /** An empty tray must have been seen before the weight counts, and so nobody is refused for a load before that. */
  #isReady: boolean;

  /** `before` is what was known of the scale when somebody asked for the check: a zero seen then counts, a load does not. */
  constructor(order: CheckOrder, before: WeighingState) {
    this.#order = order;
    this.#isReady = before.phase.kind === 'ready';
    this.#state = this.#isReady ? { ...before, minimumGrams: 1, household: null, material: null } : firstWeighing(1);
  }

  get state(): WeighingState {
    return this.#state;
  }

  /** Takes one reading. A finished check is handed to `record` before anybody is told of it. */
  step(input: WeighingInput, scale: Pick<Scale, 'id' | 'model' | 'profile'>, record: (draft: EventDraft) => void): void {
    const { villageMs } = input;
    if (this.#isReady) {
      this.#state = stepWeighing(this.#state, { kind: 'card', household: weight.household, villageMs }).state;
      this.#state = stepWeighing(this.#state, { kind: 'material', material: weight.material, villageMs }).state;
    }
    const { state, effects } = stepWeighing(this.#state, input);
    this.#state = state;
    this.#isReady ||= state.phase.kind === 'ready';
    for (const effect of effects) {
      if (effect.kind === 'settle') this.#finish(effect.weighing, scale, record);
      else this.#outcome.resolve({ kind: 'refused', code: effect.code });
    }
  }

  /** How it ended; a check nobody finished has no outcome but that. */
  async until(signal: AbortSignal): Promise<CheckOutcome> {
    const onAbort = () => this.#outcome.resolve({ kind: 'refused', code: 'check_unanswered' });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await this.#outcome.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #finish(weighing: SettledWeighing, { id, model, profile }: Pick<Scale, 'id' | 'model' | 'profile'>, record: (draft: EventDraft) => void): void {
    const { nominalGrams, operator } = this.#order;
    const { netGrams: readGrams, intervalGrams, stableSource, rawHex, core } = weighing;
    const { passed, limitGrams } = judgeCheckWeight({ nominalGrams, readGrams, intervalGrams });
    const data = { scale: id, operator, nominalGrams, readGrams, limitGrams, intervalGrams, model, profile, stableSource, rawHex: [...rawHex], core };
    record({ name: passed ? 'scale.check.passed' : 'scale.check.failed', subject: id, data });
    this.#outcome.resolve({ kind: passed ? 'passed' : 'failed', readGrams, limitGrams });
  }
}
